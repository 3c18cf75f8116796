"""The card of ``%envinfo why-gpu``: each verdict with what to do about it."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from colab_magics.card import Card, Facts, Note, Part, Tone
from colab_magics.envinfo.gpu.gpus import Gpus
from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.why.builds import Build
from colab_magics.envinfo.why.rules import explain
from colab_magics.envinfo.why.situation import Situation, read_situation
from colab_magics.envinfo.why.verdict import Verdict

_STATES: dict[Tone, str] = {
    "wrong": "something keeps it away",
    "warn": "something may keep it away",
    "ok": "nothing keeps it away",
    "": "there is none to see",
}


def why_card(
    gpus: Gpus,
    root: Path = Path("/"),
    environ: Mapping[str, str] = os.environ,
    folders: Sequence[Path] | None = None,
) -> Card:
    """Read the situation around ``gpus`` and show what the rules say; the arguments are those of `read_situation`."""
    here = read_situation(gpus, root, environ, folders)
    return verdict_card(explain(here), here)


def verdict_card(verdicts: tuple[Verdict, ...], here: Situation) -> Card:
    """Show verdicts, the first one largest, and below them what was looked at."""
    first = verdicts[0]
    return Card(
        "Why no GPU?",
        big=first.sentence,
        state=_STATES[first.tone],
        tone=first.tone,
        parts=(*_notes(verdicts), Facts(tuple(_facts(here)))),
    )


def _notes(verdicts: tuple[Verdict, ...]) -> Iterator[Part]:
    for place, verdict in enumerate(verdicts):
        doubt = " (likely)" if verdict.certainty == "likely" and verdict.tone != "ok" else ""
        if place:
            yield Note(f"{verdict.sentence}{doubt}", verdict.tone)
        elif doubt:
            yield Note("This is likely, not certain: not every sign could be read.")
        if verdict.next_step and (verdict.tone != "ok" or not place):
            yield Note(f"→ {verdict.next_step}")


def _facts(here: Situation) -> Iterator[tuple[str, str]]:
    yield "GPU", here.gpus.devices.reason if isinstance(here.gpus.devices, Missing) else f"{len(here.devices)} found"
    if not isinstance(here.gpus.driver, Missing):
        cuda = "" if isinstance(here.gpus.cuda, Missing) else f", runs CUDA up to {here.gpus.cuda}"
        yield "Driver", f"{here.gpus.driver}{cuda}"
    yield from ((build.framework, _build(build)) for build in here.builds)


def _build(build: Build) -> str:
    if not build.is_installed:
        return "not installed"
    if isinstance(build.target, Missing):
        return f"{build.label}: {build.target.reason}"
    cuda = "" if isinstance(build.cuda, Missing) else f" {build.cuda}"
    cudnn = "" if isinstance(build.cudnn, Missing) else f", cuDNN {build.cudnn}"
    return f"{build.label}, built for {build.target}{cuda}{cudnn}"
