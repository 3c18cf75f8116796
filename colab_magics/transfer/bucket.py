"""An object of an S3 store, through s3fs and the credentials that it finds."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from colab_magics.errors import BadOption, DownloadFailed, SourceDenied, SourceError, SourceNotFound
from colab_magics.format import duration
from colab_magics.transfer.ramp import MOST_CONNECTIONS
from colab_magics.transfer.refusals import PATIENCE, Patience
from colab_magics.transfer.remote import Changed, Hiccup, NotModified, Unranged, Version
from colab_magics.transfer.source import BucketObject, redacted

_CHUNK = 1 << 20
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18})")


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach a store.

    ``endpoint`` of other stores than Amazon's, ``profile`` of the AWS configuration, ``anon`` without credentials,
    ``requester_pays`` where the owner of the bucket lets the reader pay.
    """

    endpoint: str | None = None
    profile: str | None = None
    anon: bool = False
    requester_pays: bool = False


AMAZON = Access()


class BucketFile:
    """The `Remote` of an object. Where no credentials are found it is read anonymously: then ``is_anonymous``."""

    def __init__(self, source: BucketObject, access: Access = AMAZON, patience: Patience = PATIENCE) -> None:
        self.shown = source.shown
        self.is_anonymous = access.anon
        self._source, self._access, self._patience = source, access, patience
        self._store: Any = None
        self._lock = threading.Lock()

    @contextmanager
    def open(
        self, start: int = 0, end: int | None = None, *, of: Version | None = None, unless: Version | None = None
    ) -> Iterator[BucketPiece]:
        """Ask for the bytes from ``start`` up to ``end``, as `Remote.open` says.

        Raises `SourceNotFound`, `SourceDenied`, `SourceError` for a folder, `BadOption` for an impossible endpoint or
        profile, `DownloadFailed`, `Changed`, `NotModified`, `Unranged` or `Hiccup`.
        """
        conditions = {"Range": f"bytes={start}-{'' if end is None else end - 1}"}
        if of is not None:
            conditions["IfMatch"] = of.validator
        if unless is not None and unless.etag:
            conditions["IfNoneMatch"] = unless.etag
        with self._faults_named():
            store, answer = self._asked(conditions)
            piece = BucketPiece(store.loop, answer, start, self.shown, self._patience)
        try:
            if of is not None and piece.version != of:
                raise Changed
            if piece.start != start:
                raise Unranged
            yield piece
        finally:
            piece.abort()

    def _asked(self, conditions: dict[str, str]) -> tuple[Any, dict[str, Any]]:
        """Send the request; without credentials, once more and anonymously."""
        from botocore.exceptions import NoCredentialsError

        store = self._opened()
        try:
            return store, self._sent(store, conditions)
        except NoCredentialsError:
            with self._lock:
                if not self.is_anonymous:
                    self.is_anonymous, self._store = True, None
            store = self._opened()
            return store, self._sent(store, conditions)

    def _sent(self, store: Any, conditions: dict[str, str]) -> dict[str, Any]:
        bucket, _, key = self._source.url.partition("://")[2].partition("/")
        try:
            answer: dict[str, Any] = store.call_s3("get_object", Bucket=bucket, Key=key, **store.req_kw, **conditions)
        except OSError as error:
            status = _status(error)
            if status == 416 and "IfMatch" not in conditions and "Range" in conditions:
                # Only an empty object has no first byte; asked without a range, it says so itself.
                return self._sent(store, {name: value for name, value in conditions.items() if name != "Range"})
            meaning = {304: NotModified, 412: Changed, 416: Changed, 501: Unranged}.get(status)
            if meaning is not None:
                raise meaning from None
            raise
        return answer

    def _opened(self) -> Any:
        with self._lock:
            if self._store is None:
                self._store = _new_store(replace(self._access, anon=self.is_anonymous), self._patience)
            return self._store

    @contextmanager
    def _faults_named(self) -> Iterator[None]:
        """Turn what s3fs and botocore raise into a sentence."""
        from botocore.exceptions import BotoCoreError, EndpointConnectionError, ParamValidationError, ProfileNotFound

        shown, access = self.shown, self._access
        try:
            yield
        except SourceError:
            raise
        except ProfileNotFound as error:
            raise BadOption(f"The AWS configuration has no profile {access.profile}: check --profile.") from error
        except FileNotFoundError as error:
            self._refuse_folder()
            raise SourceNotFound(f"There is no object {shown}: check the bucket, the key and the endpoint.") from error
        except PermissionError as error:
            way = "anonymously" if self.is_anonymous else "with the credentials that were found"
            raise SourceDenied(f"{shown} may not be read {way}: choose others by --profile or AWS_PROFILE.") from error
        except ParamValidationError as error:
            raise SourceNotFound(f"{shown} cannot be an object: check the name of the bucket.") from error
        except EndpointConnectionError:
            raise Hiccup("the store cannot be reached") from None
        except (OSError, BotoCoreError) as error:
            status = _status(error)
            raise Hiccup(f"the store answered {status}" if status else "the connection broke off") from None

    def _refuse_folder(self) -> None:
        with suppress(OSError):  # who may not list, learns that there is no such object
            if self._opened().isdir(self._source.url):
                raise _IsFolder(f"{self.shown} is a folder: name one object in it.")


class _IsFolder(SourceError):
    """The source is a prefix of objects, and no object."""


class BucketPiece:
    """One answer of an S3 store; see `Piece`."""

    def __init__(self, loop: Any, answer: dict[str, Any], start: int, shown: str, patience: Patience) -> None:
        self._loop, self._body, self._shown, self._patience = loop, answer["Body"], shown, patience
        self.content_type = str(answer.get("ContentType", ""))
        self.has_end = True
        found = _CONTENT_RANGE.fullmatch(answer.get("ContentRange", ""))
        self.start, size = (int(found[1]), int(found[2])) if found else (0, int(answer["ContentLength"]))
        etag = str(answer.get("ETag", ""))
        self.version = Version(size, etag, "", etag)
        self.has_ranges = found is not None and bool(etag)

    def chunks(self) -> Iterator[bytes]:
        """The body as it arrives. Raises `Hiccup` when it is cut, `DownloadFailed` when it stalls."""
        from fsspec.asyn import sync

        try:
            while chunk := sync(self._loop, _gathered, self._body):
                yield chunk
        except TimeoutError:
            silence = duration(self._patience.stall)
            raise DownloadFailed(f"{self._shown}: the store sent no data for {silence}. Try again later.") from None
        except Exception:  # noqa: BLE001 (the HTTP library below aiobotocore has a tree of errors of its own)
            raise Hiccup("the connection broke off") from None

    def abort(self) -> None:
        """End the answer, from any thread."""
        self._loop.call_soon_threadsafe(self._body.close)


async def _gathered(body: Any) -> bytes:
    """Read so much at once that going to the thread of the loop and back costs little."""
    blocks, size = [], 0
    while size < _CHUNK and (block := await body.read(_CHUNK)):
        blocks.append(block)
        size += len(block)
    return b"".join(blocks)


def _status(error: BaseException) -> int:
    """Return the status that a store answered, or 0 where it did not."""
    response = getattr(error.__cause__, "response", None) or {}
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _new_store(access: Access, patience: Patience) -> Any:
    import s3fs

    _check_endpoint(access.endpoint)
    store = s3fs.S3FileSystem(
        anon=access.anon,
        profile=access.profile,
        endpoint_url=access.endpoint,
        requester_pays=access.requester_pays,
        config_kwargs={
            "connect_timeout": patience.connect,
            "read_timeout": patience.stall,
            "retries": {"max_attempts": 0},
            "max_pool_connections": MOST_CONNECTIONS,
        },
        skip_instance_cache=True,
        use_listings_cache=False,
    )
    store.retries = 1  # `Tries` counts them
    return store


def _check_endpoint(endpoint: str | None) -> None:
    try:
        parts = urlsplit(endpoint or "https://default")
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise BadOption(
            f"{redacted(endpoint or '')} cannot be the address of a store: --endpoint starts with http(s)://."
        )
    if parts.username is not None or parts.query:
        raise BadOption(f"--endpoint {redacted(endpoint or '')} takes no name, password or query: use --profile.")
