"""Trains in a process of its own what a folder's request asks for: ``python -m colab_magics.train.child FOLDER``.

The folder has ``request.json``, a `Request` with the ``model`` of its name beside it. The events go to ``events.jsonl``
as lines of JSON, the last of which has the kind Ended with the status, or Failed with a sentence; the files ``stop``,
``pause`` and ``save`` are what a `Control` says. As long as the process lives it holds the folder's lock.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics.errors import ColabMagicsError
from colab_magics.train import events
from colab_magics.train.control import Control
from colab_magics.train.request import Request
from colab_magics.train.training import train
from colab_magics.transfer import locking

if TYPE_CHECKING:
    from colab_magics.train.events import Event

REQUEST_FILE = "request.json"
EVENTS_FILE = "events.jsonl"
LOCK_FILE = "lock"


class FileEvent(threading.Event):
    """Set as long as the file is there, for every process that sees it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def is_set(self) -> bool:
        return self._path.exists()

    def set(self) -> None:
        self._path.touch()

    def clear(self) -> None:
        self._path.unlink(missing_ok=True)


def control_of(folder: Path) -> Control:
    """What a person can ask of the training of a folder, from any process."""
    return Control(*(FileEvent(folder / wish) for wish in ("stop", "pause", "save")))


def main(folder: Path) -> int:
    """Train; 0 where it ended well, 1 where a sentence says why not."""
    asked = json.loads((folder / REQUEST_FILE).read_bytes())
    model = asked.pop("model")
    locking.try_lock(os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600))  # until the process ends
    with (folder / EVENTS_FILE).open("a", encoding="utf-8", buffering=1) as lines:

        def write(line: dict[str, Any]) -> None:
            lines.write(json.dumps(line) + "\n")

        def tell(event: Event) -> None:
            write(events.as_json(event))

        try:
            run = train(model, Request(**asked), tell=tell, stop=control_of(folder))
        except ColabMagicsError as error:
            write({"kind": "Failed", "sentence": str(error)})
            return 1
        write({"kind": "Ended", "status": run.status, "directory": str(run.directory)})
        return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
