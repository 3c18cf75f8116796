"""Several sources, fetched together."""

import tempfile
import threading
import time
from pathlib import Path

import pandas as pd
import pytest
from servers import FileServer

from colab_magics.ingest.request import Ingested, Request
from colab_magics.ingest.together import Failure, ingest_all


def test_all_at_once(files: FileServer) -> None:
    requests = [Request(files.add(f"/{n}.csv", f"a,b\n{n},2\n".encode()), f"n{n}") for n in range(5)]
    files.on_request = threading.Barrier(5, timeout=20).wait  # no answer before all five were asked for
    told: list[tuple[str, float | None]] = []
    outcomes = list(ingest_all(requests, lambda *phrase: told.append(phrase)))
    assert sorted(outcome.name for outcome in outcomes) == ["n0", "n1", "n2", "n3", "n4"]
    assert all(isinstance(outcome, Ingested) for outcome in outcomes)
    assert told[-1] == ("5 of 5 here · 40 bytes", 1.0)


def test_the_good_ones_come_beside_the_bad(files: FileServer, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    requests = [
        Request(str(tmp_path / "a.csv"), "a"),
        Request(str(tmp_path / "none.csv"), "b"),
        Request(files.add("/empty.csv"), "c"),
        Request(files.url + "/gone.csv", "d"),
    ]
    outcomes = {outcome.name: outcome for outcome in ingest_all(requests, lambda *_: None)}
    assert isinstance(outcomes["a"], Ingested)
    pd.testing.assert_frame_equal(outcomes["a"].frame, pd.DataFrame({"a": [1], "b": [2]}))
    failures = {name: outcome.sentence for name, outcome in outcomes.items() if isinstance(outcome, Failure)}
    assert set(failures) == {"b", "c", "d"}
    assert "There is no file" in failures["b"]
    assert "is empty" in failures["c"]
    assert "There is nothing at" in failures["d"]


@pytest.mark.parametrize("fault", ["stall", "crawl"])
def test_an_interrupt_ends_it(files: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    requests = [Request(files.add(f"/{n}.csv", b"a" * 4000, fault=fault), f"n{n}") for n in range(3)]
    started = time.monotonic()

    def interrupt(*_: object) -> None:
        if time.monotonic() - started > 0.4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(ingest_all(requests, interrupt))
    assert time.monotonic() - started < 10
    assert list(tmp_path.iterdir()) == []
    files.closing.set()
    for thread in threading.enumerate():
        if thread.name.startswith("colab-magics-ingest"):
            thread.join(5)
            assert not thread.is_alive()
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_while_the_threads_begin(files: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    requests = [Request(files.add(f"/{n}.csv", b"a\n1\n"), f"n{n}") for n in range(3)]
    begin = threading.Thread.start

    def start(thread: threading.Thread) -> None:
        if thread.name == "colab-magics-ingest_1":
            raise KeyboardInterrupt
        begin(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(KeyboardInterrupt) as caught:  # whose traceback keeps all that it meets, as the shell does
        list(ingest_all(requests, lambda *_: None))
    assert caught.traceback
    for thread in threading.enumerate():
        if thread.name.startswith("colab-magics-ingest"):
            thread.join(5)
            assert not thread.is_alive()
