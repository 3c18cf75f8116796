"""Files that were fetched, kept whole, so that the same source need not be fetched again."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from colab_magics.errors import BadOption
from colab_magics.format import size_of
from colab_magics.transfer import journal
from colab_magics.transfer.events import Downloaded
from colab_magics.transfer.landing import Landing, Shelf
from colab_magics.transfer.locking import is_held, locked
from colab_magics.transfer.remote import Version

FOLDER_VARIABLE = "COLAB_MAGICS_CACHE"
LIMIT_VARIABLE = "COLAB_MAGICS_CACHE_LIMIT"
DEFAULT_LIMIT = 10 << 30
"""Bytes."""

_FORM = 1
_MANIFEST = "manifest.json"
_UNFINISHED = "unfinished"
_YOUNG = 3600  # seconds for which a file may still be about to be opened by whom it was given


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the cache: ``source`` as it may be shown, ``size`` in bytes, times in seconds since 1970.

    ``access``: how the store of it was reached, where that is more than its address; never a secret.
    """

    key: str
    path: Path
    name: str
    source: str
    size: int
    sha256: str
    version: Version
    content_type: str
    fetched_at: float
    used_at: float
    access: dict[str, Any] = field(default_factory=dict)


class Cache:
    """A folder of this user's with a limit in bytes; the files that were used longest ago go first.

    That a file lies there does not make it valid: its manifest, written last, says what it must be. Raises OSError
    where the folder cannot be made or written.
    """

    def __init__(self, folder: Path, limit: int = DEFAULT_LIMIT) -> None:
        self.folder, self.limit = folder, limit
        (folder / _UNFINISHED).mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        if not os.access(folder / _UNFINISHED, os.W_OK):
            raise PermissionError(13, "Permission denied", str(folder))

    def shelf(self, key: str) -> Shelf:
        """Where the unfinished file of a source waits for the next try."""
        return Shelf(self.folder / _UNFINISHED, key)

    def new_target(self) -> Path:
        """A name for a file to fetch, which `add` then takes in."""
        return self.folder / _UNFINISHED / f"{secrets.token_hex(8)}.whole"

    @contextlib.contextmanager
    def locked(self, key: str, stop: threading.Event) -> Iterator[bool]:
        """Let one process fetch a source and the others wait for it; where locks do not work, all fetch it."""
        with locked(self.folder / f"{key}.lock", stop) as has_waited:
            yield has_waited

    def find(self, key: str) -> Entry | None:
        """Return the file of a source, if it is there and still is what its manifest says."""
        manifest = self._manifest(key)
        if manifest is None:
            return None
        entry, mark = manifest
        try:
            found = entry.path.stat()
            is_same = [found.st_size, found.st_mtime_ns, found.st_ino] == mark or _hash(entry.path) == entry.sha256
        except OSError:
            return None
        return entry if is_same and found.st_size == entry.size else None

    def add(self, key: str, name: str, got: Downloaded, access: Mapping[str, Any] | None = None) -> Entry:
        """Take in what was fetched to `new_target`; ``name`` is one that a file may have. Raises OSError."""
        folder = self.folder / key
        folder.mkdir(exist_ok=True, mode=0o700)
        path = folder / f"{got.sha256[:16]}-{name}"
        got.path.replace(path)
        found = path.stat()
        now = time.time()
        told = (got.source, got.size, got.sha256, got.version, got.content_type)
        entry = Entry(key, path, name, *told, now, now, dict(access or {}))
        facts = {"form": _FORM, **asdict(entry), "path": path.name}
        facts["mark"] = [found.st_size, found.st_mtime_ns, found.st_ino]
        with Landing(folder / _MANIFEST) as landing:
            landing.write(json.dumps(facts, indent=1).encode())
            landing.publish(None)
        self.trim()
        return entry

    def use(self, entry: Entry) -> None:
        """Note that a file was used now."""
        with contextlib.suppress(OSError):  # a cache that may only be read
            os.utime(self.folder / entry.key / _MANIFEST)

    def entries(self) -> list[Entry]:
        """All files, the one that was used last first."""
        found = (self._manifest(folder.name) for folder in self.folder.iterdir() if folder.is_dir())
        entries = [entry for entry, _ in filter(None, found) if entry.path.is_file()]
        return sorted(entries, key=lambda entry: entry.used_at, reverse=True)

    def clear(self) -> int:
        """Remove all files, and what ended processes left unfinished; return how many bytes that were."""
        entries = self.entries()
        for key in (*(entry.key for entry in entries), *self._abandoned(entries)):
            self._remove(key)
        journal.clear(self.folder / _UNFINISHED)
        return sum(entry.size for entry in entries)

    def trim(self) -> None:
        """Remove the files that were used longest ago, until the limit is kept; the last one stays."""
        journal.sweep(self.folder / _UNFINISHED)
        entries, left = self.entries(), self.limit
        for key in self._abandoned(entries, time.time() - _YOUNG):
            self._remove(key)
        for number, entry in enumerate(entries):
            left -= entry.size
            if number and left < 0:
                self._remove(entry.key)
            else:
                self._remove_others(entry)

    def _abandoned(self, entries: list[Entry], until: float = float("inf")) -> Iterator[str]:
        """Yield the keys of no entry, where a process ended amid `add`, and that nobody has changed since ``until``."""
        known = {_UNFINISHED, *(entry.key for entry in entries)}
        for folder in self.folder.iterdir():
            if folder.name not in known and folder.is_dir():
                with contextlib.suppress(OSError):
                    if folder.stat().st_ctime < until and not is_held(self.folder / f"{folder.name}.lock"):
                        yield folder.name

    def _manifest(self, key: str) -> tuple[Entry, list[int]] | None:
        path = self.folder / key / _MANIFEST
        try:
            facts: dict[str, Any] = json.loads(path.read_bytes())
            if facts.pop("form") != _FORM or facts["key"] != key or Path(facts["path"]).name != facts["path"]:
                return None
            mark = facts.pop("mark")
            facts |= {"path": path.parent / facts["path"], "version": Version(**facts["version"])}
            return Entry(**{**facts, "used_at": path.stat().st_mtime}), mark
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def _remove(self, key: str) -> None:
        with contextlib.suppress(OSError):
            (self.folder / key / _MANIFEST).unlink()
        shutil.rmtree(self.folder / key, ignore_errors=True)
        with contextlib.suppress(OSError):
            (self.folder / f"{key}.lock").unlink()

    def _remove_others(self, entry: Entry) -> None:
        """Remove earlier versions of a file that nobody is about to open any more."""
        long_ago = time.time() - _YOUNG
        for path in entry.path.parent.iterdir():
            with contextlib.suppress(OSError):
                if path.name not in (entry.path.name, _MANIFEST) and path.stat().st_ctime < long_ago:
                    path.unlink()


def default_cache(environ: Mapping[str, str] = os.environ) -> Cache:
    """The cache where the environment or the system's custom puts it. Raises OSError, `BadOption` for a bad limit."""
    named = environ.get(FOLDER_VARIABLE)
    if named:
        folder = Path(named).expanduser()
    else:
        import platformdirs

        folder = platformdirs.user_cache_path("colab_magics", appauthor=False)
    limit = environ.get(LIMIT_VARIABLE)
    try:
        return Cache(folder / "files", size_of(limit) if limit else DEFAULT_LIMIT)
    except ValueError as error:
        raise BadOption(f"{LIMIT_VARIABLE} must be a size, such as 10GB: {error}.") from error


def key_of(*identity: str) -> str:
    """A name for a source, from which nothing can be read, by all that makes it another: address, account, store."""
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:32]


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
