"""What a person hands in at the panel of ``%ingest``: files and the names of sources, each of which becomes a frame."""

from __future__ import annotations

import itertools
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from colab_magics.errors import BadOption, ColabMagicsError
from colab_magics.ingest.access import access_in
from colab_magics.ingest.engine import load
from colab_magics.ingest.item import Item, Outcome
from colab_magics.ingest.offer import Offer
from colab_magics.ingest.pace import Pace
from colab_magics.ingest.plain import plain_line
from colab_magics.ingest.presence import Presence
from colab_magics.ingest.request import Request
from colab_magics.ingest.supply import fetch
from colab_magics.ingest.upload import Upload, limit_of
from colab_magics.ingest.variables import variable_for
from colab_magics.ingest.worker import Job, Worker
from colab_magics.transfer.events import Stopped

_BEAT = 0.1  # seconds between two looks of who waits
_TOLD = 0.5  # seconds between two times that a page hears what has arrived
_LONGEST_SOURCE = 4096  # characters
_MOST = 100  # items at a time


class Desk:
    """Takes files and sources in any thread, and reads one after another in that of a worker, which `close` ends.

    ``request``: the options that hold for all. ``assign`` makes a variable, ``namespace`` gives those that are there,
    ``changed`` is called, in any thread, when `items` or the `outcome` are others.
    """

    def __init__(
        self,
        request: Request,
        folder: Path,
        assign: Callable[[str, object], None],
        namespace: Callable[[], Mapping[str, Any]] = dict,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.outcome = Outcome()
        self.changed = changed
        self.presence = Presence()
        self._request, self._folder = request, folder
        self._assign, self._namespace = assign, namespace
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._items: dict[str, Item] = {}
        self._uploads: dict[str, Upload] = {}
        self._worker = Worker(self._try)
        self._told = float("-inf")
        self._released = threading.Event()

    @property
    def items(self) -> Sequence[Item]:
        """What was handed in, in order."""
        with self._lock:
            return list(self._items.values())

    # what a page may ask for

    def begin(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Take up a file: return its id and from where on its bytes are wanted."""
        offer = Offer.of(message)
        with self._lock:
            known = next((key for key, upload in self._uploads.items() if upload.offer == offer), None)
            if known is None:
                known = self._begin(offer, message.get("variable", ""))
            return {"id": known, "position": self._uploads[known].front}

    def piece(self, message: Mapping[str, Any], buffers: Sequence[memoryview]) -> dict[str, Any]:
        """Take a piece of a file and its digests: return whether it arrived as it was sent."""
        upload = self._upload(message)
        if len(buffers) != 2:
            raise BadOption("A piece of a file comes with its digests: run the cell again.")
        is_kept = upload.take(message.get("position"), buffers[0], buffers[1])
        self._change(str(message["id"]), is_urgent=False, received=upload.offer.size - upload.missing)
        return {"kept": is_kept}

    def finish(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Give a whole file its name, and read it: return its path."""
        upload, key = self._upload(message), str(message["id"])
        try:
            arrived = upload.finish(message.get("root"))
        except ColabMagicsError as error:
            if not upload.is_whole:
                raise  # more may come
            self._end_upload(key, "failed", str(error))
            raise
        with self._lock:
            del self._uploads[key]
        note = "" if arrived.is_new else "The same file was here already. "
        self._change(key, phase="working", received=arrived.size, sentence=f"{note}Reading {arrived.path.name}")
        self._worker.put(Job(key, replace(self._request, source=str(arrived.path)), arrived.path))
        return {"path": arrived.path.name}

    def fetch(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Read a source that was typed or chosen: return its id."""
        return self.take(self.asked(message), message.get("variable", ""))

    def asked(self, message: Mapping[str, Any]) -> Request:
        """Return the request for a source that a page names, and perhaps how its store is reached.

        Raises `BadOption` where it names none.
        """
        source = message.get("source")
        if not isinstance(source, str) or not source.strip() or len(source) > _LONGEST_SOURCE:
            raise BadOption("Type a path or an address first.")
        how = asdict(access_in(message["access"])) if message.get("access") else {}
        return replace(self._request, source=source.strip(), **how)

    def take(self, request: Request, variable: object = "") -> dict[str, Any]:
        """Read what a request of its own asks for: return its id."""
        with self._lock:
            key = self._add(request.shown, request.source, variable, phase="working")
        self._worker.put(Job(key, request))
        return {"id": key}

    def cancel(self, message: Mapping[str, Any]) -> None:
        """Stop what is on its way, and keep nothing of it."""
        key = str(message.get("id"))
        with self._lock:
            item, upload = self._items.get(key), self._uploads.get(key)
        if upload is not None:
            upload.drop()
            self._end_upload(key, "stopped", "Nothing of it was kept.")
        elif item is not None and item.is_open:
            self._worker.stop(key)
            self._change(key, phase="stopped", sentence="Nothing of it was kept.", progress=None)

    def release(self) -> None:
        """Let the cell that waits go on."""
        self._released.set()

    # what the cell does

    def wait(self) -> Outcome:
        """Wait until something has come and nothing more is on its way.

        It also ends when the person lets the cell go on, or when no page is heard any more.
        """
        while not self._released.wait(_BEAT) and not self.presence.has_gone:
            with self._lock:
                if (self.outcome.done or self.outcome.saved) and not any(item.is_open for item in self.items):
                    break
        return self.outcome

    def close(self) -> None:
        """Take nothing more; what has arrived of files waits for the next time."""
        with self._lock:
            uploads, self._uploads = dict(self._uploads), {}
        self._worker.close()
        for upload in uploads.values():
            upload.leave()
        self._released.set()

    def _begin(self, offer: Offer, variable: object) -> str:
        others = sum(upload.missing for upload in self._uploads.values())
        upload = Upload(offer, self._folder, limit=limit_of(), promised=others)
        try:
            key = self._add(offer.name, offer.name, variable, phase="arriving", size=offer.size)
        except BaseException:
            upload.leave()
            raise
        self._uploads[key] = upload
        return key

    def _add(self, shown: str, name: str, typed: object, **facts: Any) -> str:
        if sum(item.is_open for item in self._items.values()) >= _MOST:
            raise BadOption(f"{_MOST} files are on their way already: wait until some have arrived.")
        taken = {item.variable for item in self._items.values() if item.is_open or (not typed and item.name != shown)}
        variable = variable_for(name, typed or self._request.name or "", self._namespace(), taken)
        key = str(next(self._numbers))
        self._items[key] = Item(key, shown, variable, **facts)
        while len(self._items) > _MOST:
            del self._items[next(key for key, item in self._items.items() if not item.is_open)]
        self.changed()
        return key

    def _upload(self, message: Mapping[str, Any]) -> Upload:
        with self._lock:
            upload = self._uploads.get(str(message.get("id")))
            self.presence.sign()
        if upload is None:
            raise BadOption("This file is not on its way any more: choose it again.")
        return upload

    def _end_upload(self, key: str, phase: str, sentence: str) -> None:
        with self._lock:
            self._uploads.pop(key, None)
        self._change(key, phase=phase, sentence=sentence)

    def _change(self, key: str, *, is_urgent: bool = True, **facts: Any) -> None:
        with self._lock:
            self._items[key] = replace(self._items[key], **facts)
            if not is_urgent and time.monotonic() - self._told < _TOLD:
                return
            self._told = time.monotonic()
        self.changed()

    def _try(self, job: Job, stop: threading.Event) -> None:
        try:
            self._do(job, stop)
        except Stopped:
            self._change(job.key, phase="stopped", sentence="Nothing of it was kept.", progress=None)
        except Exception as error:  # noqa: BLE001 (the thread goes on, and the person is told)
            self._fail(job, str(error) if isinstance(error, ColabMagicsError) else f"{type(error).__name__}: {error}")

    def _do(self, job: Job, stop: threading.Event) -> None:
        def tell(phase: str, ratio: float | None) -> None:
            if stop.is_set():
                raise Stopped
            self._change(job.key, sentence=phase, progress=ratio)

        started = time.monotonic()
        request = replace(job.request, name=self._items[job.key].variable)
        with tempfile.TemporaryDirectory(prefix="colab-magics-", ignore_cleanup_errors=True) as folder:
            files = fetch(request, Path(folder), Pace(tell), stop)
            tell(f"Reading {files[0].name}", None)
            ingested = load(request, files, started, tell)
        tell("", None)
        self._assign(str(request.name), ingested.frame)
        line = plain_line(request, ingested)
        with self._lock:
            self.outcome.done.append(ingested)
        self._change(job.key, phase="done", size=ingested.size, sentence="", progress=None, code=line)

    def _fail(self, job: Job, sentence: str) -> None:
        if job.path is None:
            self._change(job.key, phase="failed", sentence=sentence, progress=None)
            return
        with self._lock:
            self.outcome.saved.append(job.path)
        told = f"It is here, as {job.path.name}, but it is no frame: {sentence}"
        self._change(job.key, phase="saved", sentence=told, progress=None)
