"""The panel's half in Python; what it looks like is tested in js/envinfo and tests/browser."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from colab_magics.envinfo.panel import EnvinfoPanel
from colab_magics.envinfo.report import Report


@pytest.fixture
def panel(limited: Report) -> Iterator[EnvinfoPanel]:
    """A panel whose machine grows by a CPU with each reading."""

    def readings() -> Iterator[Report]:
        for count in range(9, 99):
            yield replace(limited, cpu=replace(limited.cpu, count=count))

    later = readings()
    panel = EnvinfoPanel(limited, lambda: next(later))
    yield panel
    panel.close()


def command(panel: EnvinfoPanel, name: str) -> dict[str, Any]:
    """Send a command as the front end does, and return the reply."""
    replies: list[dict[str, Any]] = []
    panel.send = lambda content, buffers=None: replies.append(content)
    panel._handle_custom_msg({"kind": "command", "id": "1", "command": name, "data": {}}, [])
    (reply,) = replies
    return reply


def facts(panel: EnvinfoPanel) -> dict[str, str]:
    return dict(panel.card["parts"][0]["items"])


def test_the_card_is_the_state(panel: EnvinfoPanel) -> None:
    assert panel.card["big"] == "0.5 CPUs · 4.0 GB RAM · 2 GPUs"
    assert facts(panel)["CPU"] == "0.5 of 8 usable, AMD EPYC 7763"


def test_refresh_reads_the_machine_again(panel: EnvinfoPanel) -> None:
    assert command(panel, "refresh") == {"kind": "reply", "id": "1", "ok": True, "result": None}
    assert facts(panel)["CPU"] == "0.5 of 9 usable, AMD EPYC 7763"


def test_markdown_is_that_of_what_is_shown(panel: EnvinfoPanel) -> None:
    command(panel, "refresh")
    reply = command(panel, "markdown")
    assert "| CPU | 0.5 of 9 usable, AMD EPYC 7763 |" in reply["result"]
