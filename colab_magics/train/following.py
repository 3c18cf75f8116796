"""A fit of Keras followed from step to step: told as events, kept in a folder, stopped when the person asks."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from colab_magics.train import fits, runs
from colab_magics.train.bulletin import Bulletin
from colab_magics.train.environment import environment
from colab_magics.train.eventlog import EventLog
from colab_magics.train.events import (
    Continued,
    EpochEnded,
    Event,
    Paused,
    Resumed,
    Saved,
    Started,
    Stopped,
    TrainingEnded,
    ValidationStepEnded,
)
from colab_magics.train.fault import said
from colab_magics.train.files import kept_model, reason, save_model, write_json
from colab_magics.train.loop import Position
from colab_magics.train.record import Record
from colab_magics.train.states import States

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from colab_magics.train.checkpoint import State
    from colab_magics.train.control import Control

_SHARE = 0.01
"""The part of the time that may go into TensorBoard's histograms."""


class Following:
    """One fit of ``model`` in its folder.

    ``config`` is that of `fits.config_of`; ``state`` is where an earlier one ended that this goes on with. The methods
    are called at the places of Keras' callbacks that they are named after. All but `step_ended` must be called in the
    thread that trains.
    """

    def __init__(
        self,
        model: Any,
        directory: Path,
        *,
        config: Mapping[str, Any],
        steps: int | None,
        tell: Callable[[Event], None],
        control: Control,
        states: States,
        state: State | None = None,
    ) -> None:
        self._model, self._control, self.directory, self._config = model, control, directory, dict(config)
        self._variables = len(model.variables)
        self._epochs, self._steps = config["epochs"], steps
        self._states, self._state = states, state
        self._is_failing = False
        self._record = Record(directory / runs.HISTORY_FILE, tell)
        self._log: EventLog | None = EventLog(directory / "logs", share=_SHARE)
        self._log.set_model(model)
        self._notes = list(states.notes)
        self._now = Bulletin(model, self._record.tell, config["batch_size"])
        self._is_stopping = False
        self._began = self._epoch_began = time.monotonic()

    @property
    def epochs_before(self) -> int:
        """The epochs that are behind it when it begins; all where it had come to its end."""
        state = self._state
        return 0 if state is None else max(state.epoch, self._epochs) if state.is_over else state.epoch

    def begin(self) -> None:
        """Raises OSError where the folder cannot be written, before anything was trained."""
        write_json(self.directory / runs.CONFIG_FILE, self._config)
        write_json(self.directory / runs.ENVIRONMENT_FILE, environment())
        (self.directory / runs.RESULT_FILE).unlink(missing_ok=True)  # of where it ended before
        self._write_log(lambda log: log.on_train_begin())
        self._record.tell(Started(self._epochs, self._steps, self._model.name))
        self._began = time.monotonic()
        if (state := self._state) is not None:
            self._began -= state.seconds
            self._record.go_on_from(state.rows, state.epoch)
            self._record.tell(Resumed(state.epoch + 1, 0, state.rows))
            if self.epochs_before >= self._epochs:
                self._notes.append("It had come to its end before: nothing was trained.")

    def epoch_begins(self, epoch: int) -> None:
        self._now.epoch_begins(epoch + 1)
        self._epoch_began = time.monotonic()

    def step_begins(self, batch: int) -> None:
        """Before each step, where nothing is computed that belongs to it: here there is time to tell."""
        self._now.step_begins(batch)
        if self._now.epoch < self._epochs:
            self._stop_if_asked()  # after this one: the end of a step comes late where another thread tells of it
        if self._control.save.is_set() or self._control.pause.is_set():
            self._save()

    def step_ended(self, batch: int, logs: Mapping[str, Any] | None) -> None:
        """After each step; from any thread, and not always in order."""
        self._now.step_ended(batch + 1, logs)
        self._stop_if_asked()

    def validation_begins(self) -> None:
        self._now.tell()
        self._tell_stop()

    def validation_step_ended(self, batch: int) -> None:
        if self._now.is_due():
            self._record.tell(ValidationStepEnded(self._now.epoch, batch + 1))

    def epoch_ended(self, logs: Mapping[str, Any] | None) -> None:
        self._tell_stop()
        numbers = fits.numbers(logs)
        self._record.tell(EpochEnded(self._now.epoch, self._now.step, numbers, time.monotonic() - self._epoch_began))
        self._write_log(lambda log: log.on_epoch_end(self._now.epoch - 1, numbers))
        if self._now.epoch < self._epochs:
            self._stop_if_asked()  # asked while it was validated
            self._tell_stop()
        self._keep_state()

    def ended(self) -> fits.Fit:
        """Keep what came of it."""
        seconds = time.monotonic() - self._began
        self._record.tell(TrainingEnded())
        self._write_log(lambda log: log.close())
        if not self._record.is_stopped and self.epochs_before < self._epochs:
            is_over = self._now.epoch < self._epochs  # ended by a callback
            self._states.finish(Position(self._now.epoch), self._record.rows, seconds, is_over=is_over)
        self._states.close()
        if self._states.fault is not None:
            self._notes.append(f"The fit's state could not be saved, so it cannot be resumed: {self._states.fault}.")
        if self._record.fault is not None:
            self._notes.append(f"The history could not be written, it is only in memory: {self._record.fault}.")
        history = self._record.frame()
        self._notes += fits.doubts(history, self._now.step if self._now.epoch else None)
        self._notes += kept_model(self.directory / runs.MODEL_FILE, self._model)
        fit = fits.Fit(
            name=self.directory.name,
            status="stopped" if self._record.is_stopped else "finished",
            history=history,
            model=self._model,
            directory=self.directory,
            seconds=seconds,
            notes=(*self._notes, *(self._log.notes if self._log is not None else ())),
            cut=self._record.cut if self._model.stop_training else None,  # else its data ran out
            went_on_after=None if self._state is None else (self._state.epoch, self._state.step),
        )
        try:
            write_json(self.directory / runs.RESULT_FILE, fit.as_json())
        except OSError as error:
            lost = f"That it ended could not be written down: {reason(error)}."
            return replace(fit, notes=(*fit.notes, lost))
        return fit

    def broke_off(self) -> bool:
        """Close what is open; is there something to keep? If not, the name is free again."""
        self._write_log(lambda log: log.close())
        self._record.keep()
        self._states.close()
        if self._record.rows or self._state is not None or runs.has_checkpoint(self.directory):
            return True
        shutil.rmtree(self.directory, ignore_errors=True)
        return False

    def _keep_state(self) -> None:
        """Keep the state of an epoch's end; one that the person cut short is begun again, from where it was cut."""
        fits.sync(self._model)
        self._describe_anew()
        rows, seconds = self._record.rows, time.monotonic() - self._began
        if not self._record.is_stopped:
            self._states.offer(Position(self._now.epoch), rows, seconds)
        elif self._record.cut is None:
            self._states.finish(Position(self._now.epoch), rows, seconds)
        else:
            self._states.finish(Position(self._now.epoch - 1, self._now.step), rows[:-1], seconds)
        fault = self._states.fault
        if fault is not None and not self._is_failing:
            self._record.tell(Saved(self._now.epoch, self._now.step, fault))
        self._is_failing = fault is not None

    def _stop_if_asked(self) -> None:
        is_last = (self._now.epoch, self._now.step) == (self._epochs, self._steps)
        if self._control.stop.is_set() and not is_last and not self._model.stop_training:
            self._model.stop_training = self._is_stopping = True

    def _tell_stop(self) -> None:
        if self._is_stopping and not self._record.is_stopped:
            self._record.tell(Stopped(self._now.epoch, self._now.step))

    def _save(self) -> None:
        """Save the state and the model as they are, and wait as long as the person pauses."""
        self._control.save.clear()
        self._now.tell()
        fits.sync(self._model)
        self._describe_anew()
        # Gone on with from here, the epoch is begun again: its samples come in an order that nobody knows.
        place = Position(self._now.epoch - 1, self._now.done)
        self._states.finish(place, self._record.rows, time.monotonic() - self._began)
        fault = self._states.fault
        try:
            save_model(self.directory / runs.MODEL_FILE, self._model)
        except Exception as error:  # noqa: BLE001 (the layers' own code says how they are saved)
            fault = fault or said(error)
        self._record.tell(Saved(self._now.epoch, self._now.done, fault))
        if self._control.pause.is_set():
            self._record.tell(Paused())
            waited = self._control.wait()
            self._began += waited
            self._epoch_began += waited
            self._record.tell(Continued())

    def _describe_anew(self) -> None:
        """Write down what the model is, where it has got its weights since that was done, for who goes on with it."""
        if len(self._model.variables) == self._variables:
            return
        self._config |= fits.shape_of(self._model)
        with suppress(OSError):  # it is tried again with the next state
            write_json(self.directory / runs.CONFIG_FILE, self._config)
            self._variables = len(self._model.variables)

    def _write_log(self, write: Callable[[EventLog], None]) -> None:
        """What TensorBoard cannot be told stops no training."""
        log = self._log
        if log is None:
            return
        try:
            write(log)
        except Exception as error:  # noqa: BLE001 (of a full disk, or of the person's own layers)
            self._notes.append(f"TensorBoard does not show all of this run: {said(error)}.")
            self._log = None
            log.close()
