"""Events that another process is told."""

import json

import pytest

from colab_magics.train import events
from colab_magics.train.events import DataArrived, EpochEnded, Event, Measured, Resumed, StepEnded, TrainingEnded


@pytest.mark.parametrize(
    "event",
    [
        DataArrived(1, None),
        Resumed(2, 3, [{"loss": 0.5}]),
        StepEnded(1, 2, {"loss": 0.25, "accuracy": 0.5}),
        EpochEnded(1, 45, {"val_loss": 0.1}, 1.5),
        Measured(1.5, 2.0, 1, None, None, 0.5, 1, 2),
        TrainingEnded(),
    ],
)
def test_an_event_goes_through_a_line_of_json(event: Event) -> None:
    assert events.read(json.loads(json.dumps(events.as_json(event)))) == event


def test_what_is_no_event() -> None:
    with pytest.raises(KeyError, match="Nonsense"):
        events.read({"kind": "Nonsense"})
    with pytest.raises(TypeError, match="unexpected"):
        events.read({"kind": "TrainingEnded", "epoch": 1})
