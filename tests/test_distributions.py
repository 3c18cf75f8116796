"""What is installed, from records laid out on purpose and from the real ones of this environment."""

import importlib.metadata
import sys
from pathlib import Path
from types import ModuleType

import pytest

from colab_magics.distributions import (
    installed,
    is_same_release,
    loaded_version,
    normalized,
    of,
    version_of,
)


def put(site: Path, folder: str, record: str | bytes = "", name: str = "METADATA", **files: str) -> None:
    (site / folder).mkdir(parents=True)
    (site / folder / name).write_bytes(record if isinstance(record, bytes) else record.encode())
    for file, content in files.items():
        (site / folder / file).write_text(content)


def test_it_finds_what_the_standard_library_finds() -> None:
    ours = {name: version_of(record) for name, record in installed().items()}
    theirs: dict[str, str] = {}
    for found in importlib.metadata.distributions():
        theirs.setdefault(normalized(found.metadata["Name"]), found.version)
    assert ours == theirs
    assert len(ours) > 20


def test_the_first_folder_of_the_path_wins(tmp_path: Path) -> None:
    put(tmp_path / "one", "numpy-2.0.dist-info", "Version: 2.0\n")
    put(tmp_path / "two", "numpy-1.0.dist-info", "Version: 1.0\n")
    put(tmp_path / "two", "Typing_Extensions-4.0.dist-info", "Version: 4.0\n")
    found = installed([str(tmp_path / "one"), str(tmp_path / "two"), str(tmp_path / "none"), str(tmp_path / "two")])
    assert {name: record.version for name, record in found.items()} == {"numpy": "2.0", "typing-extensions": "4.0"}


def test_two_records_in_one_place_are_counted_and_the_highest_is_taken(tmp_path: Path) -> None:
    for version in ("1.9.0", "1.10.0", "1.2.0"):
        put(tmp_path, f"numpy-{version}.dist-info", f"Version: {version}\n")
    record = installed([str(tmp_path)])["numpy"]
    assert (record.version, record.twins) == ("1.10.0", 2)


@pytest.mark.parametrize(
    ("record", "version"),
    [
        ("Metadata-Version: 2.1\nName: x\nVersion: 2.21.0\n\nVersion: 9\n", "2.21.0"),
        ("", ""),
        ("Name: x\n\nVersion: 9 is what the description says\n", ""),
        (b"\xff\xfeVersion", ""),
        (b"Version: 1.2\nSummary: \xff\n", "1.2"),
        ("version:1.5 \n", "1.5"),
        ("Version: 3.1\n\n" + "x" * 3_000_000, "3.1"),
    ],
)
def test_a_version_from_whole_and_damaged_records(tmp_path: Path, record: str | bytes, version: str) -> None:
    put(tmp_path, "x-0.dist-info", record)
    assert version_of(installed([str(tmp_path)])["x"]) == version


def test_records_of_old_installers(tmp_path: Path) -> None:
    put(tmp_path, "old-4.9-py3.11.egg-info", "Version: 4.9\n", "PKG-INFO")
    (tmp_path / "single-1.0.egg-info").write_text("Metadata-Version: 1.0\nVersion: 1.0\n")
    (tmp_path / "gone-1.dist-info").mkdir()
    found = installed([str(tmp_path)])
    assert {name: version_of(record) for name, record in found.items()} == {"gone": "", "old": "4.9", "single": "1.0"}


@pytest.mark.parametrize(
    ("folder", "asked"),
    [
        ("tensorflow_cpu-2.21.0.dist-info", "tensorflow"),
        ("tensorflow_cpu-2.21.0.dist-info", "tensorflow-cpu"),
        ("opencv_python_headless-4.9.dist-info", "cv2"),
        ("opencv_python_headless-4.9.dist-info", "opencv-python"),
        ("scikit_learn-1.9.dist-info", "sklearn"),
        ("PyYAML-6.0.dist-info", "yaml"),
        ("ruamel.yaml-0.18.dist-info", "ruamel_yaml"),
        ("protobuf-6.0.dist-info", "google.protobuf"),
    ],
)
def test_a_name_finds_its_distribution(tmp_path: Path, folder: str, asked: str) -> None:
    put(tmp_path, folder)
    record = of(asked, installed([str(tmp_path)]))
    assert record is not None
    assert record.folder == str(tmp_path / folder)


def test_the_usual_variant_comes_first(tmp_path: Path) -> None:
    for name in ("tensorflow_intel", "tensorflow"):
        put(tmp_path, f"{name}-2.18.0.dist-info")
    record = of("tensorflow", installed([str(tmp_path)]))
    assert record is not None
    assert record.name == "tensorflow"
    assert of("torch", installed([str(tmp_path)])) is None


def test_what_can_be_imported(tmp_path: Path) -> None:
    put(tmp_path, "a-1.dist-info", top_level_txt="")
    (tmp_path / "a-1.dist-info" / "top_level.txt").write_text("alpha\n_beta\n")
    put(tmp_path, "b-1.dist-info")
    (tmp_path / "b-1.dist-info" / "RECORD").write_text(
        "pkg/__init__.py,,\npkg/x.py,,\nsingle.py,,\nfast.cpython-311-x86_64-linux-gnu.so,,\nb-1.dist-info/RECORD,,\n"
        "../../bin/tool,,\n__pycache__/single.cpython-311.pyc,,\n"
    )
    found = installed([str(tmp_path)])
    assert found["a"].top_level() == ("alpha", "_beta")
    assert found["b"].top_level() == ("pkg", "single", "fast")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2.21.0", "2.21.0", True),
        ("3.2", "3.2.0", True),
        ("3.2", "3.2.1", False),
        ("4.10.0", "4.10.0.84", False),
        ("2.9.0", "2.9.0.post0", True),
        ("2.5.1+cpu", "2.5.1+cu121", False),
        ("2.5.1+cu121", "2.5.1+cu121", True),
        ("2.13.0+cpu", "2.13.0", True),
        ("2.16.0-rc0", "2.16.0rc0", True),
        ("2.16.0rc0", "2.16.0rc1", False),
        ("1.9", "1.10", False),
        ("2.0.0", "2.0.1", False),
        ("unknown", "1.0", False),
        ("", "1.0", False),
    ],
)
def test_same_release(one: str, other: str, same: bool) -> None:
    assert is_same_release(one, other) is same
    assert is_same_release(other, one) is same


@pytest.mark.parametrize("name", ["opencv-python", "opencv-contrib-python-headless", "cv2"])
def test_the_module_of_opencv_leaves_out_the_last_number(name: str) -> None:
    assert is_same_release("4.10.0", "4.10.0.84", name)
    assert is_same_release("4.10.0.84", "4.10.0", name)
    assert not is_same_release("4.10.0", "4.11.0.86", name)


def test_the_version_that_a_module_says_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    class Lazy(ModuleType):
        def __getattr__(self, name: str) -> str:
            raise AssertionError("nothing may run")

    monkeypatch.setitem(sys.modules, "lazy", Lazy("lazy"))
    monkeypatch.setitem(sys.modules, "odd", ModuleType("odd"))
    sys.modules["odd"].__version__ = (1, 2)  # type: ignore[attr-defined]
    assert loaded_version("pytest") == pytest.__version__
    assert [loaded_version(name) for name in ("lazy", "odd", "not_imported_at_all")] == [None, None, None]
