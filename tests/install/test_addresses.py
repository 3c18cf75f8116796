"""Which addresses are configured, and how little is shown of one."""

import sys
from pathlib import Path

import pytest

from colab_magics.install.addresses import HostsOnly, configured
from colab_magics.install.way import Way


def test_the_stronger_setting_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "pip.conf"
    settings.write_text(
        "[global]\nextra-index-url = https://a\nfind-links = https://b\n[install]\nfind-links = https://c\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    pip = Way("pip", (sys.executable, "-m", "pip"))
    assert configured(pip) == {"PIP_EXTRA_INDEX_URL": "https://a", "PIP_FIND_LINKS": "https://c"}
    monkeypatch.setenv("PIP_FIND_LINKS", "https://d https://e")
    assert configured(pip)["PIP_FIND_LINKS"] == "https://d https://e"


def test_a_pip_that_cannot_tell(tmp_path: Path) -> None:
    assert configured(Way("pip", (str(tmp_path / "none"),))) == {}


def test_uv_has_its_own_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_EXTRA_INDEX_URL", "https://a")
    assert configured(Way("uv", ("uv",))) == {"UV_EXTRA_INDEX_URL": "https://a"}


def test_only_the_host_of_an_index_is_shown() -> None:
    shown = HostsOnly(
        str,
        ["https://h/canary%2F1/org/simple/"],
        {"UV_INDEX": "https://i/canary2/x https://[", "PIP_INDEX_URL": "https://j/simple"},
    )
    said = [
        "https://h/canary%2F1/org/simple/a/a-1.whl",
        "'/canary/1/org/simple/a/'",
        "https://i/canary2/x",
        "https://j/simple/a",
    ]
    assert [shown(text) for text in said] == ["https://h/…/a/a-1.whl", "'/…/a/'", "https://i/…", "https://j/simple/a"]
    assert (
        shown("Looking in indexes: https://k/canary3, https://j/simple")
        == "Looking in indexes: https://k/…, https://j/simple"
    )
    assert shown("found at /canary3/a") == "found at /…/a"
    assert (
        shown("Looking in indexes: file:///opt/mine") == "Looking in indexes: file:///opt/mine"
    )  # nobody else reads it
