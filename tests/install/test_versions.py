"""Versions on disk and in this kernel."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from colab_magics.errors import BadOption
from colab_magics.install.snapshot import Snapshot, take
from colab_magics.install.versions import Version, look


@pytest.fixture
def packages(tmp_path: Path) -> Snapshot:
    for name, version, record in (
        ("opencv-python", "4.1", "cv2/__init__.py,sha256=x,1\n"),
        ("tensorflow-cpu", "2.18", "tensorflow/__init__.py,sha256=x,1\n"),
        ("odd-dist", "1.0", "odd_module.py,sha256=x,1\n"),
    ):
        info = tmp_path / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n")
        (info / "RECORD").write_text(record)
        (info / "top_level.txt").write_text(record.split("/")[0].split(".")[0])
    return take([str(tmp_path)])


@pytest.mark.parametrize(
    ("word", "version"),
    [
        ("cv2", Version("cv2", "4.1", "", "as opencv-python")),
        ("OpenCV_Python", Version("OpenCV_Python", "4.1")),
        ("tensorflow", Version("tensorflow", "2.18", "", "as tensorflow-cpu")),
        ("tensorflow>=2", Version("tensorflow", "2.18", "", "as tensorflow-cpu")),
        ("odd_module", Version("odd_module", "1.0", "", "as odd-dist")),
        ("sklearn", Version("sklearn", "", "", "the package is scikit-learn")),
        ("none", Version("none", "")),
        ("json", Version("json", f"{sys.version_info.major}.{sys.version_info.minor}", "", "part of Python")),
    ],
)
def test_each_name(packages: Snapshot, word: str, version: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("cv2", "tensorflow", "odd_module", "sklearn", "none"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert look([word], packages).packages == (version,)


def test_the_loaded_version(packages: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    class Lazy(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise AssertionError("nothing is computed by asking")

    module = Lazy("odd_module")
    monkeypatch.setitem(sys.modules, "odd_module", module)
    assert look(["odd-dist"], packages).packages[0].loaded == ""
    vars(module)["__version__"] = "0.9"
    (found,) = look(["odd-dist"], packages).packages
    assert (found.loaded, found.needs_restart) == ("0.9", True)
    vars(module)["__version__"] = ("not", "text")
    assert look(["odd-dist"], packages).packages[0].loaded == ""


@pytest.mark.parametrize("word", ["https://host/a", "./a", "--target", "a b"])
def test_what_is_no_name(packages: Snapshot, word: str) -> None:
    with pytest.raises(BadOption):
        look([word], packages)
