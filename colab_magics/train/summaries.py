"""What TensorBoard tells of a run as a whole: its hyper-parameters, its config, and where the model is wrong."""

from __future__ import annotations

import json
import struct
import time
from typing import TYPE_CHECKING, Any

from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams import metadata, plugin_data_pb2
from tensorboard.plugins.hparams import summary_v2 as hparams
from tensorboard.plugins.hparams.api_pb2 import STATUS_SUCCESS
from tensorboard.plugins.image.metadata import create_summary_metadata
from tensorboard.plugins.text.summary_v2 import text_pb
from tensorboard.util import tensor_util

from colab_magics.format import readable
from colab_magics.train.eventlog import EventFile
from colab_magics.train.pictures import confusion_png, mistakes_png

if TYPE_CHECKING:
    from pathlib import Path

    from colab_magics.predictions import Predictions
    from colab_magics.train.config import Config

_HYPER = (
    "model",
    "recipe",
    "epochs",
    "batch_size",
    "learning_rate",
    "early_stop",
    "seed",
    "backend",
    "device",
    "precision",
    "dataset",
)
_METRICS = ("epoch_accuracy", "epoch_loss")
_SIZE = slice(16, 24)
"""Width and height in the first bytes of a PNG: https://www.w3.org/TR/png-3/#11IHDR."""


def write_summaries(logdir: Path, config: Config, predictions: Predictions, epoch: int) -> None:
    """Write them beside the folders of the curves, as those of the last ``epoch``."""
    file = EventFile(logdir)
    try:
        chosen = {name: _writable(value) for name in _HYPER if (value := getattr(config, name)) is not None}
        metrics = [hparams.Metric(tag, group="validation", display_name=f"test {tag[6:]}") for tag in _METRICS]
        file.add(hparams.hparams_config_pb(hparams=[hparams.HParam(name) for name in chosen], metrics=metrics), 0)
        file.add(hparams.hparams_pb(chosen, trial_id=logdir.parent.name), 0)
        lines = json.dumps(config.as_json(), indent=2, ensure_ascii=False).splitlines()
        text = "\n".join(f"    {line}" for line in lines)  # set off, Markdown is text
        file.add(text_pb("config", readable(text)), 0)
        file.add(_image("confusion matrix", confusion_png(predictions)), epoch)
        worst = mistakes_png(predictions)
        if worst is not None:
            file.add(_image("worst mistakes", worst), epoch)
        file.add(_ended(), 0)
    finally:
        file.close()


def _writable(value: Any) -> Any:
    return readable(value) if isinstance(value, str) else value


def _image(tag: str, png: bytes) -> Any:
    """One picture as ``tf.summary.image`` writes it: width, height and the bytes of the file."""
    width, height = struct.unpack(">II", png[_SIZE])
    summary = Summary()
    tensor = tensor_util.make_tensor_proto([str(width).encode(), str(height).encode(), png])
    kind = create_summary_metadata(display_name=None, description=None)
    summary.value.add(tag=tag, tensor=tensor, metadata=kind)
    return summary


def _ended() -> Any:
    """The end of the session, which TensorBoard's own writer makes only with TensorFlow."""
    end = plugin_data_pb2.SessionEndInfo(status=STATUS_SUCCESS, end_time_secs=time.time())
    data = plugin_data_pb2.HParamsPluginData(session_end_info=end)
    summary = Summary()
    summary.value.add(
        tag=metadata.SESSION_END_INFO_TAG,
        metadata=metadata.create_summary_metadata(data),
        tensor=metadata.NULL_TENSOR,
    )
    return summary
