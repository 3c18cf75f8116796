"""What can go wrong with a web server, told apart: not there, not allowed, not now, or broken off."""

from __future__ import annotations

import email.utils
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationParseError,
    NewConnectionError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from colab_magics.errors import DownloadFailed, SourceDenied, SourceNotFound
from colab_magics.format import duration
from colab_magics.transfer.remote import Hiccup
from colab_magics.transfer.source import redacted

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a download may hang, and how often it is tried; times in seconds.

    ``connect``: until the server answers the call. ``stall``: without data. ``attempts``: tries in all. ``pause``:
    before the second try, doubled before each further one. ``longest_wait``: that a server may ask for.
    """

    connect: float = 5.0
    stall: float = 30.0
    attempts: int = 4
    pause: float = 0.5
    longest_wait: float = 60.0


PATIENCE = Patience()


@contextmanager
def faults_named(server: str, patience: Patience, *, is_known: bool = False) -> Iterator[None]:
    """Turn the faults of urllib3 into ours, without their messages: those may hold the whole address.

    ``is_known``: the server has answered before, so that one more connection may have been one too many.
    """
    try:
        yield
    except SSLError:
        raise DownloadFailed(f"The certificate of {server} is not trusted: check the address and the clock.") from None
    except ReadTimeoutError:
        raise silent(server, patience) from None
    except ProxyError:
        raise Hiccup("the proxy does not answer") from None
    except (LocationParseError, UnicodeError):
        raise SourceNotFound(f"{server} cannot be the name of a server: check the address.") from None
    except NewConnectionError as error:
        if _is_unknown_name(error):
            raise SourceNotFound(f"There is no server named {server}, or no network: check both.") from None
        raise Hiccup(f"{server} cannot be reached") from None
    except ConnectTimeoutError:
        if is_known:
            raise Hiccup(f"{server} takes no further connection") from None
        silence = duration(patience.connect)
        raise DownloadFailed(f"{server} does not answer within {silence}: check the address and the network.") from None
    except HTTPError:
        raise Hiccup("the connection broke off") from None


def silent(server: str, patience: Patience) -> DownloadFailed:
    """The error for a server that hangs."""
    return DownloadFailed(f"{server} sent no data for {duration(patience.stall)}: try again later.")


def _is_unknown_name(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, socket.gaierror):
            return True
        error = error.__cause__ or error.__context__
    return False


def refuse(response: BaseHTTPResponse, url: str, patience: Patience) -> None:
    """Raise what a status other than 200 and 206 means."""
    status, shown = response.status, redacted(url)
    if status in (200, 206):
        return
    if status in (404, 410):
        raise SourceNotFound(f"There is nothing at {shown} (the server answered {status}): check the address.")
    if status in (401, 403, 407):
        raise SourceDenied(f"{shown} may not be read (the server answered {status}): it wants other credentials.")
    if status != 429 and status < 500:
        raise DownloadFailed(f"{shown} cannot be fetched: the server answered {status}. Check the address.")
    raise Hiccup(f"the server answered {status}", pause_asked(shown, response.headers.get("Retry-After", ""), patience))


def pause_asked(shown: str, header: str, patience: Patience) -> float | None:
    """Return the seconds of a Retry-After header, or None where it has none. Raises `DownloadFailed` for too many."""
    wait = _asked_wait(header)
    if wait is not None and wait > patience.longest_wait:
        raise DownloadFailed(f"The server of {shown} is busy and asks to wait {duration(wait)}: try again then.")
    return wait


def _asked_wait(header: str) -> float | None:
    """The seconds of a Retry-After header, which holds a number or a date."""
    if header.isdecimal():
        return float(header[:12])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(header).timestamp() - time.time())
    except ValueError:
        return None
