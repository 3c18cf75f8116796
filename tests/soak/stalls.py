"""Servers that fall silent in every way: is each given up in time?

    PYTHONPATH=tests python tests/soak/stalls.py [STALLS]

In turn: a call that nobody takes, one that is taken and not answered, an answer that stops, one of a file in parts,
one that crawls, and an object of an S3 store. Each download has to end within twice its patience and a second, with
the sentence for it and without a file.
"""

from __future__ import annotations

import itertools
import random
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import store
from servers import Bucket, FileServer, Proxy, file_server
from tally import end, numbers

from colab_magics.errors import DownloadFailed
from colab_magics.transfer.bucket import Access, BucketFile
from colab_magics.transfer.cache import Cache
from colab_magics.transfer.copies import Courier
from colab_magics.transfer.refusals import Patience
from colab_magics.transfer.remote import Remote
from colab_magics.transfer.source import BucketObject
from colab_magics.transfer.web import WebFile

PATIENCE = Patience(connect=1, stall=1, attempts=3, pause=0.01)
DEADLINE = 3.0  # seconds
BODY = random.Random(1).randbytes(3_000_000)
KINDS = ("not taken", "not answered", "stops", "stops in parts", "crawls", "S3 stops")
AT_ONCE = 6


@contextmanager
def deaf(*, takes_calls: bool) -> Iterator[str]:
    """Listen and never answer; else with a queue that is full, so that no call gets through."""
    with ExitStack() as opened:
        listener = opened.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0 if not takes_calls else 64))
        address = listener.getsockname()
        for _ in range(0 if takes_calls else 4):
            call = opened.enter_context(socket.socket())
            call.setblocking(False)
            call.connect_ex(address)
        yield f"http://{address[0]}:{address[1]}/a.bin"


@contextmanager
def remote(kind: str, files: FileServer, bucket: Bucket) -> Iterator[Remote]:
    """A file that begins, and falls silent."""
    with ExitStack() as opened:
        match kind:
            case "not taken" | "not answered":
                url = opened.enter_context(deaf(takes_calls=kind == "not answered"))
            case "S3 stops" | "stops in parts":
                server = bucket.endpoint if kind == "S3 stops" else files.url
                proxy = Proxy(server, [random.randint(300_000, 1_000_000) for _ in range(64)], stalls=True)
                opened.callback(proxy.close)
                url = f"{proxy.url}/parts.bin"
            case _:
                url = f"{files.url}/{kind}.bin"
        if kind == "S3 stops":
            yield BucketFile(BucketObject("s3://data/a.bin"), Access(proxy.url), PATIENCE)
        else:
            yield WebFile(url, PATIENCE)


def stall(kind: str, files: FileServer, bucket: Bucket) -> tuple[Counter[str], float]:
    with tempfile.TemporaryDirectory() as folder, remote(kind, files, bucket) as file:
        cache = Cache(Path(folder) / "cache")
        started = time.monotonic()
        try:
            Courier(Path(folder), cache, patience=PATIENCE).bring(file, "key", "a.bin")
            outcome = "NOT STALLED"
        except DownloadFailed as error:
            outcome = kind if "no data" in str(error) or "not answer" in str(error) else f"OTHER: {error}"
        seconds = time.monotonic() - started
        late = Counter({"OVER THE DEADLINE": int(seconds > DEADLINE), "KEPT": int(cache.find("key") is not None)})
    return Counter({outcome: 1}) + late, seconds


def main() -> None:
    (stalls,) = numbers(50)
    kinds = itertools.islice(itertools.cycle(KINDS), stalls)
    with file_server() as files, store.running() as (_, bucket), ThreadPoolExecutor(AT_ONCE) as pool:
        files.add("/stops.bin", BODY, fault="stall")
        files.add("/crawls.bin", BODY, fault="crawl")
        files.add("/parts.bin", BODY, etag='"1"', rate=5e6)
        bucket.add("a.bin", BODY)
        results = list(pool.map(lambda kind: stall(kind, files, bucket), kinds))
    counts = sum((some for some, _ in results), Counter[str]())
    others = [outcome for outcome in counts if outcome not in (*KINDS, "OVER THE DEADLINE", "KEPT", "NOT STALLED")]
    what = f"{stalls} stalls, each over after {max(seconds for _, seconds in results):.1f} s at most"
    end(what, counts, "OVER THE DEADLINE", "KEPT", "NOT STALLED", *others)


if __name__ == "__main__":
    main()
