"""The first rows of a source before it is loaded."""

import threading
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from servers import Bucket, FileServer

from colab_magics.errors import BadOption, DownloadFailed, SourceError, SourceNotFound
from colab_magics.ingest import preview as preview_module
from colab_magics.ingest.glimpse import Glimpse
from colab_magics.ingest.literals import typed
from colab_magics.ingest.preview import ROWS, preview
from colab_magics.ingest.reading import reading
from colab_magics.ingest.request import Ingested, Request
from colab_magics.transfer.cache import default_cache
from tests.waiting import soon

LINES = b"n,t\n" + b"".join(b"%d,x%d\n" % (number, number % 3) for number in range(200_000))


def look(source: object, **options: Any) -> Ingested:
    return preview(Request(str(source), **options), lambda *_: None, threading.Event())


def test_a_local_file_is_read_in_part(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(LINES)
    ingested = look(tmp_path / "a.csv", reading=reading(where="n > 5", sample="5%", reader=typed([])))
    assert len(ingested.frame) == ROWS
    (tmp_path / "a.parquet").write_bytes(pd.DataFrame({"a": range(5000)}).to_parquet())
    assert len(look(tmp_path / "a.parquet").frame) == ROWS


def test_of_a_far_text_only_the_start_is_fetched(files: FileServer) -> None:
    ingested = look(files.add("/far.csv", LINES * 4, etag='"1"'))
    assert len(ingested.frame) == ROWS
    assert (ingested.size, default_cache().entries()) == (len(LINES * 4), [])
    assert 0 < (ingested.fetched or 0) < len(LINES)


def test_what_is_small_is_fetched_once(files: FileServer) -> None:
    url = files.add("/near.csv", b"a,b\n1,2\n", etag='"1"')
    assert look(url).frame.shape == (1, 2)
    assert [entry.name for entry in default_cache().entries()] == ["near.csv"]


def test_what_must_be_whole_and_is_large(files: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview_module, "_MOST", 1000)
    body = b'[{"a": 1},' + b" " * 2000 + b'{"a": 2}]'
    with pytest.raises(DownloadFailed, match=r"far\.json has 2\.0 kB, and at most 1000 bytes were asked for"):
        look(files.add("/far.json", body, etag='"1"'))
    (tmp_path / "near.json").write_bytes(body)
    with pytest.raises(SourceError, match=r"near\.json has 2\.0 kB, and no part of it can be read alone: load it"):
        look(tmp_path / "near.json")


def test_of_a_pattern_the_first_file_is_shown(tmp_path: Path, s3: Bucket) -> None:
    for number in range(3):
        (tmp_path / f"part-{number}.csv").write_text(f"a\n{number}\n")
        s3.add(f"part-{number}.csv", f"b\n{number}\n".encode())
    near = look(tmp_path / "part-*.csv")
    assert near.frame["a"].tolist() == [0]
    assert near.notes == (f"The first of 3 files: {tmp_path / 'part-0.csv'}.",)
    far = look("s3://data/part-*.csv", endpoint=s3.endpoint)
    assert (far.frame["b"].tolist(), far.notes) == ([0], ("The first of 3 files: s3://data/part-0.csv.",))
    with pytest.raises(SourceNotFound):
        look(tmp_path / "none-*.csv")


def settled(glimpse: Glimpse) -> dict[str, Any]:
    assert soon(lambda: glimpse.state.get("phase") != "working")
    return glimpse.state


def test_it_is_shown_and_then_loaded(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(LINES)
    seen: list[str] = []
    glimpse = Glimpse(lambda: seen.append(glimpse.state.get("phase", "")))
    with pytest.raises(BadOption, match="Nothing is shown that could be loaded"):
        _ = glimpse.request
    request = Request(str(tmp_path / "a.csv"))
    glimpse.look(request)
    state = settled(glimpse)
    assert (state["phase"], state["source"], state["sentence"]) == ("here", str(tmp_path / "a.csv"), "")
    assert state["card"]["big"] == "2 columns, by the first 1,000 rows"
    table = next(part for part in state["card"]["parts"] if part["kind"] == "table")
    assert table["rows"][0][:4] == ["n", "int64", "0", "1,000"]
    assert table["rows"][0][4]["words"] == "0 to 999"
    assert glimpse.request is request
    glimpse.close()
    assert (glimpse.state, seen[0], seen[-1]) == ({}, "working", "")


def test_a_fault_is_told(files: FileServer) -> None:
    glimpse = Glimpse()
    glimpse.look(Request(f"{files.url}/none.csv?sig=canary"))
    state = settled(glimpse)
    assert (state["phase"], state["card"]) == ("failed", {})
    assert "There is nothing at" in state["sentence"]
    assert "canary" not in str(state)


def test_only_the_newest_counts(files: FileServer, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    glimpse = Glimpse()
    glimpse.look(Request(files.add("/slow.csv", LINES * 4, etag='"1"', fault="stall")))
    time.sleep(0.2)
    glimpse.look(Request(str(tmp_path / "a.csv")))
    assert settled(glimpse)["card"]["big"] == "1 row, 1 column"
    glimpse.look(Request(f"{files.url}/slow.csv"))
    glimpse.close()
    time.sleep(0.3)
    assert glimpse.state == {}
