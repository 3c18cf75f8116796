"""The states of one fit of a person's own: kept at the ends of its epochs, and put back where it goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from colab_magics.format import plural
from colab_magics.train import runs, saver
from colab_magics.train.checkpoint import State, callback_state, capture, restore, restore_callbacks
from colab_magics.train.fault import said
from colab_magics.train.shelf import BEGUN_ANEW, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from colab_magics.train.loop import Position

_NUMBERS = (int, float, type(None))


class States:
    """Keeps the states of ``model`` and of what ``callbacks``, the person's, have counted since their training began.

    Nothing that goes wrong here ends a training: it is told by ``fault``.
    """

    def __init__(self, model: Any, directory: Path, callbacks: Sequence[Any]) -> None:
        self._model, self._callbacks, self._name = model, callbacks, directory.name
        self._shelf = Shelf(directory / runs.CHECKPOINTS)
        self._saver = saver.Saver(self._shelf, saver.INTERVAL)
        self._fault: str | None = None
        self._at_first = [callback_state(callback)[0] for callback in callbacks]
        self.notes: list[str] = []

    @property
    def fault(self) -> str | None:
        """Why the last state could not be kept, if so."""
        return self._fault or self._saver.fault

    def restored(self) -> State | None:
        """Put the newest state back that is whole; None where none was kept. Raises `BadOption`."""
        state, damages = self._shelf.last(self._name, "leave --resume out to begin a new run.")
        self.notes += damages
        if state is None:
            self.notes.append(BEGUN_ANEW)
            return None
        if state.has_moments:
            self._model.optimizer.build(self._model.trainable_variables)
        restore(state, self._model, with_metrics=False)
        if state.step:
            self.notes.append(
                f"Epoch {state.epoch + 1} was begun again, with weights that had learnt from "
                f"{plural(state.step, 'step')} of it already."
            )
        self._restore_callbacks(state)
        self._tell_optimizers()
        return replace(state, arrays={})  # which are large, and in the model

    def offer(self, position: Position, rows: Sequence[Mapping[str, float]], seconds: float) -> None:
        """Keep the state of an epoch's end, if it is time for it."""
        self._try(lambda: self._saver.offer(lambda: self._captured(position, rows, seconds)))

    def finish(
        self, position: Position, rows: Sequence[Mapping[str, float]], seconds: float, *, is_over: bool = False
    ) -> None:
        """Keep the last state, and wait for it."""
        self._try(lambda: self._saver.finish(lambda: replace(self._captured(position, rows, seconds), is_over=is_over)))

    def close(self) -> None:
        """Wait for a state that is being kept."""
        self._saver.join()

    def _try(self, keep: Callable[[], None]) -> None:
        try:
            keep()
            self._fault = None
        except Exception as error:  # noqa: BLE001 (of the person's own layers and callbacks, or for want of memory)
            self._fault = said(error)

    def _captured(self, position: Position, rows: Sequence[Mapping[str, float]], seconds: float) -> State:
        state = capture(self._model, position, self._callbacks, rows, seconds)
        numbers = {
            name: value for name, value in state.arrays.items() if not name.startswith("callback ") or _is_plain(value)
        }
        counted = [_counted(now, first) for now, first in zip(state.callbacks, self._at_first, strict=True)]
        return replace(state, arrays=numbers, callbacks=counted)

    def _tell_optimizers(self) -> None:
        """Tell which optimizers of a model's own code began anew."""
        import keras

        others = [
            name
            for name, value in vars(self._model).items()
            if isinstance(value, keras.optimizers.Optimizer) and value is not self._model.optimizer
        ]
        if others:
            self.notes.append(f"What the model's own optimizers ({', '.join(others)}) had learnt began anew.")

    def _restore_callbacks(self, state: State) -> None:
        kinds = [type(callback).__name__ for callback in self._callbacks]
        if kinds != [stored["kind"] for stored in state.callbacks]:
            self.notes.append("The callbacks are not those of before: what they knew, such as a patience, began anew.")
            return
        restore_callbacks(state, self._callbacks)
        others = sorted({type(callback).__name__ for callback in self._callbacks if _has_more(callback)})
        if others:
            self.notes.append(f"Of {', '.join(others)} only plain numbers and weights are as they were before.")


def _counted(now: Mapping[str, Any], first: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers that are others than at first: what is stated in the code stays as it is there."""
    told = {name: now[name] for name in now if name != "kind" and isinstance(now[name], _NUMBERS)}
    return {"kind": now["kind"], **{name: value for name, value in told.items() if first.get(name, ...) != value}}


def _is_plain(value: Any) -> bool:
    """Is it an array of numbers? bfloat16 and its like are no types of numpy's own."""
    is_small = value.dtype.kind == "V" and value.dtype.names is None and value.dtype.itemsize <= 2
    return value.dtype.kind in "biuf" or is_small


def _has_more(callback: Any) -> bool:
    """Does it hold collections, which nobody but its code knows how to write down?"""
    return any(
        isinstance(value, list | dict | set) for name, value in vars(callback).items() if name != "params"
    ) and not type(callback).__module__.startswith("keras.")
