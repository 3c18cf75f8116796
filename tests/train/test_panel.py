"""The panel of a training: what it sends to the page."""

import json
import math
import time
from pathlib import Path

import pytest

from colab_magics.card import Card
from colab_magics.train.control import Control
from colab_magics.train.events import EpochEnded, Measured, Started, StepEnded
from colab_magics.train.kept import runs
from colab_magics.train.panel import RunsPanel, TrainPanel
from tests.train.shelf import keep

LOGS = {"loss": 0.123456, "accuracy": 0.98765, "val_loss": 0.123456, "val_accuracy": 0.98765}


@pytest.fixture
def panel() -> TrainPanel:
    return TrainPanel(Control(), can_stop=False)


def test_what_is_no_number_is_sent_as_nothing(panel: TrainPanel) -> None:
    panel.tell(Started(2, 10), 0.0)
    panel.tell(StepEnded(1, 1, {"loss": math.nan, "accuracy": 0.1}), 1.0)
    panel.finish("done", Card("done"))
    assert panel.progress["logs"] == {"loss": None, "accuracy": 0.1}
    json.dumps([panel.progress, panel.curves], allow_nan=False)


def test_the_traits_stay_small_however_long_the_training(panel: TrainPanel) -> None:
    panel.tell(Started(5000, 12), 0.0)
    for epoch in range(1, 5001):
        panel.tell(StepEnded(epoch, 6, LOGS), epoch - 0.5)
        panel.tell(EpochEnded(epoch, 12, LOGS, 1.0), float(epoch))
    panel.finish("done", Card("done"))
    assert len(json.dumps([panel.progress, panel.curves])) < 100_000
    loss, accuracy = panel.curves
    assert (loss["metric"], accuracy["metric"]) == ("loss", "accuracy")
    for line in (*loss["lines"], *accuracy["lines"]):
        assert len(line["x"]) == len(line["y"]) < 1000
        assert line["x"] == sorted(line["x"])
        assert line["x"][-1] == 5000


def test_long_curves_are_sent_less_often_and_their_end_at_once(panel: TrainPanel) -> None:
    sent: list[float] = []
    panel.observe(lambda change: sent.append(change["new"][0]["lines"][0]["x"][-1]), "curves")
    panel.tell(Started(10**6, 12), 0.0)
    end, epoch = time.monotonic() + 2.0, 0
    while time.monotonic() < end:
        epoch += 1
        panel.tell(EpochEnded(epoch, 12, LOGS | {"loss": 1 / epoch}, 1.0), float(epoch))
        time.sleep(0.001)
    assert epoch > 21
    assert 2 <= len(sent) <= 21
    panel.finish("done", Card("done"))
    assert sent[-1] == epoch


def test_training_as_it_goes_on_and_what_was_tried_at_the_ends_of_epochs(panel: TrainPanel) -> None:
    panel.tell(Started(3, 12), 0.0)
    panel.tell(StepEnded(1, 6, {"loss": 0.9}), 0.5)
    panel.tell(EpochEnded(1, 12, {"loss": 0.6, "val_loss": 0.5}, 1.0), 1.0)
    panel.tell(EpochEnded(2, 12, {"loss": 0.4}, 1.0), 2.0)  # not every epoch need be validated
    panel.tell(EpochEnded(3, 12, {"loss": 0.3, "val_loss": math.nan}, 1.0), 3.0)
    panel.finish("done", Card("done"))
    lines = [{"x": [0.5, 1, 2, 3], "y": [0.9, 0.6, 0.4, 0.3]}, {"x": [1, 3], "y": [0.5, None]}]
    assert panel.curves == [{"metric": "loss", "lines": lines}]


def test_what_it_takes_of_the_machine(panel: TrainPanel) -> None:
    assert panel.progress["load"] is None
    panel.tell(Measured(1.5, 2.0, 2**30, 2**31, 2**32), 1.0)
    panel.finish("done", Card("done"))
    assert panel.progress["load"] == {
        "cpu": 1.5, "cpus": 2.0, "memory": 2**30, "used": 2**31, "usable": 2**32,
        "gpu": None, "gpu_used": None, "gpu_total": None,
    }  # fmt: skip


def test_what_is_told_late_and_all_at_once_has_the_times_of_the_training(panel: TrainPanel) -> None:
    panel.tell(Started(2, 10), 5.0)
    for step in range(1, 7):
        panel.tell(StepEnded(1, step, LOGS, 100 * step), 5.0 + step)
    panel.finish("failed", Card("broke off"))
    assert panel.progress["rate"] == 100
    assert panel.progress["elapsed"] == 6
    assert panel.progress["left"] == 14


def test_all_runs_and_what_came_since(runs_root: Path) -> None:
    keep(runs_root, "first", [0.5, math.nan, 0.875], seed=None)
    (runs_root / "broken").mkdir()
    (runs_root / "broken" / "config.json").write_text("{")
    panel = RunsPanel(runs())
    assert [column for column, _ in panel.columns][:3] == ["name", "state", "data"]
    first = next(run for run in panel.runs if run["name"] == "first")
    assert first["epochs"] == [1, 2, 3]
    assert first["metrics"]["val_accuracy"] == [0.5, None, 0.875]
    assert first["config"] == {}  # of one alone nothing differs
    assert "seconds" not in first["metrics"]
    assert len(first["cells"]) == len(first["keys"]) == len(panel.columns)
    assert "config.json of the run broken cannot be read" in json.dumps(panel.card)
    keep(runs_root, "second")
    assert panel.refresh({}) == {}
    assert len(panel.runs) == 3
    assert {run["name"]: run["config"] for run in panel.runs} == {
        "first": {"seed": "none"},
        "second": {"seed": "1"},
        "broken": {},
    }
    json.dumps([panel.runs, panel.card], allow_nan=False)


def test_the_traits_of_all_runs_stay_small(runs_root: Path) -> None:
    for number in range(150):
        keep(runs_root, f"run-{number}", [1 - 1 / at for at in range(2, 300)], began=1e9 + number, seed=number)
    panel = RunsPanel(runs())
    assert len(json.dumps(panel.get_state())) < 200_000 + len(panel._esm)
    assert panel.runs[0]["name"] == "run-149"
    assert panel.runs[0]["epochs"][-1] == 298
    assert "These are the newest 100 of 150" in json.dumps(panel.card)
