"""The event files, read back by TensorBoard itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from colab_magics.train import loop
from colab_magics.train.datasets import Dataset
from colab_magics.train.eventlog import EventLog
from colab_magics.train.models import fit_to

pytestmark = pytest.mark.train


def test_tensorboard_reads_scalars_histograms_and_the_graph(
    dataset: Dataset, small: Callable[..., Any], tmp_path: Path
) -> None:
    model = small()
    ended: list[Any] = []
    loop.fit(
        model,
        dataset,
        fit_to(model, dataset),
        epochs=3,
        batch_size=256,
        tell=ended.append,
        should_stop=lambda: False,
        callbacks=[EventLog(tmp_path)],
    )
    training, validation = (EventAccumulator(str(tmp_path / split)).Reload() for split in ("train", "validation"))
    losses = [event.logs["val_loss"] for event in ended if isinstance(event, loop.EpochEnded)]
    read = [event.tensor_proto.float_val[0] for event in validation.Tensors("epoch_loss")]
    assert read == pytest.approx(losses)
    assert [event.step for event in training.Tensors("epoch_accuracy")] == [0, 1, 2]
    histograms = [tag for tag in training.Tags()["tensors"] if tag.endswith("/histogram")]
    assert len(histograms) == 2
    assert "keras" in training.Tags()["tensors"]
