"""The outputs below a cell that a card and its live panel make together."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from colab_magics.card import Card

# A trusted notebook that is reopened without its kernel shows "model not found" for a widget and hides the other
# forms beside it. Two outputs and this style show the panel while it lives, and the static form otherwise.
_ONE_OF_TWO = """<style>
.jp-OutputArea-child:has(.cm-static-KEY):has(+ .jp-OutputArea-child .cm-root) {display: none !important}
.jp-OutputArea-child:has(.cm-static-KEY) + .jp-OutputArea-child:not(:has(.cm-root)) {display: none !important}
</style>"""


class Outputs:
    """The static form and the live panel of one card, as MIME bundles for two outputs or for one.

    The first output of two holds the static form, the second the live panel (or nothing yet); their style shows one.
    """

    def __init__(self) -> None:
        self._key = os.urandom(4).hex()

    def static(self, card: "Card") -> dict[str, str]:
        """The first of two outputs."""
        return {"text/html": _ONE_OF_TWO.replace("KEY", self._key) + self._html(card), "text/plain": card.text()}

    def live(self, view: Mapping[str, Any]) -> dict[str, Any]:
        """The second of two outputs; without a view yet, the place for it."""
        return {**view, "text/plain": ""}

    def one(self, card: "Card", view: Mapping[str, Any]) -> dict[str, Any]:
        """Both in one output."""
        return {**view, "text/html": self._html(card), "text/plain": card.text()}

    def _html(self, card: "Card") -> str:
        return f'<div class="cm-static-{self._key}">{card.html()}</div>'
