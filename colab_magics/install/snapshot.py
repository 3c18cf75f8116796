"""The packages of this environment at one moment, with what it takes to tell later what has changed."""

from __future__ import annotations

import csv
import json
import os
import re
import site
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from importlib.machinery import all_suffixes
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from colab_magics.distributions import normalized

_INFO = re.compile(r"(?P<name>[^~].*?)(?:-(?P<version>[^-]+))?(?:-py[\d.]+)?\.(?:dist|egg)-info")
_SUFFIXES = tuple(all_suffixes())


@dataclass(frozen=True)
class Distribution:
    """One installed package: what its folder ``info`` says, unread as far as possible.

    ``name`` as packages are compared, ``label`` as it writes itself; ``folder``: where its modules lie; ``project``:
    the folder of an editable installation, else empty; ``origin``: the address that it came from, if from one.
    """

    name: str
    label: str
    version: str
    folder: str
    info: str
    metadata: bytes = field(repr=False)
    record: bytes = field(repr=False)
    top_level: tuple[str, ...]
    project: str
    origin: str = field(repr=False)
    is_requested: bool

    @cached_property
    def files(self) -> Mapping[str, str]:
        """The path of each module with the hash and the size that RECORD promises.

        https://packaging.python.org/en/latest/specifications/recording-installed-packages/
        """
        rows = csv.reader(self.record.decode("utf-8", errors="replace").splitlines())
        found = {}
        for row in rows:
            if row and row[0].endswith(_SUFFIXES) and not row[0].endswith(".pyc"):
                found[os.path.normpath(os.path.join(self.folder, row[0]))] = ",".join(row[1:3])  # noqa: PTH118 (text, as RECORD and modules have it)
        return found

    @cached_property
    def modules(self) -> tuple[str, ...]:
        """The outermost modules and packages that it brings and that have a name one can import."""
        names = {name for path in self.files if (name := module_name(path, self.folder))}
        if not names:
            return tuple(name for name in self.top_level if name.isidentifier())
        return tuple(sorted(name for name in names if not _ancestors(name) & names))


@dataclass(frozen=True)
class Snapshot:
    """All packages by name; of several of one name the one that an import finds."""

    distributions: Mapping[str, Distribution] = field(repr=False)
    folders: tuple[str, ...]

    def get(self, name: str) -> Distribution | None:
        """The package of this normal name."""
        return self.distributions.get(name)


def module_name(path: str, folder: str) -> str:
    """The dotted name of a module file below ``folder``; empty where it can have none."""
    parts = list(Path(os.path.relpath(path, folder)).parts)
    parts[-1] = parts[-1].split(".")[0]
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts) if parts and all(part.isidentifier() for part in parts) else ""


def _ancestors(name: str) -> set[str]:
    parts = name.split(".")
    return {".".join(parts[:end]) for end in range(1, len(parts))}


def take(path: Sequence[str] | None = None) -> Snapshot:
    """Look into every folder in which an import looks; what cannot be read is left out."""
    folders = real(path or _path())
    found: dict[str, Distribution] = {}
    for folder in folders:
        for distribution in _of_folder(folder):
            found.setdefault(distribution.name, distribution)
    return Snapshot(found, folders)


def real(folders: Iterable[str]) -> tuple[str, ...]:
    """The real path of each once, without those that lead through a working folder that is gone."""
    found = []
    for folder in folders:
        with suppress(FileNotFoundError):
            found.append(os.path.realpath(folder))
    return tuple(dict.fromkeys(found))


def _path() -> list[str]:
    """Where imports look, and the folder of the person's own packages, which pip may be about to make."""
    own = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    return [*(entry for entry in sys.path if isinstance(entry, str)), *own]


def _of_folder(folder: str) -> Iterable[Distribution]:
    try:
        with os.scandir(folder) as entries:
            # In the folder's own order, as `importlib.metadata`: of two records of one name it takes the first.
            infos = [entry.name for entry in entries if entry.name.endswith((".dist-info", ".egg-info"))]
    except OSError:  # a zip file, or a folder that is no more
        return
    for info in infos:
        named = _INFO.fullmatch(info)
        if named is not None:
            yield _read(folder, info, named)


def _read(folder: str, info: str, named: re.Match[str]) -> Distribution:
    place = Path(folder, info)
    metadata = _bytes(place / "METADATA") or _bytes(place / "PKG-INFO") or _bytes(place)
    label = _header(metadata, "Name") or named["name"]
    origin, is_editable = _direct_url(place)
    project = _folder(origin) if is_editable else ""
    return Distribution(
        name=normalized(label),
        label=label,
        version=_header(metadata, "Version") or named["version"] or "of an unknown version",
        folder=folder,
        info=info,
        metadata=metadata,
        record=_bytes(place / "RECORD"),
        top_level=tuple(_bytes(place / "top_level.txt").decode("utf-8", errors="replace").split()),
        project=project or ("" if info.endswith(".dist-info") or _is_for_packages(folder) else folder),
        origin=origin,
        is_requested=(place / "REQUESTED").exists(),
    )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # not every package has every file
        return b""


def _header(metadata: bytes, name: str) -> str:
    head = metadata.partition(b"\n\n")[0].partition(b"\r\n\r\n")[0]
    found = re.search(rf"(?im)^{name}:[ \t]*([^\r\n]*)".encode(), head)
    return found[1].decode("utf-8", errors="replace").strip() if found else ""


def _direct_url(place: Path) -> tuple[str, bool]:
    """The address that it came from, and whether it is edited there.

    https://packaging.python.org/en/latest/specifications/direct-url/
    """
    content = _bytes(place / "direct_url.json")
    try:
        told = json.loads(content)
        url, about = told["url"], told.get("dir_info", {})
        return (url, about.get("editable") is True) if isinstance(url, str) else ("", False)
    except (ValueError, KeyError, TypeError, AttributeError):  # not there, or damaged: it counts as any other package
        return "", False


def _folder(address: str) -> str:
    url = urlsplit(address)
    return os.path.realpath(url2pathname(url.path)) if url.scheme == "file" else ""


def _is_for_packages(folder: str) -> bool:
    return os.path.basename(folder) in ("site-packages", "dist-packages")  # noqa: PTH119 (text, as above)
