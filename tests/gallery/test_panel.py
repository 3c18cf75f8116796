"""The live panel: its traits are one page, its commands turn it, and it stays small."""

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
from colab_magics.gallery.source import read


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
    assert (panel.view, panel.page, panel.pages, panel.size) == ("wrong", 0, 1, 9)
    assert [item["index"] for item in panel.items] == [0, 10, 20, 30]
    assert panel.items[0] == {
        "index": 0,
        "name": "#0",
        "true": 0,
        "predicted": 1,
        "probability": pytest.approx(0.85),
        "caption": "predicted one, true zero",
        "share": "85.00 %",
        "tone": "wrong",
        "problem": "",
        "width": 8,
        "height": 8,
    }
    assert panel.counts == {"first": 50, "correct": 36, "wrong": 4, "classes": (10, 10, 10, 10)}
    assert panel.card["title"] == "4 of 4 wrong test images"


def test_the_atlas_holds_the_pictures(panel: GalleryPanel, run: Any) -> None:
    sheet = Image.open(io.BytesIO(panel.atlas))
    tile = panel.tile
    x, y = 3 % tile["columns"] * tile["width"], 3 // tile["columns"] * tile["height"]
    cut = np.asarray(sheet.crop((x, y, x + 8, y + 8)))
    assert np.array_equal(cut, run.predictions.images[30])


def test_traits_are_those_of_the_page_in_typescript() -> None:
    source = Path(__file__).parents[2] / "js" / "gallery" / "panel.ts"
    state = re.search(r"type State = \{(.*?)\n\};", source.read_text(encoding="utf-8"), re.DOTALL)
    assert state is not None
    keys = set(re.findall(r"^  (\w+):", state[1], re.MULTILINE))
    own = set(GalleryPanel.class_trait_names(sync=True)) - set(GalleryPanel.__mro__[2].class_trait_names(sync=True))
    assert keys == own | {"card"}


def test_turning(panel: GalleryPanel) -> None:
    content, _ = ask(panel, "turn", view="class", class_number=2, page=1)
    assert content == {"kind": "reply", "id": "1", "ok": True, "result": None}
    assert (panel.view, panel.class_number, panel.page, panel.pages) == ("class", 2, 1, 2)
    assert panel.card["title"] == "10 to 10 of 10 test images of class two"
    ask(panel, "turn", view="first", class_number=None, page=5)
    assert (panel.view, panel.page, len(panel.items)) == ("first", 5, 5)
    assert panel._gallery.view == "first"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"view": "all"},
        {"view": "class", "class_number": 4},
        {"view": "class", "class_number": None},
        {"view": "class", "class_number": "2"},
        {"view": "wrong", "page": "1"},
        {"view": ["wrong"]},
    ],
)
def test_an_impossible_turn_is_answered_with_a_sentence(panel: GalleryPanel, data: dict[str, Any]) -> None:
    content, _ = ask(panel, "turn", **data)
    assert content["ok"] is False
    assert content["error"].startswith("There is no page")
    assert panel.view == "wrong"


def test_a_view_that_needs_predictions(run: Any) -> None:
    panel = GalleryPanel(Gallery(read(run.dataset.x_train)))
    content, _ = ask(panel, "turn", view="wrong")
    assert content["error"].startswith("The view wrong needs predictions")
    panel.close()


def test_a_closer_look(panel: GalleryPanel) -> None:
    content, (png,) = ask(panel, "detail", index=10)
    assert content["result"] == {"index": 10, "probabilities": pytest.approx([0.05, 0.05, 0.05, 0.85])}
    assert Image.open(io.BytesIO(png)).size == (8, 8)
    json.dumps(content)


@pytest.mark.parametrize("index", [None, "0", 40, -1, 1.5, [0]])
def test_no_closer_look_at_what_is_not_there(panel: GalleryPanel, index: Any) -> None:
    content, _ = ask(panel, "detail", index=index)
    assert content["ok"] is False
    assert "index of an image" in content["error"] or "There is no image" in content["error"]


def test_a_selection_reaches_python(panel: GalleryPanel) -> None:
    gallery = panel._gallery
    gallery.selected = [5]  # on no page of this view
    panel.set_state({"selected": [10, 30]})
    assert gallery.selected == [5, 10, 30]
    assert (panel.selected, panel.selected_count) == ([10, 30], 3)
    panel.set_state({"selected": [30]})
    assert gallery.selected == [5, 30]
    assert ask(panel, "clear")[0]["ok"] is True
    assert (gallery.selected, panel.selected, panel.selected_count) == ([], [], 0)


def test_a_selection_reaches_the_panel(panel: GalleryPanel) -> None:
    panel._gallery.selected = [10, 5]
    assert (panel.selected, panel.selected_count) == ([10], 2)


def test_training_and_test_images_are_selected_apart(panel: GalleryPanel) -> None:
    panel.set_state({"selected": [10]})
    ask(panel, "turn", view="first")
    assert panel.selected == []
    panel.set_state({"selected": [7]})
    ask(panel, "turn", view="wrong")
    assert panel.selected == [10]


def test_two_panels_of_one_gallery_agree(panel: GalleryPanel) -> None:
    other = GalleryPanel(panel._gallery)
    ask(panel, "turn", view="correct", page=2)
    other.set_state({"selected": [other.items[0]["index"]]})
    assert (other.view, other.page) == ("correct", 2)
    assert panel.selected == other.selected != []
    other.close()


def test_a_change_is_one_message(panel: GalleryPanel) -> None:
    if getattr(panel.comm, "kernel", True) is None:
        pytest.skip("ipywidgets 7 sends nothing without a running kernel")
    sent: list[set[str]] = []
    panel._send = lambda msg, buffers=None: sent.append({*msg["state"], *(path[0] for path in msg["buffer_paths"])})
    panel._gallery.turn("correct", 1)
    assert len(sent) == 1
    assert {"items", "atlas", "page", "view"} <= sent[0]


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
    assert len(state.pop("atlas")) + len(json.dumps({name: state[name] for name in state if name[0] != "_"})) < 200_000
    panel.close()


def test_an_unreadable_file_is_an_item_with_the_reason(photos: Path) -> None:
    (photos / "cat" / "a.png").write_bytes(b"")
    panel = GalleryPanel(Gallery(read(photos)))
    assert panel.items[0]["problem"] == "cannot be read: the file is empty"
    assert panel.items[1]["problem"] == ""
    panel.close()


def test_threads_turn_and_select(panel: GalleryPanel) -> None:
    failures: list[BaseException] = []

    def work(view: str) -> None:
        try:
            for page in range(25):
                panel.turn({"view": view, "class_number": 1, "page": page % 3})
                panel._gallery.selected = [page]
        except BaseException as error:  # noqa: BLE001 (shown by the assertion below)
            failures.append(error)

    threads = [threading.Thread(target=work, args=(view,)) for view in ("first", "wrong", "correct", "class")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    panel.refresh()
    assert [item["index"] for item in panel.items] == panel._gallery.indices.tolist()
