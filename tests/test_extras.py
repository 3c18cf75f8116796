"""Optional libraries: there, or explained."""

import json
from pathlib import Path

import pytest

from colab_magics.errors import MissingExtra
from colab_magics.extras import check, need


def test_what_is_there_is_imported() -> None:
    assert need("json", by="x", extra="y") is json
    check("json", by="x", extra="y")


def test_what_is_missing_is_explained() -> None:
    sentence = r'^%ingest needs no_such_module, which .* Run  %pip install "colab-magics\[formats\]"  and'
    with pytest.raises(MissingExtra, match=sentence):
        need("no_such_module", by="%ingest", extra="formats")
    with pytest.raises(MissingExtra, match=sentence):
        check("json", "no_such_module", by="%ingest", extra="formats")


@pytest.mark.parametrize(
    ("module", "library"),
    [
        ("sklearn", "scikit-learn"),
        ("google.auth", "google-auth"),
        ("google_auth_oauthlib.flow", "google-auth-oauthlib"),
    ],
)
def test_the_name_to_install_is_told(module: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("colab_magics.extras.find_spec", lambda module: None)
    with pytest.raises(MissingExtra, match=f"needs {library}, which"):
        check(module, by="%train_mnist", extra="train")


def test_a_broken_library_is_not_called_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "broken_one.py").write_text("raise ImportError('its own fault')")
    with pytest.raises(ImportError, match="its own fault"):
        need("broken_one", by="x", extra="y")
