"""The files of a pattern as one frame."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from servers import Bucket

from colab_magics.errors import BadOption, BrokenFile, SourceNotFound
from colab_magics.ingest.engine import ingest_one
from colab_magics.ingest.reading import reading
from colab_magics.ingest.request import Ingested, Request


def ingest(source: object, request: dict[str, Any] | None = None, **wishes: Any) -> Ingested:
    return ingest_one(Request(str(source), reading=reading(**wishes), **(request or {})), lambda phrase, share: None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b.csv").write_text("a,b\n3,z\n")
    (tmp_path / "a.csv").write_text("a,b\n1,x\n2,y\n")
    (tmp_path / "c.tsv").write_text("a\tb\n4\tw\n")
    return tmp_path


def test_they_are_read_in_order_to_one_frame(folder: Path) -> None:
    got = ingest(folder / "*.csv")
    pd.testing.assert_frame_equal(got.frame, pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]}))
    assert got.source == f"{folder}/*.csv (2 files)"
    assert got.size == 20


def test_options_hold_for_each(folder: Path) -> None:
    got = ingest(folder / "*.csv", where="a > 1", columns="b")
    assert got.frame["b"].tolist() == ["y", "z"]


def test_one_of_them_is_that_file(folder: Path) -> None:
    got = ingest(folder / "*.tsv")
    assert (got.source, len(got.frame)) == (str(folder / "c.tsv"), 1)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("a,b,c\n1,2,3\n", "d.csv has a column c, other than .*a.csv"), ("a\n1\n", "d.csv has no column b, other than")],
)
def test_other_columns_are_refused(folder: Path, text: str, sentence: str) -> None:
    (folder / "d.csv").write_text(text)
    with pytest.raises(BrokenFile, match=sentence):
        ingest(folder / "*.csv")


@pytest.mark.parametrize("wishes", [{"head": 1}, {"sample": 1}])
def test_what_means_one_file_is_refused(folder: Path, wishes: dict[str, int]) -> None:
    with pytest.raises(BadOption, match=r"--(head|sample) takes one file, and .*\*.csv names 2 files"):
        ingest(folder / "*.csv", **wishes)


def test_none_of_them(folder: Path) -> None:
    with pytest.raises(SourceNotFound, match=r"No file matches .*\*.json"):
        ingest(folder / "*.json")


def test_objects_of_a_bucket(s3: Bucket) -> None:
    for number in range(3):
        s3.add(f"d/part-{number}.csv", f"a\n{number}\n".encode())
    got = ingest("s3://data/d/part-*.csv", {"endpoint": s3.endpoint})
    assert got.frame["a"].tolist() == [0, 1, 2]
    assert got.source == "s3://data/d/part-*.csv (3 files)"


def test_in_a_cell(shell: Any, folder: Path) -> None:
    ran = shell.run(f"%%ingest\nboth = {folder}/*.csv\none = {folder}/c.tsv")
    assert ran.error is None
    assert [len(shell.namespace[name]) for name in ("both", "one")] == [3, 1]
