"""The thread of a desk: it reads what was handed in, one after another."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from colab_magics.ingest.request import Request


@dataclass(frozen=True, slots=True)
class Job:
    """What to read, by the ``key`` of its item; ``path`` of a file that was uploaded."""

    key: str
    request: Request
    path: Path | None = None


class Worker:
    """Does one job after another; each hears by an event that it shall stop. ``do`` raises nothing."""

    def __init__(self, do: Callable[[Job, threading.Event], None]) -> None:
        self._do = do
        self._lock = threading.Lock()
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._stops: dict[str, threading.Event] = {}
        self._key = ""
        self._thread: threading.Thread | None = None

    def put(self, job: Job) -> None:
        """Take a job."""
        with self._lock:
            self._stops[job.key] = threading.Event()
            self._jobs.put(job)
            if self._thread is None:
                self._start()

    def stop(self, key: str) -> None:
        """Stop a job, or never begin it; the others need not wait for its end."""
        with self._lock:
            stop = self._stops.get(key)
            if stop is not None and not stop.is_set():
                stop.set()
                if key == self._key:
                    self._start()  # a server that says nothing may hold the thread for a while

    def close(self) -> None:
        """Stop all, and take nothing more."""
        with self._lock:
            for stop in self._stops.values():
                stop.set()
            self._jobs.put(None)

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._work, name="colab_magics desk", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while threading.current_thread() is self._thread and (job := self._jobs.get()) is not None:
            with self._lock:
                stop, self._key = self._stops[job.key], job.key
            if not stop.is_set():
                self._do(job, stop)
            with self._lock:
                del self._stops[job.key]
