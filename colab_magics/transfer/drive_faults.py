"""What Google Drive answers instead of a file, told apart: not there, not allowed, not now."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from colab_magics.errors import DownloadFailed, SourceDenied, SourceError, SourceNotFound
from colab_magics.transfer.refusals import PATIENCE, Patience, pause_asked
from colab_magics.transfer.remote import Changed, Hiccup

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

READ_SCOPE = "https://www.googleapis.com/auth/drive.readonly"

_BUSY = {"rateLimitExceeded", "userRateLimitExceeded", "sharingRateLimitExceeded", "backendError"}
_SPENT = {"dailyLimitExceeded", "quotaExceeded", "dailyLimitExceededUnreg"}
_OFF = {"accessNotConfigured", "SERVICE_DISABLED"}
_NARROW = {"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}
_KEPT_CLOSED = {"cannotDownloadFile", "fileNotDownloadable", "cannotExportFile", "domainPolicy"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, as a sentence may name it, and ``account``: by which login."""

    shown: str
    account: str


def refuse(status: int, headers: Mapping[str, str], body: bytes, asked: Asked, patience: Patience = PATIENCE) -> None:
    """Raise what a status other than 200 and 206 means; ``body`` may tell it apart by a reason.

    https://developers.google.com/workspace/drive/api/guides/handle-errors
    """
    shown = asked.shown
    if status in (200, 206):
        return
    if status in (412, 416):
        raise Changed
    reasons = _reasons(body)
    if status == 429 or status >= 500 or reasons & _BUSY:
        _come_back(status, headers, asked, patience)
    for known, error in _MEANINGS:
        if reasons & known:
            raise error(asked)
    if status in (404, 410):
        raise SourceNotFound(
            f"There is no {shown} that {asked.account} may read: check it, or let its owner share it with that account."
        )
    if status == 401:
        raise SourceDenied(f"{shown} may not be read: Drive does not accept {asked.account} any more. Log in anew.")
    if status == 403:
        raise SourceDenied(f"{shown} may not be read by {asked.account}: let its owner share it with that account.")
    raise SourceError(f"{shown} cannot be read: Drive answered {status}. Check what was asked for.")


def _come_back(status: int, headers: Mapping[str, str], asked: Asked, patience: Patience) -> None:
    pause = pause_asked(asked.shown, headers.get("Retry-After", ""), patience)
    raise Hiccup("Drive asks for fewer requests" if status < 500 else f"Drive answered {status}", pause)


def _spent(asked: Asked) -> SourceError:
    return DownloadFailed(
        f"{asked.shown} did not arrive: the Google Cloud project of {asked.account} has made all requests that it may "
        "make today. Try again tomorrow."
    )


def _too_popular(asked: Asked) -> SourceError:
    return DownloadFailed(
        f"{asked.shown} did not arrive: too many people have fetched it from Google Drive. Try again in 24 hours, or "
        "make a copy in your own Drive and name that."
    )


def _harmful(asked: Asked) -> SourceError:
    return SourceDenied(
        f"{asked.shown} is not fetched: Drive takes it for malware or spam. Only its owner can save it, in the browser."
    )


def _too_large(asked: Asked) -> SourceError:
    return SourceError(
        f"{asked.shown} is a Google document of more than 10 MB, which Drive does not export: give the link of one "
        "table of it with #gid=…, or save it as a file (File, Download) and name that."
    )


def _off(asked: Asked) -> SourceError:
    return SourceDenied(
        f"{asked.shown} may not be read: the Google Drive API is switched off in the Google Cloud project of "
        f"{asked.account}. Switch it on at console.cloud.google.com under APIs & Services, and wait a minute."
    )


def _narrow(asked: Asked) -> SourceError:
    return SourceDenied(
        f"{asked.shown} may not be read: {asked.account} was not allowed to read Drive. Log in anew with the scope "
        f"{READ_SCOPE}."
    )


def _closed(asked: Asked) -> SourceError:
    return SourceDenied(
        f"{asked.shown} may be looked at and not downloaded: its owner or the administrator of its domain forbids it. "
        "Ask its owner."
    )


_MEANINGS: tuple[tuple[set[str], Callable[[Asked], SourceError]], ...] = (
    (_SPENT, _spent),
    ({"downloadQuotaExceeded"}, _too_popular),
    ({"cannotDownloadAbusiveFile"}, _harmful),
    ({"exportSizeLimitExceeded"}, _too_large),
    (_OFF, _off),
    (_NARROW, _narrow),
    (_KEPT_CLOSED, _closed),
)


def _reasons(body: bytes) -> set[str]:
    """The reasons of an answer, in the older and in the newer of the two forms that Google has."""
    try:
        error: dict[str, Any] = json.loads(body)["error"]
        parts = [*error.get("errors", ()), *error.get("details", ())]
        return {str(part["reason"]) for part in parts if "reason" in part}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return set()
