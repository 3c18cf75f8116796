"""One training from data to kept results; no notebook is needed, all progress is told as events."""

from __future__ import annotations

import shutil
import time
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from colab_magics import interrupts
from colab_magics.errors import ModelMismatch
from colab_magics.train import backend, recipes, runs
from colab_magics.train.answers import write_answers
from colab_magics.train.environment import environment
from colab_magics.train.evaluation import tested
from colab_magics.train.events import Continued, Event, Paused, Resumed, Saved, TrainingEnded
from colab_magics.train.files import kept_model, reason, write_json
from colab_magics.train.preparation import Prepared, prepare
from colab_magics.train.record import Record
from colab_magics.train.run import AtHand, Run, Sizes, write_failure, write_result

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from colab_magics.predictions import Predictions
    from colab_magics.train.checkpoint import State
    from colab_magics.train.control import Control
    from colab_magics.train.datasets import Dataset
    from colab_magics.train.given import Given
    from colab_magics.train.loop import Position
    from colab_magics.train.request import Request


def train(
    model: Any,
    request: Request,
    *,
    tell: Callable[[Event], None],
    control: Control,
    data: Given | Dataset | None = None,
) -> Run:
    """Find the data, train, test, and keep what came of it.

    ``model``: a Keras model, or the name of one of ours, ``mlp`` if there is none. ``data``: what is in memory.
    ``control`` stops it after the step that runs, as an interrupt does, pauses it and has it saved. Raises what
    `preparation.prepare` does.
    """
    left = None if request.resume is not None or request.name is not None else runs.broken_off()
    with ExitStack() as scope:
        scope.enter_context(backend.graphs_made_anew())
        prepared = prepare(model, request, tell, scope, data)
        scope.enter_context(runs.locked(prepared.directory))
        if request.fresh:
            runs.empty(prepared.directory)
        training = _Training(prepared, tell, control)
        if left is not None:
            training.notes.append(
                f"The run {left.name} was broken off and is not finished: go on with it by  --resume {left.name}"
            )
        return training.run()


class _Training:
    """One training in its folder."""

    def __init__(self, prepared: Prepared, tell: Callable[[Event], None], control: Control) -> None:
        from colab_magics.train import saver
        from colab_magics.train.eventlog import EventLog
        from colab_magics.train.loop import Teller
        from colab_magics.train.shelf import Shelf

        self._model, self._dataset, self._fitting = prepared.model, prepared.dataset, prepared.fitting
        self._config, self._directory, self._control = prepared.config, prepared.directory, control
        directory = prepared.directory
        self._is_new = not any(directory.glob("*.*"))
        self.notes = list(prepared.dataset.notes)
        self._shelf = Shelf(directory / runs.CHECKPOINTS)
        self._saver = saver.Saver(self._shelf, saver.INTERVAL)
        self._record = Record(directory / runs.HISTORY_FILE, tell)
        self._log = EventLog(directory / runs.LOGS)
        self._teller = Teller(self._record.tell, control.stop.is_set)
        self._stoppers = recipes.stoppers(prepared.config)
        self._restoring: list[Any] = []
        self._went_on_after: tuple[int, int] | None = None
        self._is_failing = False
        self._seconds_before = 0.0
        self._began = time.monotonic()

    def run(self) -> Run:
        """Train to the end, or to where the person stops it."""
        from colab_magics.train import loop

        model, config = self._model, self._config
        try:
            with interrupts.first_asks(self._control.stop.set):
                self._describe()
                begin = self._restored()
                (self._directory / runs.RESULT_FILE).unlink(missing_ok=True)  # of where it stopped before
                self._began = time.monotonic()
                loop.Loop(
                    model,
                    self._dataset,
                    self._fitting,
                    epochs=config.epochs,
                    batch_size=config.batch_size,
                    order=config.order,
                    callbacks=[*self._stoppers, self._log, self._teller, *self._restoring],
                    reached=self._reached,
                ).run(begin)
                return self._finished(self._seconds())
        except BaseException:
            self._saver.join()
            self._record.keep()
            if self._is_new and not self._record.rows and self._shelf.newest()[0] is None:
                self._log.close()
                shutil.rmtree(self._directory, ignore_errors=True)  # the name is free again
            raise
        finally:
            self._log.close()

    def _describe(self) -> None:
        try:
            write_json(self._directory / runs.CONFIG_FILE, self._config.as_json())
            write_json(self._directory / runs.ENVIRONMENT_FILE, environment())
        except OSError as error:
            raise runs.denied(self._directory, error) from error

    def _restored(self) -> Position:
        """Put the last state back into the model, if there is one."""
        from colab_magics.train.checkpoint import restore, restore_callbacks
        from colab_magics.train.loop import BEGINNING, Position, Restoring
        from colab_magics.train.shelf import BEGUN_ANEW

        self._model.optimizer.build(self._model.trainable_variables)
        state, damages = self._shelf.last(self._directory.name, "begin it anew with  --fresh.")
        self.notes += damages
        if state is None:
            self.notes += [] if self._is_new else [BEGUN_ANEW]
            return BEGINNING
        restore(state, self._model)
        self._restoring = [Restoring(lambda: restore_callbacks(state, self._stoppers))]
        self._seconds_before = state.seconds
        self._record.go_on_from(state.rows)
        self._teller.resumed = Resumed(state.epoch + 1, state.step, state.rows)
        self._went_on_after = (state.epoch, state.step)
        return Position(self._config.epochs if state.is_over else state.epoch, state.step)

    def _reached(self, position: Position) -> None:
        control, saver = self._control, self._saver
        is_end = self._model.stop_training or position.epoch == self._config.epochs
        if is_end or control.pause.is_set():
            is_asked = control.save.is_set() or control.pause.is_set()
            control.save.clear()
            saver.finish(lambda: self._captured(position))
            self._tell_saved(position)
            if is_asked:
                self._record.tell(Saved(position.epoch + 1, position.step, saver.fault))
            if not is_end:
                self._pause()
        elif control.save.is_set() and not saver.is_busy:
            control.save.clear()
            saver.ask(lambda: self._captured(position))
        else:
            saver.offer(lambda: self._captured(position), is_best=not position.step and self._record.is_best)
        self._tell_saved(position)

    def _tell_saved(self, position: Position) -> None:
        """Tell of what was asked for, and is kept or not, and once that saving fails."""
        while (state := self._saver.ended()) is not None:
            self._record.tell(Saved(state.epoch + 1, state.step, self._saver.fault))
        if (fault := self._saver.fault) is not None and not self._is_failing:
            self._record.tell(Saved(position.epoch + 1, position.step, fault))
        self._is_failing = fault is not None

    def _pause(self) -> None:
        self._record.tell(Paused())
        seconds = self._control.wait()
        self._began += seconds
        self._teller.waited(seconds)
        self._record.tell(Continued())
        self._teller.stop_if_asked()

    def _captured(self, position: Position) -> State:
        from colab_magics.train.checkpoint import capture

        is_over = self._model.stop_training and not self._record.is_stopped
        return capture(self._model, position, self._stoppers, self._record.rows, self._seconds(), is_over=is_over)

    def _seconds(self) -> float:
        return self._seconds_before + time.monotonic() - self._began

    def _finished(self, seconds: float) -> Run:
        self._record.tell(TrainingEnded())
        try:
            test_loss, predictions = tested(self._model, self._dataset, self._fitting)
        except ModelMismatch as error:  # to go on with what diverged would lead to nothing else
            write_failure(self._directory / runs.RESULT_FILE, str(error))
            raise
        if self._saver.fault is not None:
            self.notes.append(f"The training's state could not be saved, so it cannot be resumed: {self._saver.fault}.")
        if self._record.fault is not None:
            self.notes.append(f"The history of the last epochs is only in memory (run.history): {self._record.fault}.")
        run = Run(
            name=self._directory.name,
            status="stopped" if self._record.is_stopped else "finished",
            config=self._config,
            history=self._record.frame(),
            test_loss=test_loss,
            test_accuracy=predictions.accuracy,
            directory=self._directory,
            seconds=seconds,
            left=AtHand(self._dataset, self._model, predictions),
            sizes=Sizes(len(self._dataset.x_train), len(predictions), self._model.count_params()),
            notes=(
                *self.notes,
                *self._log.notes,
                *kept_model(self._directory / runs.MODEL_FILE, self._model),
                *_answered(predictions, self._directory),
                *self._summarised(predictions),
            ),
            cut=self._record.cut,
            went_on_after=self._went_on_after,
            memory_peak=self._record.memory_peak,
            best_epoch=self._stoppers[0].best_epoch + 1 if self._stoppers else None,
        )
        try:
            write_result(self._directory / runs.RESULT_FILE, run)
        except OSError as error:
            note = f"The end of the run is only in memory, its folder tells of an unfinished one: {reason(error)}."
            return replace(run, notes=(*run.notes, note))
        return run

    def _summarised(self, predictions: Predictions) -> tuple[str, ...]:
        from colab_magics.train.summaries import write_summaries

        try:
            write_summaries(self._directory / runs.LOGS, self._config, predictions, len(self._record.rows))
        except OSError as error:
            return (f"TensorBoard does not show the run as a whole, its file failed: {reason(error)}.",)
        return ()


def _answered(predictions: Predictions, directory: Path) -> tuple[str, ...]:
    try:
        write_answers(directory / runs.ANSWERS_FILE, predictions)
    except OSError as error:
        return (f"The predictions could not be kept for another day: {reason(error)}.",)
    return ()
