"""The base of the panels: traits, commands, static form, closing."""

import gc
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import traitlets
from ipywidgets.widgets import widget

from colab_magics import bundles
from colab_magics._panel import Panel, bundle, close_all
from colab_magics.card import Card
from colab_magics.errors import BadOption, MissingBundle


class Counter(Panel):
    """Counts on command."""

    _esm = "export default {}"
    commands = ("add", "refuse", "fail", "bytes", "weigh")
    takes_bytes = ("weigh",)
    count = traitlets.Int(0).tag(sync=True)

    def add(self, data: Mapping[str, Any]) -> int:
        self.count += data.get("step", 1)
        return self.count

    def refuse(self, _: Mapping[str, Any]) -> None:
        raise BadOption("There is nothing to count.")

    def fail(self, _: Mapping[str, Any]) -> None:
        raise ZeroDivisionError("division by zero")

    def bytes(self, _: Mapping[str, Any]) -> tuple[dict[str, int], list[bytes]]:
        return {"length": 3}, [b"abc"]

    def weigh(self, data: Mapping[str, Any], buffers: list[memoryview]) -> list[int]:
        return [data["unit"] * len(buffer) for buffer in buffers]

    def secret(self, _: Mapping[str, Any]) -> str:
        return "not a command"


Sent = list[tuple[dict[str, Any], list[bytes]]]


@pytest.fixture
def counter() -> Iterator[Counter]:
    counter = Counter(card=Card("Counter").data())
    yield counter
    counter.close()


@pytest.fixture
def sent(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> Sent:
    """What goes back to the front end."""
    replies: Sent = []
    monkeypatch.setattr(counter, "send", lambda content, buffers=None: replies.append((content, buffers)))
    return replies


def receive(panel: Panel, content: object, *buffers: bytes) -> None:
    """Deliver a message as the comm does."""
    data = {"method": "custom", "content": content}
    panel._handle_msg({"content": {"data": data}, "buffers": [memoryview(buffer) for buffer in buffers]})


def command(name: object, data: object = None) -> dict[str, object]:
    return {"kind": "command", "id": "7", "command": name, "data": data}


def open_widgets() -> set[str]:
    """Name the models that ipywidgets 8, or 7, holds."""
    return set(widget._instances if hasattr(widget, "_instances") else widget.Widget.widgets)


@pytest.mark.parametrize(
    ("message", "reply"),
    [
        (command("add"), {"ok": True, "result": 1}),
        (command("add", {"step": 5}), {"ok": True, "result": 5}),
        (command("add", "not a dict"), {"ok": True, "result": 1}),
        (command("refuse"), {"ok": False, "error": "There is nothing to count."}),
        (command("fail"), {"ok": False, "error": "ZeroDivisionError: division by zero"}),
        (command("secret"), {"ok": False, "error": "This panel has no command 'secret'."}),
        (command("__class__"), {"ok": False, "error": "This panel has no command '__class__'."}),
        (command(None), {"ok": False, "error": "This panel has no command None."}),
        (command(["add"]), {"ok": False, "error": "This panel has no command ['add']."}),
    ],
)
def test_every_command_is_answered(
    counter: Counter, sent: Sent, message: dict[str, object], reply: dict[str, object]
) -> None:
    receive(counter, message)
    assert sent == [({"kind": "reply", "id": "7", **reply}, [])]


def test_an_answer_may_carry_bytes(counter: Counter, sent: Sent) -> None:
    receive(counter, command("bytes"))
    assert sent == [({"kind": "reply", "id": "7", "ok": True, "result": {"length": 3}}, [b"abc"])]


def test_a_command_may_carry_bytes(counter: Counter, sent: Sent) -> None:
    receive(counter, command("weigh", {"unit": 2}), b"abc", b"")
    assert sent == [({"kind": "reply", "id": "7", "ok": True, "result": [6, 0]}, [])]


@pytest.mark.parametrize("message", [{}, {"kind": "reply", "id": "7"}, {"event": "click"}])
def test_other_messages_are_left_alone(counter: Counter, sent: Sent, message: dict[str, object]) -> None:
    receive(counter, message)
    assert sent == []


def test_unknown_traits_are_rejected() -> None:
    before = open_widgets()
    with pytest.raises(TypeError, match="Counter has no trait colour, kount"):
        Counter(kount=1, colour="red", count=2)
    assert open_widgets() == before


def test_a_wrong_type_is_rejected() -> None:
    with pytest.raises(traitlets.TraitError, match="count"):
        Counter(count="many")


def test_close_leaves_no_comm_no_widget_and_no_layout() -> None:
    known = open_widgets()
    counter = Counter()
    opened = open_widgets() - known
    assert len(opened) == 2
    counter.close()
    counter.close()
    assert counter.comm is None
    assert not opened & open_widgets()


def test_a_cell_that_runs_again_closes_the_panels_of_its_last_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Counter, "ends_with_its_output", True)
    first, beside, other, without = (Counter() for _ in range(4))
    first.belong("cell", "run 1")
    beside.belong("cell", "run 1")
    other.belong("other cell", "run 2")
    without.belong("", "run 3")
    assert None not in (first.comm, beside.comm)
    again = Counter()
    again.belong("cell", "run 4")
    assert (first.comm, beside.comm) == (None, None)
    assert None not in (again.comm, other.comm, without.comm)


def test_a_panel_that_goes_along_with_work_outlives_its_output(counter: Counter) -> None:
    counter.belong("cell", "run 1")
    again = Counter()
    again.belong("cell", "run 2")
    assert None not in (counter.comm, again.comm)


def test_a_closed_panel_is_forgotten() -> None:
    counter = weakref.ref(Counter())
    gc.collect()
    assert counter() is not None
    close_all()
    gc.collect()
    assert counter() is None


def test_a_view_is_what_a_front_end_draws(counter: Counter) -> None:
    assert "application/vnd.jupyter.widget-view+json" in counter.mimebundle()
    counter.close()
    assert "application/vnd.jupyter.widget-view+json" not in counter.mimebundle()


def test_a_bundle_is_text_so_that_closed_panels_can_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "_STATIC", tmp_path)
    with pytest.raises(MissingBundle, match=r"The panel shared\.js is not built: run  make js"):
        bundle("envinfo")
    (tmp_path / "shared.js").write_text("var cm = {};\n")
    (tmp_path / "envinfo.js").write_text("export default {}")
    assert bundle("envinfo") == "var cm = {};\nexport default {}"
    with pytest.raises(MissingBundle, match=r"The panel ingest\.js is not built: run  make js"):
        bundle("ingest")
