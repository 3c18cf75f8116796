"""What Google Drive knows of a file, read from its answers."""

from dataclasses import replace

import pytest
from drive_server import FOLDER, SHEET

from colab_magics.errors import SourceError
from colab_magics.transfer.drive_facts import DriveFacts, facts_in, refuse_unread
from colab_magics.transfer.remote import Hiccup


def test_a_version_is_told_by_what_there_is() -> None:
    facts = DriveFacts("F1", "a", "t", 4, "md5", "sha256", "r1", "2026")
    assert facts.version.validator == facts.version.etag == '"sha256"'
    assert replace(facts, sha256="").version.etag == '"md5"'
    bare = replace(facts, sha256="", md5="").version
    assert (bare.etag, bare.validator) == ('"r1"', "")
    assert replace(facts, sha256="", md5="", edition="").version.etag == ""


@pytest.mark.parametrize("answer", [{}, {"id": "F1"}, {"id": "F1", "name": "a", "mimeType": "t", "size": "many"}])
def test_an_answer_that_is_none(answer: dict[str, str]) -> None:
    with pytest.raises(Hiccup, match="Drive answered something that is no answer"):
        facts_in(answer)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"type": FOLDER}, "drive://F1 is a folder of Drive: name one file in it"),
        ({"type": "application/vnd.google-apps.presentation"}, "drive://F1 is a Google presentation and no table"),
        ({"type": "text/csv", "may_download": False}, "may be looked at and not downloaded: ask its owner"),
    ],
)
def test_what_holds_no_bytes(facts: dict[str, object], sentence: str) -> None:
    with pytest.raises(SourceError, match=sentence):
        refuse_unread(DriveFacts("F1", "a", **facts), "drive://F1")
    refuse_unread(DriveFacts("F1", "a", SHEET), "drive://F1")
