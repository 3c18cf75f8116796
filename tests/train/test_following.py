"""A fit followed from step to step."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from colab_magics.train.control import Control
from colab_magics.train.events import (
    Continued,
    EpochEnded,
    Event,
    Measured,
    Paused,
    Saved,
    Started,
    StepEnded,
    Stopped,
    ValidationStepEnded,
)
from colab_magics.train.shelf import Shelf

pytestmark = pytest.mark.train
pytest.importorskip("keras", reason="Keras or its backend is not installed")


class Told:
    """A following of a small model, with what it told."""

    def __init__(self, model: Any, directory: Path, *, steps: int | None = 10) -> None:
        from colab_magics.train.fits import config_of
        from colab_magics.train.following import Following
        from colab_magics.train.states import States

        self.events: list[Event] = []
        self.control = Control()
        self.model = model
        self.following = Following(
            model,
            directory,
            config=config_of(model, epochs=2, batch_size=4),
            steps=steps,
            tell=self.events.append,
            control=self.control,
            states=States(model, directory, ()),
        )
        self.following.begin()
        self.following.epoch_begins(0)

    def step(self, batch: int, **logs: Any) -> None:
        self.following.step_begins(batch)
        self.following.step_ended(batch, logs)

    def kinds(self) -> list[type]:
        return [type(event) for event in self.events if not isinstance(event, Measured)]


@pytest.fixture
def told(small: Callable[..., Any], tmp_path: Path) -> Iterator[Told]:
    model = small()
    model.stop_training = False
    told = Told(model, tmp_path)
    yield told
    told.following.broke_off()


def test_steps_are_told_with_what_they_took(told: Told) -> None:
    told.step(0, loss=2.0, own=np.array([1.0, 3.0]), text="none of ours")
    told.following.validation_begins()
    told.following.epoch_ended({"val_loss": 1.5, "loss": 2.0})
    (step,) = (event for event in told.events if isinstance(event, StepEnded))
    assert (step.epoch, step.step, dict(step.logs), step.samples) == (1, 1, {"loss": 2.0, "own": 2.0}, 4)
    assert step.learning_rate == pytest.approx(0.001)
    assert list(next(event for event in told.events if isinstance(event, EpochEnded)).logs) == ["loss", "val_loss"]


def test_save_now_and_pause_keep_state_and_model_as_they_are(told: Told, tmp_path: Path) -> None:
    told.step(0, loss=2.0)
    told.control.save.set()
    told.following.step_begins(1)
    assert told.events[-1] == Saved(1, 1, None)
    assert (tmp_path / "model.keras").is_file()
    state, notes = Shelf(tmp_path / "checkpoints").newest()
    assert state is not None
    assert (state.epoch, state.step, notes) == (0, 1, ())
    assert len(state.arrays) >= len(told.model.variables) + len(told.model.optimizer.variables)
    assert not told.control.save.is_set()
    told.control.pause.set()
    told.control.stop.set()  # which ends the pause
    told.following.step_begins(1)
    assert told.kinds()[-3:] == [Saved, Paused, Continued]
    assert told.following.broke_off()  # so that it can be gone on with
    assert tmp_path.is_dir()


def test_a_stop_in_a_step_is_told_before_the_validation(told: Told) -> None:
    told.step(0)
    told.control.stop.set()
    told.following.step_ended(2, {"loss": 1.0})
    told.following.step_ended(1, {"loss": 3.0})  # told late, by another thread
    assert told.model.stop_training is True
    told.following.validation_begins()
    told.following.validation_step_ended(0)
    assert [event for event in told.events if isinstance(event, Stopped)] == [Stopped(1, 3)]
    assert told.kinds().index(Stopped) < len(told.kinds())
    assert ValidationStepEnded not in told.kinds()[: told.kinds().index(Stopped)]
    told.following.epoch_ended({"loss": 1.0})
    fit = told.following.ended()
    assert (fit.status, fit.cut) == ("stopped", (3, 10))


def test_a_stop_after_the_last_step_stops_nothing(told: Told) -> None:
    told.following.epoch_begins(1)
    told.control.stop.set()
    told.following.step_ended(9, {"loss": 1.0})
    told.following.epoch_ended({"loss": 1.0})
    assert told.model.stop_training is False
    assert told.following.ended().status == "finished"


def test_what_broke_off_before_an_epoch_ended_leaves_nothing(told: Told, tmp_path: Path) -> None:
    assert told.kinds() == [Started]
    assert not told.following.broke_off()
    assert not tmp_path.exists()
