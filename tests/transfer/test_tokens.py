"""Tokens for servers: found where the tools of each look for them, sent to that server alone, and never shown."""

from pathlib import Path

import pytest
from servers import FileServer, file_server

from colab_magics.errors import BadOption, SourceDenied
from colab_magics.transfer import delivery
from colab_magics.transfer.cache import Cache
from colab_magics.transfer.copies import Courier
from colab_magics.transfer.delivery import to_local
from colab_magics.transfer.source import WebAddress
from colab_magics.transfer.tokens import NO_TOKEN, Token, token_for
from colab_magics.transfer.web import WebFile

HUB = "https://huggingface.co/datasets/o/d/resolve/main/a.csv"
KAGGLE = "https://www.kaggle.com/api/v1/datasets/download/o/d/a.csv"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("url", "environ", "value"),
    [
        (HUB, {"HF_TOKEN": "hf_canary"}, "hf_canary"),
        (HUB, {"HF_TOKEN": " hf_canary\n"}, "hf_canary"),
        (HUB, {"HF_TOKEN": "hf_canary", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"}, ""),
        (HUB, {"KAGGLE_API_TOKEN": "x"}, ""),
        (HUB.replace("https", "http"), {"HF_TOKEN": "hf_canary"}, ""),
        (HUB.replace("huggingface.co", "huggingface.co.example"), {"HF_TOKEN": "hf_canary"}, ""),
        (HUB.replace("huggingface.co", "x@huggingface.co"), {}, ""),
        (KAGGLE, {"KAGGLE_API_TOKEN": "KGAT_canary", "HF_TOKEN": "x"}, "KGAT_canary"),
        (KAGGLE, {}, ""),
        ("https://example.org/a.csv", {"HF_TOKEN": "x", "KAGGLE_API_TOKEN": "y"}, ""),
    ],
)
def test_each_server_has_its_own(url: str, environ: dict[str, str], value: str) -> None:
    assert token_for(url, environ).value == value


@pytest.mark.parametrize(
    ("file", "environ", "url"),
    [
        (".cache/huggingface/token", {}, HUB),
        ("hub/token", {"HF_HOME": "~/hub"}, HUB),
        ("mine", {"HF_TOKEN_PATH": "~/mine"}, HUB),
        (".kaggle/access_token", {}, KAGGLE),
    ],
)
def test_the_file_of_its_tool_is_read(home: Path, file: str, environ: dict[str, str], url: str) -> None:
    path = home / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("canary\n")
    assert token_for(url, environ).value == "canary"


@pytest.mark.parametrize("value", ["canary\r\nX-Other: 1", "canary canary", "canary\u00e9"])
def test_what_cannot_be_one_is_told_and_not_shown(value: str) -> None:
    with pytest.raises(BadOption, match="HF_TOKEN holds no token: it must be one word") as caught:
        token_for(HUB, {"HF_TOKEN": value})
    assert "canary" not in str(caught.value)


def test_it_is_in_nothing_that_is_shown() -> None:
    assert "canary" not in repr([token_for(HUB, {"HF_TOKEN": "hf_canary"}), WebFile(HUB, token="hf_canary")])


def test_it_goes_to_its_own_server_alone(files: FileServer) -> None:
    with file_server() as other:
        target = other.add("/b.csv", b"a,b\n")
        files.add("/a.csv", b"", status=302, headers={"Location": "/c.csv"})
        files.add("/c.csv", b"", status=302, headers={"Location": target})
        with WebFile(files.url + "/a.csv", token="canary").open() as piece:
            assert b"".join(piece.chunks()) == b"a,b\n"
        assert [headers.get("authorization") for _, headers in files.requests] == ["Bearer canary"] * 2
        assert "authorization" not in other.requests[-1][1]


def test_a_refusal_says_where_a_token_belongs(
    files: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = files.add("/a.csv", b"", status=401)
    courier = Courier(tmp_path, Cache(tmp_path / "cache"))
    for environ, sentence in (
        ({"HF_TOKEN": "hf_canary"}, "may not be read .*Look whether the token may read it, and accept its terms"),
        ({}, "may not be read .*Set HF_TOKEN to a token of your account"),
    ):
        monkeypatch.setattr(delivery, "token_for", lambda _, environ=environ: token_for(HUB, environ))
        with pytest.raises(SourceDenied, match=sentence) as caught:
            to_local(WebAddress(url), courier)
        assert "canary" not in str(caught.value)
    monkeypatch.setattr(delivery, "token_for", lambda _: NO_TOKEN)
    with pytest.raises(SourceDenied, match="it wants other credentials.$"):
        to_local(WebAddress(url), courier)
    assert Token("") == NO_TOKEN
