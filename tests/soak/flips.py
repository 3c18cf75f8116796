"""A file that is replaced by another of the same length while it is fetched: does any copy hold some of both?

    PYTHONPATH=tests python tests/soak/flips.py [FLIPS] [SEED]

A third of the files have an ETag on the web, a third a date there, a third lie in an S3 store. Their connections are
cut at random places, so that each comes in several pieces; the other version is there from the second piece on, or a
later one, or when a download that was stopped begins again. Only flips under way are counted.
"""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, suppress
from dataclasses import dataclass
from pathlib import Path

import store
from servers import Bucket, FileServer, Proxy, file_server
from tally import end, numbers

from colab_magics.errors import DownloadFailed
from colab_magics.transfer.bucket import Access, BucketFile
from colab_magics.transfer.cache import Cache
from colab_magics.transfer.copies import Courier
from colab_magics.transfer.events import Progress, Stopped
from colab_magics.transfer.refusals import Patience
from colab_magics.transfer.remote import Piece, Remote, Version
from colab_magics.transfer.source import BucketObject
from colab_magics.transfer.web import WebFile

PATIENCE = Patience(connect=5, stall=5, attempts=8, pause=0.005)
DATES = ("Mon, 02 Feb 2026 10:00:00 GMT", "Tue, 03 Mar 2026 11:00:00 GMT")


@dataclass
class Flipping:
    """A remote file that is replaced right before it is asked for the ``when``-th time."""

    remote: Remote
    when: int
    flip: Callable[[], object]
    asked: int = 0

    @property
    def shown(self) -> str:
        return self.remote.shown

    @property
    def is_flipped(self) -> bool:
        return self.asked >= self.when

    def open(
        self, start: int = 0, end: int | None = None, *, of: Version | None = None, unless: Version | None = None
    ) -> AbstractContextManager[Piece]:
        self.asked += 1
        if self.asked == self.when:
            self.flip()
        return self.remote.open(start, end, of=of, unless=unless)


def of_web(files: FileServer, number: int, versions: list[bytes], *, has_date: bool) -> Callable[[], object]:
    """Serve the first of two versions; return what puts the second in its place."""
    header, tags = ("Last-Modified", DATES) if has_date else ("ETag", ('"1"', '"2"'))

    def serve(which: int) -> None:
        files.add(f"/{number}.bin", versions[which], etag=tags[which], etag_header=header)

    serve(0)
    return lambda: serve(1)


def of_store(bucket: Bucket, number: int, versions: list[bytes]) -> Callable[[], object]:
    """Store the first of two versions; return what puts the second in its place."""
    bucket.add(f"{number}.bin", versions[0])
    return lambda: bucket.add(f"{number}.bin", versions[1])


def attempt(courier: Courier, remote: Remote, stop: threading.Event) -> bytes | None:
    """Fetch it through a stop, if there is one, up to the end."""
    for _ in range(2):
        with suppress(Stopped):
            return courier.bring(remote, "key", "a.bin").path.read_bytes()
        stop.clear()
    raise AssertionError("it was stopped once")


def fetch(remote: Flipping, folder: Path, dice: random.Random) -> bytes | None:
    """Fetch it in a new cache; None for one of our errors. Every third is stopped amid, and begun again."""
    stop, least = threading.Event(), dice.choice((None, None, 1 << 20))

    def listen(progress: Progress) -> None:
        if least is not None and progress.done > least and not remote.is_flipped:
            stop.set()

    courier = Courier(folder, Cache(folder / "cache"), on_progress=listen, stop=stop, patience=PATIENCE)
    try:
        return attempt(courier, remote, stop)
    except DownloadFailed:
        return None


def once(number: int, files: FileServer, bucket: Bucket, dice: random.Random, counts: Counter[str]) -> None:
    kind = ("ETag", "date", "S3")[number % 3]
    size = dice.randint(1_500_000, 3_000_000)
    versions = [dice.randbytes(size), dice.randbytes(size)]
    of = (
        of_store(bucket, number, versions) if kind == "S3" else of_web(files, number, versions, has_date=kind == "date")
    )
    ends = [dice.randint(100, size) for _ in range(5)]
    proxy = Proxy(bucket.endpoint if kind == "S3" else files.url, ends)
    with tempfile.TemporaryDirectory() as folder, closing(proxy):
        url = f"{proxy.url}/{number}.bin"
        remote = (
            BucketFile(BucketObject(f"s3://data/{number}.bin"), Access(proxy.url), PATIENCE)
            if kind == "S3"
            else WebFile(url, PATIENCE)
        )
        flipping = Flipping(remote, dice.randint(2, 5), of)
        got = fetch(flipping, Path(folder), dice)
    if not flipping.is_flipped:
        return
    counts[f"flips of {kind}"] += 1
    counts["whole" if got in versions else "clean errors" if got is None else "BLENDS"] += 1


def main() -> None:
    flips, seed = numbers(500, 1)
    dice, counts, started, number = random.Random(seed), Counter[str](), time.monotonic(), 0
    with file_server() as files, store.running() as (_, bucket):
        while counts.total() < 2 * flips:
            once(number, files, bucket, dice, counts)
            number += 1
    end(f"{flips} flips in {number} downloads, {time.monotonic() - started:.0f} s", counts, "BLENDS")


if __name__ == "__main__":
    main()
