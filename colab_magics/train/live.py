"""`LiveRun`, the callback that shows, keeps and can stop the ``fit`` that it is given to."""

from __future__ import annotations

import inspect
import threading
from contextlib import ExitStack, contextmanager
from operator import index
from typing import TYPE_CHECKING, Any

from colab_magics import _shell, interrupts
from colab_magics.errors import OutputDenied
from colab_magics.extras import check
from colab_magics.train import backend, fits, runs
from colab_magics.train import card as cards
from colab_magics.train.control import Control
from colab_magics.train.fault import said
from colab_magics.train.screen import Screen
from colab_magics.train.series import Series
from colab_magics.train.states import States
from colab_magics.transfer import paths

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from colab_magics.train.fits import Fit
    from colab_magics.train.following import Following

_BY = "LiveRun"

keras = backend.load(by=_BY)
_Callback: Any = keras.callbacks.Callback
_OF_KERAS = (keras.callbacks.History, keras.callbacks.ProgbarLogger)
"""Callbacks that Keras adds by itself."""


class LiveRun(_Callback):  # type: ignore[misc]  # Keras has no types
    """Shows a ``fit`` as it goes on, keeps it, and ends it cleanly: ``model.fit(..., callbacks=[LiveRun()])``.

    The panel, the event files of TensorBoard, the history and the model are those of ``%train_mnist``; the run is in
    `runs` beside the others. An interrupt, or the panel's button, ends the training after the step that runs and keeps
    all that it reached. Put it behind your own callbacks, so that it tells what they changed, and give ``fit``
    ``verbose=0`` to have no progress bar beside the panel. ``name`` names the run's folder; of several fits with the
    same callback, the second is called ``name-2``.

    The state at an epoch's end is kept about each ten seconds, in a thread of its own; that of the moment at a stop, at
    the end, and where the person pauses or saves. ``resume`` goes on with the run of that name, or with True with the
    last one that did not finish and whose model is this one: after its last epoch that is on disk, in the same folder
    and up to the same ``epochs=``. Weights, optimizer and the numbers of dropout are then as they were; the order of
    the samples is that of a new ``fit``, so the end is not bit for bit that of a training in one go. An epoch in which
    it was stopped, or saved last, is begun again, with the weights that it had reached. Of several fits each goes on
    with the one at its place, and one that had come to its end gets its weights back and is not trained. A model that
    is another one is refused. Other callbacks begin anew: only ``%%train`` knows them.
    """

    async_safe = True  # what Keras may call from another thread only notes what it is told

    def __init__(self, *, name: str | None = None, resume: str | bool = False) -> None:
        check("tensorboard", by=_BY, extra="train")
        super().__init__()
        self.run: Fit | None = None
        """What came of the last fit that ended."""
        self._series = Series(name, resume)
        self._batch_size: int | None = None
        self._data: str | None = None
        self._sample: tuple[int, ...] = ()
        self._others: list[Any] = []
        self._before: tuple[int, Sequence[Mapping[str, float]]] = (0, ())
        self._following: Following | None = None
        self._screen: Screen | None = None
        self._open = ExitStack()

    def on_train_begin(self, logs: object = None) -> None:
        from colab_magics.train.following import Following

        self.broke_off("another training was begun")
        model, control = self.model, Control()
        if self._series.goes_on and self._sample and isinstance(model, keras.Sequential) and not model.built:
            model.build((None, *self._sample))  # as its first step would: what it had learnt is put into its weights
        epochs, steps = index(self.params["epochs"]), self.params["steps"]  # numbers of numpy are none of JSON
        config = fits.config_of(model, epochs=epochs, batch_size=self._batch_size, data=self._data)
        directory, config, is_begun = self._series.next(config, is_built=model.built)
        with ExitStack() as opened:
            opened.enter_context(runs.locked(directory))
            states = States(model, directory, self._others)
            state = states.restored() if is_begun else None
            if (left := self._series.left) is not None:
                states.notes.append(
                    f"The run {left} was broken off and is not finished: go on with it by  %%train --resume {left}"
                )
            self._title = f"Training {model.name}"
            self._screen = Screen(control, title=self._title)
            self._following = Following(
                model,
                directory,
                config=config,
                steps=None if steps is None else index(steps),
                tell=self._screen.tell,
                control=control,
                states=states,
                state=state,
            )
            opened.enter_context(interrupts.first_asks(lambda: self._interrupted(control)))
            if threading.current_thread() is threading.main_thread():  # the shell's cells are those of this thread
                opened.callback(_shell.each_cell(lambda source: None, lambda count, error: self.broke_off(error)))
            self._open = opened.pop_all()
        self._before = (0, ()) if state is None else (state.epoch, state.rows)
        # Keras' own way to go on, for a callback: https://keras.io/api/callbacks/backup_and_restore
        if before := self._following.epochs_before:  # else it is that of a callback of the person's own, if of any
            model._initial_epoch = before  # noqa: SLF001
        try:
            self._following.begin()
        except OSError as error:
            self.broke_off(error.strerror or str(error))
            raise OutputDenied(
                f"The folder {paths.shown(directory)} cannot be written ({error.strerror or error}): set the "
                f"environment variable {runs.ROOT_VARIABLE} to a folder that you may write to."
            ) from error

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        self.model._initial_epoch = None  # noqa: SLF001 (Keras would have the next fit begin there, too)
        if self._following is not None:
            self._following.epoch_begins(epoch)

    def on_train_batch_begin(self, batch: int, logs: object = None) -> None:
        if self._following is not None:
            self._following.step_begins(batch)

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        if self._following is not None:
            self._following.step_ended(batch, logs)

    def on_test_begin(self, logs: object = None) -> None:
        if self._following is not None:
            self._following.validation_begins()

    def on_test_batch_end(self, batch: int, logs: object = None) -> None:
        if self._following is not None:
            self._following.validation_step_ended(batch)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        if self._following is not None:
            self._following.epoch_ended(logs)

    def on_train_end(self, logs: object = None) -> None:
        following, screen = self._following, self._screen
        self.model._initial_epoch = None  # noqa: SLF001 (as above, where all epochs were done)
        if following is None or screen is None:
            return
        self._following = None
        with self._open:
            self.run = fit = following.ended()
        screen.finish("stopped" if fit.status == "stopped" else "done", cards.fit(fit))

    def broke_off(self, reason: str | None) -> None:
        """Show that the fit did not get to its end, and keep what it had; nothing where it did."""
        following, screen = self._following, self._screen
        if following is None or screen is None:
            return
        self._following = None
        with self._open:
            kept = following.broke_off()
        folder = following.directory
        where = f" What its whole epochs told is kept in {paths.shown(folder)}." if kept else ""
        if kept and runs.has_checkpoint(folder):
            where += f" Go on with it by  %%train --resume {folder.name}"
        screen.finish(
            "failed", cards.failed(f"The training broke off{f': {reason}' if reason else ''}.{where}", self._title)
        )

    def know(self, asked: Mapping[str, Any], series: Series | None, others: list[Any]) -> None:
        """Take what Keras tells no callback: how ``fit`` is called, of which series it is, and the other callbacks."""
        self._batch_size = _batch_size(asked)
        self._sample = tuple(getattr(asked.get("x"), "shape", ())[1:])
        self._data = fits.fingerprint(keras.tree.flatten([asked.get(name) for name in ("x", "y", "sample_weight")]))
        self._series = series or self._series
        self._others = [one for one in others if not isinstance(one, _OF_KERAS)]

    def complete(self, history: Any) -> None:
        """Put the epochs that were done before into what ``fit`` returned."""
        epoch, rows = self._before
        if not rows or not isinstance(history, keras.callbacks.History):
            return
        told = {name: [row[name] for row in rows if name in row] for row in rows for name in row if name != "seconds"}
        now = history.history
        history.history = {name: told.get(name, []) + now.get(name, []) for name in {**told, **now}}
        history.epoch = [*range(epoch - len(rows), epoch), *history.epoch]

    def _interrupted(self, control: Control) -> None:
        """Stop, or where no cell's end has told that the fit broke off before: interrupt what runs now."""
        frame = inspect.currentframe()
        while frame is not None:
            if frame.f_code.co_name == "fit" and frame.f_locals.get("self") is self._model:
                control.stop.set()
                return
            frame = frame.f_back
        self.broke_off("it is not running any more")
        raise KeyboardInterrupt


@contextmanager
def followed(call: inspect.BoundArguments, series: Series) -> Iterator[LiveRun]:
    """In the block, have a `LiveRun` behind the callbacks of a call of ``fit``; give it, or the one that is there."""
    asked = call.arguments
    callbacks: Any = asked.get("callbacks")
    is_list = isinstance(callbacks, keras.callbacks.CallbackList)  # which is taken as it is, and made ready by others
    theirs = callbacks.callbacks if is_list else keras.tree.flatten(callbacks) if callbacks else []
    own = next((callback for callback in theirs if isinstance(callback, LiveRun)), None)
    live = LiveRun() if own is None else own
    live.know(asked, series if own is None else None, [one for one in theirs if one is not live])
    if own is None:
        if is_list:
            live.set_model(callbacks.model)
            live.set_params(callbacks.params)
            theirs.append(live)
        else:
            asked["callbacks"] = [*theirs, live]
        if asked.get("verbose", "auto") == "auto":
            asked["verbose"] = 0
    try:
        yield live
    except BaseException as error:
        kind, words = type(error).__name__, said(error).rstrip(".:")
        live.broke_off(kind if words == kind else f"{kind}: {words}")
        raise
    finally:
        if own is None and is_list:
            theirs.remove(live)


def _batch_size(asked: Mapping[str, Any]) -> int | None:
    """Of arrays; what comes in batches of its own does not tell."""
    size = asked.get("batch_size") or 32
    return index(size) if hasattr(asked.get("x"), "shape") and hasattr(size, "__index__") else None
