"""S3 stores that do wrong in every way that is known: is each copy whole and of one version, each list complete?

    PYTHONPATH=tests python tests/soak/buckets.py [TIMES] [SEED]

So many times each: bodies that are cut, SlowDown, InternalError amid a list of 1,200 objects, an object that is
overwritten while it comes, one that is gone after it was listed, keys that lead out of folders, and a token that has
expired; and a few times, for that is slow, patterns that match 10,000 and 10,001 objects.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import store
from flips import Flipping
from servers import Bucket, Proxy
from tally import end, numbers
from urllib3 import request

from colab_magics.errors import ColabMagicsError, DownloadFailed, SourceDenied, SourceError, SourceNotFound
from colab_magics.transfer.bucket import Access, BucketFile
from colab_magics.transfer.cache import Cache
from colab_magics.transfer.copies import Courier
from colab_magics.transfer.delivery import to_local
from colab_magics.transfer.patterns import expand
from colab_magics.transfer.refusals import Patience
from colab_magics.transfer.remote import Remote
from colab_magics.transfer.resolve import resolve
from colab_magics.transfer.source import BucketObject

PATIENCE = Patience(connect=5, stall=5, attempts=4, pause=0.005)
LISTED, MOST = 1_200, 10_000
KEYS = (
    "../../x",
    "a/../../x",
    "/x",
    "a\nb",
    "a\tb",
    "C:\\x",
    "CON",
    "x" * 300,
    "\u202evsc",
    "a?b#c%2F",
    "..",
    "a b+c",
    "<b>",
    "'\";$(x)",
)
SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/aws4_request"}


class Faults:
    """Each method provokes one, and says in a word what came of it; what is wrong is in capitals."""

    def __init__(self, shop: store.Store, bucket: Bucket, dice: random.Random) -> None:
        self._shop, self._bucket, self._dice = shop, bucket, dice
        self._access = Access(bucket.endpoint)
        self.kinds = (
            self.cut,
            self.slow_down,
            self.error_amid_list,
            self.overwritten,
            self.gone,
            self.strange_key,
            self.expired,
        )

    def cut(self) -> str:
        body = self._new()
        ends = [self._dice.randint(0, len(body)) for _ in range(self._dice.randint(1, 6))]
        with closing(Proxy(self._bucket.endpoint, ends)) as proxy:
            return self._judged(self._file(Access(proxy.url)), body)

    def slow_down(self) -> str:
        """The store refuses one to five requests, not all of them in a row."""
        body = self._new()
        refused = set(self._dice.sample(range(8), self._dice.randint(1, 5)))
        self._refuse_some("GET", "/data/a.bin", refused, self._dice.choice(((503, "SlowDown"), (500, "InternalError"))))
        return self._judged(self._file(self._access), body)

    def error_amid_list(self) -> str:
        self._refuse_some(
            "GET", "list-type=2", set(self._dice.sample(range(6), self._dice.randint(1, 5))), (500, "InternalError")
        )
        try:
            found = expand(resolve("s3://data/listed/*.csv"), self._access, patience=PATIENCE)
        except DownloadFailed:
            return "clean errors"
        return "whole" if len(found) == LISTED else "SHORT LISTS"

    def overwritten(self) -> str:
        size = self._dice.randint(1_500_000, 3_000_000)
        versions = [self._dice.randbytes(size), self._dice.randbytes(size)]
        self._bucket.add("a.bin", versions[0])
        ends = [self._dice.randint(100, size) for _ in range(5)]
        with closing(Proxy(self._bucket.endpoint, ends)) as proxy:
            file = self._file(Access(proxy.url))
            flipping = Flipping(file, self._dice.randint(2, 4), lambda: self._bucket.add("a.bin", versions[1]))
            return self._judged(flipping, *versions)

    def gone(self) -> str:
        keys = [f"passing/{number}.csv" for number in range(3)]
        for key in keys:
            self._bucket.add(key, b"a,b\n1,2\n")
        found = expand(resolve("s3://data/passing/*.csv"), self._access, patience=PATIENCE)
        request("DELETE", f"{self._bucket.endpoint}/data/{keys[1]}", headers=SIGNED)
        with tempfile.TemporaryDirectory() as folder:
            courier = Courier(Path(folder), Cache(Path(folder) / "cache"), patience=PATIENCE)
            try:
                for source in found:
                    to_local(source, courier, access=self._access)
            except SourceNotFound:
                return "clean errors" if len(courier.cache.entries()) == 1 else "WRONG"
        return "WRONG"

    def strange_key(self) -> str:
        key, body = self._dice.choice(KEYS) + str(self._dice.randint(0, 9)), self._dice.randbytes(1000)
        with tempfile.TemporaryDirectory() as folder:
            courier = Courier(Path(folder) / "deep", Cache(Path(folder) / "deep" / "cache"), patience=PATIENCE)
            file = BucketObject(f"s3://data/{key}")
            try:
                BucketFile(file, self._access)._store.call("put_object", Bucket="data", Key=key, Body=body)
            except OSError:
                return "refused by the store"
            try:
                path = to_local(file, courier, access=self._access).path
            except ColabMagicsError:
                return "clean errors"
            is_inside = path.is_relative_to(Path(folder) / "deep" / "cache") and path.read_bytes() == body
            return "whole" if is_inside and [p.name for p in Path(folder).iterdir()] == ["deep"] else "WRONG"

    def expired(self) -> str:
        self._new()
        self._refuse_some("GET", "/data/", set(range(100)), (400, "ExpiredToken"))
        return self._judged(self._file(self._access))

    def many(self) -> str:
        """Ten thousand objects are all found; one more is too many, and it is said so."""
        found = expand(resolve("s3://data/many/*.csv"), self._access, patience=PATIENCE)
        self._bucket.add("many/more.csv", b"x")
        try:
            expand(resolve("s3://data/many/*.csv"), self._access, patience=PATIENCE)
        except SourceError:
            request("DELETE", f"{self._bucket.endpoint}/data/many/more.csv", headers=SIGNED)
            return "whole" if len(found) == MOST else "SHORT LISTS"
        return "WRONG"

    def _new(self) -> bytes:
        body = self._dice.randbytes(self._dice.randint(1_000_000, 3_000_000))
        self._bucket.add("a.bin", body)
        return body

    def _file(self, access: Access) -> BucketFile:
        return BucketFile(BucketObject("s3://data/a.bin"), access, PATIENCE)

    def _refuse_some(self, method: str, part: str, refused: set[int], refusal: store.Refusal) -> None:
        count = -1

        def refuse(asked: str, address: str) -> store.Refusal | None:
            nonlocal count
            count += asked == method and part in address
            return refusal if asked == method and part in address and count in refused else None

        self._shop.refuse = refuse

    def _judged(self, remote: Remote, *versions: bytes) -> str:
        with tempfile.TemporaryDirectory() as folder:
            courier = Courier(Path(folder), Cache(Path(folder) / "cache"), patience=PATIENCE)
            try:
                got = courier.bring(remote, "key", "a.bin").path.read_bytes()
            except (DownloadFailed, SourceDenied):
                return "clean errors" if courier.cache.find("key") is None else "WRONG"
        return "whole" if got in versions else "CORRUPT"


def main() -> None:
    times, seed = numbers(100, 1)
    counts, started = Counter[str](), time.monotonic()
    with store.running() as (shop, bucket):
        faults = Faults(shop, bucket, random.Random(seed))
        for number in range(LISTED):
            bucket.add(f"listed/{number}.csv", b"x")
        for number in range(MOST if times >= 20 else 0):
            bucket.add(f"many/{number}.csv", b"x")
        for fault, often in (*((fault, times) for fault in faults.kinds), (faults.many, times // 20)):
            for _ in range(often):
                outcome = fault()
                counts[outcome if outcome.isupper() else f"{fault.__name__.replace('_', ' ')}: {outcome}"] += 1
                shop.refuse = lambda method, address: None
    end(f"stores, {time.monotonic() - started:.0f} s", counts, "CORRUPT", "WRONG", "SHORT LISTS")


if __name__ == "__main__":
    main()
