"""The panel's state: what a page draws a pet from."""

import json
from collections.abc import Iterator

import pytest

from colab_magics.fun.panel import FunPanel
from colab_magics.fun.pets import KITTY


@pytest.fixture
def panel() -> Iterator[FunPanel]:
    panel = FunPanel(KITTY, power=True)
    yield panel
    panel.close()


def test_the_state_is_small_and_plain(panel: FunPanel) -> None:
    state = {name: getattr(panel, name) for name in ("card", "pet", "says", "shapes", "sparks", "until")}
    assert len(json.dumps(state)) < 5_000
    assert state["shapes"][0] == list(KITTY.shapes[0])
    assert state["says"] == "Purr"
    assert "best" in state["sparks"]


def test_the_page_says_until_when(panel: FunPanel) -> None:
    panel.set_state({"until": 1_795_000_300_000.0})
    assert panel.until == 1_795_000_300_000


def test_sparks_have_no_pet() -> None:
    panel = FunPanel(None, power=True)
    assert (panel.pet, panel.shapes) == ("", [])
    panel.close()
