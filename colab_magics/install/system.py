"""Parts of the operating system that packages need: programs and libraries, by apt-get or as a line to run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from colab_magics.errors import BadOption, InstallFailed

_APT_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+(?::[a-z0-9-]+)?(?:=[A-Za-z0-9.+:~-]+)?")
_SUDO_PATIENCE = 5.0  # seconds
_DPKG_PATIENCE = 20.0
_LIBRARIES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib")


@dataclass(frozen=True, slots=True)
class Part:
    """A program, or a library by its file name, and the system packages that bring it."""

    file: str
    apt: str
    brew: str
    dnf: str

    @property
    def is_here(self) -> bool:
        """Can it be found? Of a library its file is looked for in the usual folders; nothing is loaded."""
        if ".so" not in self.file:
            return shutil.which(self.file) is not None
        if sys.platform != "linux":
            return True
        folders = [*os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep), str(Path(sys.prefix) / "lib"), *_LIBRARIES]
        return any(
            any(Path(folder).glob(pattern)) for folder in folders if folder for pattern in (self.file, f"*/{self.file}")
        )


DOT = Part("dot", "graphviz", "graphviz", "graphviz")
FFMPEG = Part("ffmpeg", "ffmpeg", "ffmpeg", "ffmpeg-free")
GIT_LFS = Part("git-lfs", "git-lfs", "git-lfs", "git-lfs")
LIBGL = Part("libGL.so.1", "libgl1", "mesa", "mesa-libGL")
GLIB = Part("libgthread-2.0.so.0", "libglib2.0-0", "glib", "glib2")
POPPLER = Part("pdftoppm", "poppler-utils", "poppler", "poppler-utils")
SNDFILE = Part("libsndfile.so.1", "libsndfile1", "libsndfile", "libsndfile")
TESSERACT = Part("tesseract", "tesseract-ocr", "tesseract", "tesseract")

NEEDED_BY = {
    "ffmpeg-python": (FFMPEG,),
    "graphviz": (DOT,),
    "opencv-contrib-python": (LIBGL, GLIB),
    "opencv-python": (LIBGL, GLIB),
    "pdf2image": (POPPLER,),
    "pydot": (DOT,),
    "pydub": (FFMPEG,),
    "pytesseract": (TESSERACT,),
}
"""Packages that work only where the system has these parts, as their documentation says."""

BY_NAME = {
    "ffmpeg": FFMPEG,
    "git-lfs": GIT_LFS,
    "libgl1": LIBGL,
    "libgl1-mesa-glx": LIBGL,
    "libsndfile1": SNDFILE,
    "poppler": POPPLER,
    "poppler-utils": POPPLER,
    "tesseract-ocr": TESSERACT,
}
"""Words that can only mean a system package: the package of that name, where there is one, is something else."""


def missing_for(names: Iterable[str]) -> tuple[Part, ...]:
    """The system parts that the packages ``names`` need and that are not here."""
    needed = dict.fromkeys(part for name in names for part in NEEDED_BY.get(name, ()))
    return tuple(part for part in needed if not part.is_here)


def checked(word: str) -> str:
    """A name as apt takes it. Raises `BadOption` for anything else, such as an option."""
    if not _APT_NAME.fullmatch(word):
        raise BadOption(f"{word} is no name of a system package: they are written as in  graphviz  or  libgl1.")
    return word


def way() -> tuple[str, ...] | None:
    """The words before ``apt-get``'s own, or None where it cannot be used without a password or is not here."""
    program = shutil.which("apt-get")
    if program is None:
        return None
    if _is_root():
        return (program,)
    sudo = shutil.which("sudo")
    if sudo is None:
        return None
    with suppress(OSError, subprocess.TimeoutExpired):  # one that asks or hangs is as good as none
        asked = subprocess.run(
            [sudo, "-n", "true"], stdin=subprocess.DEVNULL, capture_output=True, timeout=_SUDO_PATIENCE, check=False
        )
        if asked.returncode == 0:
            return (sudo, "-n", "env", *(f"{name}={value}" for name, value in ENVIRON.items()), program)
    return None


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


ENVIRON = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8", "NEEDRESTART_MODE": "a"}
"""Settings with which apt asks nothing, and speaks English."""

_LOCK = ("-o", "DPkg::Lock::Timeout=300")


def install_words(before: Sequence[str], packages: Sequence[str]) -> tuple[str, ...]:
    """The command that installs system packages; it waits up to 300 s for another one to end."""
    return (*before, *_LOCK, "-y", "-q", "install", "--", *packages)


def update_words(before: Sequence[str]) -> tuple[str, ...]:
    """The command that fetches the lists of what there is."""
    return (*before, *_LOCK, "-q", "update")


def line(parts: Sequence[Part], packages: Sequence[str] = ()) -> str:
    """What a person with the rights can run in a terminal of this machine."""
    for program, field, words in (
        ("apt-get", "apt", "sudo apt-get install -y"),
        ("dnf", "dnf", "sudo dnf install -y"),
        ("brew", "brew", "brew install"),
    ):
        if shutil.which(program):
            return " ".join([words, *(getattr(part, field) for part in parts), *packages])
    if (Path(sys.prefix) / "conda-meta").is_dir():
        return " ".join(["conda install -c conda-forge", *(part.brew for part in parts), *packages])
    return " ".join(["sudo apt-get install -y", *(part.apt for part in parts), *packages])


@dataclass(frozen=True, slots=True)
class Installed:
    """One installed system package, with the other names that it stands for."""

    name: str
    version: str
    provides: frozenset[str] = frozenset()


def bare(word: str) -> str:
    """The name alone, in ``name:architecture=version``."""
    return word.partition("=")[0].partition(":")[0]


def installed() -> tuple[Installed, ...] | None:
    """All installed system packages; None where nobody keeps account of them. Raises `InstallFailed`."""
    program = shutil.which("dpkg-query")
    if program is None:
        return None
    words = [program, "-W", "-f", "${Package}\t${db:Status-Abbrev}\t${Version}\t${Provides}\n"]
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=_DPKG_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        raise InstallFailed(
            "Which system packages are installed could not be found out: dpkg-query does not answer. Try again later."
        ) from None
    rows = [row.split("\t") for row in done.stdout.decode("utf-8", errors="replace").splitlines()]
    return tuple(
        Installed(row[0], row[2], frozenset(re.findall(r"(?:^|, )([a-z0-9][^\s,:]*)", "".join(row[3:]))))
        for row in rows
        if len(row) >= 3 and row[1].startswith("ii")
    )


def versions(packages: Iterable[str], among: Iterable[Installed]) -> dict[str, str]:
    """The versions of those that are, or stand for, one of ``packages``, by their own names."""
    names = set(map(bare, packages))
    return {one.name: one.version for one in among if one.name in names or names & one.provides}


def absent(packages: Iterable[str], among: Iterable[Installed]) -> list[str]:
    """Those of ``packages`` that none is, or stands for."""
    there = {name for one in among for name in (one.name, *one.provides)}
    return [name for name in map(bare, packages) if name not in there]
