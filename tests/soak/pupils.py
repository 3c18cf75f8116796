"""Trainings in forks of a process that has Keras loaded and has not done anything with it: what takes long is done once.

Such a fork is safe, since the process has one thread; TensorFlow begins its own when it first computes, in the fork.
"""

from __future__ import annotations

import ctypes
import hashlib
import mmap
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Self
from unittest import mock

_LOADED = ("training", "loop", "steps_tensorflow", "shelf", "eventlog", "summaries", "saver", "models", "datasets")
_HARMLESS = "jemalloc_bg_thd"  # of jemalloc, which stops and begins it again around a fork
_MOST_STEPS = 4096


def load() -> None:
    """Load all that a training needs. Raises RuntimeError where a fork would then not be safe."""
    os.environ.update(
        TF_CPP_MIN_LOG_LEVEL="3", OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", KERAS_BACKEND="tensorflow"
    )
    from colab_magics.train import backend

    backend.load()
    for name in _LOADED:
        import_module(f"colab_magics.train.{name}")
    from colab_magics.train.datasets import digits

    digits()
    tasks = [path.read_text().strip() for path in Path("/proc/self/task").glob("*/comm")]
    if len([name for name in tasks if name != _HARMLESS]) > 1:
        raise RuntimeError(f"this process has threads, which a fork would not have: {tasks}")


class Gauge(ctypes.Structure):
    """What a training tells by memory that this process shares; steps are counted over all epochs, times are monotonic."""

    _fields_ = (
        ("begun", ctypes.c_double),  # when it took its first step, or 0
        ("steps", ctypes.c_int64),  # that are behind it
        ("published", ctypes.c_int64),  # of the newest save that has ended
        ("is_saving", ctypes.c_int64),
        ("longest_save", ctypes.c_double),  # s
        ("longest_step", ctypes.c_double),  # s
        ("when", ctypes.c_double * _MOST_STEPS),  # it had so many steps behind it
    )

    @classmethod
    def shared(cls) -> Self:
        return cls.from_buffer(mmap.mmap(-1, ctypes.sizeof(cls)))

    def watch(self, steps: int) -> None:
        """Follow the training that this process begins next, whose epochs have so many steps."""
        from colab_magics.train import shelf, training

        reached, write = training._Training._reached, shelf.Shelf.write

        def reaching(one: Any, position: Any) -> None:
            now, count = time.monotonic(), position.epoch * steps + position.step
            self.longest_step = max(self.longest_step, now - (self.when[self.steps] or now))
            self.when[count] = now
            self.steps = count
            self.begun = self.begun or now
            reached(one, position)

        def writing(one: Any, state: Any, *rest: Any, **named: Any) -> Any:
            began, self.is_saving = time.monotonic(), 1
            try:
                result = write(one, state, *rest, **named)
                self.published = state.epoch * steps + state.step
                return result
            finally:
                self.is_saving = 0
                self.longest_save = max(self.longest_save, time.monotonic() - began)

        # In this fork alone, which ends with the work.
        mock.patch.object(training._Training, "_reached", reaching).start()
        mock.patch.object(shelf.Shelf, "write", writing).start()


class Pupil:
    """A fork that does some work, and gives a text or fails."""

    def __init__(self, work: Callable[[], str], folder: Path) -> None:
        self._reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _do(work, folder, writing)
        os.close(writing)

    def is_over(self) -> bool:
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def send(self, number: int) -> None:
        os.kill(self.pid, number)

    def end(self) -> str:
        """Wait for it. Raises RuntimeError for what it raised, or where it was killed."""
        with os.fdopen(self._reading, "rb") as pipe:
            told = pipe.read().decode()
        _, status = os.waitpid(self.pid, 0)
        if status:
            raise RuntimeError(told or f"ended with {os.waitstatus_to_exitcode(status)}")
        return told

    def kill(self) -> None:
        """End it at once, as kill -9 does."""
        self.send(signal.SIGKILL)
        os.close(self._reading)
        os.waitpid(self.pid, 0)


def _do(work: Callable[[], str], folder: Path, writing: int) -> None:
    code = 1
    try:
        os.chdir(folder)
        os.environ["COLAB_MAGICS_RUNS"] = str(folder / "runs")
        os.write(writing, work().encode())
        code = 0
    except BaseException:  # noqa: BLE001 (a fork must not go on in its parent's code)
        os.write(writing, traceback.format_exc().encode())
    finally:
        sys.stdout.flush()
        os._exit(code)


def network() -> Any:
    """A small model for the digits with all that has a state of its own: batch normalisation, dropout, an optimizer."""
    import keras

    keras.utils.set_random_seed(3)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


def hash_of(run: Any) -> str:
    """One for all that a run is: weights, optimizer, history without its seconds."""
    whole = hashlib.sha256()
    for variable in [*run.model.variables, *run.model.optimizer.variables]:
        whole.update(variable.numpy().tobytes())
    whole.update(run.history.drop(columns="seconds").to_csv().encode())
    return whole.hexdigest()


@contextmanager
def often(interval: float = 0.0) -> Iterator[None]:
    """Save each so many seconds, however long that takes, and tell every step."""
    from colab_magics.train import clock, saver

    before = saver.INTERVAL, saver._SHARE, clock.PERIOD
    saver.INTERVAL, saver._SHARE, clock.PERIOD = interval, 0, 0.0
    try:
        yield
    finally:
        saver.INTERVAL, saver._SHARE, clock.PERIOD = before
