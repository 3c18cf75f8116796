"""The desk in a shell: who waits for whom, what is shown, and what is said where nobody is."""

import hashlib
import threading
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from IPython.core.error import UsageError

from colab_magics import _panel
from colab_magics.ingest import screen
from colab_magics.ingest.panel import DeskPanel
from tests.waiting import soon

CSV = b"a,b\n1,x\n2,y\n"


def desk() -> DeskPanel:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for panel in list(_panel._open):
            if isinstance(panel, DeskPanel) and panel.comm is not None:
                return panel
        time.sleep(0.01)
    raise AssertionError("there is no panel")


def do(panel: DeskPanel, command: str, data: dict[str, Any], *buffers: bytes) -> Any:
    """What a page asks for, and the answer."""
    replies: list[dict[str, Any]] = []
    panel.send = lambda content, buffers=None: replies.append(content)  # type: ignore[method-assign]
    content = {"kind": "command", "id": "7", "command": command, "data": data}
    message = {"content": {"data": {"method": "custom", "content": content}}, "buffers": [*map(memoryview, buffers)]}
    panel._handle_msg(message)
    return replies[0]


def upload(panel: DeskPanel, body: bytes, name: str = "rows.csv", **more: Any) -> None:
    proof = hashlib.sha256(body).digest()
    offer = {"name": name, "size": len(body), "modified": 1, "head": proof.hex(), **more}
    key = do(panel, "begin", offer)["result"]["id"]
    assert do(panel, "piece", {"id": key, "position": 0}, body, proof)["result"] == {"kept": True}
    assert do(panel, "finish", {"id": key, "root": hashlib.sha256(proof).hexdigest()})["ok"]


def settle(panel: DeskPanel) -> None:
    assert soon(lambda: bool(panel.card))


def test_without_subshells_the_variable_comes_later(kernel_shell: Any, tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_bytes(CSV)
    ran = kernel_shell.run("df = %ingest --as rows")
    assert (ran.error, ran.value) == (None, None)
    assert "The variable is made when the file is here" in ran.text
    panel = desk()
    assert (panel.waits, panel.variable, panel.card, panel.items) == (False, "rows", {}, [])
    upload(panel, CSV, "table.csv")
    settle(panel)
    pd.testing.assert_frame_equal(kernel_shell.namespace["rows"], pd.read_csv("table.csv"))
    assert panel.card["big"] == "2 rows, 2 columns"
    assert [(item["phase"], item["code"]) for item in panel.items] == [("done", 'rows = pd.read_csv("table.csv")')]


@pytest.mark.parametrize(
    "line", ["df = %ingest", "df = %ingest upload:", "import colab_magics\ndf = colab_magics.ingest()"]
)
def test_with_subshells_the_cell_waits(kernel_shell: Any, line: str) -> None:
    kernel_shell.ipython.kernel._supports_kernel_subshells = True

    def act() -> None:
        panel = desk()
        assert panel.waits
        do(panel, "hello", {})
        upload(panel, CSV)

    page = threading.Thread(target=act)
    page.start()
    ran = kernel_shell.run(line)
    page.join()
    assert ran.error is None
    assert kernel_shell.namespace["df"] is kernel_shell.namespace["rows"]
    assert not desk().waits
    assert "2 rows, 2 columns" in ran.html


def test_the_person_lets_the_cell_go_on(kernel_shell: Any) -> None:
    kernel_shell.ipython.kernel._supports_kernel_subshells = True

    def act() -> None:
        do(desk(), "hello", {})
        do(desk(), "release", {})

    threading.Thread(target=act).start()
    ran = kernel_shell.run("%ingest")
    assert (ran.error, ran.value) == (None, None)
    upload(desk(), CSV)
    settle(desk())
    assert len(kernel_shell.namespace["rows"]) == 2


def test_a_page_that_is_not_heard_is_not_waited_for(kernel_shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel_shell.ipython.kernel._supports_kernel_subshells = True
    monkeypatch.setattr(screen, "_PATIENCE", 0.1)
    ran = kernel_shell.run("%ingest")
    assert (ran.error, ran.value) == (None, None)
    assert not desk().waits
    assert "the cell does not wait for it" in ran.html


def test_an_interrupt_ends_the_waiting(kernel_shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel_shell.ipython.kernel._supports_kernel_subshells = True

    def interrupt(*_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(screen.Desk, "wait", interrupt)
    threading.Thread(target=lambda: do(desk(), "hello", {})).start()
    assert isinstance(kernel_shell.run("%ingest").error, KeyboardInterrupt)
    assert not desk().waits


def test_a_refusal_goes_to_the_page(kernel_shell: Any) -> None:
    kernel_shell.run("%ingest")
    reply = do(desk(), "begin", {"name": "a"})
    assert reply == {
        "kind": "reply",
        "id": "7",
        "ok": False,
        "error": "This is no file that can be uploaded: choose it again.",
    }
    assert "no command" in do(desk(), "close", {})["error"]


def test_first_rows_are_shown_and_then_loaded(kernel_shell: Any, tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_bytes(CSV)
    kernel_shell.run("%ingest --columns a")
    panel = desk()
    assert do(panel, "preview", {"source": ""})["error"] == "Type a path or an address first."
    assert "Nothing is shown" in do(panel, "load", {})["error"]
    assert do(panel, "preview", {"source": "old.csv"})["ok"]
    assert soon(lambda: panel.glimpse["phase"] != "working")
    assert panel.glimpse["card"]["big"] == "2 rows, 1 column"
    assert "old" not in kernel_shell.namespace
    assert do(panel, "load", {"variable": "mine"})["ok"]
    settle(panel)
    assert kernel_shell.namespace["mine"]["a"].tolist() == [1, 2]
    assert panel.glimpse == {}
    assert do(panel, "dismiss", {})["ok"]


def test_places_are_browsed(kernel_shell: Any, s3: Any) -> None:
    s3.add("deep/a.csv", CSV)
    kernel_shell.run(f"%ingest --endpoint {s3.endpoint}")
    panel = desk()
    assert do(panel, "look", {"kind": "s3", "place": "s3://data/deep/"})["ok"]
    assert soon(lambda: panel.places["phase"] != "looking")
    assert [entry["name"] for entry in panel.places["entries"]] == ["a.csv"]
    assert "The list has changed" in do(panel, "choose", {"entry": 0, "number": -1})["error"]
    assert do(panel, "choose", {"entry": 0, "number": panel.places["number"]})["ok"]
    assert do(panel, "load", {"variable": "far"})["ok"]
    settle(panel)
    assert kernel_shell.namespace["far"].shape == (2, 2)


def test_unloading_takes_it_away_and_keeps_what_arrived(kernel_shell: Any, tmp_path: Path) -> None:
    kernel_shell.run("%ingest")
    body = b"x" * (3 << 20)
    panel = desk()
    offer = {"name": "big.csv", "size": len(body) + 1, "modified": 1, "head": "0" * 64}
    key = do(panel, "begin", offer)["result"]["id"]
    proof = hashlib.sha256(body[: 1 << 19]).digest() * 6
    do(panel, "piece", {"id": key, "position": 0}, body, proof)
    kernel_shell.ipython.run_line_magic("unload_ext", "colab_magics")
    assert panel.comm is None
    assert len(list((tmp_path / ".colab_magics-uploads").glob("*.journal"))) == 1
    kernel_shell.ipython.run_line_magic("load_ext", "colab_magics")
    kernel_shell.run("%ingest")
    assert do(desk(), "begin", offer)["result"]["position"] == len(body)


def test_sources_of_earlier_days_are_offered(kernel_shell: Any, files: Any) -> None:
    url = files.add("/a.csv", CSV, etag='"1"')
    kernel_shell.run(f"x = %ingest {url}")
    kernel_shell.run(f"x = %ingest {url}?token=canary")
    kernel_shell.run("%ingest")
    assert desk().recent == [{"source": url, "access": {}}]


def test_a_source_of_earlier_days_is_reached_as_it_was(kernel_shell: Any, s3: Any) -> None:
    source = s3.add("rows.csv", CSV)
    kernel_shell.run(f"x = %ingest {source} --endpoint {s3.endpoint}")
    kernel_shell.run("%ingest")
    access = {"endpoint": s3.endpoint, "profile": None, "anon": False, "requester_pays": False}
    assert desk().recent == [{"source": source, "access": access}]
    assert do(desk(), "fetch", {**desk().recent[0], "variable": "again"})["result"] == {"id": "1"}
    settle(desk())
    assert [(item["phase"], item["sentence"]) for item in desk().items] == [("done", "")]
    assert kernel_shell.namespace["again"].shape == (2, 2)


def test_nobody_is_waited_for_in_a_kernel_that_nobody_watches(kernel_shell: Any) -> None:
    kernel_shell.ipython.kernel._allow_stdin = False
    ran = kernel_shell.run("%ingest")
    assert type(ran.error) is UsageError
    assert ran.displayed == []


def test_a_notebook_that_runs_for_nobody_does_not_hang(tmp_path: Path) -> None:
    """A real kernel, run by nbclient as nbconvert and papermill do."""
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    cells = ["%load_ext colab_magics", "%ingest", "%ingest upload: --as x"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = nbclient.NotebookClient(
        notebook, timeout=60, allow_errors=True, resources={"metadata": {"path": str(tmp_path)}}
    )
    started = time.monotonic()
    client.execute()
    assert time.monotonic() - started < 45
    for cell in notebook.cells[1:]:
        assert "Nobody can choose a file here" in str(cell.outputs)
