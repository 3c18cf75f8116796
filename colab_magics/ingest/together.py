"""Several sources: fetched together, read one after the other."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from colab_magics.errors import ColabMagicsError
from colab_magics.format import plural, size
from colab_magics.ingest.engine import load
from colab_magics.ingest.pace import Tell
from colab_magics.ingest.request import Ingested, Request
from colab_magics.ingest.supply import fetch

if TYPE_CHECKING:
    from colab_magics.transfer.events import Progress
    from colab_magics.transfer.local import LocalFile

_MOST_AT_ONCE = 8
_BEAT = 0.1  # seconds between two looks at the threads
_GRACE = 0.5  # seconds that interrupted threads are waited for


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that could not be read, and why."""

    name: str
    sentence: str


def ingest_all(requests: list[Request], tell: Tell) -> Iterator[Ingested | Failure]:
    """Yield each source's frame or failure as it is ready.

    The sources are fetched in threads, and read in this one. An interrupt stops the threads, and removes what they
    have fetched.
    """
    started = time.monotonic()
    stop = threading.Event()
    arrived: dict[Request, Progress] = {}
    pool = ThreadPoolExecutor(min(len(requests), _MOST_AT_ONCE), thread_name_prefix="colab-magics-ingest")
    pending: set[Future[tuple[LocalFile, ...]]] = set()
    with tempfile.TemporaryDirectory(prefix="colab-magics-", ignore_cleanup_errors=True) as folder:
        try:
            fetching = {_start(pool, request, Path(folder), arrived, stop): request for request in requests}
            pending = set(fetching)
            while pending:
                ready, pending = wait(pending, _BEAT, FIRST_COMPLETED)
                tell(*_overall(arrived, len(requests) - len(pending), len(requests)))
                for future in ready:
                    yield _outcome(fetching[future], future, started, tell)
        finally:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            wait(pending, _GRACE)


def told(failures: list[Failure], count: int) -> str:
    """Say which of ``count`` sources could not be read, and why."""
    lines = "\n".join(f"  {failure.name}: {failure.sentence}" for failure in failures)
    others = count - len(failures)
    rest = f"; the {'other is' if others == 1 else f'other {others} are'} assigned" if others else ""
    return f"{len(failures)} of {plural(count, 'source')} could not be read{rest}:\n{lines}"


def _start(
    pool: ThreadPoolExecutor,
    request: Request,
    folder: Path,
    arrived: dict[Request, Progress],
    stop: threading.Event,
) -> Future[tuple[LocalFile, ...]]:
    def remember(progress: Progress) -> None:
        arrived[request] = progress

    return pool.submit(fetch, request, Path(tempfile.mkdtemp(dir=folder)), remember, stop)


def _outcome(request: Request, future: Future[tuple[LocalFile, ...]], started: float, tell: Tell) -> Ingested | Failure:
    try:
        return load(request, future.result(), started, tell)
    except ColabMagicsError as error:
        return Failure(request.name or "", str(error))


def _overall(arrived: dict[Request, Progress], ready: int, count: int) -> tuple[str, float | None]:
    running = list(arrived.values())
    done = sum(progress.done for progress in running)
    total = sum(progress.total or 0 for progress in running)
    is_known = bool(running) and all(progress.total for progress in running)
    return f"{ready} of {count} here · {size(done)}", min(1.0, done / total) if is_known and total else None
