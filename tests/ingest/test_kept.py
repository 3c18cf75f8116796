"""The same cell again: the frame that was kept, as long as it is the right one."""

import os
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from servers import FileServer

from colab_magics.ingest import kept
from colab_magics.ingest.engine import ingest_one
from colab_magics.ingest.reading import reading
from colab_magics.ingest.request import Ingested, Request

pytest.importorskip("pyarrow", reason="frames are kept by pyarrow")


@pytest.fixture(autouse=True)
def _all_reading_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_WORTH", 0.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    write(path, 0)
    return path


def write(path: Path, first: int) -> None:
    """Write 2 MB whose time lies a minute back, so that it is not written again unnoticed."""
    pd.DataFrame({"n": np.arange(first, first + 200_000), "word": "some text"}).to_csv(path, index=False)
    long_ago = time.time() - 60 + first
    os.utime(path, (long_ago, long_ago))


def ingest(source: object, request: dict[str, Any] | None = None, **wishes: Any) -> Ingested:
    ingested = ingest_one(
        Request(str(source), reading=reading(**wishes), **(request or {})), lambda phrase, share: None
    )
    for thread in threading.enumerate():
        if thread.name == "colab-magics-keep":
            thread.join()
    return ingested


def test_a_file_is_read_once(path: Path) -> None:
    first, second = ingest(path), ingest(path)
    assert (first.is_mapped, second.is_mapped) == (False, True)
    pd.testing.assert_frame_equal(first.frame, second.frame)
    assert first.summary == second.summary
    assert (first.format, first.size, first.notes, first.source) == (
        second.format,
        second.size,
        second.notes,
        second.source,
    )


def test_a_changed_file_is_read_anew(path: Path) -> None:
    ingest(path)
    write(path, 5)
    got = ingest(path)
    assert not got.is_mapped
    assert got.frame["n"][0] == 5


@pytest.mark.parametrize(
    "wishes", [{"columns": "n"}, {"head": 7}, {"where": "n > 5"}, {"dtype": "n=float64"}, {"reader": {"skiprows": 1}}]
)
def test_another_reading_is_another_frame(path: Path, wishes: dict[str, Any]) -> None:
    ingest(path)
    first, second = ingest(path, **wishes), ingest(path, **wishes)
    assert (first.is_mapped, second.is_mapped) == (False, True)
    pd.testing.assert_frame_equal(first.frame, second.frame)


def test_a_random_sample_is_random_again(path: Path) -> None:
    assert not ingest(path, sample=10).is_mapped
    assert not ingest(path, sample=10).is_mapped
    ingest(path, sample=10, seed=1)
    assert ingest(path, sample=10, seed=1).is_mapped


def test_refresh_reads_it_anew(path: Path) -> None:
    ingest(path)
    assert not ingest(path, {"refresh": True}).is_mapped


def test_a_remote_file_that_did_not_change(files: FileServer, path: Path) -> None:
    url = files.add("/a.csv", path.read_bytes(), etag='"1"')
    ingest(url)
    assert ingest(url).is_mapped
    write(path, 5)
    files.add("/a.csv", path.read_bytes(), etag='"2"')
    got = ingest(url)
    assert (got.is_mapped, got.frame["n"][0]) == (False, 5)


def test_what_was_read_fast_is_not_kept(path: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_WORTH", 60.0)
    ingest(path)
    assert not list(cache_folder.rglob("*.arrow"))


def test_no_limit_is_no_cache(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLAB_MAGICS_CACHE_LIMIT", "0")
    ingest(path)
    assert not ingest(path).is_mapped


def test_the_person_may_write_to_either(path: Path) -> None:
    first = ingest(path)
    first.frame.loc[0, "n"] = -1
    second = ingest(path)
    second.frame.loc[1, "n"] = -2
    third = ingest(path)
    assert third.frame["n"][:2].tolist() == [0, 1]
