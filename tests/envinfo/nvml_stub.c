/* A driver library that answers as real ones did: NVML_STUB names the scenario. Built by test_gpu.py. */
#include <stdlib.h>
#include <string.h>

enum { OK = 0, NOT_SUPPORTED = 3, NO_PERMISSION = 4, DRIVER_NOT_LOADED = 9, FUNCTION_NOT_FOUND = 13,
       GPU_IS_LOST = 15, LIB_RM_VERSION_MISMATCH = 18, UNKNOWN = 999 };
typedef struct { unsigned long long total, free, used; } memory_v1;
typedef struct { unsigned version; unsigned long long total, reserved, free, used; } memory_v2;
typedef struct { unsigned gpu, memory; } use;

static const unsigned long long MIB = 1024 * 1024;

static int is(const char *scenario) {
    const char *wanted = getenv("NVML_STUB");
    return wanted && strcmp(wanted, scenario) == 0;
}

int nvmlInitWithFlags(unsigned flags) {
    (void)flags;
    if (is("driver")) return DRIVER_NOT_LOADED;
    if (is("mismatch")) return LIB_RM_VERSION_MISMATCH;
    if (is("unknown")) return UNKNOWN;
    if (is("denied")) return NO_PERMISSION;
    return OK;
}
int nvmlShutdown(void) { return OK; }
int nvmlDeviceGetCount_v2(unsigned *count) {
    *count = is("none") ? 0 : is("two") || is("lost") ? 2 : 1;
    return OK;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **handle) {
    if (is("lost") && index == 1) return GPU_IS_LOST;
    *handle = (void *)(size_t)(index + 1);
    return OK;
}
int nvmlDeviceGetName(void *handle, char *name, unsigned length) {
    (void)handle;
    strncpy(name, "NVIDIA T4, <b>|", length);
    return OK;
}
int nvmlDeviceGetMemoryInfo_v2(void *handle, memory_v2 *memory) {
    (void)handle;
    if (is("shared")) return NOT_SUPPORTED;
    if (is("old")) return FUNCTION_NOT_FOUND;
    memory->total = 16384 * MIB;
    memory->reserved = 447 * MIB;
    memory->used = 3 * MIB;
    return OK;
}
int nvmlDeviceGetMemoryInfo(void *handle, memory_v1 *memory) {
    (void)handle;
    if (is("shared")) return NOT_SUPPORTED;
    memory->total = 16384 * MIB;
    memory->used = 450 * MIB;
    return OK;
}
int nvmlDeviceGetUtilizationRates(void *handle, use *rates) {
    (void)handle;
    if (is("mig")) return NOT_SUPPORTED;
    rates->gpu = 42;
    return OK;
}
int nvmlDeviceGetTemperature(void *handle, int sensor, unsigned *degrees) {
    (void)handle;
    (void)sensor;
    *degrees = 61;
    return OK;
}
int nvmlDeviceGetPowerUsage(void *handle, unsigned *milliwatts) {
    (void)handle;
    if (is("mig")) return NO_PERMISSION;
    *milliwatts = 70500;
    return OK;
}
int nvmlSystemGetDriverVersion(char *version, unsigned length) {
    strncpy(version, "590.48.01", length);
    return OK;
}
int nvmlSystemGetCudaDriverVersion(int *version) {
    *version = 13010;
    return OK;
}
