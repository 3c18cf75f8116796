"""Packages on disk, also those that are damaged or made by others."""

from importlib import metadata
from pathlib import Path

import pytest
from install.wheels import wheel

from colab_magics.install.snapshot import module_name, take


def info(folder: Path, name: str, **files: str) -> Path:
    place = folder / name
    place.mkdir(parents=True)
    for file, content in files.items():
        (place / file.replace("_json", ".json").replace("_txt", ".txt")).write_text(content)
    return place


def test_names_and_versions(tmp_path: Path) -> None:
    info(
        tmp_path,
        "Some_Name-1.0.dist-info",
        METADATA="Metadata-Version: 2.1\nName: Some.Name\nVersion: 1.0.post1\n\nName: no\n",
    )
    info(tmp_path, "no_metadata-2.0.dist-info")
    info(tmp_path, "broken-3.0.dist-info", METADATA="\x00\xff nothing")
    info(tmp_path, "old-4.0-py3.11.egg-info", **{"PKG-INFO": "Name: old\nVersion: 4.0\n"})
    (tmp_path / "single-5.0.egg-info").write_text("Name: single\nVersion: 5.0\n")
    info(tmp_path, "nameless.egg-info")
    info(tmp_path, "~umpy-1.0.dist-info", METADATA="Name: numpy\nVersion: 1.0\n")
    found = take([str(tmp_path), str(tmp_path / "none")])
    assert {name: (one.label, one.version) for name, one in found.distributions.items()} == {
        "some-name": ("Some.Name", "1.0.post1"),
        "no-metadata": ("no_metadata", "2.0"),
        "broken": ("broken", "3.0"),
        "old": ("old", "4.0"),
        "single": ("single", "5.0"),
        "nameless": ("nameless", "of an unknown version"),
    }


def test_the_first_folder_wins(tmp_path: Path) -> None:
    for folder, version in (("a", "1"), ("b", "2")):
        info(tmp_path / folder, f"x-{version}.dist-info", METADATA=f"Name: x\nVersion: {version}\n")
    assert take([str(tmp_path / "b"), str(tmp_path / "a")]).distributions["x"].version == "2"
    (tmp_path / "link").symlink_to(tmp_path / "b")
    assert len(take([str(tmp_path / "b"), str(tmp_path / "link")]).folders) == 1


def test_of_two_records_the_one_that_others_take(tmp_path: Path) -> None:
    """What a broken installation leaves: `importlib.metadata` takes the first in the folder's order."""
    for number in range(12):
        for version in ("1.0", "2.0", "10.0"):
            info(tmp_path, f"x{number}-{version}.dist-info", METADATA=f"Name: x{number}\nVersion: {version}\n")
    found = take([str(tmp_path)]).distributions
    for name, one in found.items():
        (first, *_) = metadata.distributions(name=name, path=[str(tmp_path)])
        assert one.version == first.version


def test_a_working_folder_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info(tmp_path, "x-1.dist-info", METADATA="Name: x\nVersion: 1\n")
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert take(["", ".", str(tmp_path)]).folders == (str(tmp_path),)


@pytest.mark.parametrize(
    "content", ["", "{", '{"dir_info": {"editable": 1}, "url": "file:///x"}', '{"dir_info": [], "editable": 1}', '{"url": "https://h", "dir_info": {"editable": true}}']
)  # fmt: skip
def test_a_damaged_address_is_none(tmp_path: Path, content: str) -> None:
    info(tmp_path, "x-1.dist-info", direct_url_json=content)
    assert take([str(tmp_path)]).distributions["x"].project == ""


def test_files_and_modules(tmp_path: Path) -> None:
    import zipfile

    files = {
        "p/__init__.py": "",
        "p/a.py": "",
        "q.py": "",
        "ns/in/__init__.py": "",
        "p/data.txt": "",
        "p/odd-name.py": "",
        "x-1.data/s.py": "",
    }
    files |= {"r.cpython-311-x86_64-linux-gnu.so": "", "s.abi3.so": "", "ns/part/__init__.py": ""}
    zipfile.ZipFile(wheel(tmp_path, "x", files=files)).extractall(tmp_path / "site")
    (found,) = take([str(tmp_path / "site")]).distributions.values()
    assert set(found.modules) >= {"p", "q", "ns.part"}
    assert "p.a" not in found.modules
    assert found.files[str(tmp_path / "site" / "q.py")].startswith("sha256=")
    assert not any(path.endswith(".txt") for path in found.files)


def test_a_record_that_is_garbled(tmp_path: Path) -> None:
    place = info(tmp_path, "x-1.dist-info", RECORD='"a.py\n,,,\n\n../../bin/x.py,h,1\n')
    place.joinpath("RECORD").write_bytes(place.joinpath("RECORD").read_bytes() + b"\xff\xfe.py,,\n")
    assert take([str(tmp_path)]).distributions["x"].modules == ()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.py", "a"),
        ("a/__init__.py", "a"),
        ("a/b.cpython-311.so", "a.b"),
        ("../bin/x.py", ""),
        ("a-b.py", ""),
        ("__init__.py", ""),
    ],
)
def test_module_names(tmp_path: Path, path: str, name: str) -> None:
    assert module_name(str(tmp_path / path), str(tmp_path)) == name
