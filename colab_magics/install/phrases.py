"""What the lines of pip, uv and apt mean: which phase has begun, how much has arrived."""

from __future__ import annotations

import re

from colab_magics.install.events import BytesArrived, LineSaid, Phase, PhaseBegan

_PROGRESS = re.compile(r"Progress (\d+) of (\d+)")  # pip's --progress-bar raw

_PHASES: tuple[tuple[str, Phase], ...] = (
    (r"\s*(?:Using cached|Downloading) (\S+(?: \([^)]*\))?)", "downloading"),
    (r"\s*(?:Building wheels? for|Created wheel for|Building) (.+)", "building"),
    (r"\s*(?:Preparing metadata|Getting requirements to|Installing (?:build|backend) dependencies)()", "building"),
    (r"\s*(?:Cloning|Updating) (\S+)", "downloading"),
    (r"Installing collected packages: (.+)", "installing"),
    (r"(?:Prepared|Installed) (\d+ packages?)", "installing"),
    (r"(?:Collecting|Processing) (\S+)", "finding"),
    (r"Waiting for cache lock()", "waiting"),
    (r"(?:Get|Hit|Ign):\d+ \S+ (.+)", "system"),
    (r"(?:Unpacking|Setting up) (\S+)", "system"),
)  # fmt: skip
_MEANINGS: tuple[tuple[re.Pattern[str], Phase], ...] = tuple((re.compile(pattern), phase) for pattern, phase in _PHASES)


def heard(line: str) -> tuple[LineSaid | PhaseBegan | BytesArrived, ...]:
    """The events that a line stands for; a line of mere progress is not kept as said."""
    progress = _PROGRESS.fullmatch(line)
    if progress is not None:
        return (BytesArrived(int(progress[1]), int(progress[2])),)
    if not line.strip():
        return ()
    for pattern, phase in _MEANINGS:
        found = pattern.match(line)
        if found is not None:
            return (PhaseBegan(phase, found[1].strip()[:80]), LineSaid(line))
    return (LineSaid(line),)
