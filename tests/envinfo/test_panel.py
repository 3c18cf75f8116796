"""The panel's half in Python; what it looks like is tested in js/envinfo and tests/browser."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import ipywidgets
import pytest
from envinfo.monitors import HandPulse, Script, scripted

from colab_magics.card import Card
from colab_magics.envinfo.monitor.pulse import Pulse
from colab_magics.envinfo.monitor.watch import Monitor
from colab_magics.envinfo.panel import EnvinfoPanel, MonitorPanel
from colab_magics.envinfo.report import Report


@pytest.fixture
def panel(limited: Report) -> Iterator[EnvinfoPanel]:
    """A panel whose machine grows by a CPU with each reading."""

    def readings() -> Iterator[Report]:
        for count in range(9, 99):
            yield replace(limited, cpu=limited.cpu._replace(count=count))

    later = readings()
    panel = EnvinfoPanel(limited, "all", lambda: next(later))
    yield panel
    panel.close()


def command(panel: EnvinfoPanel | MonitorPanel, name: str) -> dict[str, Any]:
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


class Shown:
    """A panel of a monitor whose time the test moves on, and what the panel sent."""

    def __init__(self, monitor: Monitor, pulse: HandPulse) -> None:
        self.monitor, self.pulse = monitor, pulse
        self.panel = MonitorPanel(monitor)
        self.sent: list[dict[str, Any]] = []
        send = self.panel.send_state

        def note(key: Any = None) -> None:
            self.sent.append(self.panel.get_state(key))
            send(key)

        self.panel.send_state = note

    @property
    def ticks(self) -> list[float]:
        return [row[0] for row in (*self.panel.history, *self.panel.recent)]


@pytest.fixture
def shown() -> Iterator[Shown]:
    monitor, pulse = scripted()
    monitor.resume()
    shown = Shown(monitor, pulse)
    yield shown
    shown.panel.close()
    monitor.stop()


def test_the_monitor_shows_each_sample_and_the_last_minutes(shown: Shown) -> None:
    assert shown.panel.status == {"phase": "running", "sentence": ""}
    assert shown.ticks == [1001]
    shown.pulse.go_on(47)
    assert shown.ticks == list(range(1001, 1049))
    shown.monitor.seen()
    shown.pulse.go_on(400)
    assert shown.ticks[-300:] == list(range(1149, 1449))
    assert shown.panel.missing == {"8": "the cable is <b>loose</b>"}


def test_each_second_little_is_sent_in_one_message(shown: Shown) -> None:
    shown.pulse.go_on(300)
    assert len(shown.sent) == 300
    sizes = [len(json.dumps(state)) for state in shown.sent]
    assert sum(sizes) / len(sizes) < 5_000
    assert max(sizes) < 50_000
    assert len(json.dumps(shown.panel.get_state(["history", "recent", "tracks", "card", "status"]))) < 200_000


@pytest.mark.skipif(
    ipywidgets.__version__.startswith("7."), reason="ipywidgets 7 sends nothing where there is no kernel"
)
def test_what_does_not_change_is_not_sent_again(shown: Shown) -> None:
    shown.pulse.go_on(5)
    assert {key for state in shown.sent for key in state} == {"recent"}


def test_stopping_and_going_on(shown: Shown) -> None:
    assert command(shown.panel, "stop")["ok"]
    assert shown.panel.status == {"phase": "stopped", "sentence": "You stopped it."}
    assert shown.pulse.beats == []
    assert command(shown.panel, "resume")["ok"]
    assert shown.panel.status["phase"] == "running"
    shown.pulse.go_on(2)
    assert shown.ticks[-1] == 1002 + 1


def test_a_page_that_looks_keeps_it_going(shown: Shown) -> None:
    for _ in range(5):
        shown.pulse.go_on(400)
        assert command(shown.panel, "seen")["ok"]
    assert shown.panel.status["phase"] == "running"
    shown.pulse.go_on(601)
    assert shown.panel.status == {
        "phase": "unseen",
        "sentence": "It stopped by itself: nobody has looked for ten minutes.",
    }


def test_only_the_newest_panel_shows_it_and_an_older_one_can_take_it_back(shown: Shown) -> None:
    newer = MonitorPanel(shown.monitor)
    assert shown.panel.status == {"phase": "moved", "sentence": "It goes on in a newer panel."}
    before = len(shown.ticks)
    shown.pulse.go_on(3)
    assert len(shown.ticks) == before
    assert len(newer.recent) == 3
    assert command(shown.panel, "resume")["ok"]
    assert newer.status["phase"] == "moved"
    assert shown.panel.status["phase"] == "running"
    assert shown.ticks == [1001, 1002, 1003, 1004]
    shown.pulse.go_on(1)
    assert shown.ticks[-1] == 1005
    newer.close()
    assert shown.monitor.phase == "running"  # another panel shows it


def test_closing_the_panel_stops_the_monitor_and_nothing_is_sent_after(shown: Shown) -> None:
    shown.panel.close()
    sent = len(shown.sent)
    assert shown.monitor.phase == "stopped"
    shown.monitor.resume()
    shown.pulse.go_on(3)
    shown.panel._tell(shown.monitor.samples[-1])  # one that was on its way
    assert len(shown.sent) == sent
    shown.panel.close()


def test_a_page_that_closes_the_panel_stops_the_monitor(shown: Shown) -> None:
    shown.panel.comm.handle_close({})
    assert shown.monitor.phase == "stopped"


def test_the_static_form_is_kept_up_to_date_between_cells_and_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    now, busy = [0.0], [True]
    monitor, pulse = scripted(lambda: busy[0])
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monitor.resume()
    panel = MonitorPanel(monitor)
    kept: list[Card] = []
    panel.keep(kept.append)

    def go_on(seconds: int) -> None:
        for _ in range(seconds):
            now[0] += 1
            pulse.go_on(1)

    go_on(100)
    assert kept == []  # what is displayed while a cell runs could become part of what that cell captures
    busy[0] = False
    go_on(61)
    assert len(kept) == 3
    monitor.stop()
    assert len(kept) == 4
    assert "You stopped it." in kept[-1].text()
    panel.close()
    assert len(kept) == 4


def test_a_panel_can_be_closed_while_the_thread_samples() -> None:
    pulse = Pulse()
    for _ in range(20):
        monitor = Monitor(make_sampler=Script, pulse=pulse)
        monitor.resume()
        panel = MonitorPanel(monitor)
        hurry = [threading.Thread(target=monitor._beat) for _ in range(3)]
        for thread in hurry:
            thread.start()
        panel.close()
        for thread in hurry:
            thread.join(5)
        assert monitor.phase == "stopped"
        assert monitor.fault == ""
    pulse.rest()
    assert pulse.thread is None
