"""The panel of `%envinfo`: the report's card, read again on demand, and copied as Markdown."""

from collections.abc import Callable, Mapping
from typing import Any

from colab_magics._panel import Panel, bundle
from colab_magics.envinfo.card import report_card
from colab_magics.envinfo.report import Report


class EnvinfoPanel(Panel):
    """Shows a report; ``collect`` makes the next one when the person asks for it."""

    _esm = bundle("envinfo")
    commands = ("refresh", "markdown")

    def __init__(self, report: Report, collect: Callable[[], Report]) -> None:
        super().__init__(card=report_card(report).data())
        self._report = report
        self._collect = collect

    def refresh(self, _: Mapping[str, Any]) -> None:
        """Read the machine again."""
        self._report = self._collect()
        self.card = report_card(self._report).data()

    def markdown(self, _: Mapping[str, Any]) -> str:
        """Return the report that is shown as Markdown."""
        return self._report.to_markdown()
