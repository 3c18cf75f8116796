"""The files that a pattern names, on this machine and in a bucket."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

from colab_magics.errors import SourceError, SourceNotFound
from colab_magics.transfer import local_paths
from colab_magics.transfer.bucket_store import AMAZON, Access, BucketStore, status_of
from colab_magics.transfer.events import Stopped
from colab_magics.transfer.refusals import PATIENCE, Patience
from colab_magics.transfer.remote import Hiccup
from colab_magics.transfer.source import ArchiveMember, BucketObject, BucketPattern, LocalPattern, Source
from colab_magics.transfer.tries import Tries

MOST_FILES = 10_000
"""That one pattern may name."""

_MOST_KEYS = 200_000  # that are looked at: 200 answers of a store
_WILD = re.compile(r"[*?\[]")


def expand(
    source: Source,
    access: Access = AMAZON,
    *,
    most: int = MOST_FILES,
    stop: threading.Event | None = None,
    patience: Patience = PATIENCE,
) -> tuple[Source, ...]:
    """Find what a pattern names, in the order of the names; any other source is the only one that it names.

    A pattern of objects has ``*`` and ``?`` for letters of one folder, ``**`` for any folders and ``[...]``; an object
    of exactly that key comes first.

    Raises `SourceNotFound` where there is none, `SourceError` for more than ``most`` of them, `SourceDenied`,
    `BadOption` for an impossible endpoint or profile, `DownloadFailed`, or `Stopped` when ``stop`` is set.
    """
    match source:
        case LocalPattern():
            return local_paths.expand(source, most)
        case BucketPattern():
            return _Listing(source, access, stop or threading.Event(), patience).objects(most)
        case ArchiveMember(archive, member):
            archives = expand(archive, access, most=most, stop=stop, patience=patience)
            return tuple(ArchiveMember(each, member) for each in archives if not isinstance(each, ArchiveMember))
        case _:
            return (source,)


class _Listing:
    """The objects of a bucket that a pattern names, page by page."""

    def __init__(self, pattern: BucketPattern, access: Access, stop: threading.Event, patience: Patience) -> None:
        self._store = BucketStore(pattern.url, pattern.shown, access, patience)
        self._tries = Tries(pattern.shown, patience)
        self._stop = stop
        self._bucket, _, self._wanted = pattern.url.partition("://")[2].partition("/")
        wild = _WILD.search(self._wanted)
        self._fixed, self._rest = (
            (self._wanted[: wild.start()], self._wanted[wild.start() :]) if wild else (self._wanted, "")
        )

    def objects(self, most: int) -> tuple[BucketObject, ...]:
        keys = [self._wanted] if self._is_there() else sorted(self._matching(most))
        if self._wanted in keys:
            keys = [self._wanted]
        if not keys:
            raise SourceNotFound(
                f"No object matches {self._store.shown}: it was looked for in s3://{self._bucket}/{self._fixed}… "
                "Write * for letters of one folder, and ** for any folders."
            )
        if len(keys) > most:
            raise SourceError(f"More than {most} objects match {self._store.shown}: write a narrower pattern.")
        return tuple(BucketObject(f"s3://{self._bucket}/{key}") for key in keys)

    def _is_there(self) -> bool:
        """Is there an object of exactly that key? Asked where that is likely: then nothing need be listed."""
        if "*" in self._wanted:
            return False
        return self._asked("head_object", Key=self._wanted) is not None

    def _matching(self, most: int) -> Iterator[str]:
        """Yield the keys that match, one more than ``most`` of them at most; the object of a folder is none."""
        matches = self._matcher()
        where = {"Prefix": self._fixed}
        if "/" not in self._rest and "**" not in self._rest:
            where["Delimiter"] = "/"  # the store leaves out what lies in deeper folders
        seen = found = 0
        while True:
            page = self._asked("list_objects_v2", **where) or {}
            keys = [str(entry["Key"]) for entry in page.get("Contents", ())]
            wanted = [key for key in keys if (key == self._wanted or matches(key)) and not key.endswith("/")]
            yield from wanted
            found += len(wanted)
            seen += len(keys) + len(page.get("CommonPrefixes", ()))
            if found > most or not page.get("IsTruncated"):
                return
            if seen > _MOST_KEYS:
                raise SourceError(
                    f"More than {_MOST_KEYS} objects begin with s3://{self._bucket}/{self._fixed}: write a narrower "
                    "pattern."
                )
            where["ContinuationToken"] = str(page["NextContinuationToken"])

    def _matcher(self) -> Callable[[str], object]:
        from fsspec.utils import glob_translate

        try:
            return re.compile(glob_translate(self._wanted)).match
        except (ValueError, re.error):
            raise SourceError(
                f"{self._store.shown} cannot be a pattern: ** stands alone between two slashes, for any folders."
            ) from None

    def _asked(self, method: str, **arguments: str) -> dict[str, Any] | None:
        """Return the answer of the store, or None where the one object that was asked for is not there."""
        while True:
            try:
                with self._store.faults_named():
                    return self._sent(method, arguments)
            except Hiccup as hiccup:
                if self._stop.wait(self._tries.count(hiccup, 0)):
                    raise Stopped from None

    def _sent(self, method: str, arguments: dict[str, str]) -> dict[str, Any] | None:
        try:
            return self._store.call(method, Bucket=self._bucket, **arguments)[1]
        except OSError as error:
            if method == "head_object" and status_of(error) in (403, 404):
                return None  # 403 is what a store says of all that is not there to whom may not list
            raise
