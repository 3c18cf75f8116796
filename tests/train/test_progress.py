"""Events folded into progress."""

import functools
import math

import pytest

from colab_magics.train.events import (
    Continued,
    DataArrived,
    DatasetFound,
    EpochEnded,
    Paused,
    Resumed,
    Saved,
    Started,
    StepEnded,
    Stopped,
    TrainingEnded,
)
from colab_magics.train.progress import Progress


def folded(*events: object) -> Progress:
    progress = Progress()
    for now, event in enumerate(events):
        progress = progress.fold(event, float(now))  # type: ignore[arg-type]
    return progress


def test_before_anything() -> None:
    assert Progress().ratio == 0
    assert Progress().seconds_left is None


def test_the_pace_so_far_gives_the_time_left() -> None:
    first = (Started(2, 10), StepEnded(1, 1, {"loss": 2.0}))
    assert folded(*first).seconds_left is None  # the first step prepares the others and says nothing of their pace
    progress = folded(*first, StepEnded(1, 6, {"loss": 1.0}))
    assert progress.ratio == 0.3
    assert progress.seconds_left == pytest.approx(2.8)
    assert progress.line() == "epoch 1/2 · step 6/10 · loss 1.0000 · 2.8 s left"


def test_phases() -> None:
    assert folded(DataArrived(1024, None)).download == "1.0 kB"
    assert folded(DataArrived(1024, 2048)).download == "1.0 kB of 2.0 kB"
    assert folded(DatasetFound("MNIST", "here", 3)).dataset == "MNIST"
    stopping = (Started(2, 10), StepEnded(1, 5, {}), Stopped(1, 6))
    assert folded(*stopping).phase == "stopping"
    assert folded(*stopping, StepEnded(1, 6, {})).phase == "stopping"
    assert folded(*stopping, EpochEnded(1, 6, {"loss": 0.5}, 1.0), TrainingEnded()).phase == "testing"


def test_the_curve_stays_small_and_keeps_its_ends() -> None:
    steps = [StepEnded(1, step, {"loss": 1 / step}) for step in range(1, 5001)]
    progress = folded(Started(1, 5000), *steps)
    points = progress.steps_told.points
    assert len(points) < 410
    assert points[0][0] == pytest.approx(1 / 5000)
    assert points[-1][0] == 1


def test_samples_a_second_are_smoothed_and_never_counted_over_two_epochs() -> None:
    first = (Started(2, 10), StepEnded(1, 1, {}, 100, 0.01), StepEnded(1, 2, {}, 200, 0.01))
    assert folded(*first).rate == 100
    assert folded(*first, StepEnded(1, 4, {}, 400, 0.01)).rate == pytest.approx(120)
    last = folded(*first, StepEnded(2, 1, {}, 100, 0.005))
    assert (last.rate, last.learning_rate) == (100, 0.005)
    assert "100 samples/s · learning rate 0.005" in last.line()


def test_samples_a_second_of_epochs_shorter_than_what_is_told() -> None:
    epochs = (EpochEnded(1, 10, {}, 0.05), StepEnded(2, 10, {}, 1000), EpochEnded(2, 10, {}, 0.05))
    assert folded(Started(9, 10), StepEnded(1, 10, {}, 1000), *epochs).rate == 1000


def test_a_pause_is_in_no_time() -> None:
    steps = (Started(1, 10), StepEnded(1, 1, {}, 10), StepEnded(1, 2, {}, 20))
    paused = folded(*steps, Saved(1, 2, None), Paused())
    assert (paused.phase, paused.saved) == ("paused", "Saved after epoch 1, step 2.")
    progress = paused.fold(Continued(), 1000.0).fold(StepEnded(1, 3, {}, 30), 1001.0)
    assert progress.phase == "training"
    assert progress.seconds_left == pytest.approx(14)
    assert progress.rate == 10
    assert folded(Saved(3, 0, "No space left")).saved == "Could not be saved after epoch 2: No space left."


def test_a_time_that_runs_back_makes_no_pace() -> None:
    steps = [(Started(1, 10), 100.0), (StepEnded(1, 1, {}, 10), 101.0), (StepEnded(1, 2, {}, 20), 102.0)]
    progress = functools.reduce(lambda progress, told: progress.fold(*told), steps, Progress())
    back = progress.fold(StepEnded(1, 3, {}, 30), -5000.0)
    assert (back.now, back.rate) == (102.0, 10)
    assert back.seconds_left is not None
    assert back.seconds_left >= 0


def test_the_first_epoch_tells_how_long_one_is() -> None:
    progress = folded(Started(2, None, "mine"), StepEnded(1, 10, {"loss": 2.0}))
    assert (progress.model, progress.ratio, progress.seconds_left) == ("mine", 0, None)
    assert progress.line() == "epoch 1/2 · step 10 · loss 2.0000"
    progress = progress.fold(StepEnded(1, 40, {"loss": 1.0}), 2.0)
    assert [at for at, _ in progress.steps_told.points] == [0.25, 1.0]
    progress = progress.fold(EpochEnded(1, 50, {"loss": 0.9}, 3.0), 3.0)
    assert (progress.steps, progress.ratio) == (50, 0.5)
    progress = progress.fold(StepEnded(2, 25, {"loss": 0.5}), 4.0)
    assert progress.steps_told.points[-1][0] == 1.5
    assert (
        progress.fold(StepEnded(2, 60, {"loss": 0.5}), 5.0).steps_told.points[-1][0] == 2.0
    )  # the second may be longer


def test_a_training_that_begins_later_counts_from_there() -> None:
    progress = folded(Started(7, 10), StepEnded(6, 10, {"loss": 1.0}), EpochEnded(6, 10, {"loss": 1.0}, 1.0))
    assert (progress.epochs_told.points[0][0], progress.ratio) == (6, pytest.approx(6 / 7))
    assert progress.fold(EpochEnded(7, 10, {"loss": 0.5}, 1.0), 3.0).epochs_told.points[0][0] == 6


def test_an_epoch_that_is_cut_short_ends_where_it_was_cut() -> None:
    whole, cut = EpochEnded(1, 10, {"loss": 2.0}, 1.0), EpochEnded(2, 4, {"loss": 1.0}, 1.0)
    progress = folded(Started(5, 10), whole, Stopped(2, 4), cut)
    assert [at for at, _ in progress.epochs_told.points] == [1, 1.4]


def test_no_time_is_left_once_the_last_step_is_done() -> None:
    steps = (Started(2, 10), StepEnded(1, 1, {}), StepEnded(1, 6, {}))
    assert folded(*steps).seconds_left is not None
    assert folded(*steps, Stopped(1, 6)).seconds_left is None
    assert folded(*steps, StepEnded(2, 10, {})).seconds_left is None  # although what was tried is not told yet
    assert folded(*steps, EpochEnded(1, 6, {}, 1.0), TrainingEnded()).seconds_left is None


def test_ended_epochs_are_counted_and_those_that_were_the_best_so_far() -> None:
    def ended(*losses: float | None) -> list[EpochEnded]:
        return [
            EpochEnded(epoch, 1, {"loss": 1.0} if loss is None else {"loss": 1.0, "val_loss": loss}, 1.0)
            for epoch, loss in enumerate(losses, start=3)
        ]

    progress = folded(Started(9, 1), *ended(0.5, 0.6, math.nan, 0.4, 0.4))
    assert (progress.ended, progress.bests) == (5, 2)
    assert folded(Started(9, 1), *ended(None, None)).bests == 0
    resumed = Resumed(3, 0, [{"val_loss": 0.3}, {"loss": 1.0}])
    progress = folded(Started(9, 1), resumed, *ended(0.4, 0.2))
    assert (progress.ended, progress.bests) == (2, 1)
