/* A driver library that answers as real ones did, or as broken ones do. Built by nvml_driver.py.
   NVML_STUB names the scenario, NVML_STUB_LOG a file to which each nvmlInit adds the number of its process,
   NVML_STUB_PROCESSES the processes on each GPU as "pid:MiB,pid:MiB", where a size of -1 is not told. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OK = 0, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NO_PERMISSION = 4, NOT_FOUND = 6, INSUFFICIENT_SIZE = 7,
       DRIVER_NOT_LOADED = 9, FUNCTION_NOT_FOUND = 13, GPU_IS_LOST = 15, LIB_RM_VERSION_MISMATCH = 18, UNKNOWN = 999 };
typedef struct { unsigned long long total, free, used; } memory_v1;
typedef struct { unsigned version; unsigned long long total, reserved, free, used; } memory_v2;
typedef struct { unsigned gpu, memory; } use;
typedef struct { unsigned pid; unsigned long long memory; unsigned gpu_instance, compute_instance; } process;

static const unsigned long long MIB = 1024 * 1024;
static const size_t SLICE = 100; /* handles: 1, 2 ... are GPUs, 101, 102 ... are MIG instances */

static int is(const char *scenario) {
    const char *wanted = getenv("NVML_STUB");
    return wanted && strcmp(wanted, scenario) == 0;
}
static int is_mig(void) { return is("mig") || is("mig empty"); }
static int answer(unsigned *place, unsigned value) { *place = is("absurd") ? -1 : value; return OK; }

int nvmlInitWithFlags(unsigned flags) {
    (void)flags;
    const char *log = getenv("NVML_STUB_LOG");
    FILE *file = log ? fopen(log, "a") : NULL;
    if (file) {
        fprintf(file, "%d\n", (int)getpid());
        fclose(file);
    }
    if (is("hang")) sleep(20);
    if (is("slow")) usleep(2600 * 1000);
    if (is("segfault")) raise(SIGSEGV);
    if (is("exit")) _exit(3);
    if (is("loud")) { puts("NVRM: a warning that belongs to nobody"); fflush(stdout); }
    if (is("grandchild") && fork() == 0) { sleep(20); _exit(0); }
    if (is("driver")) return DRIVER_NOT_LOADED;
    if (is("mismatch")) return LIB_RM_VERSION_MISMATCH;
    if (is("unknown")) return UNKNOWN;
    if (is("denied")) return NO_PERMISSION;
    if (is("new error")) return 4711;
    return OK;
}
int nvmlShutdown(void) {
    if (is("bad exit")) raise(SIGSEGV);
    return OK;
}
const char *nvmlErrorString(int code) { (void)code; return "an error of tomorrow"; }
int nvmlDeviceGetCount_v2(unsigned *count) {
    if (is("absurd")) { *count = 1; return OK; }
    return answer(count, is("none") ? 0 : is("two") || is("lost") ? 2 : 1);
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **handle) {
    if (is("lost") && index == 1) return GPU_IS_LOST;
    *handle = (void *)(size_t)(index + 1);
    return OK;
}
int nvmlDeviceGetName(void *handle, char *name, unsigned length) {
    if (is("garbage")) {
        memset(name, 'x', length);
        memcpy(name, "<img src=x>\xff\xfe\x1b[31m|", 19);
        return OK;
    }
    strncpy(name, is("shared") ? "NVIDIA GB10" : is("lent") ? "GRID T4-16Q" : (size_t)handle > SLICE ? "NVIDIA T4 MIG 1g.8gb" : "NVIDIA T4, <b>|", length);
    return OK;
}
int nvmlDeviceGetUUID(void *handle, char *uuid, unsigned length) {
    size_t number = (size_t)handle;
    snprintf(uuid, length, "%s-0000000%d-1111-2222-3333-444444444444", number > SLICE ? "MIG" : "GPU",
             (int)(number % SLICE));
    return OK;
}
int nvmlDeviceGetHandleByUUID(const char *uuid, void **handle) {
    if (strncmp(uuid, "GPU-0000000", 11) != 0) return NOT_FOUND;
    *handle = (void *)(size_t)(uuid[11] - '0');
    return OK;
}
int nvmlDeviceGetMemoryInfo_v2(void *handle, memory_v2 *memory) {
    if (is("shared") || is("lent")) return NOT_SUPPORTED;
    if (is("old")) return FUNCTION_NOT_FOUND;
    memory->total = ((size_t)handle > SLICE ? 8192 : is("zero") ? 0 : 16384) * MIB;
    memory->reserved = 447 * MIB;
    memory->used = is("absurd") ? (unsigned long long)-1 : 3 * MIB;
    return OK;
}
int nvmlDeviceGetMemoryInfo(void *handle, memory_v1 *memory) {
    (void)handle;
    if (is("shared") || is("lent")) return NOT_SUPPORTED;
    memory->total = 16384 * MIB;
    memory->used = 450 * MIB;
    return OK;
}
int nvmlDeviceGetUtilizationRates(void *handle, use *rates) {
    (void)handle;
    if (is_mig()) return NOT_SUPPORTED;
    if (is("hang later")) sleep(20);
    return answer(&rates->gpu, 42);
}
int nvmlDeviceGetTemperature(void *handle, int sensor, unsigned *degrees) {
    (void)handle;
    (void)sensor;
    return answer(degrees, 61);
}
int nvmlDeviceGetPowerUsage(void *handle, unsigned *milliwatts) {
    (void)handle;
    return is_mig() ? NO_PERMISSION : answer(milliwatts, 70500);
}
int nvmlDeviceGetEnforcedPowerLimit(void *handle, unsigned *milliwatts) {
    (void)handle;
    return is("old") ? FUNCTION_NOT_FOUND : answer(milliwatts, 300000);
}
int nvmlDeviceGetPowerManagementLimit(void *handle, unsigned *milliwatts) {
    (void)handle;
    return answer(milliwatts, 290000);
}
int nvmlDeviceGetClockInfo(void *handle, int clock, unsigned *mhz) {
    (void)handle;
    return clock == 0 ? answer(mhz, 1410) : INVALID_ARGUMENT;
}
int nvmlDeviceGetMaxClockInfo(void *handle, int clock, unsigned *mhz) {
    (void)handle;
    return clock == 0 ? answer(mhz, 1980) : INVALID_ARGUMENT;
}
int nvmlDeviceGetMigMode(void *handle, unsigned *now, unsigned *pending) {
    (void)handle;
    if (is("shared") || is("lent")) return NOT_SUPPORTED;
    *pending = 0;
    *now = is_mig();
    return OK;
}
int nvmlDeviceGetMaxMigDeviceCount(void *handle, unsigned *count) {
    (void)handle;
    return answer(count, 7);
}
int nvmlDeviceGetMigDeviceHandleByIndex(void *handle, unsigned index, void **instance) {
    (void)handle;
    if (is("mig empty") || index > 1) return NOT_FOUND;
    *instance = (void *)(SLICE + 1 + index);
    return OK;
}
static int processes(unsigned *count, process *list) {
    const char *wanted = getenv("NVML_STUB_PROCESSES");
    unsigned room = *count;
    *count = 0;
    while (wanted && *wanted) {
        int pid, size, length;
        if (sscanf(wanted, "%d:%d%n", &pid, &size, &length) != 2) break;
        if (list && *count < room)
            list[*count] = (process){pid, size < 0 ? (unsigned long long)-1 : size * MIB, -1, -1};
        ++*count;
        wanted += length;
        if (*wanted == ',') ++wanted;
    }
    return *count > room ? INSUFFICIENT_SIZE : OK;
}
int nvmlDeviceGetComputeRunningProcesses_v3(void *handle, unsigned *count, process *list) {
    (void)handle;
    return is("old") ? FUNCTION_NOT_FOUND : is("denied later") ? NO_PERMISSION : processes(count, list);
}
int nvmlDeviceGetComputeRunningProcesses_v2(void *handle, unsigned *count, process *list) {
    (void)handle;
    return is("denied later") ? NO_PERMISSION : processes(count, list);
}
int nvmlDeviceGetGraphicsRunningProcesses_v3(void *handle, unsigned *count, process *list) {
    (void)handle;
    return is("old") ? FUNCTION_NOT_FOUND : processes(count, list);
}
int nvmlSystemGetDriverVersion(char *version, unsigned length) {
    strncpy(version, "590.48.01", length);
    return OK;
}
int nvmlSystemGetCudaDriverVersion(int *version) {
    *version = is("absurd") ? 0 : 13010;
    return OK;
}
