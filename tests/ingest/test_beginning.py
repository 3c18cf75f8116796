"""The first rows of a packed file cost no more than they take."""

import bz2
import gzip
from pathlib import Path

import pandas as pd
import pytest
from packed import zipped
from reads import ingested, written

from colab_magics.errors import BadOption, BrokenFile
from colab_magics.ingest import beginning

CSV = "a,b\n" + "".join(f'{n},"line\n{n} é"\n' for n in range(40_000))


@pytest.mark.parametrize("rows", [1, 1000, 39_999, 40_000, 50_000])
@pytest.mark.parametrize("first", [16, 100_000])
def test_they_are_those_of_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, first: int) -> None:
    monkeypatch.setattr(beginning, "_FIRST", first)
    path = written(tmp_path / "a.csv.gz", gzip.compress(CSV.encode()))
    pd.testing.assert_frame_equal(ingested(path, head=rows)[0], pd.read_csv(path, nrows=rows))


def test_the_rest_is_not_unpacked(tmp_path: Path) -> None:
    whole = gzip.compress((CSV * 20).encode())
    path = written(tmp_path / "a.csv.gz", whole[: len(whole) // 2])
    assert len(ingested(path, head=1000)[0]) == 1000
    with pytest.raises(BrokenFile, match="does not unpack as gzip"):
        ingested(path)
    with pytest.raises(BrokenFile, match="does not unpack as gzip"):
        ingested(path, head=10**6)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path / "a.csv.bz2", bz2.compress(CSV.encode(encoding)))
    pd.testing.assert_frame_equal(ingested(path, head=30_000)[0], pd.read_csv(path, nrows=30_000, encoding=encoding))


def test_other_formats_are_unpacked_whole(tmp_path: Path) -> None:
    lines = '{"a": 1}\n' * 99_999
    assert len(ingested(written(tmp_path / "a.jsonl.gz", gzip.compress(lines.encode())), head=7)[0]) == 7
    values = "[" + ",".join(f'{{"a": {n}}}' for n in range(99_999)) + "]"
    assert len(ingested(written(tmp_path / "a.json.gz", gzip.compress(values.encode())), head=7)[0]) == 7
    pytest.importorskip("pyarrow")
    pd.DataFrame({"a": range(99)}).to_parquet(tmp_path / "a.parquet")
    packed = written(tmp_path / "a.parquet.gz", gzip.compress((tmp_path / "a.parquet").read_bytes()))
    assert len(ingested(packed, head=7)[0]) == 7


def test_a_wish_that_cannot_be_met_is_told_at_once(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv.gz", gzip.compress(CSV.encode()))
    with pytest.raises(BadOption, match="There is no column c"):
        ingested(path, head=3, columns="c")


def test_those_of_a_format_that_is_read_whole(tmp_path: Path) -> None:
    packed = zipped({"a.json.gz": gzip.compress(b'[{"a": 1}, {"a": 2}]')})
    assert ingested(written(tmp_path / "a.zip", packed), head=1)[0]["a"].tolist() == [1]
