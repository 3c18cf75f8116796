"""A whole local copy of a remote file: from the cache if it is still the same there, else fetched."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics.errors import DownloadFailed, SourceDenied, SourceNotFound, Unproven
from colab_magics.transfer.disguises import LfsPointer, pointer_in, refuse_disguise
from colab_magics.transfer.events import Downloaded, Progress, Stopped
from colab_magics.transfer.fetch import Verify, fetch
from colab_magics.transfer.refusals import PATIENCE, Patience
from colab_magics.transfer.remote import NotModified

if TYPE_CHECKING:
    from colab_magics.transfer.cache import Cache, Entry
    from colab_magics.transfer.remote import Remote

_UNPROVEN = "The server did not tell the length: nothing proves that all of it arrived."


class Pointed(Exception):
    """The file is a pointer of Git LFS; the real one is elsewhere."""

    def __init__(self, pointer: LfsPointer) -> None:
        super().__init__()
        self.pointer = pointer


@dataclass(frozen=True, slots=True)
class Wish:
    """How a copy is to be had.

    ``sha256``: the hash in hexadecimal that it must have. ``refresh``: fetch it also where the cache has it.
    ``offline``: take it from the cache without asking the server. ``trust``: take it also where nothing tells that it
    is whole. ``takes_pages``: a web page is what is wanted. ``most``: bytes that it may have.
    """

    sha256: str | None = None
    refresh: bool = False
    offline: bool = False
    trust: bool = False
    takes_pages: bool = False
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """A local file, and what the person should know of how it came; ``size`` in bytes.

    ``name``: the one that it was brought by, also where it was in the cache already.
    """

    path: Path
    size: int
    sha256: str
    notes: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Courier:
    """Brings copies of remote files.

    ``cache``: where they are kept; without one they come into ``folder``, a private one that exists. ``verify``: looks
    at a whole file before it counts as one; see `fetch`. ``access``: what is kept of how the store was reached.
    """

    folder: Path
    cache: Cache | None
    wish: Wish = Wish()
    on_progress: Callable[[Progress], None] = lambda _: None
    stop: threading.Event | None = None
    patience: Patience = PATIENCE
    verify: Verify = lambda path, sha256: None
    access: Mapping[str, Any] | None = None

    def bring(self, remote: Remote, key: str, name: str) -> Copy:
        """Return a copy of ``remote``, which the cache knows by ``key``; ``name`` is one that a file may have.

        Raises `SourceNotFound`, `SourceDenied`, `DownloadFailed`, `ChecksumMismatch`, `UnknownFormat` for a web page
        in place of data, `BrokenFile` for nothing at all, `Unproven`, `Pointed`, or `Stopped`.
        """
        if self.cache is None:
            if self.wish.offline:
                raise SourceNotFound(
                    f"There is no cache here, so that {remote.shown} is not in it: leave --offline out."
                )
            got = self._fetch(remote, self.folder / name, name)
            return Copy(got.path, got.size, got.sha256, _notes(got), name)
        stop = self.stop or threading.Event()
        with self.cache.locked(key, stop):
            if stop.is_set():
                raise Stopped
            return self._from(self.cache, remote, key, name)

    def _from(self, cache: Cache, remote: Remote, key: str, name: str) -> Copy:
        entry = cache.find(key)
        if self.wish.offline or (entry is not None and entry.sha256 == (self.wish.sha256 or "").lower()):
            return _used(cache, entry, remote)
        known = entry if not self.wish.refresh and self.wish.sha256 is None else None
        try:
            got = self._fetch(remote, cache.new_target(), name, cache, key, known)
        except NotModified:
            return _used(cache, known, remote)
        except (SourceNotFound, SourceDenied, DownloadFailed) as error:
            raise (error if entry is None else type(error)(f"{error} {_offer(entry)}")) from error.__cause__
        if not got.is_proven_whole:
            target = self.folder / name
            got.path.replace(target)
            return Copy(target, got.size, got.sha256, _notes(got), name)
        kept = cache.add(key, name, got, self.access)
        return Copy(kept.path, kept.size, kept.sha256, (), name)

    def _fetch(
        self,
        remote: Remote,
        target: Path,
        name: str,
        cache: Cache | None = None,
        key: str = "",
        known: Entry | None = None,
    ) -> Downloaded:
        wish = self.wish

        def inspect(head: bytes, content_type: str) -> None:
            pointer = pointer_in(head)
            if pointer is not None:
                raise Pointed(pointer)
            if not wish.takes_pages:
                refuse_disguise(head, content_type, name)

        got = fetch(
            remote,
            target,
            sha256=wish.sha256,
            unless=known.version if known and (known.version.etag or known.version.modified) else None,
            shelf=cache.shelf(key) if cache else None,
            most=wish.most,
            inspect=inspect,
            verify=self.verify,
            on_progress=self.on_progress,
            stop=self.stop,
            patience=self.patience,
        )
        if not got.is_proven_whole and not wish.trust:
            target.unlink()
            raise Unproven(
                f"{remote.shown} came without its length, so that a cut connection cannot be told from the end of the "
                "file: add --sha256 HASH if you know it, or --trust to take it as it came."
            )
        return got


def _used(cache: Cache, entry: Entry | None, remote: Remote) -> Copy:
    if entry is None:
        raise SourceNotFound(f"{remote.shown} is not in the cache: leave --offline out to fetch it.")
    cache.use(entry)
    return Copy(entry.path, entry.size, entry.sha256, (), entry.name)


def _offer(entry: Entry) -> str:
    return f"A copy of {_date(entry.fetched_at)} is in the cache: add --offline to take that."


def _date(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def _notes(got: Downloaded) -> tuple[str, ...]:
    return (
        () if got.is_proven_whole else ("The server did not tell the length: nothing proves that all of it arrived.",)
    )
