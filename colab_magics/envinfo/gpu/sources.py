"""Who is asked for the GPUs, in which order, and what is made of several answers."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from colab_magics.envinfo.gpu.gpus import Gpus
from colab_magics.envinfo.gpu.signs import CUDA, container_hint, driver_sign, shown
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.machine.nvml_library import NO_LIBRARY

if TYPE_CHECKING:
    from colab_magics.envinfo.gpu.device import Found

SOURCES = ("auto", "nvml", "nvidia-smi", "gputil", "all")
"""What ``--gpu-source`` may be."""

_BUDGET = 2.4
"""Seconds that ``auto`` and ``all`` may take when every driver and program hangs."""
_SHORTEST = 0.5
"""Seconds of it below which no program is started any more."""
_NO_PROGRAM = Missing("nvidia-smi is not here: the NVIDIA driver brings it")
_SAME_DRIVER = Missing("it was not asked, for it waits for the same driver")
_NO_TIME = Missing("there was no time left to ask it")
_NO_GPU = Missing("no NVIDIA driver is installed, and there is no AMD GPU")
_ABSENT = (NO_LIBRARY, _NO_PROGRAM)

_Answer: TypeAlias = "tuple[str, Reading[Found]]"


def read_gpus(environ: Mapping[str, str], *, root: Path = Path("/"), source: str = "auto") -> Gpus:
    """Ask for the GPUs; what nobody tells is `Missing` with the reason.

    ``auto`` asks one after the other until one answers: NVML, nvidia-smi, GPUtil, AMD's driver, Apple's. It takes 2.5
    seconds at most, even if all of them hang, and starts nothing where there is no sign of a GPU. ``nvml``,
    ``nvidia-smi`` and ``gputil`` ask only that one; ``all`` asks these three at once, in the same time, and compares
    what they tell, and asks the others where none of them sees a GPU.

    Raises ValueError for any other source.
    """
    asked = _Asked(environ, root, time.monotonic() + _BUDGET)
    if source == "auto":
        return _gpus(_until_found(asked.in_order()), environ)
    if source == "all":
        return _gpus(asked.together(), environ)
    if source not in SOURCES:
        raise ValueError(f"There is no source of GPUs named {source!r}: choose {', '.join(SOURCES)}.")
    return _gpus([(source, asked.alone(source))], environ)


class _Asked(NamedTuple):
    """The machine that is asked, and when ``auto`` and ``all`` must have ended on the clock `time.monotonic`."""

    environ: Mapping[str, str]
    root: Path
    deadline: float

    def in_order(self) -> Iterator[_Answer]:
        yield "nvml", self.nvml()
        if _has_program(self.environ, self.root):
            for name in ("nvidia-smi", "gputil"):
                yield name, self._in_time(name)
        else:
            yield "nvidia-smi", _NO_PROGRAM
        yield from self._others()

    def together(self) -> list[_Answer]:
        """Ask the three for NVIDIA's GPUs at once, for a driver that hangs keeps all of them."""
        from colab_magics.envinfo.gpu.guard import Question

        names = SOURCES[1:4]
        questions = [Question(partial(self.alone, name)) for name in names]
        given = []
        for name, question in zip(names, questions, strict=True):
            answer = question.answer(self.deadline - time.monotonic())
            given.append((name, _NO_TIME if answer is None else answer))
        are_silent = all(isinstance(answer, Missing) for _, answer in given)
        return [*given, *(_until_found(self._others()) if are_silent else ())]

    def _others(self) -> Iterator[_Answer]:
        yield "amd", self._amd()
        if sys.platform == "darwin":
            from colab_magics.envinfo.gpu.apple import read_apple

            yield "apple", read_apple()

    def alone(self, name: str) -> Reading[Found]:
        """Ask one source, whatever the others would say."""
        return self.nvml() if name == "nvml" else self._program(name, 2.0)

    def nvml(self) -> Reading[Found]:
        sign = driver_sign(self.environ, self.root)
        if isinstance(sign, Missing):
            return sign
        from colab_magics.envinfo.gpu.guard import guard

        found = guard().ask()
        return Missing(found.reason + container_hint(self.environ)) if isinstance(found, Missing) else found

    def _in_time(self, name: str) -> Reading[Found]:
        """Ask a program in what is left of the time, and not at all if the driver that it needs hangs."""
        if not isinstance(driver_sign(self.environ, self.root), Missing):
            from colab_magics.envinfo.gpu.guard import guard

            if guard().is_hanging:
                return _SAME_DRIVER
        left = self.deadline - time.monotonic()
        return self._program(name, min(left, 2.0)) if left > _SHORTEST else _NO_TIME

    def _program(self, name: str, timeout: float) -> Reading[Found]:
        from colab_magics.envinfo.gpu.guard import guarded

        reader = _reader(name)
        key = (name, self.environ.get("PATH", ""))
        return guarded(key, lambda: reader(self.environ, timeout=timeout), timeout)

    def _amd(self) -> Reading[Found]:
        from colab_magics.envinfo.gpu.amd import read_amd

        return read_amd(self.root)


def _reader(name: str) -> Callable[..., Reading[Found]]:
    if name == "gputil":
        from colab_magics.envinfo.gpu.gputil import read_gputil

        return read_gputil
    from colab_magics.envinfo.gpu.nvidia_smi import read_nvidia_smi

    return read_nvidia_smi


def _has_program(environ: Mapping[str, str], root: Path) -> bool:
    """Whether nvidia-smi is worth looking for; cheaper than importing its reader, which machines without pay, too."""
    if sys.platform == "win32":
        return True
    folders = (*environ.get("PATH", "").split(os.pathsep), str(root / "usr/lib/wsl/lib"))
    return any(folder and os.path.exists(f"{folder}/nvidia-smi") for folder in folders)  # noqa: PTH110 (a third of the time of Path)


def _until_found(answers: Iterator[_Answer]) -> list[_Answer]:
    given = []
    for name, answer in answers:
        given.append((name, answer))
        if not isinstance(answer, Missing):
            break
    return given


def _gpus(answers: list[_Answer], environ: Mapping[str, str]) -> Gpus:
    """Make the facts of the first source that saw GPUs, with the reasons of the others."""
    found = {name: answer for name, answer in answers if not isinstance(answer, Missing)}
    refusals = tuple((name, answer.reason) for name, answer in answers if isinstance(answer, Missing))
    if not found:
        why = _reason(answers)
        return Gpus(why, why, why, shown(environ, CUDA), source=why, refusals=refusals, visible_count=why)
    from colab_magics.envinfo.gpu.visible import see

    name, first = next(iter(found.items()))
    devices, seen = see(first.devices, environ)
    return Gpus(
        devices,
        first.driver,
        first.cuda,
        seen.text,
        source=name,
        refusals=refusals,
        disagreements=_disagreements(found),
        hidden_by=seen.variable,
        visible_count=seen.count,
    )


def _reason(answers: list[_Answer]) -> Missing:
    """Choose the reason that says most: the first that is more than that something is not here."""
    reasons = {name: answer for name, answer in answers if isinstance(answer, Missing)}
    if len(reasons) == 1:
        return next(iter(reasons.values()))
    if "apple" in reasons:
        return reasons["apple"]
    telling = (reasons[name] for name in SOURCES if name in reasons and reasons[name] not in _ABSENT)
    return next(telling, _NO_GPU if "amd" in reasons else next(iter(reasons.values())))


def _disagreements(found: Mapping[str, Found]) -> tuple[str, ...]:
    if len(found) < 2:
        return ()
    from colab_magics.envinfo.gpu.crosscheck import disagreements

    return disagreements(found)
