"""The live panel: its traits are a first screen, its commands choose and fetch, and it stays small."""

import io
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from colab_magics.gallery.items import Gallery
from colab_magics.gallery.panel import GalleryPanel
from colab_magics.gallery.query import Query
from colab_magics.gallery.source import read
from colab_magics.gallery.views import View


@pytest.fixture
def panel(run: Any) -> Iterator[GalleryPanel]:
    live = GalleryPanel(Gallery(read(run), view="wrong"))
    yield live
    live.close()


def ask(panel: GalleryPanel, command: str, **data: Any) -> tuple[dict[str, Any], list[bytes]]:
    """Send a command as the front end does, and return the reply."""
    replies: list[tuple[dict[str, Any], list[bytes]]] = []
    panel.send = lambda content, buffers=None: replies.append((content, buffers or []))  # the wire to the page
    panel._handle_custom_msg({"kind": "command", "id": "1", "command": command, "data": data}, [])
    del panel.send
    assert len(replies) == 1
    return replies[0]


def test_the_traits_are_the_page(panel: GalleryPanel) -> None:
    assert (panel.query["view"], panel.total, panel.size, panel.can_rank) == ("wrong", 4, 9, True)
    assert [item["index"] for item in panel.items] == [0, 10, 20, 30]
    assert panel.items[0] == {
        "index": 0,
        "name": "#0",
        "true": 0,
        "predicted": 1,
        "probability": pytest.approx(0.85),
        "loss": pytest.approx(-np.log(0.05)),
        "caption": "predicted one,\ntrue zero",
        "share": "85.00 %",
        "tone": "wrong",
        "problem": "",
        "width": 8,
        "height": 8,
    }
    assert panel.counts == {"first": 50, "correct": 36, "wrong": 4, "classes": (10, 10, 10, 10)}
    assert panel.card["title"] == "4 wrong test images"


def test_the_atlas_holds_the_pictures(panel: GalleryPanel, run: Any) -> None:
    assert panel.tile == {"columns": 1, "width": 8, "height": 8, "channels": 1}
    assert panel.atlas[3 * 64 : 4 * 64] == run.predictions.images[30].tobytes()


def test_traits_are_those_of_the_page_in_typescript() -> None:
    source = Path(__file__).parents[2] / "js" / "gallery" / "panel.ts"
    state = re.search(r"type State = \{(.*?)\n\};", source.read_text(encoding="utf-8"), re.DOTALL)
    assert state is not None
    keys = set(re.findall(r"^  (\w+):", state[1], re.MULTILINE))
    own = set(GalleryPanel.class_trait_names(sync=True)) - set(GalleryPanel.__mro__[2].class_trait_names(sync=True))
    assert keys == own | {"card"}


def query(**changes: Any) -> dict[str, Any]:
    return {**Query(View("wrong")).data(), **changes}


def test_choosing(panel: GalleryPanel) -> None:
    content, _ = ask(panel, "show", query=query(view="class", number=2, sort="loss"))
    assert content == {"kind": "reply", "id": "1", "ok": True, "result": None}
    assert (panel.query["view"], panel.query["number"], panel.total) == ("class", 2, 10)
    assert panel.card["title"] == "10 test images of class two"
    assert [item["index"] for item in panel.items][:2] == [10, 30]
    ask(panel, "show", query=query(view="confusion", cells=[[0, 1], [None, 3]]))
    assert panel._gallery.view == "confusion zero one, * three"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"query": None},
        {"query": query(view="all")},
        {"query": query(view="class", number=4)},
        {"query": query(view="class", number=None)},
        {"query": query(view="class", number="2")},
        {"query": query(view="class", number=True)},
        {"query": query(view=["wrong"])},
        {"query": query(view="confusion", cells=[[0, 4]])},
        {"query": query(view="confusion", cells=[0])},
        {"query": query(view="confusion", cells="0 1")},
        {"query": query(sort="name")},
        {"query": query(sort=["loss"])},
        {"query": query(confidence=[0.5, 0.2])},
        {"query": query(confidence=[float("nan"), 1])},
        {"query": query(confidence=None)},
        {"query": query(search=7)},
        {"query": query(search="x" * 201)},
    ],
)
def test_an_impossible_choice_is_answered_with_a_sentence(panel: GalleryPanel, data: dict[str, Any]) -> None:
    before = panel.version
    content, _ = ask(panel, "show", **data)
    assert content["ok"] is False
    assert content["error"].endswith((".", "margin"))
    assert panel.version == before


def test_a_window_is_a_piece_of_what_is_chosen(panel: GalleryPanel, run: Any) -> None:
    ask(panel, "show", query=query(view="correct"))
    content, (file,) = ask(panel, "window", start=30, count=20)
    result = content["result"]
    assert result["version"] == panel.version
    assert [item["index"] for item in result["items"]] == [34, 35, 36, 37, 38, 39]
    tile = result["tile"]
    x, y = 5 % tile["columns"] * tile["width"], 5 // tile["columns"] * tile["height"]
    cut = np.asarray(Image.open(io.BytesIO(file)).crop((x, y, x + 8, y + 8)))
    assert np.array_equal(cut, run.predictions.images[39])
    json.dumps(content)


@pytest.mark.parametrize(
    ("start", "count"), [(None, 5), (0, None), (-1, 5), (0, 0), (0, 401), (0.5, 5), ("0", 5), (True, 5)]
)
def test_no_window_on_what_is_not_there(panel: GalleryPanel, start: Any, count: Any) -> None:
    content, _ = ask(panel, "window", start=start, count=count)
    assert content["error"].startswith("There are no")


def test_the_matrix(panel: GalleryPanel) -> None:
    assert panel.confusion["counts"] == [[8, 2, 0, 0], [0, 10, 0, 0], [0, 0, 8, 2], [0, 0, 0, 10]]
    precision, recall, f1 = panel.confusion["scores"][1]
    assert (precision, recall, f1) == pytest.approx((10 / 12, 1, 20 / 22))


def test_a_view_that_needs_predictions(run: Any) -> None:
    panel = GalleryPanel(Gallery(read(run.dataset.x_train)))
    content, _ = ask(panel, "show", query=query())
    assert content["error"].startswith("The view wrong needs predictions")
    panel.close()


def test_a_closer_look(panel: GalleryPanel) -> None:
    content, (png,) = ask(panel, "detail", index=10)
    assert content["result"]["index"] == 10
    assert content["result"]["probabilities"] == pytest.approx([0.05, 0.05, 0.05, 0.85])
    assert content["result"]["values"] == panel._gallery.samples.images.arrays[10].tolist()
    assert Image.open(io.BytesIO(png)).size == (8, 8)
    json.dumps(content)


@pytest.mark.parametrize("index", [None, "0", 40, -1, 1.5, [0]])
def test_no_closer_look_at_what_is_not_there(panel: GalleryPanel, index: Any) -> None:
    content, _ = ask(panel, "detail", index=index)
    assert content["ok"] is False
    assert "index of an image" in content["error"] or "There is no image" in content["error"]


def marks(*indices: int, count: int = 40) -> bytes:
    bits = np.zeros(count, np.bool_)
    bits[list(indices)] = True
    return np.packbits(bits, bitorder="little").tobytes()


def test_a_selection_reaches_python_in_its_order(panel: GalleryPanel) -> None:
    gallery = panel._gallery
    gallery.selected = [30]
    panel.set_state({"selected": memoryview(marks(5, 30))})  # as it comes from the page
    assert gallery.selected == [30, 5]
    assert (panel.selected, panel.selected_count) == (marks(5, 30), 2)
    panel.set_state({"selected": marks(5)})
    assert gallery.selected == [5]
    assert ask(panel, "clear")[0]["ok"] is True
    assert (gallery.selected, panel.selected, panel.selected_count) == ([], marks(), 0)


def test_a_selection_of_other_images_is_refused(panel: GalleryPanel) -> None:
    panel.set_state({"selected": marks(45, count=64)})
    assert panel._gallery.selected == []
    assert panel.selected == marks()
    ask(panel, "show", query=query(view="first"))
    panel.set_state({"selected": marks(50, count=51)})  # as many bytes as of the fifty that there are
    assert panel._gallery.selected == []
    assert panel.selected == marks(count=50)


def test_a_selection_reaches_the_panel(panel: GalleryPanel) -> None:
    panel._gallery.selected = [10, 5]
    assert (panel.selected, panel.selected_count) == (marks(5, 10), 2)


def test_what_is_selected_in_one_go_is_in_the_order_of_the_pictures(panel: GalleryPanel) -> None:
    gallery = panel._gallery
    gallery.reverse = True
    panel.set_state({"selected": marks(5, 30, 20)})
    assert gallery.selected == [30, 20, 5]
    gallery.view = "wrong"
    among = [int(index) for index in gallery.shown.indices[:2]]
    panel.set_state({"selected": marks(5, 30, 20, *among)})
    assert gallery.selected == list(dict.fromkeys([30, 20, 5, *among]))


def test_training_and_test_images_are_selected_apart(panel: GalleryPanel) -> None:
    panel.set_state({"selected": marks(10)})
    ask(panel, "show", query=query(view="first"))
    assert panel.selected == marks(count=50)
    panel.set_state({"selected": marks(7, count=50)})
    ask(panel, "show", query=query())
    assert panel.selected == marks(10)


def test_two_panels_of_one_gallery_agree(panel: GalleryPanel) -> None:
    other = GalleryPanel(panel._gallery)
    ask(panel, "show", query=query(view="correct"))
    other.set_state({"selected": marks(other.items[0]["index"])})
    assert other.query["view"] == "correct"
    assert panel.selected == other.selected == marks(1)
    other.close()


def test_a_change_is_one_message(panel: GalleryPanel) -> None:
    if getattr(panel.comm, "kernel", True) is None:
        pytest.skip("ipywidgets 7 sends nothing without a running kernel")
    sent: list[set[str]] = []
    panel._send = lambda msg, buffers=None: sent.append({*msg["state"], *(path[0] for path in msg["buffer_paths"])})
    panel._gallery.view = "correct"
    assert len(sent) == 1
    assert {"items", "atlas", "total", "version", "query"} <= sent[0]


@pytest.mark.parametrize("shape", [(28, 28), (32, 32, 3), (500, 400, 3)])
def test_the_state_stays_small(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (100, *shape), dtype=np.uint8)
    shares = rng.dirichlet(np.ones(1_000), 100)
    names = [f"{number} {'x' * 300}" for number in range(1_000)]
    gallery = Gallery(read(noise, np.arange(100), probabilities=shares, class_names=names), n=64)
    panel = GalleryPanel(gallery)
    gallery.selected = range(100)
    state = panel.get_state(["card", *(set(GalleryPanel.class_trait_names(sync=True)) - {"_esm"})])
    size = len(state.pop("atlas")) + len(state.pop("selected"))
    assert size + len(json.dumps({name: state[name] for name in state if name[0] != "_"})) < 200_000
    panel.close()


def test_an_unreadable_file_is_an_item_with_the_reason(photos: Path) -> None:
    (photos / "cat" / "a.png").write_bytes(b"")
    panel = GalleryPanel(Gallery(read(photos)))
    assert panel.items[0]["problem"] == "cannot be read: the file is empty"
    assert panel.items[1]["problem"] == ""
    panel.close()


def test_no_file_is_read_again_for_a_selection(photos: Path) -> None:
    gallery = Gallery(read(photos))
    panel = GalleryPanel(gallery)
    for file in photos.rglob("*.*"):
        file.unlink()
    gallery.selected = [2]
    assert panel.selected_count == 1
    assert {item["problem"] for item in panel.items} == {""}
    gallery.view = "class dog"
    assert {item["problem"] for item in panel.items} == {"cannot be read: No such file or directory"}
    panel.close()


def test_threads_turn_and_select(panel: GalleryPanel) -> None:
    failures: list[BaseException] = []

    def work(view: str) -> None:
        try:
            for place in range(25):
                panel.show({"query": query(view=view, number=1, cells=[])})
                panel.window({"start": place, "count": 5})
                panel._gallery.selected = [place]
        except BaseException as error:  # noqa: BLE001 (shown by the assertion below)
            failures.append(error)

    threads = [threading.Thread(target=work, args=(view,)) for view in ("first", "wrong", "correct", "class")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    panel.refresh()
    assert [item["index"] for item in panel.items] == panel._gallery.shown.indices.tolist()
