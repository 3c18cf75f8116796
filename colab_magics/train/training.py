"""One training from data to kept results; no notebook is needed, all progress is told as events."""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics import interrupts
from colab_magics.errors import BadOption
from colab_magics.train import backend, recipes, resumption, runs
from colab_magics.train.config import Config, hash_of_data, hash_of_model
from colab_magics.train.datasets import Dataset, find
from colab_magics.train.evaluation import tested
from colab_magics.train.events import (
    DataArrived,
    DatasetFound,
    Event,
    Resumed,
    TrainingEnded,
)
from colab_magics.train.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from colab_magics.train.checkpoint import State
    from colab_magics.train.loop import Position
    from colab_magics.train.models import Fitting

_MODEL_FILE = "model.keras"


def train(
    model: Any = None,
    *,
    epochs: int | None,
    batch_size: int | None,
    data: str | None,
    seed: int | None,
    name: str | None,
    tell: Callable[[Event], None],
    stop: threading.Event,
    recipe: str | None = None,
    learning_rate: float | None = None,
    early_stop: int | None = None,
    resume: str | None = None,
    fresh: bool = False,
) -> runs.Run:
    """Find the data, train, test, and keep what came of it.

    ``model``: a Keras model, or the name of one of ours, ``mlp`` if there is none. ``recipe`` says what the others do
    not: epochs, size of a batch, learning rate. ``early_stop``: epochs that may pass without a better loss on the test
    images. ``resume`` names the run that is gone on with, or is empty for the last one that did not finish, and what is
    not given stays as it was there; ``fresh`` begins it anew.
    ``stop``, once set, ends the training after the step that runs; an interrupt sets it, too. Raises what
    `datasets.find`, `models.fit_to` and `runs.new_directory` raise, and `BadOption` for a run that cannot be gone on
    with.
    """
    backend.check_installed()
    left = None if resume is not None or name is not None else runs.broken_off()
    directory = runs.unfinished(resume or None) if resume is not None else None
    saved = resumption.saved_config(directory) if directory is not None and not fresh else None
    if saved is not None:
        model = resumption.model_again(saved, model)
        recipe = recipe or saved.recipe
        epochs, batch_size = epochs or saved.epochs, batch_size or saved.batch_size
        learning_rate = saved.learning_rate if learning_rate is None else learning_rate
        early_stop, seed = early_stop or saved.early_stop, saved.seed if seed is None else seed
        data = data or saved.data
    model, recipe = "mlp" if model is None else model, recipe or "tutorial"
    plan = recipes.recipe(recipe, model if isinstance(model, str) else "")
    plan = replace(
        plan,
        epochs=epochs or plan.epochs,
        batch_size=batch_size or plan.batch_size,
        rate=plan.rate if learning_rate is None else learning_rate,
    )
    if getattr(model, "compiled", False) and (recipe != "tutorial" or learning_rate is not None):
        raise BadOption("The model is compiled, with an optimizer of its own: leave --recipe and --lr out.")
    with interrupts.held():
        import numpy  # noqa: F401, ICN001 (what comes next uses it)
    dataset = find(data, on_progress=lambda progress: tell(DataArrived(progress.done, progress.total)))
    tell(DatasetFound(dataset.name, dataset.source, len(dataset.x_train)))
    keras = backend.load()
    with interrupts.held():
        from colab_magics.train import loop, models  # noqa: F401 (loaded where no interrupt meets it)

    if seed is not None:
        keras.utils.set_random_seed(seed)
    optimizer = plan.optimizer(len(dataset.x_train))
    is_own = not isinstance(model, str) and model.compiled
    if isinstance(model, str):
        model = models.named(model, dataset, optimizer)
    fitting = models.fit_to(model, dataset, optimizer)
    config = Config(
        data=data,
        dataset=dataset.name,
        source=dataset.source,
        data_sha256=hash_of_data(dataset),
        model=model.name,
        model_sha256=hash_of_model(model),
        epochs=plan.epochs,
        batch_size=plan.batch_size,
        recipe=recipe,
        learning_rate=None if is_own else plan.rate,
        early_stop=early_stop,
        seed=seed,
        order=secrets.randbits(32) if seed is None else seed,
        keras=keras.__version__,
        backend=keras.backend.backend(),
    )
    if directory is None:
        directory = runs.new_directory(name, dataset.name)
    if saved is not None:
        config = resumption.same(saved, config, directory.name)
    with runs.locked(directory):
        if fresh:
            runs.empty(directory)
        training = _Training(model, dataset, fitting, config, directory, tell, stop)
        if left is not None:
            training.notes.append(
                f"The run {left.name} was broken off and is not finished: go on with it by  --resume {left.name}"
            )
        return training.run()


class _Training:
    """One training in its folder."""

    def __init__(
        self,
        model: Any,
        dataset: Dataset,
        fitting: Fitting,
        config: Config,
        directory: Path,
        tell: Callable[[Event], None],
        stop: threading.Event,
    ) -> None:
        from colab_magics.train import saver
        from colab_magics.train.checkpoint import Shelf
        from colab_magics.train.eventlog import EventLog
        from colab_magics.train.loop import Teller

        self._model, self._dataset, self._fitting, self._config = model, dataset, fitting, config
        self._directory, self._stop = directory, stop
        self._is_new = not any(directory.glob("*.*"))
        self.notes = list(dataset.notes)
        self._shelf = Shelf(directory / runs.CHECKPOINTS)
        self._saver = saver.Saver(self._shelf, saver.INTERVAL)
        self._record = Record(directory / "history.csv", tell)
        self._log = EventLog(directory / "logs")
        self._teller = Teller(self._record.tell, stop.is_set)
        self._stoppers = _stoppers(config.early_stop)
        self._restoring: list[Any] = []
        self._went_on_after: tuple[int, int] | None = None
        self._seconds_before = 0.0
        self._began = time.monotonic()

    def run(self) -> runs.Run:
        """Train to the end, or to where the person stops it."""
        from colab_magics.train import loop

        model, config = self._model, self._config
        try:
            with interrupts.first_asks(self._stop.set):
                runs.write_json(self._directory / runs.CONFIG_FILE, config.as_json())
                begin = self._restored()
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
            if self._is_new and not self._record.rows and self._shelf.newest()[0] is None:
                self._log.close()
                shutil.rmtree(self._directory, ignore_errors=True)  # the name is free again
            raise
        finally:
            self._log.close()

    def _restored(self) -> Position:
        """Put the last state back into the model, if there is one."""
        from colab_magics.train.checkpoint import restore, restore_callbacks
        from colab_magics.train.loop import BEGINNING, Position, Restoring

        self._model.optimizer.build(self._model.trainable_variables)
        state, damages = self._shelf.newest()
        self.notes += damages
        if state is None and damages:
            raise BadOption(
                f"Every checkpoint of the run {self._directory.name} is damaged: begin it anew with  --fresh."
            )
        if state is None:
            return BEGINNING
        restore(state, self._model)
        self._restoring = [Restoring(lambda: restore_callbacks(state, self._stoppers))]
        self._seconds_before = state.seconds
        self._record.rows = [dict(row) for row in state.rows]
        self._teller.resumed = Resumed(state.epoch + 1, state.step, state.rows)
        self._went_on_after = (state.epoch, state.step)
        return Position(self._config.epochs if state.is_over else state.epoch, state.step)

    def _reached(self, position: Position) -> None:
        if self._model.stop_training or position.epoch == self._config.epochs:
            self._saver.finish(lambda: self._captured(position))
        else:
            self._saver.offer(lambda: self._captured(position))

    def _captured(self, position: Position) -> State:
        from colab_magics.train.checkpoint import capture

        is_over = self._model.stop_training and not self._record.is_stopped
        rows, seconds = self._record.rows, self._seconds()
        return capture(self._model, position, self._stoppers, rows, seconds, is_over=is_over)

    def _seconds(self) -> float:
        return self._seconds_before + time.monotonic() - self._began

    def _finished(self, seconds: float) -> runs.Run:
        self._record.tell(TrainingEnded())
        test_loss, predictions = tested(self._model, self._dataset, self._fitting)
        if self._saver.fault is not None:
            self.notes.append(f"The training's state could not be saved, so it cannot be resumed: {self._saver.fault}.")
        run = runs.Run(
            name=self._directory.name,
            status="stopped" if self._record.is_stopped else "finished",
            dataset=self._dataset,
            history=self._record.frame(),
            test_loss=test_loss,
            test_accuracy=predictions.accuracy,
            model=self._model,
            predictions=predictions,
            directory=self._directory,
            seconds=seconds,
            notes=(*self.notes, *self._log.notes, *_kept(self._model, self._directory)),
            cut=self._record.cut,
            went_on_after=self._went_on_after,
        )
        runs.write_result(self._directory / runs.RESULT_FILE, run)
        return run


def _stoppers(patience: int | None) -> list[Any]:
    if patience is None:
        return []
    import keras

    return [keras.callbacks.EarlyStopping("val_loss", patience=patience, restore_best_weights=True)]


def _kept(model: Any, directory: Path) -> tuple[str, ...]:
    """Save the model; what Keras cannot save is told, since the training itself is worth keeping."""
    try:
        runs.save_model(directory / _MODEL_FILE, model)
    except Exception as error:  # noqa: BLE001 (the layers' own code says how they are saved)
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        return (f"The model could not be saved, it is only in memory (run.model): {reason}",)
    return ()
