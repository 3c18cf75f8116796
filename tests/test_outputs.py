"""The outputs that a card and its panel make together."""

from colab_magics._outputs import Outputs
from colab_magics.card import Card

CARD = Card("Counter", big="3")
VIEW = {"application/vnd.jupyter.widget-view+json": {"model_id": "7"}, "text/plain": "Counter()"}


def test_a_live_panel_stands_beside_its_static_form() -> None:
    outputs = Outputs()
    static, live = outputs.static(CARD), outputs.live(VIEW)
    key = static["text/html"].partition("cm-static-")[2].partition(")")[0]
    assert f'<div class="cm-static-{key}">' in static["text/html"]
    assert static["text/plain"] == "Counter\n  3"
    assert live == {**VIEW, "text/plain": ""}


def test_a_place_is_kept_for_a_panel_that_is_not_there_yet() -> None:
    assert Outputs().live({}) == {"text/plain": ""}


def test_one_bundle_where_two_are_not_understood() -> None:
    only = Outputs().one(CARD, VIEW)
    assert "<style>" not in only["text/html"]
    assert only["text/plain"] == "Counter\n  3"
    assert only["application/vnd.jupyter.widget-view+json"] == {"model_id": "7"}


def test_each_card_has_a_key_of_its_own() -> None:
    assert Outputs().static(CARD)["text/html"] != Outputs().static(CARD)["text/html"]
