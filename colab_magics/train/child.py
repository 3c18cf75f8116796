"""Trains in a process of its own what a folder's request asks for: ``python -m colab_magics.train.child FOLDER``.

The folder has ``request.json``, a `Request` with the ``model`` of its name beside it, and what `handover` leaves. The
events go to ``events.jsonl`` as lines of JSON, each with the seconds ``at`` since this process began to tell, on a
clock that is never set. The last has the kind Ended with the status, or Failed with a sentence; the files ``stop``,
``pause`` and ``save`` are what a `Control` says.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics.errors import ColabMagicsError
from colab_magics.train import events, handover
from colab_magics.train.control import Control
from colab_magics.train.files import reason
from colab_magics.train.request import Request
from colab_magics.train.training import train

if TYPE_CHECKING:
    from io import FileIO

    from colab_magics.train.events import Event

REQUEST_FILE = "request.json"
EVENTS_FILE = "events.jsonl"


def main(folder: Path) -> int:
    """Train; 0 where it ended well, 1 where a sentence says why not."""
    asked = json.loads((folder / REQUEST_FILE).read_bytes())
    model = asked.pop("model")
    began = time.monotonic()
    with (folder / EVENTS_FILE).open("ab", buffering=0) as file:
        lines = _Lines(file)

        def write(line: dict[str, Any]) -> None:
            lines.write({"at": round(time.monotonic() - began, 3), **line})

        def tell(event: Event) -> None:
            write(events.as_json(event))

        try:
            data = handover.taken(folder)
            run = train(model, Request(**asked), tell=tell, control=Control.by_files(folder), data=data)
        except ColabMagicsError as error:
            write({"kind": "Failed", "sentence": str(error)})
            return 1
        write({"kind": "Ended", "status": run.status, "directory": str(run.directory)})
        return 0 if lines.fault is None else 1


class _Lines:
    """Lines of JSON in a file. Where the disk is full they wait: no training ends for that, and no line is torn."""

    def __init__(self, file: FileIO) -> None:
        self._file, self._waiting = file, b""
        self.fault: str | None = None

    def write(self, line: dict[str, Any]) -> None:
        self._waiting += json.dumps(line).encode() + b"\n"
        try:
            while self._waiting:
                self._waiting = self._waiting[self._file.write(self._waiting) :]
            self.fault = None
        except OSError as error:
            self.fault = reason(error)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
