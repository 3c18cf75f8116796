"""What lies in a bucket of an S3 store, and which buckets a person has."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

from colab_magics.errors import SourceDenied, SourceError, SourceNotFound
from colab_magics.transfer.bucket_store import AMAZON, Access, BucketStore
from colab_magics.transfer.events import Stopped
from colab_magics.transfer.listings import PAGE, Entry, Listing
from colab_magics.transfer.refusals import PATIENCE, Patience
from colab_magics.transfer.remote import Hiccup
from colab_magics.transfer.resolve import resolve
from colab_magics.transfer.source import BucketObject, BucketPattern
from colab_magics.transfer.tries import Tries

_ANONYMOUS = "No AWS credentials were found: it was listed anonymously."
_UNNAMED = "Its name cannot be written as an address: blanks at its end would be lost."


def list_bucket(
    place: str,
    access: Access = AMAZON,
    more: str = "",
    stop: threading.Event | None = None,
    patience: Patience = PATIENCE,
) -> Listing:
    """List what begins with ``place``, ``bucket/prefix``, up to the next slash; of no place the person's buckets.

    ``more``: of the page before. Raises `SourceNotFound`, `SourceDenied`, `BadOption` for an impossible endpoint or
    profile, `DownloadFailed`, or `Stopped` when ``stop`` is set.
    """
    stop = stop or threading.Event()
    if not place:
        return _buckets(access, stop, patience)
    bucket, _, prefix = place.partition("/")
    if "@" in bucket:
        raise SourceError("A bucket's name holds no user and no password: leave them out, and name a profile.")
    shown = f"s3://{bucket}/{prefix}"
    store = BucketStore(shown, shown, access, patience)
    where = {"Bucket": bucket, "Prefix": prefix, "Delimiter": "/", "MaxKeys": PAGE}
    try:
        answer = _asked(
            store, stop, patience, "list_objects_v2", **where, **({"ContinuationToken": more} if more else {})
        )
    except SourceNotFound:
        raise SourceNotFound(f"There is no bucket {bucket}: check its name and the endpoint.") from None
    except SourceDenied:
        raise SourceDenied(f"What lies in {shown} may not be listed {_way(store)}: choose other credentials.") from None
    return Listing(
        (*_folders(answer, bucket, prefix), *_files(answer, bucket, prefix)),
        str(answer.get("NextContinuationToken", "")) if answer.get("IsTruncated") else "",
        (_ANONYMOUS,) if store.is_anonymous and not access.anon else (),
    )


def _folders(answer: dict[str, Any], bucket: str, prefix: str) -> list[Entry]:
    start = prefix.rfind("/") + 1
    found = [str(each["Prefix"]) for each in answer.get("CommonPrefixes", ())]
    return [Entry(folder[start:], f"{bucket}/{folder}") for folder in found]


def _files(answer: dict[str, Any], bucket: str, prefix: str) -> list[Entry]:
    entries, start = [], prefix.rfind("/") + 1
    for each in answer.get("Contents", ()):
        key = str(each["Key"])
        if key.endswith("/") and key == prefix:
            continue  # the object of the folder itself
        modified = each.get("LastModified")
        source = _source(f"s3://{bucket}/{key}")
        day = modified.strftime("%Y-%m-%d") if modified else ""
        entries.append(Entry(key[start:], "", source, int(each.get("Size", 0)), day, "" if source else _UNNAMED))
    return entries


def _source(url: str) -> str:
    """How the object is named where a source is typed; nothing where it cannot be."""
    try:
        source = resolve(url)
    except SourceError:
        return ""
    is_same = isinstance(source, BucketObject | BucketPattern) and source.url == url
    return url if is_same else ""


def _buckets(access: Access, stop: threading.Event, patience: Patience) -> Listing:
    store = BucketStore("s3://", "s3://", replace(access, requester_pays=False), patience)
    try:
        answer = _asked(store, stop, patience, "list_buckets")
    except (SourceDenied, SourceNotFound):
        raise SourceDenied(
            f"Buckets may not be listed {_way(store)}: type the name of one, such as s3://bucket/folder/."
        ) from None
    names = [str(bucket["Name"]) for bucket in answer.get("Buckets", ())]
    return Listing(tuple(Entry(name, f"{name}/") for name in names))


def _way(store: BucketStore) -> str:
    return "anonymously" if store.is_anonymous else "with the credentials that were found"


def _asked(
    store: BucketStore, stop: threading.Event, patience: Patience, method: str, **arguments: Any
) -> dict[str, Any]:
    """Ask, and again where that may help."""
    tries = Tries(store.shown, patience)
    while not stop.is_set():
        try:
            with store.faults_named():
                return store.call(method, **arguments)[1]
        except Hiccup as hiccup:
            stop.wait(tries.count(hiccup, 0))
    raise Stopped
