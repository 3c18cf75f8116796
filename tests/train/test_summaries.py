"""What TensorBoard tells of a run, read back by TensorBoard itself."""

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from colab_magics.train.control import Control
from colab_magics.train.request import Request
from colab_magics.train.training import train

pytestmark = pytest.mark.train
keras = pytest.importorskip("keras", reason="Keras or its backend is not installed")
accumulator = pytest.importorskip(
    "tensorboard.backend.event_processing.event_accumulator", reason="TensorBoard is not installed"
)


def test_hyper_parameters_config_and_pictures() -> None:
    from PIL import Image
    from tensorboard.plugins.hparams import metadata

    run = train(None, Request(epochs=1, data="digits", seed=1, name="it"), tell=lambda event: None, control=Control())
    read: Any = accumulator.EventAccumulator(str(run.logdir)).Reload()
    told = metadata.parse_session_start_info_plugin_data(
        read.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
    )
    assert told.group_name == "it"
    assert told.hparams["batch_size"].number_value == 128
    assert told.hparams["model"].string_value == "mlp"
    assert b'"model": "mlp"' in read.Tensors("config")[0].tensor_proto.string_val[0]
    for tag in ("confusion matrix", "worst mistakes"):
        width, height, png = read.Tensors(tag)[0].tensor_proto.string_val
        with Image.open(io.BytesIO(png)) as picture:
            assert picture.size == (int(width), int(height))


def test_a_path_that_is_no_utf_8(tmp_path: Path) -> None:
    path, x, y = tmp_path / os.fsdecode(b"p\xe9.npz"), np.zeros((20, 4, 4), "uint8"), np.arange(20) % 2
    try:
        np.savez(path, x_train=x, y_train=y, x_test=x, y_test=y)
    except OSError:
        pytest.skip("this file system has no such names")
    run = train(None, Request(epochs=1, data=str(path)), tell=lambda event: None, control=Control())
    read: Any = accumulator.EventAccumulator(str(run.logdir)).Reload()
    assert (
        '"dataset": "p\N{REPLACEMENT CHARACTER}.npz"' in read.Tensors("config")[0].tensor_proto.string_val[0].decode()
    )
