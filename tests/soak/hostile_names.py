"""Names of files that strangers chose, to lead out of our folders: does any byte land elsewhere?

    PYTHONPATH=tests python tests/soak/hostile_names.py [NAMES] [SEED]

In turn as the end of an address, as what it redirects to (both with the same name in Content-Disposition), as the
member of a zip and of a tar file, and as the name of an upload. All of it happens deep in a folder of its own, of which
every file is looked at; a name that is refused with a sentence is as good as one that is made harmless.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import os
import random
import sys
import tarfile
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

from hostile import HOSTILE
from tally import end, numbers

from colab_magics import ingest
from colab_magics.errors import ColabMagicsError
from colab_magics.ingest.request import Request
from colab_magics.ingest.supply import fetch
from colab_magics.ingest.upload import Offer, Upload
from colab_magics.transfer.cache import Cache

BODY = b"a,b\n1,2\n"
MARK = "soak-escape"
WAYS = ("", "../", "../../../", "..\\..\\", "/", "//", "C:\\", "\\\\server\\share\\", "~/", "$HOME/", "./", "....//", "%2e%2e%2f", "..%2f..%2f", "%252e%252e/", "file:///", "/tmp/", "/dev/shm/", "a/../../", ".\u202e./", "\uff0e\uff0e/", "..\u2215")  # fmt: skip
STEMS = ("x", "CON", "nul", "com1", "aux.csv", ".bashrc", ".ssh/authorized_keys", "manifest.json", "unfinished", "a" * 300, "\u202evsc.x", "\U0001f4a3", "a\0b", "-rf", " ", ".", "..", "x. . .", "x\r\ny", "x:stream", "%00", "ä" * 120, "\x7f\x1b[2J", *HOSTILE)  # fmt: skip
SUFFIXES = ("", ".csv", ".csv.", ".csv ", ".CSV", ".csv\0.exe", "/", "/..", "\\", ".csv/../../y")


def name_of(dice: random.Random) -> str:
    """A name that some program somewhere has fallen for, or letters at random."""
    if dice.random() < 0.2:
        return "".join(
            chr(dice.choice((dice.randint(0, 127), dice.randint(0xA0, 0xD7FF), 0x2F, 0x2E)))
            for _ in range(dice.randint(1, 40))
        )
    return dice.choice(WAYS) + MARK * (dice.random() < 0.5) + dice.choice(STEMS) + dice.choice(SUFFIXES)


class _Handler(BaseHTTPRequestHandler):
    """Every path is a table, below ``/from/`` the way to the path that follows."""

    disposition = ""

    def do_GET(self) -> None:
        target = self.path.removeprefix("/from")
        self.send_response(200 if target == self.path else 302)
        if target != self.path:
            self.send_header("Location", target)
        self.send_header("Content-Disposition", f"attachment; filename*=UTF-8''{quote(self.disposition)}")
        self.send_header("Content-Disposition", f'attachment; filename="{quote(self.disposition, safe="./%~: ")}"')
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def server() -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()
    thread.join()


class Arena:
    """Folders deep in one of our own, of which every file is known."""

    def __init__(self, root: Path, url: str) -> None:
        self._root, self._url = root, url
        self._deep = root / "a" / "b" / "c"
        self.cache, self.uploads, self.packed = (self._deep / name for name in ("cache", "uploads", "packed"))
        for folder in (self.cache, self.uploads, self.packed, self._deep / "tmp", self._deep / "home"):
            folder.mkdir(parents=True)
        os.environ.update(
            COLAB_MAGICS_CACHE=str(self.cache), HOME=str(self._deep / "home"), TMPDIR=str(self._deep / "tmp")
        )
        tempfile.tempdir = None
        os.chdir(self._deep)
        self.ways = {
            "address": self.address,
            "redirect": self.redirect,
            "zip": self.zip,
            "tar": self.tar,
            "upload": self.upload,
        }

    def address(self, name: str) -> bool:
        _Handler.disposition = name
        return self._fetched(f"{self._url}/{quote(name, safe='/%:~')}")

    def redirect(self, name: str) -> bool:
        _Handler.disposition = name
        return self._fetched(f"{self._url}/from/{quote(name, safe='/%:~')}")

    def zip(self, name: str) -> bool:
        with zipfile.ZipFile(self.packed / "p.zip", "w") as archive:
            archive.writestr(name, BODY)
        return len(ingest(self.packed / "p.zip", format="csv")) == 1

    def tar(self, name: str) -> bool:
        with tarfile.open(self.packed / "p.tar", "w") as archive:
            info = tarfile.TarInfo(name)
            info.size = len(BODY)
            archive.addfile(info, io.BytesIO(BODY))
        return len(ingest(self.packed / "p.tar", format="csv")) == 1

    def upload(self, name: str) -> bool:
        digest = hashlib.sha256(BODY).digest()
        upload = Upload(Offer.of({"name": name, "size": len(BODY), "modified": 1, "head": digest.hex()}), self.uploads)
        upload.take(0, BODY, digest)
        path = upload.finish(hashlib.sha256(digest).hexdigest()).path
        is_inside = path.parent == self.uploads and path.read_bytes() == BODY
        path.unlink()
        return is_inside

    def strays(self) -> list[Path]:
        """Files that lie where none of ours lies, here and where names with a root would lead."""
        found = [path for path in self._root.rglob("*") if not path.is_dir() and not self._is_ours(path)]
        return found + [path for folder in ("/", "/tmp", "/dev/shm") for path in Path(folder).glob(f"*{MARK}*")]

    def _is_ours(self, path: Path) -> bool:
        depth = len(path.relative_to(self._deep).parts) if path.is_relative_to(self._deep) else 0
        if path.is_relative_to(self.cache):
            return depth in (3, 4)  # cache/files/key.lock, cache/files/key/name
        return depth == 2 and path.parent in (self.packed, self.uploads)

    def _fetched(self, url: str) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            (file,) = fetch(Request(url), Path(folder))
            return file.path.parent.parent == self.cache / "files" and file.path.read_bytes() == BODY


def main() -> None:
    names, seed = numbers(10_000, 1)
    dice, counts, started = random.Random(seed), Counter[str](), time.monotonic()
    with tempfile.TemporaryDirectory() as root, server() as url:
        here, arena = Path.cwd(), Arena(Path(root), url)
        for number, kind in zip(range(names), itertools.cycle(arena.ways), strict=False):
            name = name_of(dice)
            try:
                counts["harmless" if arena.ways[kind](name) else "ESCAPES"] += 1
            except ColabMagicsError:
                counts["refused"] += 1
            except Exception as error:  # noqa: BLE001 (it is counted)
                counts["OTHER ERRORS"] += 1
                sys.stderr.write(f"{kind} {name!r}: {type(error).__name__}: {error}\n")
            if number % 100 == 99 or number == names - 1:
                counts["ESCAPES"] += len(arena.strays())
                Cache(arena.cache / "files").clear()
        os.chdir(here)
    end(f"{names} hostile names, {time.monotonic() - started:.0f} s", counts, "ESCAPES", "OTHER ERRORS")


if __name__ == "__main__":
    main()
