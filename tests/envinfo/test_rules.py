"""Broken set-ups, each laid out as files, variables and answers of a driver, and the first cause that must be told."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from envinfo.machines import GB, Machine, gpu, refused, seen, split
from envinfo.site_packages import cuda_libraries, jax, tensorflow, torch, wheel

from colab_magics.envinfo.gpu.device import Gpu, MigSlice, Processes
from colab_magics.envinfo.gpu.gpus import Gpus
from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.why.rules import explain
from colab_magics.envinfo.why.situation import Situation, read_situation
from colab_magics.envinfo.why.verdict import Verdict

DOCKER = ".dockerenv"
NOT_LOADED = "the NVIDIA driver is installed but not loaded"
UNKNOWN = "the NVIDIA driver gave an unknown error: a container may have lost its GPU, restart it"


@dataclass
class Case:
    """A broken set-up, and the first verdict: its cause, a word of its sentence, a word of its next step."""

    name: str
    cause: str
    says: str
    step: str
    gpus: Gpus = field(default_factory=lambda: seen(gpu()))
    machine: Callable[[Machine], object] = Machine.with_gpu
    packages: Callable[[Path], object] = lambda site: cuda_libraries(tensorflow(site))
    environ: Mapping[str, str] = field(default_factory=dict)
    framework: str = ""
    modules: tuple[str, ...] = ()
    system: str = "Linux"
    processor: str = "x86_64"

    def read(self, folder: Path) -> Situation:
        site = folder / "lib/python3.12/site-packages"
        site.mkdir(parents=True)
        machine = Machine(folder / "root")
        self.machine(machine)
        self.packages(site)
        return read_situation(
            self.gpus,
            machine.root,
            self.environ,
            [folder / "notebooks", site],
            modules=self.modules,
            system=self.system,
            machine=self.processor,
        )


def nothing(machine: Machine) -> Machine:
    return machine.pci("Intel", "0x030000")


def without_driver(machine: Machine) -> Machine:
    return machine.pci("NVIDIA").pci("Intel", "0x030000")


def lost(index: int = 0) -> Gpu:
    return gpu(index, name=Missing("the GPU has fallen off the bus: restart the machine"), memory_total=Missing("-"))


def hidden(value: str, says: str, step: str = "%env CUDA_VISIBLE_DEVICES=0", *devices: Gpu) -> Case:
    environ = {"CUDA_VISIBLE_DEVICES": value}
    return Case(f"hidden by {value!r}", "hidden", says, step, gpus=seen(*(devices or (gpu(),))), environ=environ)


MACHINES = [
    Case("no GPU", "no-gpu", "no NVIDIA GPU (only Intel graphics)", "Colab or Kaggle", refused(), nothing),
    Case("no GPU, no bus", "no-gpu", "has no NVIDIA GPU", "without a GPU", refused(), lambda machine: machine),
    Case(
        "Colab without an accelerator", "no-accelerator", "Google Colab", "Change runtime type", refused(), nothing,
        environ={"COLAB_RELEASE_TAG": "release-colab", "COLAB_GPU": "0"},
    ),
    Case(
        "Kaggle without an accelerator, on Colab's image in Docker", "no-accelerator", "Kaggle", "Settings > Accelerator",
        refused(), lambda machine: nothing(machine).write(DOCKER),
        environ={"KAGGLE_KERNEL_RUN_TYPE": "Interactive", "COLAB_RELEASE_TAG": "x"},
    ),
    Case(
        "a Slurm job on a node without GPUs", "job-without-gpu", "Slurm job", "--gres=gpu:1", refused(), nothing,
        environ={"SLURM_JOB_ID": "77"},
    ),
    Case(
        "a Slurm job without its share", "job-without-gpu", "given no GPU", "--gres=gpu:1",
        refused("the NVIDIA driver is there and sees no GPU"), environ={"SLURM_JOB_ID": "77"},
    ),
    Case("no driver", "no-driver", "but no driver", "ubuntu-drivers install", refused(), without_driver),
    Case("nouveau", "nouveau", "nouveau", "Install NVIDIA's driver", refused(), lambda m: without_driver(m).modules("nouveau")),
    Case(
        "module not loaded", "module-not-loaded", "not loaded", "modprobe nvidia", refused(NOT_LOADED),
        lambda m: without_driver(m).library("libcuda.so").library("libnvidia-ml.so"),
    ),
    Case(
        "AMD without its module", "no-driver", "AMD GPU", "amdgpu", refused(), lambda m: m.pci("AMD"), lambda site: torch(site),
    ),
    Case(
        "driver updated, told by NVML", "driver-mismatch", "updated", "Restart the machine",
        refused("the NVIDIA driver was updated since the machine started: restart it"),
    ),
    Case(
        "driver updated, told by files", "driver-mismatch", "no longer fit", "Restart the machine", refused("no answer"),
        lambda m: m.pci("NVIDIA").kernel_driver("550.54.14").nodes("nvidiactl").library("libcuda.so", "570.86.15"),
    ),
    Case("driver hangs", "driver-hangs", "hangs", "Restart", refused("the NVIDIA driver did not answer within 2 s; it can be asked again in 60 s")),
    Case("driver crashes", "driver-crashes", "crashes", "Install the driver again", refused("NVIDIA's library crashed the process that asked it (segmentation fault)")),
    Case("GPU lost", "gpu-lost", "fallen off the bus", "Restart the machine", refused("the GPU has fallen off the bus: restart the machine")),
    Case("the only GPU of the list lost", "gpu-lost", "GPU 0: ", "Restart the machine", seen(lost())),
    Case(
        "driver sees none", "driver-sees-none", "sees no GPU", "dmesg", refused("the NVIDIA driver is there and sees no GPU"),
    ),
    Case("no nodes", "no-node", "/dev/nvidiactl", "nvidia-modprobe", refused("asking failed"), lambda m: m.pci("NVIDIA").kernel_driver()),
    Case("a Jetson", "jetson", "Jetson", "JetPack", refused(), lambda m: m.write("etc/nv_tegra_release"), processor="aarch64"),
    Case(
        "container without GPU", "container-without-gpu", "started without it", "--gpus all", refused(),
        lambda m: m.pci("NVIDIA").kernel_driver().write(DOCKER),
    ),
    Case(
        "container with NVIDIA_VISIBLE_DEVICES=void", "container-without-gpu", '"void"', "--gpus all", refused(),
        lambda m: m.write(DOCKER), environ={"NVIDIA_VISIBLE_DEVICES": "void"},
    ),
    Case(
        "a pod without its GPU", "container-without-gpu", "Kubernetes", "nvidia.com/gpu: 1", refused(),
        lambda m: m.pci("NVIDIA").kernel_driver(), environ={"KUBERNETES_SERVICE_HOST": "10.0.0.1"},
    ),
    Case(
        "container lost its GPU", "container-lost-gpu", "lost it", "Restart the container", refused(UNKNOWN),
        lambda m: m.with_gpu().write(DOCKER),
    ),
    Case(
        "container with the device alone", "no-libcuda", "libcuda.so.1", "--gpus all", refused(),
        lambda m: m.pci("NVIDIA").kernel_driver().nodes("nvidiactl", "nvidia0").write(DOCKER),
    ),
    Case(
        "container for nvidia-smi only", "no-libcuda", "libcuda.so.1", "NVIDIA_DRIVER_CAPABILITIES=compute",
        machine=lambda m: m.with_gpu().remove("usr/lib/x86_64-linux-gnu/libcuda.so.1").write(DOCKER),
    ),
    Case(
        "stub before the driver", "stub-library", "stub of libcuda.so.1", "/stubs out of LD_LIBRARY_PATH",
        machine=lambda m: m.with_gpu().write("usr/local/cuda/lib64/stubs/libcuda.so.1"),
        environ={"LD_LIBRARY_PATH": "/usr/local/cuda/lib64/stubs:/usr/lib/x86_64-linux-gnu"},
    ),
    Case(
        "stub of NVML alone", "stub-library", "stub of libnvidia-ml.so.1", "/stubs", refused("NVML: function not found"),
        machine=lambda m: m.with_gpu().write("opt/cuda/lib64/stubs/libnvidia-ml.so.1"),
        environ={"LD_LIBRARY_PATH": "/opt/cuda/lib64/stubs/"},
    ),
    Case(
        "no nvidia-uvm in a container", "no-uvm", "/dev/nvidia-uvm", "--gpus all",
        machine=lambda m: m.with_gpu().remove("dev/nvidia-uvm").write(DOCKER),
    ),
    Case(
        "no nvidia-uvm and nobody to make it", "no-uvm", "/dev/nvidia-uvm", "nvidia-modprobe -u",
        machine=lambda m: m.with_gpu().remove("dev/nvidia-uvm", "usr/bin/nvidia-modprobe"),
    ),
    Case(
        "WSL 1", "wsl-without-gpu", "/dev/dxg", "wsl --update", refused(), lambda m: m,
        environ={"WSL_DISTRO_NAME": "Ubuntu"},
    ),
    Case(
        "WSL without the driver of Windows", "wsl-driver", "libcuda.so.1", "in Windows", refused(),
        lambda m: m.nodes("dxg").write("proc/sys/kernel/osrelease", "5.15.153.1-microsoft-standard-WSL2"),
    ),
    Case(
        "WSL that is blocked", "wsl-driver", "cannot reach", "wsl --shutdown",
        refused("the operating system keeps the GPU from this machine: in WSL, update the NVIDIA driver of Windows"),
        lambda m: m.nodes("dxg").library("libcuda.so", "1.1", "usr/lib/wsl/lib"), environ={"WSL_DISTRO_NAME": "Ubuntu"},
    ),
    Case("Windows without a driver", "no-driver", "Windows", "Device Manager", refused(), lambda m: m, system="Windows"),
    hidden("", "is set and empty"),
    hidden("-1", '"-1", which hides every GPU'),
    hidden("1", "have only number 0"),
    hidden("7,0", "numbers 0 to 1", "=0 ", gpu(), gpu(1)),
    hidden('"0"', "with the quotes", "without quotes"),
    hidden("0,0", "names a GPU twice"),
    hidden("9" * 5000, "have only number 0"),
    hidden("NoDevFiles", "Slurm gave this job no GPU", "--gres=gpu:1"),
    hidden("cuda:0", "names no GPU"),
    hidden("GPU-ffffffff-0000-1111-2222-333344445555", "no GPU here has that identifier"),
    hidden(
        "MIG-ffffffff-0000-1111-2222-333344445555", "no MIG instance here has that identifier", "%env",
        split(MigSlice("1g.10gb", 10 * GB, 0, "MIG-11111111-0000-1111-2222-333344445555")),
    ),
    Case("MIG without instances", "mig-without-instance", "no instance", "nvidia-smi mig", seen(split())),
    Case(
        "ROCm hidden", "hidden", "HIP_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES=0",
        seen(gpu(vendor="AMD", name="Radeon RX 7900 XTX")), lambda m: m.pci("AMD").modules("amdgpu").nodes("kfd", "dri/renderD128"),
        lambda site: torch(site, "2.6.0+rocm6.2.4", None, "6.2.41134"), {"HIP_VISIBLE_DEVICES": "-1"},
    ),
    Case(
        "AMD in a container without kfd", "no-node", "/dev/kfd", "--device /dev/kfd", seen(gpu(vendor="AMD")),
        lambda m: m.pci("AMD").modules("amdgpu").write(DOCKER), lambda site: torch(site, "2.6.0+rocm6.2.4", None, "6.2"),
    ),
    Case("no framework", "not-installed", "None of TensorFlow", "%pip install", packages=lambda site: wheel(site, "numpy", "2.3")),
]  # fmt: skip

FRAMEWORKS = [
    Case("CPU-only TensorFlow", "cpu-only", "TensorFlow is a CPU-only build (tensorflow-cpu 2.21.0); the GPU and its driver are there", '%pip install "tensorflow[and-cuda]"', packages=lambda s: tensorflow(s, "tensorflow-cpu", "2.21.0", None), framework="TensorFlow"),
    Case("CPU-only PyTorch", "cpu-only", "2.6.0+cpu", "pytorch.org", packages=lambda s: torch(s, "2.6.0+cpu", None), framework="PyTorch"),
    Case("two TensorFlows in one folder", "cpu-only", "tensorflow and tensorflow-cpu overwrite each other", "uninstall -y tensorflow tensorflow-cpu", packages=lambda s: (tensorflow(s, "tensorflow", "2.20.0"), tensorflow(s, "tensorflow-cpu", "2.20.0", None)), framework="TensorFlow"),
    Case("TensorFlow on ARM", "arm-cpu-only", "CPU-only", "ARM", packages=lambda s: (tensorflow(s, "tensorflow", cuda=None), wheel(s, "tensorflow-cpu-aws", "2.20.0")), framework="TensorFlow", processor="aarch64"),
    Case("TensorFlow on Windows", "windows-tensorflow", "since version 2.11", "WSL 2", packages=lambda s: (tensorflow(s, cuda=None), wheel(s, "tensorflow-intel", "2.20.0")), framework="TensorFlow", system="Windows"),
    Case("PyTorch newer than the driver", "newer-cuda", "built for CUDA 13.0, and the driver here can run only CUDA 12.4", "580.65.06 or later", packages=lambda s: torch(s, "2.9.0+cu130", "13.0"), framework="PyTorch"),
    Case("TensorFlow newer than an old driver", "newer-cuda", "CUDA 12.5.1", "525.60.13", seen(gpu(), driver="470.256.02", cuda="11.4"), packages=lambda s: cuda_libraries(tensorflow(s)), framework="TensorFlow"),
    Case("JAX newer than the driver", "newer-cuda", "CUDA 13", "jax[cuda12]", packages=lambda s: jax(s, plugin="cuda13"), framework="JAX"),
    Case("TensorFlow without any library", "library-missing", "libcudnn.so.9", "tensorflow[and-cuda]==2.20.0", packages=tensorflow, framework="TensorFlow"),
    Case("TensorFlow without cuDNN", "library-missing", "libcudnn.so.9", "tensorflow[and-cuda]", packages=lambda s: cuda_libraries(tensorflow(s), without=["libcudnn.so.9"]), framework="TensorFlow"),
    Case("TensorFlow with another cuDNN", "library-missing", "libcudnn.so.8", "a newer TensorFlow", packages=lambda s: cuda_libraries(tensorflow(s, version="2.12.1", cuda="12.0", cudnn="8")), framework="TensorFlow"),
    Case("PyTorch without cuBLAS", "library-missing", "libcublas.so.12", "--force-reinstall torch", packages=lambda s: cuda_libraries(torch(s), without=["libcublas.so.12"]), framework="PyTorch"),
    Case("JAX without a plugin", "no-plugin", "without a plugin", "jax[cuda12]", packages=jax, framework="JAX"),
    Case("JAX without a plugin, new driver", "no-plugin", "without a plugin", "jax[cuda13]", seen(gpu(), driver="580.95.05", cuda="13.0"), packages=jax, framework="JAX"),
    Case("JAX with half a plugin", "no-plugin", "-pjrt", "jax[cuda12]", packages=lambda s: (cuda_libraries(jax(s)), wheel(s, "jax-cuda12-plugin", "0.7.2")), framework="JAX"),
    Case("JAX with an old plugin", "plugin-version", "jax-cuda12-pjrt is 0.7.1, and jaxlib is 0.7.2", "jax[cuda12]", packages=lambda s: cuda_libraries(jax(s, plugin="cuda12", plugin_version="0.7.1")), framework="JAX"),
    Case("JAX told to use the CPU", "platform-variable", "JAX_PLATFORMS", "%env JAX_PLATFORMS=", packages=lambda s: cuda_libraries(jax(s, plugin="cuda12")), environ={"JAX_PLATFORMS": "cpu"}, framework="JAX"),
    Case("PyTorch for CUDA on AMD", "other-vendor", "the GPU here is from AMD", "ROCm", seen(gpu(vendor="AMD")), lambda m: m.pci("AMD").modules("amdgpu").nodes("kfd"), torch, framework="PyTorch"),
    Case("PyTorch for ROCm on NVIDIA", "other-vendor", "build for ROCm", "CUDA build", packages=lambda s: torch(s, "2.6.0+rocm6.2", None, "6.2"), framework="PyTorch"),
    Case("a file named torch.py", "shadowed", "a file of yours, torch.py", "Rename torch.py", packages=lambda s: (torch(s), wheel(s.parents[2] / "notebooks", "x", "1", {"torch.py": ""})), framework="PyTorch"),
    Case("half of TensorFlow", "broken-install", "not where Python looks", "--force-reinstall", packages=lambda s: wheel(s, "tensorflow", "2.20.0"), framework="TensorFlow"),
    Case("JAX without jaxlib", "broken-install", "jaxlib is not installed", "%pip install -U jax", packages=lambda s: wheel(s, "jax", "0.7.2", {"jax/__init__.py": ""}), framework="JAX"),
    Case("TensorFlow on a Mac", "no-metal", "no way to Apple's GPU", "tensorflow-metal", seen(gpu(vendor="Apple", name="Apple M3")), lambda m: m, lambda s: tensorflow(s, cuda=None), system="Darwin", processor="arm64", framework="TensorFlow"),
    Case("memory held by others", "memory-held", "by 2 other processes", "Shut down other notebooks", seen(gpu(memory_used=23 * GB, processes=Processes(0, 2, 23 * GB)))),
    Case("memory held, nobody tells", "memory-held", "the driver does not tell", "nvidia-smi", seen(gpu(memory_used=23 * GB, processes=Processes(Missing("-"), Missing("-"), Missing("-"))))),
    Case("memory held by TensorFlow here", "memory-held-here", "by this kernel (TensorFlow)", "TF_FORCE_GPU_ALLOW_GROWTH=true", seen(gpu(memory_used=23 * GB, processes=Processes(22 * GB, 1, GB))), modules=("tensorflow",)),
    Case("memory held by JAX here", "memory-held-here", "by this kernel (JAX)", "XLA_PYTHON_CLIENT_PREALLOCATE=false", seen(gpu(memory_used=23 * GB, processes=Processes(22 * GB, 0, 0))), modules=("jax",)),
]  # fmt: skip


@pytest.mark.parametrize("case", [*MACHINES, *FRAMEWORKS], ids=lambda case: case.name)
def test_the_first_cause_and_its_remedy(case: Case, tmp_path: Path) -> None:
    first = explain(case.read(tmp_path))[0]
    assert (first.cause, first.framework) == (case.cause, case.framework), first
    assert case.says in first.sentence
    assert case.step in first.next_step
    assert first.tone != "ok"


WELL = [
    Case("TensorFlow", "ok", "TensorFlow can see the GPU", "restart the kernel", framework="TensorFlow"),
    Case("PyTorch", "ok", "PyTorch can see the GPU", "restart", packages=lambda s: cuda_libraries(torch(s)), framework="PyTorch"),
    Case("JAX", "ok", "JAX can see the GPU", "restart", packages=lambda s: cuda_libraries(jax(s, plugin="cuda12")), framework="JAX"),
    Case("a newer minor version", "ok", "PyTorch can", "", packages=lambda s: cuda_libraries(torch(s, "2.8.0+cu129", "12.9")), framework="PyTorch"),
    Case("an older major version", "ok", "can see", "", seen(gpu(), driver="590.48.01", cuda="13.1"), framework="TensorFlow"),
    Case("one instance of MIG", "ok", "can see", "", seen(split(MigSlice("1g.10gb", 10 * GB, 0, "MIG-1"))), framework="TensorFlow"),
    Case("the first of one GPU", "ok", "can see", "", environ={"CUDA_VISIBLE_DEVICES": "0"}, framework="TensorFlow"),
    Case("uvm that is made when it is needed", "ok", "can see", "", machine=lambda m: m.with_gpu().remove("dev/nvidia-uvm"), framework="TensorFlow"),
    Case("libraries of the system", "ok", "can see", "", packages=tensorflow, framework="TensorFlow",
         machine=lambda m: m.with_gpu().write("etc/ld.so.cache", b"".join(f"{name}\0".encode() for name in (
             "libcudart.so.12", "libcublas.so.12", "libcublasLt.so.12", "libcufft.so.11", "libcusolver.so.11", "libcusparse.so.12", "libcudnn.so.9")))),
    Case("libraries inside PyTorch's old wheels", "ok", "can see", "", framework="PyTorch", packages=lambda s: wheel(
        torch(s, "1.13.1+cu117", "11.7"), "x", "1", {f"torch/lib/{name}": "" for name in ("libcudart-e409450e.so.11.0", "libcublas.so.11", "libcudnn.so.8")})),
    Case("WSL", "ok", "can see", "", environ={"WSL_DISTRO_NAME": "Ubuntu"}, framework="TensorFlow",
         machine=lambda m: m.nodes("dxg").library("libcuda.so", "1.1", "usr/lib/wsl/lib")),
    Case("PyTorch on a Mac", "ok", "device mps", "mps", seen(gpu(vendor="Apple")), lambda m: m, lambda s: torch(s, "2.6.0", None), framework="PyTorch", system="Darwin", processor="arm64"),
    Case("TensorFlow with Metal on a Mac", "ok", "can see", "", seen(gpu(vendor="Apple")), lambda m: m,
         lambda s: wheel(tensorflow(s, cuda=None), "tensorflow-metal", "1.2.0"), framework="TensorFlow", system="Darwin", processor="arm64"),
]  # fmt: skip


@pytest.mark.parametrize("case", WELL, ids=lambda case: case.name)
def test_nothing_is_blamed_where_all_is_well(case: Case, tmp_path: Path) -> None:
    (only,) = explain(case.read(tmp_path))
    assert (only.cause, only.framework, only.tone) == ("ok", case.framework, "ok")
    assert case.says in only.sentence
    assert case.step in only.next_step


def test_what_keeps_the_gpu_away_comes_before_what_may_and_what_is_good_to_know(tmp_path: Path) -> None:
    case = Case(
        "", "", "", "", seen(gpu(memory_used=24 * GB), gpu(1)), environ={"CUDA_VISIBLE_DEVICES": "0"},
        packages=lambda s: (cuda_libraries(tensorflow(s)), torch(s, "2.6.0+cpu", None)),
    )  # fmt: skip
    verdicts = explain(case.read(tmp_path))
    assert [verdict.cause for verdict in verdicts] == ["cpu-only", "memory-held", "ok", "partly-hidden"]
    assert "frameworks see 1 GPU of 2" in verdicts[3].sentence


def test_both_the_machine_and_the_wheel_are_told(tmp_path: Path) -> None:
    case = Case("", "", "", "", refused(), without_driver, lambda s: tensorflow(s, "tensorflow-cpu", cuda=None))
    assert [verdict.cause for verdict in explain(case.read(tmp_path))] == ["no-driver", "cpu-only"]


def test_a_framework_is_not_said_to_see_what_the_machine_hides(tmp_path: Path) -> None:
    verdicts = explain(Case("", "", "", "", environ={"CUDA_VISIBLE_DEVICES": ""}).read(tmp_path))
    assert [verdict.cause for verdict in verdicts] == ["hidden"]


def test_one_lost_gpu_of_two_does_not_stop_a_framework(tmp_path: Path) -> None:
    verdicts = explain(Case("", "", "", "", seen(gpu(), lost(1))).read(tmp_path))
    assert [(verdict.cause, verdict.tone) for verdict in verdicts] == [("gpu-lost", "warn"), ("ok", "ok")]


def test_a_forward_compatibility_package_makes_a_newer_cuda_only_likely_too_new(tmp_path: Path) -> None:
    case = Case(
        "", "", "", "", machine=lambda m: m.with_gpu().write("usr/local/cuda/compat/libcuda.so.1"),
        packages=lambda s: torch(s, "2.9.0+cu130", "13.0"), environ={"LD_LIBRARY_PATH": "/usr/local/cuda/compat"},
    )  # fmt: skip
    assert explain(case.read(tmp_path))[0].certainty == "likely"


def test_keras_names_the_framework_that_counts(tmp_path: Path) -> None:
    case = Case(
        "", "", "", "", packages=lambda s: (cuda_libraries(tensorflow(s)), jax(s)), environ={"KERAS_BACKEND": "jax"}
    )
    verdicts = explain(case.read(tmp_path))
    assert [verdict.cause for verdict in verdicts] == ["no-plugin", "ok", "keras-backend"]
    assert "Keras computes with JAX (KERAS_BACKEND), which has the trouble above" in verdicts[2].sentence


def test_no_framework_is_imported(tmp_path: Path) -> None:
    case = FRAMEWORKS[0]
    case.read(tmp_path)
    source = (
        "import sys; from pathlib import Path; from colab_magics.envinfo.gpu.device import Gpu; from colab_magics.envinfo.gpu.gpus import Gpus\n"
        "from colab_magics.envinfo.reading import Missing\n"
        "from colab_magics.envinfo.why.rules import explain\n"
        "from colab_magics.envinfo.why.situation import read_situation\n"
        "gpus = Gpus((Gpu(0, 'NVIDIA L4'),), '550.54.14', '12.4', Missing('-'))\n"
        "folders = [None, [Path(sys.argv[2])]]\n"
        "print(*[verdict.cause for f in folders for verdict in explain(read_situation(gpus, Path(sys.argv[1]), {}, f))])\n"
        "print([name for name in ('tensorflow', 'torch', 'jax', 'keras', 'numpy', 'psutil') if name in sys.modules])"
    )
    words = [sys.executable, "-c", source, str(tmp_path / "root"), str(tmp_path / "lib/python3.12/site-packages")]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    causes, imported = done.stdout.splitlines()
    assert "cpu-only" in causes
    assert imported == "[]"


@pytest.mark.parametrize("first", [lost(), split()], ids=["lost", "MIG without an instance"])
def test_only_the_gpus_that_are_visible_count(tmp_path: Path, first: Gpu) -> None:
    well = gpu(1, name="NVIDIA A100", is_visible=False)
    one = Case("", "", "", "", seen(first, well), environ={"CUDA_VISIBLE_DEVICES": "0"})
    found = explain(one.read(tmp_path / "one"))
    assert found[0].cause in ("gpu-lost", "mig-without-instance")
    assert found[0].tone == "wrong"
    assert "ok" not in {verdict.tone for verdict in found}
    both = Case("", "", "", "", seen(first, replace(well, is_visible=True)))
    found = explain(both.read(tmp_path / "both"))
    assert {verdict.tone for verdict in found if verdict.cause in ("gpu-lost", "mig-without-instance")} == {"warn"}
    assert "ok" in {verdict.tone for verdict in found}


@pytest.mark.skipif(not hasattr(os, "setuid") or os.getuid() != 0, reason="only root can become another user")
def test_a_node_that_this_user_may_not_open(tmp_path: Path) -> None:
    root = Machine(tmp_path / "root").with_gpu().root
    for name, mode in {"nvidiactl": 0o660, "nvidia0": 0o660, "nvidia-uvm": 0o666}.items():
        (root / "dev" / name).chmod(mode)
    source = (
        "import os, sys; from pathlib import Path; from colab_magics.envinfo.reading import Missing\n"
        "from colab_magics.envinfo.gpu.gpus import Gpus\n"
        "from colab_magics.envinfo.why.rules import explain\n"
        "from colab_magics.envinfo.why.situation import read_situation\n"
        "import grp; os.chdir(sys.argv[1]); os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "no = Missing('this user may not ask the NVIDIA driver')\n"
        "print(explain(read_situation(Gpus(no, no, no, no), Path(), {}, []))[0])"
    )
    done = subprocess.run([sys.executable, "-c", source, str(root)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "cause='not-permitted'" in done.stdout
    assert "/dev/nvidiactl" in done.stdout
    assert "usermod -aG root" in done.stdout


def test_every_verdict_is_a_whole_sentence(tmp_path: Path) -> None:
    for number, case in enumerate([*MACHINES, *FRAMEWORKS, *WELL]):
        for verdict in explain(case.read(tmp_path / str(number))):
            assert_plain(verdict)


def assert_plain(verdict: Verdict) -> None:
    assert verdict.sentence[0].isupper()
    assert verdict.sentence.endswith((".", "..."))
    assert "Missing(" not in verdict.sentence + verdict.next_step
    assert "None" not in (verdict.sentence + verdict.next_step).replace("None of TensorFlow", "")
    assert verdict.next_step
    assert len(verdict.sentence) < 200
