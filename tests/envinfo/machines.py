"""Machines with GPUs as trees of files: /dev, /proc, /sys and the libraries of a driver."""

from pathlib import Path

from colab_magics.envinfo.gpu.device import Gpu, MigSlice, Processes
from colab_magics.envinfo.gpu.gpus import Gpus
from colab_magics.envinfo.reading import Missing

GB = 2**30
DRIVER = "550.54.14"
UUID = "GPU-5a1d2f6c-0000-1111-2222-333344445555"
NO_LIBRARY = "no NVIDIA driver is installed (libnvidia-ml is missing)"
_VENDORS = {"NVIDIA": "0x10de", "AMD": "0x1002", "Intel": "0x8086"}
_LIBRARIES = "usr/lib/x86_64-linux-gnu"


class Machine:
    """A root folder; each method adds to it and returns it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("proc/sys/kernel/osrelease", "6.8.0-45-generic\n")

    def write(self, name: str, content: str | bytes = "") -> "Machine":
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self

    def remove(self, *names: str) -> "Machine":
        for name in names:
            (self.root / name).unlink()
        return self

    def pci(self, vendor: str, kind: str = "0x030200") -> "Machine":
        """Put a device on the bus; ``kind`` is its class, a 3D controller if not given."""
        slot = f"sys/bus/pci/devices/0000:{len(vendor):02x}:00.0"
        return self.write(f"{slot}/vendor", f"{_VENDORS[vendor]}\n").write(f"{slot}/class", f"{kind}\n")

    def modules(self, *names: str) -> "Machine":
        for name in names:
            (self.root / "sys/module" / name).mkdir(parents=True)
        return self

    def nodes(self, *names: str) -> "Machine":
        for name in names:
            self.write(f"dev/{name}")
        return self

    def library(self, name: str, version: str = DRIVER, folder: str = _LIBRARIES) -> "Machine":
        """Lay a driver's library, and the link by which it is found: libcuda.so.1."""
        self.write(f"{folder}/{name}.{version}", b"\x7fELF")
        (self.root / folder / f"{name}.1").symlink_to(f"{name}.{version}")
        return self

    def kernel_driver(self, version: str = DRIVER) -> "Machine":
        """Load NVIDIA's kernel module."""
        line = f"NVRM version: NVIDIA UNIX x86_64 Kernel Module  {version}  Thu Feb 22 01:44:30 UTC 2024\n"
        return self.modules("nvidia", "nvidia_uvm").write("proc/driver/nvidia/version", line)

    def with_gpu(self) -> "Machine":
        """Make it a machine whose NVIDIA GPU works."""
        self.pci("NVIDIA").pci("Intel", "0x060000").kernel_driver().nodes("nvidiactl", "nvidia0", "nvidia-uvm")
        return self.library("libcuda.so").library("libnvidia-ml.so").write("usr/bin/nvidia-modprobe")


def gpu(index: int = 0, **facts: object) -> Gpu:
    """Make an NVIDIA GPU that is idle."""
    usual: dict[str, object] = {"memory_total": 24 * GB, "memory_used": GB // 2, "mig": "disabled", "uuid": UUID}
    usual |= {"processes": Processes(0, 0, 0), "is_visible": True}
    return Gpu(index, **{"name": "NVIDIA L4"} | usual | facts)


def seen(*devices: Gpu, driver: str = DRIVER, cuda: str = "12.4") -> Gpus:
    """Say what a source says that sees these GPUs."""
    return Gpus(devices, driver, cuda, Missing("CUDA_VISIBLE_DEVICES is not set: every GPU is visible"), source="nvml")


def refused(reason: str = NO_LIBRARY) -> Gpus:
    """Say what comes of sources that all refuse for one reason."""
    missing = Missing(reason)
    return Gpus(missing, missing, missing, missing, refusals=(("nvml", reason),))


def split(*slices: MigSlice) -> Gpu:
    """Make a GPU that MIG has split into these instances."""
    return gpu(name="NVIDIA H100 80GB HBM3", mig="enabled", slices=slices)
