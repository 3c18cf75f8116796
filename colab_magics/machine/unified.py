"""GPUs that have no memory of their own and share the machine's: NVIDIA's boards and Grace's little siblings."""

import platform
import re
from pathlib import Path

from colab_magics.machine.reading import Missing, Reading, field, is_there

# By the names that their drivers give: "NVIDIA GB10" (DGX Spark), "Orin (nvgpu)", "NVIDIA Thor", "NVIDIA Tegra X1".
_NAME = re.compile(r"\b(?:GB10|Tegra|Xavier|Orin|Thor|Spark|Jetson|nvgpu)\b", re.IGNORECASE)
# A part of a GPU that a hypervisor lends (GRID T4-16Q, NVIDIA A40-8C) has memory, and may not tell it.
_LENT = re.compile(r"\bGRID\b|-\d+[ABCQ]\b")
_ARM = ("aarch64", "arm64")


def machine_memory(name: Reading[str], root: Path) -> tuple[Reading[int], Reading[int]]:
    """Read total and used RAM in bytes for a GPU that tells no memory; `Missing` where nothing hints at sharing it."""
    total = field(root / "proc/meminfo", "MemTotal")
    if isinstance(total, Missing) or not _is_unified(name, root):
        reason = Missing("this GPU does not tell")
        return reason, reason
    available = field(root / "proc/meminfo", "MemAvailable")
    return total, available if isinstance(available, Missing) else total - available


def _is_unified(name: Reading[str], root: Path) -> bool:
    if isinstance(name, Missing) or _LENT.search(name):
        return False
    is_board = is_there(root / "etc/nv_tegra_release") or platform.machine().lower() in _ARM
    return is_board or _NAME.search(name) is not None
