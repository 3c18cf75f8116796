"""Everything that decides whether a framework sees a GPU, read once: the rules look at nothing else."""

import os
import platform
import sys
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from colab_magics.envinfo.gpu.device import Gpu
from colab_magics.envinfo.gpu.gpus import Gpus
from colab_magics.envinfo.gpu.visible import Visibility, see
from colab_magics.envinfo.probes.platform import read_platform
from colab_magics.envinfo.reading import PRIVATE, Missing, Reading, is_there
from colab_magics.envinfo.why.builds import Build, read_builds
from colab_magics.envinfo.why.hardware import Hardware, read_hardware
from colab_magics.envinfo.why.keras_backend import Backend, read_backend
from colab_magics.envinfo.why.libraries import Libraries
from colab_magics.envinfo.why.needs import lacking
from colab_magics.envinfo.why.nodes import Node, read_nodes

_VARIABLES = (
    "CUDA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES",
    "NVIDIA_VISIBLE_DEVICES",
    "NVIDIA_DRIVER_CAPABILITIES",
    "JAX_PLATFORMS",
    "JAX_PLATFORM_NAME",
    "SLURM_JOB_ID",
    "TF_FORCE_GPU_ALLOW_GROWTH",
    "XLA_PYTHON_CLIENT_PREALLOCATE",
)
"""What the rules know of the environment; nothing else of it is kept."""

_MODULES = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}


@dataclass(frozen=True, slots=True)
class Situation:
    """The GPUs that a source told of, and all signs around them.

    ``system`` and ``machine`` are as `platform.system` and `platform.machine` name them ("Linux", "x86_64").
    ``place`` is the service ("Google Colab") and ``container`` what this runs in ("Docker"). ``has_libcuda`` says
    whether the loader finds libcuda.so.1, ``stubs`` are libraries of which it finds a stub first, ``library_driver``
    is the version of the driver's library. ``lacks`` names the libraries that each CUDA build misses. ``loaded`` are
    the frameworks that are imported in this process. ``environ`` holds the few variables that the rules know.
    """

    gpus: Gpus
    visibility: Reading[Visibility]
    system: str
    machine: str
    place: str
    container: Reading[str]
    is_wsl: bool
    nodes: tuple[Node, ...]
    hardware: Hardware
    has_libcuda: bool
    has_compat: bool
    stubs: tuple[str, ...]
    library_driver: Reading[str]
    has_modprobe: bool
    builds: tuple[Build, ...]
    lacks: Mapping[str, tuple[str, ...]]
    backend: Reading[Backend]
    loaded: frozenset[str]
    environ: Mapping[str, str] = field(repr=False, metadata=PRIVATE)

    @property
    def devices(self) -> tuple[Gpu, ...]:
        """All GPUs that a source saw; none where no source saw any."""
        return () if isinstance(self.gpus.devices, Missing) else self.gpus.devices

    @property
    def usable(self) -> tuple[Gpu, ...]:
        """The GPUs that a framework may see and use: one that is lost, or split into no instance, is none."""
        return tuple(
            gpu
            for gpu in self.devices
            if gpu.is_visible is not False
            and not (isinstance(gpu.name, Missing) and isinstance(gpu.memory_total, Missing))
            and (gpu.mig != "enabled" or gpu.slices)
        )

    @property
    def is_in_container(self) -> bool:
        return not isinstance(self.container, Missing) and self.container != "WSL"

    def of_vendor(self, vendor: str) -> tuple[Gpu, ...]:
        """The GPUs of one vendor: "NVIDIA", "AMD", "Apple"."""
        return tuple(gpu for gpu in self.devices if gpu.vendor == vendor)

    def has_node(self, prefix: str) -> bool:
        """Is there a device node whose name begins so?"""
        return any(node.name.startswith(f"/dev/{prefix}") for node in self.nodes)

    def build(self, framework: str) -> Build:
        """What is known of one framework; `KeyError` for one that is none of ours."""
        return {build.framework: build for build in self.builds}[framework]


def read_situation(
    gpus: Gpus,
    root: Path = Path("/"),
    environ: Mapping[str, str] = os.environ,
    folders: Sequence[Path] | None = None,
    *,
    modules: Container[str] = sys.modules,
    system: str | None = None,
    machine: str | None = None,
) -> Situation:
    """Read everything around ``gpus``: files under ``root``, the environment, the packages in ``folders``.

    ``folders`` are those of `sys.path` if not given. Nothing is imported or started, no device is opened; what cannot
    be read is missing. Raises nothing.
    """
    system = platform.system() if system is None else system
    here, libraries = read_platform(root, environ), Libraries(root, environ)
    builds = read_builds([Path(folder or ".") for folder in sys.path] if folders is None else folders)
    devices = () if isinstance(gpus.devices, Missing) else gpus.devices
    return Situation(
        gpus=gpus,
        visibility=see(devices, environ)[1] if devices else Missing("no GPU is known"),
        system=system,
        machine=platform.machine() if machine is None else machine,
        place=here.name,
        container=here.container,
        is_wsl=_is_wsl(root, environ),
        nodes=read_nodes(root),
        hardware=read_hardware(root),
        has_libcuda=libraries.finds("libcuda.so.1"),
        has_compat=libraries.has_compat(),
        stubs=tuple(name for name in ("libcuda.so.1", "libnvidia-ml.so.1") if libraries.stub(name)),
        library_driver=libraries.version("libcuda.so.1"),
        has_modprobe=is_there(root / "usr/bin/nvidia-modprobe"),
        builds=builds,
        lacks={build.framework: lacking(build, libraries) for build in builds} if system == "Linux" else {},
        backend=read_backend(root, environ),
        loaded=frozenset(name for module, name in _MODULES.items() if module in modules),
        environ={name: environ[name] for name in _VARIABLES if name in environ},
    )


def _is_wsl(root: Path, environ: Mapping[str, str]) -> bool:
    if "WSL_DISTRO_NAME" in environ or is_there(root / "run/WSL"):
        return True
    try:
        return "microsoft" in (root / "proc/sys/kernel/osrelease").read_text(encoding="utf-8", errors="replace").lower()
    except OSError:
        return False
