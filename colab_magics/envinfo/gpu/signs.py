"""Signs of an NVIDIA driver, cheap enough to look for on every machine: nothing is loaded and nothing is started."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.machine.nvml_library import NO_LIBRARY

CUDA = "CUDA_VISIBLE_DEVICES"

_LIBRARY = "libnvidia-ml.so.1"
# What an entry may be besides an identifier: a place, or a word for none of them or for all.
_ENTRY = r"\s*(?:-?\d+|NoDevFiles|none|void|all|)\s*"
_LONGEST = 200  # characters of a variable that are shown

# Device nodes of the driver, of WSL, and of the driver's own folder: a container may have these and not the library.
_NODES = ("dev/nvidiactl", "dev/nvidia0", "dev/dxg", "proc/driver/nvidia")

# Where distributions, WSL (https://docs.nvidia.com/cuda/wsl-user-guide/), Colab and NixOS keep the driver's libraries.
_FOLDERS = (
    "usr/lib/x86_64-linux-gnu",
    "usr/lib/aarch64-linux-gnu",
    "usr/lib64",
    "usr/lib",
    "usr/lib/wsl/lib",
    "usr/lib64-nvidia",
    "usr/local/nvidia/lib64",
    "run/opengl-driver/lib",
)


def driver_sign(environ: Mapping[str, str], root: Path = Path("/")) -> Reading[str]:
    """Name what hints at an NVIDIA driver on the system at ``root``; `Missing` where nothing does."""
    if sys.platform == "darwin":
        return Missing("NVIDIA has no driver for macOS")
    places = _windows(environ) if sys.platform == "win32" else _linux(environ, str(root))
    for place in places:
        if os.path.exists(place):  # noqa: PTH110  a Path would cost as much again
            return place
    if sys.platform != "win32" and _is_in_cache(root / "etc/ld.so.cache"):
        return "/etc/ld.so.cache"
    return NO_LIBRARY


def driver_state(environ: Mapping[str, str] = os.environ, root: str = "/") -> tuple[object, ...]:
    """Tell what changes when the driver is updated, loaded or taken away; some microseconds, and nothing is loaded."""
    try:
        with open(os.path.join(root, "proc/driver/nvidia/version"), "rb") as file:  # noqa: PTH118, PTH123 (a third of the time of Path)
            version = file.read(1000)
    except OSError:
        version = b""
    places = _windows(environ) if sys.platform == "win32" else _libraries(environ, root)
    return version, *map(_identity, places)


def _identity(place: str) -> tuple[int, int, int] | None:
    try:
        status = os.stat(place)  # noqa: PTH116 (a third of the time of Path)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def container_hint(environ: Mapping[str, str]) -> str:
    """Say that a container was started without GPUs, as far as its own variable tells; empty where it does not.

    https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html
    """
    value = environ.get("NVIDIA_VISIBLE_DEVICES")
    if value not in ("void", "none"):
        return ""
    return f"; NVIDIA_VISIBLE_DEVICES is {value}: this container was started without GPUs"


def _linux(environ: Mapping[str, str], root: str) -> Iterator[str]:
    yield from (os.path.join(root, node) for node in _NODES)  # noqa: PTH118 (text, as RECORD and modules have it)
    yield from _libraries(environ, root)


def _libraries(environ: Mapping[str, str], root: str) -> Iterator[str]:
    for folder in environ.get("LD_LIBRARY_PATH", "").replace(";", ":").split(":"):
        if folder:
            yield f"{folder}/{_LIBRARY}"
    yield from (os.path.join(root, folder, _LIBRARY) for folder in _FOLDERS)  # noqa: PTH118 (text, as RECORD and modules have it)


def _windows(environ: Mapping[str, str]) -> Iterator[str]:
    """Name the two places where nvidia-ml-py looks."""
    yield os.path.join(environ.get("WINDIR", "C:/Windows"), "System32", "nvml.dll")  # noqa: PTH118 (text, as RECORD and modules have it)
    folder = environ.get("PROGRAMFILES", environ.get("ProgramFiles", "C:/Program Files"))
    yield os.path.join(folder, "NVIDIA Corporation", "NVSMI", "nvml.dll")  # noqa: PTH118 (text, as RECORD and modules have it)


def _is_in_cache(path: Path) -> bool:
    """Whether the loader's cache names the library, in whatever folder."""
    try:
        return _LIBRARY.encode() in path.read_bytes()
    except OSError:
        return False


def shown(environ: Mapping[str, str], name: str = CUDA) -> Reading[str]:
    """Give the text of a variable; the serial part of a GPU's identifier, and what is no GPU, is left out."""
    value = environ.get(name)
    if value is None:
        return Missing(f"{name} is not set: every GPU is visible")
    text = ",".join(map(_shown_entry, value.split(",")))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _shown_entry(entry: str) -> str:
    if re.fullmatch(_ENTRY, entry):
        return entry
    kind = entry.strip()[:4]
    return f"{kind}…" if kind in ("GPU-", "MIG-") else "…"
