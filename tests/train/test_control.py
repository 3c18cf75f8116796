"""What a person asks of a training while it runs."""

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from colab_magics.train.control import Control
from colab_magics.train.events import Continued, EpochEnded, Event, Paused, Saved, Stopped
from colab_magics.train.request import Request
from colab_magics.train.training import train

pytestmark = pytest.mark.train
SETTINGS: dict[str, Any] = {"epochs": 2, "batch_size": 128, "data": "digits", "seed": 1, "name": None}


def followed(control: Control, on_event: Callable[[Event], None]) -> tuple[Any, list[Event]]:
    events: list[Event] = []

    def tell(event: Event) -> None:
        events.append(event)
        on_event(event)

    return train(None, Request(**SETTINGS), tell=tell, control=control), events


def pause_after_the_first_epoch(control: Control, on_pause: Callable[[], None]) -> Callable[[Event], None]:
    def listen(event: Event) -> None:
        if isinstance(event, EpochEnded) and event.epoch == 1:
            control.pause.set()
        if isinstance(event, Paused):
            on_pause()

    return listen


def test_a_paused_training_is_saved_and_goes_on() -> None:
    control = Control()
    later = threading.Timer(0.3, control.pause.clear)
    run, events = followed(control, pause_after_the_first_epoch(control, later.start))
    told = [event for event in events if isinstance(event, Saved | Paused | Continued)]
    assert told == [Saved(2, 0, None), Paused(), Continued()]
    assert run.status == "finished"
    assert len(run.history) == 2


def test_an_interrupt_ends_a_paused_training() -> None:
    control = Control()
    listen = pause_after_the_first_epoch(control, lambda: os.kill(os.getpid(), signal.SIGINT))
    run, events = followed(control, listen)
    assert run.status == "stopped"
    assert len(run.history) == 1
    assert any(isinstance(event, Stopped) for event in events)


def test_a_training_is_saved_when_it_is_asked_for() -> None:
    control = Control()
    control.save.set()
    run, events = followed(control, lambda event: None)
    saved = [event for event in events if isinstance(event, Saved)]
    assert len(saved) == 1
    assert saved[0].fault is None
    assert not control.save.is_set()
    assert run.status == "finished"
