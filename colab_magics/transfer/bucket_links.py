"""Objects of S3: ``s3://`` addresses, and the https addresses that name the same objects."""

import re
from urllib.parse import SplitResult, unquote_plus

from colab_magics.errors import SourceError
from colab_magics.transfer.addresses import asked, redacted
from colab_magics.transfer.source import BucketObject, BucketPattern

_WILD = re.compile(r"\*|\?(?!\w+=)|\[[^\]]+\]")
_SERVER = re.compile(
    r"(?:([a-z0-9][a-z0-9._-]*)\.)?s3(?:-fips|-external-1|-accelerate)?(?:\.dualstack)?(?:[.-][a-z]{2,3}(?:-[a-z]+)+-\d+)?"
    r"\.amazonaws\.com"
)
_CONSOLE = re.compile(r"(?:[a-z0-9-]+\.)*console\.aws\.amazon\.com")


def resolve_key(text: str) -> BucketObject | BucketPattern:
    """Read ``s3://bucket/key``. Raises `SourceError` where there is no key, or a password."""
    address = text.partition("://")[2]
    bucket, _, key = address.partition("/")
    if "@" in bucket:
        raise SourceError(
            "An s3:// address holds no user and no password: leave them out, and name a profile by --profile."
        )
    if not bucket or not key or key.endswith("/"):
        raise SourceError(f"{redacted('s3://' + address)} names no object: write s3://bucket/path/to/file.")
    return (BucketPattern if _WILD.search(key) else BucketObject)(f"s3://{address}")


def object_of_page(parts: SplitResult) -> BucketObject | BucketPattern | None:
    """Return the object that an address of Amazon's S3 names, or None for every other address.

    A signed address, and any other with a query, is not taken apart: only its server knows what the query means.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
    """
    server = parts.netloc.lower()
    if _CONSOLE.fullmatch(server):
        return _of_console(parts)
    found = _SERVER.fullmatch(server)
    if found is None or parts.query:
        return None
    try:
        path = unquote_plus(parts.path.removeprefix("/"), errors="strict")  # S3 takes + for a space
    except UnicodeDecodeError:
        return None
    address = f"s3://{found[1]}/{path}" if found[1] else f"s3://{path}"
    if "*" in parts.path:
        return resolve_key(address)
    bucket, _, key = address.removeprefix("s3://").partition("/")
    if not bucket or not key or key.endswith("/"):
        raise SourceError(f"{redacted(parts.geturl())} names no object: add the path of one.")
    return BucketObject(address)


def _of_console(parts: SplitResult) -> BucketObject:
    kind, _, bucket = parts.path.removeprefix("/s3/").strip("/").partition("/")
    if kind == "object" and bucket and (key := asked(parts, "prefix")):
        return BucketObject(f"s3://{bucket}/{key}")
    raise SourceError(f"{redacted(parts.geturl())} is a page to log in to: write s3://bucket/path/to/file.")
