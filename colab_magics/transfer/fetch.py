"""A web address to a whole, verified local file: tried again where that helps, and nothing left behind where not."""

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

from colab_magics.errors import DownloadFailed
from colab_magics.format import duration
from colab_magics.transfer.events import Downloaded, Progress, Stopped
from colab_magics.transfer.landing import Landing
from colab_magics.transfer.refusals import PATIENCE, Hiccup, Patience
from colab_magics.transfer.source import redacted
from colab_magics.transfer.web import answer

__all__ = ["Downloaded", "Patience", "Progress", "Stopped", "download"]

_dice = random.SystemRandom()


def download(
    url: str,
    target: Path,
    *,
    sha256: str | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    patience: Patience = PATIENCE,
) -> Downloaded:
    """Fetch ``url`` (http or https) into the file ``target``, replacing it only when all has arrived.

    The folder of ``target`` must exist. ``sha256``: the hash in hexadecimal that the bytes must have.
    ``on_progress`` is called for every chunk; what it raises ends the download. ``stop``: set in another thread, it
    ends the download with `Stopped`. Broken connections, 429 and 5xx are tried again, a server that is silent for
    too long is not. The bytes are kept as they were sent, also when a server compressed them unasked. Proxies are
    taken from the environment.

    Raises `SourceNotFound`, `SourceDenied`, `DownloadFailed` or `ChecksumMismatch`; then, and on an interrupt,
    ``target`` is what it was before and no temporary file is left.
    """
    started = time.monotonic()
    report = on_progress or (lambda _: None)
    halt = stop or threading.Event()
    with Landing(target) as place:
        for attempt in range(1, patience.attempts + 1):
            try:
                kind, has_end = _receive(url, place, report, halt, patience)
                break
            except Hiccup as hiccup:
                reason = str(hiccup)
                if attempt == patience.attempts:
                    raise DownloadFailed(
                        f"{redacted(url)} did not arrive: {reason}, {attempt} times in a row. Try again later."
                    ) from None
                wait = hiccup.wait if hiccup.wait is not None else patience.pause * 2 ** (attempt - 1)
            wait *= _dice.uniform(1.0, 1.25)
            report(Progress(0, None, f"{reason}; trying again in {duration(wait)}"))
            if halt.wait(wait):
                raise Stopped
        place.publish(sha256)
        seconds = time.monotonic() - started
        whole = has_end or sha256 is not None
        return Downloaded(target, place.size, place.sha256, redacted(url), seconds, kind, whole)


def _receive(
    url: str, place: Landing, report: Callable[[Progress], None], stop: threading.Event, patience: Patience
) -> tuple[str, bool]:
    """Write one answer to its place; return its content type, and whether it told its end."""
    place.restart()
    with answer(url, patience) as body:
        if body.length is not None:
            place.expect(body.length)
        for chunk in body.chunks():
            if stop.is_set():
                raise Stopped
            place.write(chunk)
            report(Progress(place.size, body.length))
        return body.content_type, body.has_end
