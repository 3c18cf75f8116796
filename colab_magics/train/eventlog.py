"""TensorBoard event files, written without TensorFlow, so that every Keras backend has them."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import socket
import time
from typing import TYPE_CHECKING, Any, BinaryIO

import keras
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.plugins.graph.keras_util import keras_model_to_graph_def
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util import tensor_util

from colab_magics.train import backend
from colab_magics.train.fault import said
from colab_magics.train.files import reason
from colab_magics.train.histogram import histogram
from colab_magics.train.learning_rate import LearningRate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class EventFile:
    """One event file, as TensorBoard reads it: records of ``Event`` messages."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._records = RecordWriter(_created(folder))
        self._write(Event(wall_time=time.time(), file_version="brain.Event:2"))

    def add(self, summary: Any, step: int) -> None:
        self._write(Event(wall_time=time.time(), step=step, summary=summary))

    def flush(self) -> None:
        self._records.flush()

    def close(self) -> None:
        self._records.close()

    def _write(self, event: Event) -> None:
        self._records.write(event.SerializeToString())


def _created(folder: Path) -> BinaryIO:
    """A new file, whose name sorts behind those that are there: a training that goes on adds one."""
    name = f"events.out.tfevents.{time.time_ns() // 1_000_000_000}.{socket.gethostname()}.{os.getpid()}"
    for number in itertools.count():
        with contextlib.suppress(FileExistsError):
            return (folder / f"{name}.{number}").open("xb")
    raise AssertionError("there is always a next number")


_EVERY = 50
"""Steps between two scalars within an epoch: some points a second, each of which takes a tenth of a millisecond."""


_ENDS = ("input_layers", "output_layers")


class EventLog(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Writes what ``keras.callbacks.TensorBoard(histogram_freq=1)`` writes, under the same tags.

    ``logdir/train`` and ``logdir/validation`` hold epoch_loss, epoch_accuracy ...; train also epoch_learning_rate,
    each 50 steps batch_loss, batch_accuracy ..., which are means over the epoch so far, the histogram of every
    weight and, for a Sequential or functional model, its graph; ``notes`` say what was left out. The histograms of
    an epoch are left out where more than ``share`` of the time would go into them. A file that cannot be written
    stops nothing.
    """

    def __init__(self, logdir: Path, *, share: float = 1.0) -> None:
        super().__init__()
        self.notes: tuple[str, ...] = ()
        self._logdir, self._share, self._next = logdir, share, 0.0
        self._files: dict[str, EventFile] = {}
        self._epochs_begin = self._step = self._written = 0

    def _file(self, split: str) -> EventFile:
        """TensorBoard shows a folder as soon as it holds a file."""
        if split not in self._files:
            self._files[split] = EventFile(self._logdir / split)
        return self._files[split]

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        self._learning_rate = LearningRate(model)

    def on_train_begin(self, logs: object = None) -> None:
        if isinstance(self.model, keras.Sequential) or type(self.model).__name__ == "Functional":
            try:
                graph = _graph(self.model)
            except Exception as error:  # noqa: BLE001 (the layers' own code says how they are written)
                self.notes = (
                    f"TensorBoard cannot draw the graph of this model ({type(error).__name__}: {said(error)}).",
                )
            else:
                with self._going_on():
                    self._file("train").add(graph, step=0)

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        steps = self.params.get("steps")
        self._epochs_begin = self._step if steps is None else epoch * steps

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        self._step = self._epochs_begin + batch + 1
        if logs and self._step - self._written >= _EVERY:
            self._written = self._step
            with self._going_on():
                for name, value in logs.items():
                    self._file("train").add(scalar_pb(f"batch_{name}", float(value)), self._step)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        with self._going_on():
            self._add_epoch(epoch, logs or {})

    def _add_epoch(self, epoch: int, logs: Mapping[str, Any]) -> None:
        for name, value in logs.items():
            split = "validation" if name.startswith("val_") else "train"
            self._file(split).add(scalar_pb(f"epoch_{name.removeprefix('val_')}", float(value)), epoch)
        rate = self._learning_rate.now()
        if rate is not None:
            self._file("train").add(scalar_pb("epoch_learning_rate", rate), epoch)
        began = time.monotonic()
        if began >= self._next:
            self._add_histograms(epoch)
            ended = time.monotonic()
            self._next = ended + (ended - began) * (1 / self._share - 1)
        for file in self._files.values():
            file.flush()

    def _add_histograms(self, epoch: int) -> None:
        for layer in self.model.layers:
            for weight in layer.weights:
                self._file("train").add(histogram(f"{weight.path}/histogram", weight.numpy()), epoch)

    def on_train_end(self, logs: object = None) -> None:
        self.close()

    def close(self) -> None:
        with self._going_on():
            while self._files:
                self._files.popitem()[1].close()

    @contextlib.contextmanager
    def _going_on(self) -> Iterator[None]:
        """Note what the disk does not take. The next epoch begins new files: behind half a record nothing is read."""
        try:
            yield
        except OSError as error:
            note = f"TensorBoard does not show every epoch, its files could not be written: {reason(error)}."
            self.notes = tuple(dict.fromkeys((*self.notes, note)))
            self.close()


def _graph(model: Any) -> Any:
    summary = scalar_pb("keras", 0.0)
    value = summary.value[0]
    value.metadata.plugin_data.plugin_name = "graph_keras_model"
    value.metadata.plugin_data.content = b"1"
    config = _without_names(json.loads(model.to_json()))
    with backend.unsaid("tensorboard", "Unsupported dtype value"):  # of mixed precision
        keras_model_to_graph_def(config)  # as TensorBoard will
    value.tensor.CopyFrom(tensor_util.make_tensor_proto(json.dumps(config)))
    return summary


def _without_names(config: Any) -> Any:
    """A model's description with its inputs and outputs in lists: in a dict by their names TensorBoard finds none."""
    if isinstance(config, list):
        return [_without_names(part) for part in config]
    if not isinstance(config, dict):
        return config
    told = {name: _without_names(part) for name, part in config.items()}
    ends = {end: [*told[end].values()] for end in _ENDS if isinstance(told.get(end), dict)}
    return {**told, **ends}
