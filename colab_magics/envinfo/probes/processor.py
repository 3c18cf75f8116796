"""The name of the CPU."""

from collections.abc import Mapping
from pathlib import Path

from colab_magics.envinfo.reading import Missing, Reading, is_there, text

# Numbers of makers and of their cores, as arm64 has them in /proc/cpuinfo instead of a name. The makers are in the Arm
# Architecture Reference Manual (MIDR_EL1), the cores in their technical reference manuals: https://developer.arm.com.
_MAKERS = {
    "0x41": "Arm",
    "0x43": "Cavium",
    "0x46": "Fujitsu",
    "0x48": "HiSilicon",
    "0x4e": "NVIDIA",
    "0x51": "Qualcomm",
}
_MAKERS |= {"0x61": "Apple", "0xc0": "Ampere"}
_ARM_CORES = {
    "0xd03": "Cortex-A53",
    "0xd07": "Cortex-A57",
    "0xd08": "Cortex-A72",
    "0xd0b": "Cortex-A76",
    "0xd0c": "Neoverse N1",
    "0xd40": "Neoverse V1",
    "0xd49": "Neoverse N2",
    "0xd4f": "Neoverse V2",
    "0xd84": "Neoverse V3",
    "0xd8e": "Neoverse N3",
}


def read_processor(root: Path, environ: Mapping[str, str], library: str | None = None) -> Reading[str]:
    """Read the CPU's name from the file system ``root``; outside Linux ask Windows' environment or macOS' C library.

    ``library`` is the path of the C library, by default the one that is loaded.
    """
    if is_there(root / "proc/cpuinfo"):
        return _from_files(root)
    name = environ.get("PROCESSOR_IDENTIFIER", "").strip()
    return " ".join(name.split()) if name else from_sysctl(library)


def from_sysctl(library: str | None = None) -> Reading[str]:
    """Ask macOS by sysctlbyname(3), without starting a process as `platform.processor` would."""
    import ctypes

    try:
        ask = ctypes.CDLL(library).sysctlbyname
    except (OSError, TypeError, AttributeError):
        return Missing("this system does not tell the CPU's name")
    room = ctypes.create_string_buffer(256)
    length = ctypes.c_size_t(len(room))
    ask.argtypes = (ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
    if ask(b"machdep.cpu.brand_string", room, ctypes.byref(length), None, 0) or not room.value.strip():
        return Missing("macOS does not tell the CPU's name")
    return " ".join(room.value.decode("utf-8", "replace").split())


def _from_files(root: Path) -> Reading[str]:
    # Its first lines only: the kernel writes the file as it is read, and asks every CPU for its frequency.
    lines = text(root / "proc/cpuinfo", size=4096)
    if isinstance(lines, Missing):
        return lines
    named: dict[str, str] = {}
    for line in lines.splitlines():
        name, _, value = line.partition(":")
        named.setdefault(name.strip(), " ".join(value.split()))
    # x86 has "model name", POWER "cpu", RISC-V "uarch"; boards of 32-bit Arm have their own in "Hardware".
    written = named.get("model name") or named.get("cpu") or named.get("uarch") or _arm(named) or _board(root)
    return written or named.get("Hardware") or Missing("this kind of CPU has no name in /proc/cpuinfo")


def _arm(named: Mapping[str, str]) -> str:
    maker = named.get("CPU implementer", "")
    core = _ARM_CORES.get(named.get("CPU part", ""), "") if maker == "0x41" else ""
    return f"{_MAKERS[maker]} {core}".strip() if maker in _MAKERS else ""


def _board(root: Path) -> str:
    board = text(root / "proc/device-tree/model", size=256)
    return "" if isinstance(board, Missing) else " ".join(board.strip("\0").split())
