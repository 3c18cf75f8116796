"""The way into this kernel's environment: its own pip, or uv."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Literal

from colab_magics.errors import InstallFailed


@dataclass(frozen=True, slots=True)
class Way:
    """An installer: ``words`` start it; ``notes`` are what is worth knowing about the environment."""

    name: Literal["pip", "uv"]
    words: tuple[str, ...] = field(repr=False)
    notes: tuple[str, ...] = ()
    tells_progress: bool = False


def find() -> Way:
    """Choose the installer of the environment that this very process runs in; nothing is started.

    Its own pip; uv where pip is missing or uv made the environment. Raises `InstallFailed` where there is neither.
    """
    if not sys.executable:
        raise InstallFailed(
            "This kernel does not know which Python it runs in, so that nothing can be installed into it."
        )
    has_pip = importlib.util.find_spec("pip") is not None
    uv = _uv()
    if uv and (not has_pip or _is_made_by_uv()):
        return Way("uv", uv, _notes())
    if has_pip:
        return Way("pip", (sys.executable, "-m", "pip"), _notes(), tells_progress=_pip_version() >= (24, 1))
    raise InstallFailed(
        "This environment has neither pip nor uv: run  %run -m ensurepip  in a cell (on Debian and Ubuntu first "
        "%install --apt python3-venv), and try again."
    )


def _uv() -> tuple[str, ...]:
    program = shutil.which("uv")
    if program:
        return (program,)
    return (sys.executable, "-m", "uv") if importlib.util.find_spec("uv") is not None else ()


def _is_made_by_uv() -> bool:
    try:
        lines = (Path(sys.prefix) / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # no virtual environment
        return False
    return any(line.partition("=")[0].strip() == "uv" for line in lines)


def _pip_version() -> tuple[int, ...]:
    """``--progress-bar raw`` came with pip 24.1 (https://pip.pypa.io/en/stable/news/)."""
    try:
        numbers = metadata.version("pip").split(".")[:2]
    except metadata.PackageNotFoundError:  # one that was copied there, or that a system brings: it may be old
        return ()
    return tuple(int(number) for number in numbers if number.isdecimal())


def _notes() -> tuple[str, ...]:
    notes = []
    if (Path(sys.prefix) / "conda-meta").is_dir():
        notes.append(
            "This is a conda environment, which does not know what is installed this way: conda may replace it later."
        )
    pip = shutil.which("pip")
    if pip and not _is_here(Path(pip)):
        notes.append(
            "The pip that a terminal would find belongs to another Python; the kernel's own environment was used."
        )
    return tuple(notes)


def _is_here(program: Path) -> bool:
    """Is it in the folder of this Python's programs, or does its first line name this Python?"""
    folders = {
        os.path.realpath(folder)
        for folder in (Path(sys.executable).parent, Path(sys.prefix) / "bin", Path(sys.prefix) / "Scripts")
    }
    if os.path.realpath(program.parent) in folders:
        return True
    try:
        with program.open("rb") as file:
            first = file.readline(500)
    except OSError:
        return False
    named = os.fsdecode(first[2:].strip().split(b" ")[0]) if first.startswith(b"#!") else ""
    return bool(named) and os.path.realpath(named) == os.path.realpath(sys.executable) and sys.prefix == sys.base_prefix
