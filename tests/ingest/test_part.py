"""Parts of large remote files: the same frame as of the whole, for a small share of its bytes."""

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from servers import Bucket, FileServer

from colab_magics.errors import SourceDenied
from colab_magics.ingest.card import loaded
from colab_magics.ingest.engine import ingest_one
from colab_magics.ingest.reading import reading
from colab_magics.ingest.request import Ingested, Request

ROWS = 500_000


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    dice = np.random.default_rng(0)
    return pd.DataFrame(
        {"n": np.arange(ROWS), "x": dice.normal(size=ROWS), "word": dice.choice(["a, b", "c", "ü"], ROWS)}
    )


@pytest.fixture(scope="module")
def text(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def ingest(source: str, request: dict[str, Any] | None = None, **wishes: Any) -> Ingested:
    return ingest_one(Request(source, reading=reading(**wishes), **(request or {})), lambda phrase, share: None)


def share(files: FileServer, body: bytes) -> float:
    """How much of the file was asked for, 0 to 1; all of it by a request without an end."""
    ends = [re.fullmatch(r"bytes=(\d+)-(\d*)", headers.get("range", "bytes=0-")) for _, headers in files.requests]
    return sum((int(end[2]) + 1 if end[2] else len(body)) - int(end[1]) for end in ends if end) / len(body)


@pytest.mark.parametrize("count", [5, 20_000])
def test_first_rows(files: FileServer, frame: pd.DataFrame, text: bytes, count: int) -> None:
    got = ingest(files.add("/a.csv", text, etag='"1"'), head=count)
    pd.testing.assert_frame_equal(got.frame, pd.read_csv(io.BytesIO(text), nrows=count))
    assert share(files, text) < 0.15
    assert got.fetched is not None
    assert got.fetched < 0.15 * got.size == 0.15 * len(text)
    assert any(name == "Fetched" for name, _ in loaded(got).parts[0].items)


def test_more_first_rows_than_there_are(files: FileServer) -> None:
    text = b"a,b\n" + b"1,2\n" * 1_200_000
    got = ingest(files.add("/a.csv", text, etag='"1"'), head=2_000_000)
    assert got.frame.shape == (1_200_000, 2)


def test_rows_with_line_breaks(files: FileServer) -> None:
    text = pd.DataFrame({"a": ["x\ny, z\n"] * 700_000, "b": range(700_000)}).to_csv(index=False).encode()
    got = ingest(files.add("/a.csv", text, etag='"1"'), head=20_000)
    pd.testing.assert_frame_equal(got.frame, pd.read_csv(io.BytesIO(text), nrows=20_000))
    assert len(ingest(files.add("/b.csv", text, etag='"1"'), sample=100).frame) == 100  # of the whole


def test_lines_of_json(files: FileServer, frame: pd.DataFrame) -> None:
    text = frame.to_json(orient="records", lines=True).encode()
    got = ingest(files.add("/a.jsonl", text, etag='"1"'), head=100)
    pd.testing.assert_frame_equal(got.frame, pd.read_json(io.BytesIO(text), lines=True, nrows=100))
    assert share(files, text) < 0.05


def test_a_sample(files: FileServer) -> None:
    count = 5_000_000
    body = b"n,half\n" + b"".join(b"%d,.5\n" % number for number in range(count))
    url = files.add("/a.csv", body, etag='"1"')
    got = ingest(url, sample=1000, seed=7)
    assert got.frame["n"].is_monotonic_increasing
    assert got.frame.shape == (1000, 2)
    assert got.frame.dtypes.tolist() == ["int64", "float64"]
    assert abs(got.frame["n"].mean() / (count / 2) - 1) < 0.1
    total = int(re.search(r"of about ([\d,]+)", got.notes[-1])[1].replace(",", ""))
    assert abs(total / count - 1) < 0.05
    assert "add  --seed 7  to have it again" in got.notes[-1]
    assert share(files, body) < 0.3
    pd.testing.assert_frame_equal(got.frame, ingest(url, sample=1000, seed=7).frame)


def test_a_sample_of_a_file_that_is_not_large(files: FileServer, frame: pd.DataFrame, text: bytes) -> None:
    got = ingest(files.add("/a.csv", text, etag='"1"'), sample=1000, seed=7)
    pd.testing.assert_frame_equal(got.frame, pd.read_csv(io.BytesIO(text)).iloc[got.frame["n"]].reset_index(drop=True))


@pytest.mark.parametrize("columns", ["x", "word,n"])
def test_columns_of_parquet(files: FileServer, frame: pd.DataFrame, columns: str) -> None:
    pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    buffer = io.BytesIO()
    wide = pd.concat([frame, frame[["x"]].add_prefix("other").shift()], axis=1)
    wide.to_parquet(buffer, row_group_size=100_000)
    got = ingest(files.add("/a.parquet", buffer.getvalue(), etag='"1"'), columns=columns)
    pd.testing.assert_frame_equal(got.frame, wide[columns.split(",")])
    assert share(files, buffer.getvalue()) < 0.7


def test_of_a_bucket(s3: Bucket, frame: pd.DataFrame, text: bytes) -> None:
    got = ingest(s3.add("a.csv", text), {"endpoint": s3.endpoint}, head=10)
    pd.testing.assert_frame_equal(got.frame, pd.read_csv(io.BytesIO(text), nrows=10))
    assert got.fetched is not None


@pytest.mark.parametrize(
    "page",
    [{}, {"etag": 'W/"1"'}, {"etag": '"1"', "body": b"n,x\n1,2\n"}],
    ids=["no parts", "no strong tag", "small"],
)
def test_else_all_of_it_is_fetched_and_kept(
    files: FileServer, cache_folder: Path, text: bytes, page: dict[str, Any]
) -> None:
    body = page.get("body", text)
    got = ingest(files.add("/a.csv", **{"body": text, **page}), head=1)
    pd.testing.assert_frame_equal(got.frame, pd.read_csv(io.BytesIO(body), nrows=1))
    assert len(list(cache_folder.glob("files/*/manifest.json"))) == 1
    assert got.fetched is None


def test_what_is_in_the_cache_is_not_asked_for_in_parts(files: FileServer, text: bytes) -> None:
    url = files.add("/a.csv", text, etag='"1"')
    ingest(url)
    files.requests.clear()
    ingest(url, head=10)
    assert [headers.get("if-none-match") for _, headers in files.requests] == ['"1"']


def test_a_web_page_in_place_of_the_file(files: FileServer) -> None:
    page = b"<!doctype html><p>Sign in</p>" + b" " * (5 << 20)
    with pytest.raises(SourceDenied, match="a.csv is a web page and not data: it asks to log in"):
        ingest(files.add("/a.csv", page, etag='"1"'), head=5)


def test_a_file_that_changes_is_read_whole(files: FileServer, text: bytes) -> None:
    url = files.add("/a.csv", text, etag='"1"')
    other = text.replace(b"n,x,word", b"n,y,word")

    def change() -> None:
        if len(files.requests) == 2:
            files.add("/a.csv", other, etag='"2"')

    files.on_request = change
    got = ingest(url, head=50_000)
    pd.testing.assert_frame_equal(got.frame, pd.read_csv(io.BytesIO(other), nrows=50_000))
