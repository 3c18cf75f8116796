"""An object of an S3 store to a whole local file, through s3fs and the credentials that it finds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colab_magics.errors import BadOption, DownloadFailed, SourceDenied, SourceError, SourceNotFound
from colab_magics.transfer.events import Downloaded, Progress, Stopped
from colab_magics.transfer.landing import Landing
from colab_magics.transfer.source import BucketObject, redacted

_BLOCK = 8 << 20


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach a store: ``endpoint`` for other stores than Amazon's, ``profile`` of the AWS configuration."""

    endpoint: str | None = None
    profile: str | None = None
    anon: bool = False


AMAZON = Access()


def copy_object(
    source: BucketObject,
    target: Path,
    *,
    access: Access = AMAZON,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Downloaded:
    """Copy one version of the object into the file ``target``, replacing it only when all has arrived.

    Where no credentials are found the object is read anonymously, and ``is_anonymous`` of the outcome tells so.
    Raises `SourceNotFound`, `SourceDenied`, `DownloadFailed`, or `BadOption` for an impossible endpoint or profile;
    then, and on an interrupt, ``target`` is what it was before.
    """
    from botocore.exceptions import NoCredentialsError

    report = on_progress or (lambda _: None)
    halt = stop or threading.Event()
    try:
        with _faults_named(source, access):
            return _copy(source, target, access, report, halt)
    except NoCredentialsError:
        public = Access(access.endpoint, access.profile, anon=True)
        with _faults_named(source, public):
            return _copy(source, target, public, report, halt)


def _copy(
    source: BucketObject, target: Path, access: Access, report: Callable[[Progress], None], stop: threading.Event
) -> Downloaded:
    started = time.monotonic()
    store = _store(access)
    # Not get_file(): it can put together two versions of an object. open() asks for one ETag in every request.
    with store.open(source.url, "rb", block_size=_BLOCK, cache_type="none") as remote, Landing(target) as place:
        if remote.details.get("type") == "directory":
            raise SourceError(f"{source.shown} is a folder: name one object in it.")
        place.expect(remote.size)
        while chunk := remote.read(_BLOCK):
            if stop.is_set():
                raise Stopped
            place.write(chunk)
            report(Progress(place.size, remote.size))
        if place.size != remote.size:
            raise DownloadFailed(f"{source.shown} did not arrive whole: try again.")
        place.publish(None)
    seconds = time.monotonic() - started
    return Downloaded(target, place.size, place.sha256, source.shown, seconds, is_anonymous=access.anon)


def _store(access: Access) -> Any:
    import s3fs

    store = s3fs.S3FileSystem(
        anon=access.anon,
        profile=access.profile,
        endpoint_url=access.endpoint,
        config_kwargs={"connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 2}},
        skip_instance_cache=True,
        use_listings_cache=False,
    )
    store.retries = 3
    return store


@contextmanager
def _faults_named(source: BucketObject, access: Access) -> Iterator[None]:
    """Turn what s3fs and botocore raise into a sentence; the lack of credentials is left to the caller."""
    from botocore.exceptions import BotoCoreError, NoCredentialsError, ParamValidationError, ProfileNotFound

    shown = source.shown
    try:
        yield
    except (SourceError, NoCredentialsError):
        raise
    except ProfileNotFound as error:
        raise BadOption(f"The AWS configuration has no profile {access.profile}: check --profile.") from error
    except FileNotFoundError as error:
        raise SourceNotFound(f"There is no object {shown}: check the bucket, the key and the endpoint.") from error
    except PermissionError as error:
        way = "anonymously" if access.anon else "with the credentials that were found"
        raise SourceDenied(f"{shown} may not be read {way}: choose others by --profile or AWS_PROFILE.") from error
    except ParamValidationError as error:
        raise SourceNotFound(f"{shown} cannot be an object: check the name of the bucket.") from error
    except ValueError as error:
        where = redacted(access.endpoint or "")
        raise BadOption(f"{where} cannot be the address of a store: --endpoint starts with http(s)://.") from error
    except (OSError, BotoCoreError) as error:
        reason = str(error).partition("\n")[0]
        raise DownloadFailed(f"{shown} did not arrive ({reason}): check the network and try again.") from error
