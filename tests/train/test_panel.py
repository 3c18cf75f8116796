"""The panel of a training: what it sends to the page."""

import json
import math

import pytest

from colab_magics.card import Card
from colab_magics.train.control import Control
from colab_magics.train.events import EpochEnded, Started, StepEnded
from colab_magics.train.panel import TrainPanel

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
    assert len(json.dumps([panel.progress, panel.curves])) < 150_000
    epochs = [point["x"] for point in panel.curves["epochs"]]
    assert epochs[0] == 1
    assert epochs[-1] == 5000
    assert len(epochs) <= 401


def test_few_epochs_are_all_sent(panel: TrainPanel) -> None:
    panel.tell(Started(3, 12), 0.0)
    for epoch in range(1, 4):
        panel.tell(EpochEnded(epoch, 12, LOGS, 1.0), float(epoch))
    panel.finish("done", Card("done"))
    assert [point["x"] for point in panel.curves["epochs"]] == [1, 2, 3]


def test_what_is_told_late_and_all_at_once_has_the_times_of_the_training(panel: TrainPanel) -> None:
    panel.tell(Started(2, 10), 5.0)
    for step in range(1, 7):
        panel.tell(StepEnded(1, step, LOGS, 100 * step), 5.0 + step)
    panel.finish("failed", Card("broke off"))
    assert panel.progress["rate"] == 100
    assert panel.progress["elapsed"] == 6
    assert panel.progress["left"] == 14
