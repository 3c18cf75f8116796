"""The desk takes files and sources, and makes variables of them, one after another."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from servers import FileServer

from colab_magics.errors import BadOption, ChecksumMismatch, SourceError
from colab_magics.ingest import presence
from colab_magics.ingest.desk import Desk
from colab_magics.ingest.item import Item, as_data
from colab_magics.ingest.request import Request
from colab_magics.ingest.upload import BLOCK, UNFINISHED
from tests.waiting import soon

CSV = b"a,b\n1,x\n2,y\n"


class Notebook:
    """A desk, and the variables that it makes."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.names: dict[str, Any] = {}
        self.changes = 0
        self.desk = Desk(
            Request("upload:", **options), folder, self.names.__setitem__, lambda: self.names, self.note_change
        )

    def note_change(self) -> None:
        self.changes += 1

    def begin(self, body: bytes, name: str = "rows.csv", **more: Any) -> dict[str, Any]:
        head = hashlib.sha256(body[:BLOCK]).hexdigest()
        return self.desk.begin({"name": name, "size": len(body), "modified": 1, "head": head, **more})

    def pieces(self, key: str, body: bytes, start: int = 0, end: int | None = None) -> None:
        for at in range(start, len(body) if end is None else end, BLOCK):
            piece = body[at : at + BLOCK]
            buffers = [memoryview(piece), memoryview(hashlib.sha256(piece).digest())]
            assert self.desk.piece({"id": key, "position": at}, buffers) == {"kept": True}

    def finish(self, key: str, body: bytes) -> dict[str, Any]:
        parts = [hashlib.sha256(body[at : at + BLOCK]).digest() for at in range(0, len(body), BLOCK)]
        return self.desk.finish({"id": key, "root": hashlib.sha256(b"".join(parts)).hexdigest()})

    def upload(self, body: bytes, name: str = "rows.csv", **more: Any) -> str:
        begun = self.begin(body, name, **more)
        self.pieces(begun["id"], body, begun["position"])
        self.finish(begun["id"], body)
        return str(begun["id"])

    def item(self, key: str) -> Item:
        return next(item for item in self.desk.items if item.id == key)

    def settled(self, key: str) -> Item:
        assert soon(lambda: not self.item(key).is_open)
        return self.item(key)


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Notebook]]:
    monkeypatch.chdir(tmp_path)
    made: list[Notebook] = []

    def make_one(**options: Any) -> Notebook:
        made.append(Notebook(tmp_path, **options))
        return made[-1]

    yield make_one
    for notebook in made:
        notebook.desk.close()


def test_an_upload_becomes_a_variable(make: Callable[..., Notebook]) -> None:
    notebook = make()
    item = notebook.settled(notebook.upload(CSV))
    assert (item.phase, item.variable, item.size, item.received) == ("done", "rows", len(CSV), len(CSV))
    assert item.code == 'rows = pd.read_csv("rows.csv")'
    assert notebook.names["rows"].shape == (2, 2)
    assert notebook.desk.outcome.value is notebook.names["rows"]
    assert notebook.changes >= 3
    assert as_data([item])[0]["phase"] == "done"


def test_names_are_typed_asked_for_on_the_line_or_made(make: Callable[..., Notebook]) -> None:
    notebook = make(name="asked")
    assert notebook.settled(notebook.upload(CSV)).variable == "asked"
    assert notebook.settled(notebook.upload(CSV, "b.csv", variable="typed")).variable == "typed"
    with pytest.raises(BadOption, match="a b cannot be the name of a variable"):
        notebook.begin(CSV, "c.csv", variable="a b")
    assert len(notebook.desk.items) == 2


def test_two_files_do_not_become_one_variable(make: Callable[..., Notebook]) -> None:
    notebook = make()
    assert notebook.settled(notebook.upload(CSV, "t.csv")).variable == "t"
    assert notebook.settled(notebook.upload(CSV, "t.csv.txt")).variable == "t_2"
    assert notebook.settled(notebook.upload(CSV + b"3,z\n", "t.csv")).variable == "t"
    assert len(notebook.names["t"]) == 3


def test_several_files_are_read_one_after_another(make: Callable[..., Notebook]) -> None:
    notebook = make()
    keys = [notebook.upload(CSV + b"3,z\n" * number, f"t{number}.csv") for number in range(5)]
    assert [notebook.settled(key).phase for key in keys] == ["done"] * 5
    value = notebook.desk.wait().value
    assert {name: len(frame) for name, frame in value.items()} == {f"t{number}": 2 + number for number in range(5)}


def test_what_is_no_table_is_kept(make: Callable[..., Notebook], tmp_path: Path) -> None:
    notebook = make()
    body = bytes(range(256)) * 4096
    item = notebook.settled(notebook.upload(body, "noise.bin"))
    assert item.phase == "saved"
    assert item.sentence.startswith("It is here, as noise.bin, but it is no frame: ")
    assert (tmp_path / "noise.bin").read_bytes() == body
    assert notebook.desk.wait().saved == [tmp_path / "noise.bin"]
    assert notebook.desk.wait().value is None
    assert notebook.settled(notebook.upload(b"", "nothing.csv")).phase == "saved"


def test_the_same_file_goes_on_where_it_was(make: Callable[..., Notebook]) -> None:
    notebook = make()
    body = CSV * 200_000
    begun = notebook.begin(body)
    notebook.pieces(begun["id"], body, end=2 * BLOCK)
    assert notebook.begin(body) == {"id": begun["id"], "position": 2 * BLOCK}
    notebook.pieces(begun["id"], body, 2 * BLOCK)
    notebook.finish(begun["id"], body)
    assert notebook.settled(begun["id"]).phase == "done"
    assert len(notebook.desk.items) == 1


def test_another_panel_goes_on_with_it_once_the_first_is_closed(make: Callable[..., Notebook], tmp_path: Path) -> None:
    first, second = make(), make()
    body = CSV * 200_000
    begun = first.begin(body)
    first.pieces(begun["id"], body, end=3 * BLOCK)
    first.desk.close()
    begun = second.begin(body)
    assert begun["position"] == 3 * BLOCK
    second.pieces(begun["id"], body, 3 * BLOCK)
    second.finish(begun["id"], body)
    assert second.settled(begun["id"]).phase == "done"
    assert not (tmp_path / UNFINISHED).exists()


def test_a_changed_file_is_told(make: Callable[..., Notebook], tmp_path: Path) -> None:
    notebook = make()
    begun = notebook.begin(CSV)
    notebook.pieces(begun["id"], CSV)
    with pytest.raises(ChecksumMismatch):
        notebook.finish(begun["id"], CSV + b"more")
    assert notebook.item(begun["id"]).phase == "failed"
    assert list(tmp_path.iterdir()) == []


def test_cancel(make: Callable[..., Notebook], tmp_path: Path, files: FileServer) -> None:
    notebook = make()
    begun = notebook.begin(CSV)
    notebook.desk.cancel({"id": begun["id"]})
    assert notebook.item(begun["id"]).phase == "stopped"
    with pytest.raises(BadOption, match="is not on its way any more"):
        notebook.pieces(begun["id"], CSV)
    key = notebook.desk.fetch({"source": files.add("/a.csv", CSV * 1000, fault="stall")})["id"]
    other = notebook.desk.fetch({"source": files.add("/b.csv", CSV)})["id"]
    time.sleep(0.3)
    notebook.desk.cancel({"id": other})
    notebook.desk.cancel({"id": key})
    assert notebook.settled(key).phase == "stopped"
    assert notebook.settled(other).phase == "stopped"
    notebook.desk.cancel({"id": "none"})
    assert list(tmp_path.iterdir()) == []


def test_sources_by_name(make: Callable[..., Notebook], files: FileServer, tmp_path: Path) -> None:
    notebook = make()
    url = files.add("/t.csv", CSV)
    (tmp_path / "local.csv").write_bytes(CSV)
    first = notebook.desk.fetch({"source": f" {url} ", "variable": "x"})["id"]
    second = notebook.desk.fetch({"source": "local.csv"})["id"]
    third = notebook.desk.fetch({"source": f"{url.replace('//', '//me:canary@')}2?sig=canary"})["id"]
    assert notebook.settled(first).code == f'x = pd.read_csv("{url}")'
    assert notebook.settled(second).variable == "local"
    failed = notebook.settled(third)
    assert failed.phase == "failed"
    assert "There is nothing at" in failed.sentence
    assert "canary" not in str(failed)
    assert notebook.desk.outcome.saved == []


@pytest.mark.parametrize("source", [None, "", "  ", 7, "x" * 5000, ["a"]])
def test_a_source_is_a_text(make: Callable[..., Notebook], source: Any) -> None:
    with pytest.raises(BadOption, match="Type a path or an address first"):
        make().desk.fetch({"source": source})


@pytest.mark.parametrize("message", [{}, {"id": None}, {"id": "9"}, {"id": ["1"]}])
def test_what_is_not_on_its_way(make: Callable[..., Notebook], message: dict[str, Any]) -> None:
    desk = make().desk
    for command in (lambda: desk.piece(message, []), lambda: desk.finish(message)):
        with pytest.raises(BadOption, match="is not on its way any more"):
            command()


def test_a_piece_without_its_digests(make: Callable[..., Notebook]) -> None:
    notebook = make()
    begun = notebook.begin(CSV)
    with pytest.raises(BadOption, match="comes with its digests"):
        notebook.desk.piece({"id": begun["id"], "position": 0}, [memoryview(CSV)])


def test_what_does_not_fit_leaves_no_item(make: Callable[..., Notebook], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLAB_MAGICS_UPLOAD_LIMIT", "1 kB")
    notebook = make()
    with pytest.raises(SourceError, match=r"may be uploaded here"):
        notebook.begin(CSV * 1000)
    assert notebook.desk.items == []


def test_the_cell_waits_for_what_is_on_its_way(make: Callable[..., Notebook]) -> None:
    notebook = make()
    waiting = threading.Thread(target=notebook.desk.wait)
    waiting.start()
    first = notebook.begin(CSV, "first.csv")
    notebook.settled(notebook.upload(CSV, "second.csv"))
    time.sleep(0.3)
    assert waiting.is_alive()
    notebook.pieces(first["id"], CSV)
    notebook.finish(first["id"], CSV)
    waiting.join(10)
    assert not waiting.is_alive()
    assert set(notebook.names) == {"first", "second"}


@pytest.mark.parametrize("way", ["release", "close"])
def test_the_cell_is_let_go_on(make: Callable[..., Notebook], way: str) -> None:
    notebook = make()
    threading.Timer(0.2, getattr(notebook.desk, way)).start()
    assert notebook.desk.wait().value is None


def test_a_cell_does_not_wait_for_a_page_that_has_gone(
    make: Callable[..., Notebook], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "_GRACE", 0.3)
    notebook = make()
    notebook.desk.presence.hello()
    notebook.desk.presence.bye()
    notebook.desk.presence.hello()  # another page
    waiting = threading.Thread(target=notebook.desk.wait)
    waiting.start()
    waiting.join(0.6)
    assert waiting.is_alive()
    notebook.desk.presence.bye()
    waiting.join(5)
    assert not waiting.is_alive()


def test_closing_ends_the_thread(make: Callable[..., Notebook]) -> None:
    notebook = make()
    notebook.settled(notebook.upload(CSV))
    notebook.desk.close()
    assert soon(lambda: not [thread for thread in threading.enumerate() if thread.name == "colab_magics desk"])


def test_the_frame_is_what_pandas_reads(make: Callable[..., Notebook], tmp_path: Path) -> None:
    notebook = make()
    notebook.settled(notebook.upload(CSV))
    pd.testing.assert_frame_equal(notebook.names["rows"], pd.read_csv(tmp_path / "rows.csv"))
