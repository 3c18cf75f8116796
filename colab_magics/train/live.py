"""`LiveRun`, the callback that shows, keeps and can stop the ``fit`` that it is given to."""

from __future__ import annotations

import inspect
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from colab_magics import _shell, interrupts
from colab_magics.errors import OutputDenied
from colab_magics.train import backend, runs
from colab_magics.train import card as cards
from colab_magics.train.control import Control
from colab_magics.train.screen import Screen
from colab_magics.transfer import paths

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from colab_magics.train.fits import Fit
    from colab_magics.train.following import Following

keras = backend.load()
_Callback: Any = keras.callbacks.Callback


class LiveRun(_Callback):  # type: ignore[misc]  # Keras has no types
    """Shows a ``fit`` as it goes on, keeps it, and ends it cleanly: ``model.fit(..., callbacks=[LiveRun()])``.

    The panel, the event files of TensorBoard, the history and the model are those of ``%train_mnist``; the run is in
    `runs` beside the others. An interrupt, or the panel's button, ends the training after the step that runs and keeps
    all that it reached. Put it behind your own callbacks, so that it tells what they changed, and give ``fit``
    ``verbose=0`` to have no progress bar beside the panel. ``name`` names the run's folder; of several fits with the
    same callback, the second is called ``name-2``.
    """

    async_safe = True  # what Keras may call from another thread only notes what it is told

    def __init__(self, *, name: str | None = None) -> None:
        super().__init__()
        if name is not None:
            runs.check_name(name)
        self.run: Fit | None = None
        """What came of the last fit that ended."""
        self._name, self._number = name, 1
        self._batch_size: int | None = None
        self._following: Following | None = None
        self._screen: Screen | None = None
        self._open = ExitStack()

    def on_train_begin(self, logs: object = None) -> None:
        from colab_magics.train.following import Following

        self.broke_off("another training was begun")
        model, control = self.model, Control()
        directory = runs.new_directory(self._name, model.name, number=self._number)
        self._number += 1
        with ExitStack() as opened:
            opened.enter_context(runs.locked(directory))
            self._title = f"Training {model.name}"
            self._screen = Screen(control, title=self._title)
            self._following = Following(
                model,
                directory,
                epochs=self.params["epochs"],
                steps=self.params["steps"],
                batch_size=self._batch_size,
                tell=self._screen.tell,
                control=control,
            )
            opened.enter_context(interrupts.first_asks(lambda: self._interrupted(control)))
            if threading.current_thread() is threading.main_thread():  # the shell's cells are those of this thread
                opened.callback(_shell.each_cell(lambda source: None, lambda count, error: self.broke_off(error)))
            self._open = opened.pop_all()
        try:
            self._following.begin()
        except OSError as error:
            self.broke_off(error.strerror or str(error))
            raise OutputDenied(
                f"The folder {paths.shown(directory)} cannot be written ({error.strerror or error}): set the "
                f"environment variable {runs.ROOT_VARIABLE} to a folder that you may write to."
            ) from error

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        if self._following is not None:
            self._following.epoch_begins(epoch)

    def on_train_batch_begin(self, batch: int, logs: object = None) -> None:
        if self._following is not None:
            self._following.step_begins()

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
        where = f" What its whole epochs told is kept in {paths.shown(following.directory)}." if kept else ""
        screen.finish(
            "failed", cards.failed(f"The training broke off{f': {reason}' if reason else ''}.{where}", self._title)
        )

    def know(self, *, number: int, batch_size: int | None) -> None:
        """Take what Keras tells no callback: which of several fits it is, and the samples of a step."""
        self._number, self._batch_size = number, batch_size

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
def followed(call: inspect.BoundArguments, name: str | None, number: int) -> Iterator[LiveRun]:
    """In the block, have a `LiveRun` behind the callbacks of a call of ``fit``; give it, or the one that is there."""
    asked = call.arguments
    callbacks: Any = asked.get("callbacks")
    is_list = isinstance(callbacks, keras.callbacks.CallbackList)  # which is taken as it is, and made ready by others
    theirs = callbacks.callbacks if is_list else keras.tree.flatten(callbacks) if callbacks else []
    own = next((callback for callback in theirs if isinstance(callback, LiveRun)), None)
    live = LiveRun(name=name) if own is None else own
    if own is None:
        live.know(number=number, batch_size=_batch_size(asked))
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
        said = str(error).strip().partition("\n")[0].rstrip(".:")
        live.broke_off(f"{type(error).__name__}: {said}" if said else type(error).__name__)
        raise
    finally:
        if own is None and is_list:
            theirs.remove(live)


def _batch_size(asked: Mapping[str, Any]) -> int | None:
    """Of arrays; what comes in batches of its own does not tell."""
    return (asked.get("batch_size") or 32) if hasattr(asked.get("x"), "shape") else None
