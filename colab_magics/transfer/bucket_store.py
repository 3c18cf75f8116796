"""An S3 store through s3fs, with the credentials that it finds, or with none."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from colab_magics.errors import BadOption, DownloadFailed, SourceDenied, SourceError, SourceNotFound
from colab_magics.transfer.ramp import MOST_CONNECTIONS
from colab_magics.transfer.refusals import Patience
from colab_magics.transfer.remote import Hiccup
from colab_magics.transfer.source import redacted


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

    @property
    def kept(self) -> dict[str, Any]:
        """What of it may be kept beside a file: an endpoint that holds a secret is only hinted at."""
        is_safe = self.endpoint is None or redacted(self.endpoint) == self.endpoint
        return {**asdict(self), "endpoint": self.endpoint if is_safe else "…"}


AMAZON = Access()

_BAD_TOKENS = ("InvalidToken", "ExpiredToken", "TokenRefreshRequired")  # of which s3fs knows only the second
_PASSING = (408, 409, 429)  # statuses that another try may change
_CODE = re.compile(r"[A-Za-z0-9.]{1,60}")


class BucketStore:
    """A store for one address in it. Where no credentials are found it is read anonymously: then ``is_anonymous``.

    ``url``: the address that is asked for, ``shown`` as a sentence may name it.
    """

    def __init__(self, url: str, shown: str, access: Access, patience: Patience) -> None:
        self.is_anonymous = access.anon
        self.url, self.shown = url, shown
        self._access, self._patience = access, patience
        self._system: Any = None
        self._lock = threading.Lock()

    def call(self, method: str, **arguments: Any) -> tuple[Any, dict[str, Any]]:
        """Ask the store; without credentials, once more and anonymously. Return the file system and its answer."""
        from botocore.exceptions import NoCredentialsError

        system = self._opened()
        try:
            return system, system.call_s3(method, **system.req_kw, **arguments)
        except NoCredentialsError:
            with self._lock:
                if not self.is_anonymous:
                    self.is_anonymous, self._system = True, None
            system = self._opened()
            return system, system.call_s3(method, **system.req_kw, **arguments)

    @contextmanager
    def faults_named(self) -> Iterator[None]:
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
            raise self._denied() from error
        except ParamValidationError as error:
            raise SourceNotFound(f"{shown} cannot be an object: check the name of the bucket.") from error
        except EndpointConnectionError:
            raise Hiccup("the store cannot be reached") from None
        except (OSError, BotoCoreError, RecursionError) as error:  # the last: a store redirects to nowhere
            status, code = status_of(error), _code_of(error)
            if code in _BAD_TOKENS:
                raise self._denied() from error
            if 300 <= status < 500 and status not in _PASSING:
                raise DownloadFailed(
                    f"{shown} cannot be fetched: the store answered {status} ({code}). Check the address, --endpoint, "
                    "and the region in AWS_DEFAULT_REGION."
                ) from error
            raise Hiccup(f"the store answered {status}" if status else "the connection broke off") from None

    def _denied(self) -> SourceDenied:
        way = "anonymously" if self.is_anonymous else "with the credentials that were found"
        return SourceDenied(f"{self.shown} may not be read {way}: choose others by --profile or AWS_PROFILE.")

    def _refuse_folder(self) -> None:
        with suppress(OSError):  # who may not list, learns that there is no such object
            if self._opened().isdir(self.url):
                raise _IsFolder(f"{self.shown} is a folder: name one object in it.")

    def _opened(self) -> Any:
        with self._lock:
            if self._system is None:
                self._system = _new_system(replace(self._access, anon=self.is_anonymous), self._patience)
            return self._system


class _IsFolder(SourceError):
    """The source is a prefix of objects, and no object."""


def _code_of(error: BaseException) -> str:
    """Return the name that a store gave to its refusal: one word, whatever it sent."""
    response = getattr(error.__cause__, "response", None) or {}
    found = _CODE.match(str(response.get("Error", {}).get("Code", "")))
    return found[0] if found else "no reason given"


def status_of(error: BaseException) -> int:
    """Return the status that a store answered, or 0 where it did not."""
    response = getattr(error.__cause__, "response", None) or {}
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _new_system(access: Access, patience: Patience) -> Any:
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
