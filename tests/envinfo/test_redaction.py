"""What leaves the machine names nobody, nothing and no secret."""

import getpass
import platform

import pytest

from colab_magics.envinfo.redaction import Redaction


@pytest.mark.parametrize(
    "text",
    [
        "GPU-8f6a0c1d-12ab-34cd",
        "MIG-77aabbcc-0000-1111",
        "https://ada:canary-password@index.example/simple",
        "s3://canarykey:canarysecret@bucket",
        "ghp_canary0123456789",
        "github_pat_canary0123456789",
        "hf_canary0123456789",
        "sk-canary0123456789",
        "AKIACANARY0123456789",
        "eyJjYW5hcnkiOiJ4In0.eyJjYW5hcnkifQ.sig",
        "?token=canary-token&x=1",
        "Password: canary-password",
        "X-Amz-Signature=canary-signature",
    ],
)
def test_shapes_of_secrets(text: str) -> None:
    left = Redaction({})(f"before {text} after")
    assert "canary" not in left.lower()
    assert "8f6a" not in left
    assert "77aabb" not in left
    assert "eyJ" not in left
    assert left.startswith("before ")
    assert left.endswith(" after")


def test_secrets_of_the_environment() -> None:
    redact = Redaction(
        {"MY_API_KEY": "canary-1", "DB_PASSWORD": "canary-12", "HOME": "/home/canary", "LANG": "C.UTF-8"}
    )
    assert redact("a canary-12 b canary-1 c /home/canary/x C.UTF-8") == "a … b … c ~/x C.UTF-8"


def test_the_user_and_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "adalove")
    monkeypatch.setattr(platform, "node", lambda: "brave-engine.lan")
    redact = Redaction({})
    assert redact("adalove on brave-engine.lan, brave-engine") == "<user> on <host>, <host>"
    assert redact("adalovelace, adalove-tools") == "adalovelace, adalove-tools"


@pytest.mark.parametrize("name", ["root", "jovyan", ""])
def test_names_that_everybody_has_are_words(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: name)
    assert Redaction({})("the root of jovyan") == "the root of jovyan"


def test_a_user_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("uid not found: 65534")

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert Redaction({})("2 CPUs") == "2 CPUs"


def test_every_text_of_a_value() -> None:
    redact = Redaction({"THE_TOKEN": "canary-9"})
    assert redact.all({"canary-9": ["canary-9", 1, None, {"a": ("x canary-9",)}]}) == {
        "…": ["…", 1, None, {"a": ["x …"]}]
    }
