"""The rows of the epochs."""

import math
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from colab_magics.train import meter
from colab_magics.train import record as record_module
from colab_magics.train.events import EpochEnded, Event, Measured, Started, StepEnded, Stopped, TrainingEnded
from colab_magics.train.files import write_history
from colab_magics.train.record import Record


def recorded(path: Path, *events: Event) -> Record:
    record = Record(path / "history.csv", lambda event: None)
    for event in events:
        record.tell(event)
    return record


def test_epochs_count_from_where_the_training_began(tmp_path: Path) -> None:
    record = recorded(
        tmp_path,
        Started(7, 10),
        EpochEnded(6, 10, {"loss": 2.0}, 1.0),
        EpochEnded(7, 10, {"loss": 1.0, "val_loss": 1.5}, 1.0),
        TrainingEnded(),
    )
    frame = record.frame()
    assert list(frame.index) == [6, 7]
    assert list(frame.columns) == ["loss", "val_loss", "seconds"]
    assert math.isnan(frame.val_loss[6])
    assert record.cut is None
    assert (tmp_path / "history.csv").read_text().startswith("epoch,loss,val_loss,seconds\n6,2.0,,1.0\n")


def test_where_an_epoch_of_unknown_length_was_cut(tmp_path: Path) -> None:
    ended = EpochEnded(1, 5, {"loss": 2.0}, 1.0)
    assert recorded(tmp_path, Started(2, None), ended).cut is None
    assert recorded(tmp_path, Started(2, None), Stopped(1, 5), ended).cut == (5, 0)
    assert recorded(tmp_path, Started(2, 10), Stopped(1, 5), ended).cut == (5, 10)
    assert recorded(tmp_path, Started(2, None)).frame().empty


def test_beside_its_steps_it_measures_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meter, "PERIOD", 0.05)
    told: list[Event] = []
    record = Record(tmp_path / "history.csv", told.append)
    record.tell(Started(1, 100))
    for step in range(1, 21):
        record.tell(StepEnded(1, step, {"loss": 1.0}))
        time.sleep(0.01)
    measured = [event for event in told if isinstance(event, Measured)]
    assert 1 <= len(measured) <= 10
    assert record.memory_peak == max(event.memory for event in measured)


def test_a_full_disk_is_known_and_tried_again(
    tmp_path: Path, no_room: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_module, "_SHARE", math.inf)  # each row at once
    record = recorded(tmp_path, Started(3, 10), EpochEnded(1, 10, {"loss": 2.0}, 1.0))
    before = (tmp_path / "history.csv").read_text()
    with no_room(0):
        record.tell(EpochEnded(2, 10, {"loss": 1.0}, 1.0))
    assert record.fault == "File too large"
    assert (tmp_path / "history.csv").read_text() == before
    assert len(record.frame()) == 2
    record.tell(EpochEnded(3, 10, {"loss": 0.5}, 1.0))
    assert record.fault is None
    assert len((tmp_path / "history.csv").read_text().splitlines()) == 4


def test_many_epochs_are_written_together_and_all_of_them_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Any] = []
    now = 0.0
    monkeypatch.setattr(record_module, "time", SimpleNamespace(monotonic=lambda: now))

    def write(*facts: Any) -> None:
        nonlocal now
        now += 0.004
        written.append(facts)
        write_history(*facts)

    monkeypatch.setattr(record_module, "write_history", write)
    record = recorded(tmp_path, Started(5_000, 10))
    for epoch in range(1, 5_001):
        now += 0.02 if epoch <= 4_990 else 1.0
        record.tell(EpochEnded(epoch, 10, {"loss": 1.0, "val_loss": 1 / epoch}, 1.0))
        assert record.is_best
    assert written[-1][1] == record.rows  # a long epoch waits for nothing
    assert 0.005 < 0.004 * len(written) / now < 0.015
    now += 0.1
    record.tell(EpochEnded(5_001, 10, {"loss": 1.0}, 0.1))
    assert len((tmp_path / "history.csv").read_text().splitlines()) == 5_001
    record.tell(TrainingEnded())
    assert len((tmp_path / "history.csv").read_text().splitlines()) == 5_002


def test_the_best_epoch(tmp_path: Path) -> None:
    record = Record(tmp_path / "history.csv", lambda event: None)
    record.go_on_from([{"val_loss": 0.5}, {"loss": 1.0}])
    is_best = []
    for epoch, loss in enumerate([0.6, math.nan, 0.4, 0.4, -math.inf, 0.3], start=3):
        record.tell(EpochEnded(epoch, 10, {"val_loss": loss}, 1.0))
        is_best.append(record.is_best)
    assert is_best == [False, False, True, False, False, True]
    assert list(record.frame().index) == list(range(1, 9))
