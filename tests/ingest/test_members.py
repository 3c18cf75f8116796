"""The members of an archive that a pattern names become one frame, as the files of a pattern do."""

import bz2
import gzip
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from packed import taped, zipped
from reads import ingest_file, ingested, written

from colab_magics.errors import BadOption, BrokenFile, TooLarge
from colab_magics.ingest import members
from colab_magics.ingest.engine import ingest_one
from colab_magics.ingest.reading import reading
from colab_magics.ingest.request import Request

FILES = {
    "data/b.csv": b"a,b\n3,z\n",
    "data/a.csv": b"a,b\n1,x\n2,y\n",
    "data/deep/c.csv.gz": gzip.compress(b"a,b\n4,w\n"),
    "other.csv": b"c\n1\n",
    "README.md": b"hello",
    "data/p.png": b"x",
    "data/q.png": b"x",
}


@pytest.fixture(
    params=[zipped, taped, lambda files: gzip.compress(taped(files)), lambda files: bz2.compress(taped(files))]
)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    pack: Callable[[dict[str, bytes]], bytes] = request.param
    return written(tmp_path / "a.archive", pack(FILES))


@pytest.mark.parametrize(
    ("pattern", "rows"),
    [("data/*.csv", [1, 2, 3]), ("data/**/*.csv*", [1, 2, 3, 4]), ("?.csv", [1, 2, 3]), ("data/[ab].csv", [1, 2, 3])],
)
def test_they_are_read_in_order_to_one_frame(path: Path, pattern: str, rows: list[int]) -> None:
    got = ingest_file(path, member=pattern)
    assert got.frame["a"].tolist() == rows
    assert isinstance(got.frame.index, pd.RangeIndex)
    assert got.source == f"{path} ({len(rows) - 1} files named {pattern})"
    assert (got.size, got.format, got.notes) == (path.stat().st_size, "CSV", ())


def test_a_pattern_of_one_member_is_that_member(path: Path) -> None:
    assert ingested(path, member="data/deep/*")[0]["a"].tolist() == [4]
    assert ingested(path, member="data/b*.csv")[0]["a"].tolist() == [3]
    assert ingested(path, member="oth*")[0]["c"].tolist() == [1]


def test_options_hold_for_each(path: Path) -> None:
    assert ingested(path, member="data/*.csv", where="a > 1", columns="b")[0]["b"].tolist() == ["y", "z"]


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        ({"head": 2}, "--head takes one file, and a.archive holds 2 files named data/[*].csv"),
        ({"sample": 2}, "--sample takes one file"),
        (
            {"member": "*.csv"},
            "other.csv of a.archive has a column c, other than data/a.csv of a.archive: read them apart",
        ),
        ({"member": "*.png"}, "data/p.png is one picture: leave --member out for a table of all of them"),
        ({"member": "x/*.csv"}, "a.archive holds no file x/[*].csv: choose one by --member, of "),
        ({"member": "data/**.csv"}, "data/[*][*].csv is no pattern: [*][*] stands alone between two slashes"),
    ],
)
def test_what_is_refused(path: Path, wishes: dict[str, object], sentence: str) -> None:
    with pytest.raises((BadOption, BrokenFile), match=sentence):
        ingest_file(path, **{"member": "data/*.csv", **wishes})


def test_not_without_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "_MOST", 1)
    with pytest.raises(TooLarge, match=r"a.archive holds more than 1 files named data/\*.csv: name fewer"):
        ingest_file(path, member="data/*.csv")


def test_only_one_of_them_lies_on_the_disk(path: Path, tmp_path: Path) -> None:
    folder, request = tmp_path / "private", Request("", reading=reading())
    folder.mkdir()
    for part in members.several(request, ingest_local(path), "data/*.csv", folder):
        assert {found.name for found in folder.iterdir()} - {"archive"} == {part.path.name}


def ingest_local(path: Path) -> members.LocalFile:
    return members.LocalFile(path, path.name, str(path), path.stat().st_size)


def test_in_the_name_of_the_source(path: Path, tmp_path: Path) -> None:
    archive = path.rename(tmp_path / "a.zip")
    got = ingest_one(Request(f"zip://data/*.csv::{archive}"), lambda *_: None)
    assert got.frame["a"].tolist() == [1, 2, 3]
