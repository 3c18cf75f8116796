"""What Google Drive answers instead of a file."""

import json

import pytest

from colab_magics.errors import DownloadFailed, SourceDenied, SourceError, SourceNotFound
from colab_magics.transfer.drive_faults import Asked, refuse
from colab_magics.transfer.refusals import Patience
from colab_magics.transfer.remote import Changed, Hiccup

ASKED = Asked("drive://F1", "the login of the tests")
QUICK = Patience(longest_wait=2)


def told(reason: str) -> bytes:
    return json.dumps({"error": {"errors": [{"reason": reason}], "message": "canary"}}).encode()


@pytest.mark.parametrize(
    ("status", "body", "error", "sentence"),
    [
        (404, b"", SourceNotFound, "There is no drive://F1 that the login of the tests may read: check it, or let its"),
        (403, b"<html>canary", SourceDenied, "drive://F1 may not be read by the login of the tests: let its owner"),
        (403, told("insufficientFilePermissions"), SourceDenied, "may not be read by the login of the tests"),
        (401, told("authError"), SourceDenied, "Drive does not accept the login of the tests any more. Log in anew"),
        (
            403,
            told("downloadQuotaExceeded"),
            DownloadFailed,
            "too many people have fetched it .* Try again in 24 hours",
        ),
        (403, told("cannotDownloadAbusiveFile"), SourceDenied, "Drive takes it for malware or spam. Only its owner"),
        (403, told("exportSizeLimitExceeded"), SourceError, "more than 10 MB, .*give the link of one table .* #gid=…"),
        (
            403,
            told("dailyLimitExceeded"),
            DownloadFailed,
            "has made all requests that it may make today. Try again tom",
        ),
        (403, told("accessNotConfigured"), SourceDenied, "the Google Drive API is switched off .*console.cloud.google"),
        (403, told("insufficientPermissions"), SourceDenied, "Log in anew with the scope .*/auth/drive.readonly."),
        (403, told("cannotDownloadFile"), SourceDenied, "may be looked at and not downloaded: its owner or"),
        (400, told("badRequest"), SourceError, "drive://F1 cannot be read: Drive answered 400. Check"),
    ],
)
def test_each_refusal_has_its_sentence(status: int, body: bytes, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=sentence) as caught:
        refuse(status, {}, body, ASKED)
    assert "canary" not in str(caught.value)


def test_the_newer_form_of_a_reason_is_read() -> None:
    body = json.dumps({"error": {"status": "PERMISSION_DENIED", "details": [{"reason": "SERVICE_DISABLED"}]}}).encode()
    with pytest.raises(SourceDenied, match="switched off"):
        refuse(403, {}, body, ASKED)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(403, "rateLimitExceeded"), (403, "userRateLimitExceeded"), (429, ""), (500, ""), (503, "backendError")],
)
def test_what_passes_is_waited_for(status: int, reason: str) -> None:
    with pytest.raises(Hiccup, match="Drive") as caught:
        refuse(status, {"Retry-After": "1"}, told(reason), ASKED, QUICK)
    assert caught.value.wait == 1
    with pytest.raises(Hiccup) as caught:
        refuse(status, {}, told(reason), ASKED, QUICK)
    assert caught.value.wait is None
    with pytest.raises(DownloadFailed, match="drive://F1 is busy and asks to wait 1 min 30 s"):
        refuse(status, {"Retry-After": "90"}, told(reason), ASKED, QUICK)


def test_what_is_no_refusal() -> None:
    refuse(200, {}, b"", ASKED)
    refuse(206, {}, b"", ASKED)
    with pytest.raises(Changed):
        refuse(416, {}, b"", ASKED)


@pytest.mark.parametrize("body", [b"[]", b'{"error": 1}', b'{"error": {"errors": 1}}', b"[" * 100_000, b"\xff"])
def test_an_answer_of_any_form_is_survived(body: bytes) -> None:
    with pytest.raises(SourceDenied, match="may not be read by"):
        refuse(403, {}, body, ASKED)
