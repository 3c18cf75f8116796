"""The event files, read back by TensorBoard itself."""

import itertools
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from colab_magics.train.datasets import Dataset
from colab_magics.train.events import EpochEnded
from colab_magics.train.models import fit_to

pytestmark = pytest.mark.train
keras = pytest.importorskip("keras", reason="Keras or its backend is not installed")
accumulator = pytest.importorskip(
    "tensorboard.backend.event_processing.event_accumulator", reason="TensorBoard is not installed"
)


def read(folder: Path) -> Any:
    return accumulator.EventAccumulator(str(folder)).Reload()


def test_tensorboard_reads_scalars_histograms_and_the_graph(
    dataset: Dataset, small: Callable[..., Any], tmp_path: Path
) -> None:
    from colab_magics.train import loop
    from colab_magics.train.eventlog import EventLog

    model = small()
    ended: list[Any] = []
    loop.Loop(
        model,
        dataset,
        fit_to(model, dataset),
        epochs=3,
        batch_size=256,
        order=1,
        callbacks=[EventLog(tmp_path), loop.Teller(ended.append, lambda: False)],
    ).run()
    training, validation = (read(tmp_path / split) for split in ("train", "validation"))
    losses = [event.logs["val_loss"] for event in ended if isinstance(event, EpochEnded)]
    kept = [event.tensor_proto.float_val[0] for event in validation.Tensors("epoch_loss")]
    assert kept == pytest.approx(losses)
    assert [event.step for event in training.Tensors("epoch_accuracy")] == [0, 1, 2]
    histograms = [tag for tag in training.Tags()["tensors"] if tag.endswith("/histogram")]
    assert len(histograms) == 2
    assert "keras" in training.Tags()["tensors"]
    assert training.Tensors("epoch_learning_rate")[2].tensor_proto.float_val[0] == pytest.approx(1e-3)


def test_scalars_within_the_epochs(dataset: Dataset, small: Callable[..., Any], tmp_path: Path) -> None:
    from colab_magics.train import loop
    from colab_magics.train.eventlog import EventLog

    model = small()
    settings = {"epochs": 2, "batch_size": 8, "order": 1}
    log = EventLog(tmp_path)
    loop.Loop(model, dataset, fit_to(model, dataset), callbacks=[log], **settings).run(loop.Position(1, 60))
    steps = [event.step for event in read(tmp_path / "train").Tensors("batch_loss")]
    whole = -(-len(dataset.x_train) // 8)
    assert whole + 60 < steps[0] < steps[-1] <= 2 * whole
    assert all(later - before >= 50 for before, later in itertools.pairwise(steps))
    assert len(read(tmp_path / "train").Tensors("batch_accuracy")) == len(steps) >= 1


def test_a_graph_that_tensorboard_cannot_draw(tmp_path: Path) -> None:
    from colab_magics.train.eventlog import EventLog

    class Mine(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
        def __init__(self, of: object) -> None:
            super().__init__()

        def call(self, inputs: Any) -> Any:
            return inputs

    entry = keras.Input((4,))
    model = keras.Model(entry, Mine(object())(entry))
    model.compile(loss="mse")
    log = EventLog(tmp_path)
    log.set_model(model)
    log.on_train_begin()
    (note,) = log.notes
    assert note.startswith("TensorBoard cannot draw the graph of this model (NotImplementedError: ")


def test_the_graph_of_a_model_whose_ends_have_names(tmp_path: Path) -> None:
    from tensorboard.plugins.graph.keras_util import keras_model_to_graph_def

    from colab_magics.train.eventlog import EventLog

    inner_entry = keras.Input((4,), name="of_inner")
    inner = keras.Model({"of_inner": inner_entry}, {"out": keras.layers.Dense(2)(inner_entry)}, name="inner")
    entry = keras.Input((4,), name="of_all")
    ends = {"a": keras.layers.Dense(1, name="left")(entry), "b": inner({"of_inner": entry})["out"]}
    model = keras.Model({"of_all": entry}, ends)
    model.compile(loss="mse")
    log = EventLog(tmp_path)
    log.set_model(model)
    log.on_train_begin()
    log.close()
    assert log.notes == ()
    told = json.loads(read(tmp_path / "train").Tensors("keras")[0].tensor_proto.string_val[0])
    names = [node.name for node in keras_model_to_graph_def(told).node]
    assert len(names) == len(set(names))
    assert {name.rpartition("/")[2] for name in names} >= {"of_all", "left", "of_inner"}


def test_the_graph_of_a_model_of_mixed_precision(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from colab_magics.train.eventlog import EventLog

    monkeypatch.setattr(logging.getLogger("tensorboard"), "propagate", True)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, dtype="mixed_bfloat16")])
    model.compile(loss="mse")
    log = EventLog(tmp_path)
    log.set_model(model)
    log.on_train_begin()
    log.close()
    assert (log.notes, caplog.messages) == ((), [])
    assert "keras" in read(tmp_path / "train").Tags()["tensors"]


def test_the_graph_of_a_functional_model(tmp_path: Path) -> None:
    from colab_magics.train.eventlog import EventLog

    images = keras.Input((64,))
    sides = [keras.layers.Dense(4, name=name)(images) for name in ("left", "right")]
    model = keras.Model(images, keras.layers.Dense(10)(keras.layers.Add()(sides)))
    model.compile(loss="mse")
    log = EventLog(tmp_path)
    model.fit(np.zeros((8, 64)), np.zeros((8, 10)), verbose=0, callbacks=[log])
    assert log.notes == ()
    assert b'"left"' in read(tmp_path / "train").Tensors("keras")[0].tensor_proto.string_val[0]


def test_scalars_of_a_fit_whose_length_is_not_known(tmp_path: Path) -> None:
    from colab_magics.train.eventlog import EventLog

    log = EventLog(tmp_path)
    log.set_params({"steps": None})
    for epoch in range(2):
        log.on_epoch_begin(epoch)
        for batch in range(60):
            log.on_train_batch_end(batch, {"loss": 0.5})
    log.close()
    assert [event.step for event in read(tmp_path / "train").Tensors("batch_loss")] == [50, 100]


def test_histograms_take_their_share_of_the_time_at_most(small: Callable[..., Any], tmp_path: Path) -> None:
    from colab_magics.train.eventlog import EventLog

    images, labels = np.zeros((8, 64), "float32"), np.zeros((8, 10), "float32")
    small().fit(images, labels, epochs=5, verbose=0, callbacks=[EventLog(tmp_path, share=1e-6)])
    training = read(tmp_path / "train")
    (tag, _) = (tag for tag in training.Tags()["tensors"] if tag.endswith("/histogram"))
    assert len(training.Tensors(tag)) == 1
    assert len(training.Tensors("epoch_loss")) == 5
    assert not (tmp_path / "validation").exists()  # which TensorBoard would list


def test_a_full_disk_costs_the_epochs_that_it_has_no_room_for(
    small: Callable[..., Any], tmp_path: Path, no_room: Callable[..., Any]
) -> None:
    from colab_magics.train.eventlog import EventLog

    log = EventLog(tmp_path)
    log.set_model(small())
    log.on_epoch_end(0, {"loss": 3.0})
    (file,) = (tmp_path / "train").iterdir()
    with no_room(file.stat().st_size + 20):  # half a record
        log.on_epoch_end(1, {"loss": 2.0})
    log.on_epoch_end(2, {"loss": 1.0})
    log.close()
    assert [event.step for event in read(tmp_path / "train").Tensors("epoch_loss")] == [0, 2]
    assert len(log.notes) == 1
    assert log.notes[0].startswith("TensorBoard does not show every epoch, its files could not be written: File too")
