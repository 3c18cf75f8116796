"""The verdicts that are worth a line on the main card; on a machine without a GPU they cost next to nothing."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from colab_magics.envinfo.gpu.gpus import Gpus
from colab_magics.envinfo.reading import Missing, is_there

_MOST = 3
# The card says these in lines of its own, or they are no news: what is not here, and what a variable hides.
_TOLD_ELSEWHERE = frozenset(
    {"no-gpu", "no-accelerator", "hidden", "partly-hidden", "not-installed", "keras-backend", "ok"}
)


def headlines(
    gpus: Gpus,
    root: Path = Path("/"),
    environ: Mapping[str, str] = os.environ,
    folders: Sequence[Path] | None = None,
) -> tuple[str, ...]:
    """Say in at most three sentences what keeps frameworks from an NVIDIA GPU; none where there is no sign of one.

    The arguments are those of `read_situation`. Raises nothing.
    """
    if not _is_worth_a_look(gpus, root):
        return ()
    from colab_magics.envinfo.why.rules import explain
    from colab_magics.envinfo.why.situation import read_situation

    verdicts = explain(read_situation(gpus, root, environ, folders))
    told = (
        verdict for verdict in verdicts if verdict.tone in ("wrong", "warn") and verdict.cause not in _TOLD_ELSEWHERE
    )
    return tuple(dict.fromkeys(verdict.sentence for verdict in told))[:_MOST]


def _is_worth_a_look(gpus: Gpus, root: Path) -> bool:
    """Is an NVIDIA GPU here, or does the bus or the driver's own folder hint at one?"""
    if not isinstance(gpus.devices, Missing):
        return any(gpu.vendor == "NVIDIA" for gpu in gpus.devices)
    if any(is_there(root / sign) for sign in ("dev/nvidiactl", "dev/nvidia0", "dev/dxg", "proc/driver/nvidia")):
        return True
    from colab_magics.envinfo.why.hardware import read_vendors

    return "NVIDIA" in read_vendors(root)
