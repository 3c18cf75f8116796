"""Where a training computes: on what is there, and what is not there is told."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from colab_magics.errors import BadOption
from colab_magics.train import placement

pytestmark = pytest.mark.train


@pytest.mark.parametrize(
    ("text", "device"),
    [("auto", "auto"), ("cpu", "cpu:0"), ("GPU", "gpu:0"), ("gpu:3", "gpu:3"), ("tpu", "tpu:0"), ("gpu:01", "gpu:1")],
)
def test_what_a_person_names(text: str, device: str) -> None:
    assert placement.named(text) == device


@pytest.mark.parametrize("text", ["", "cuda", "gpu:", "gpu:x", "gpu 0", "gpu:-1", "gpu:99999", "<b>"])
def test_what_is_no_device(text: str) -> None:
    with pytest.raises(BadOption, match="device must be auto, cpu, gpu, gpu:N or tpu, and not"):
        placement.named(text)


def test_a_device_that_is_not_there() -> None:
    with pytest.raises(BadOption, match=r"There is no gpu:99 here: Keras with \w+ has .*cpu:0.*why-gpu"):  # noqa: SIM117
        with placement.placed("gpu:99"):
            raise AssertionError("it is not there")


def test_the_precision_is_the_persons_own_again() -> None:
    import keras

    def broken() -> None:
        with placement.precise("mixed_bfloat16"):
            assert keras.layers.Dense(1).compute_dtype == "bfloat16"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert keras.config.dtype_policy().name == "float32"


def test_gpus_need_another_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (placement.precision("gpu:1"), placement.precision("cpu:0")) == ("mixed_float16", "mixed_bfloat16")
    monkeypatch.setattr(placement, "devices", lambda: ["cpu:0", "gpu:0"])
    assert placement.precision("auto") == "mixed_float16"


def test_a_model_that_lies_elsewhere(small: Callable[..., Any]) -> None:
    model = small()
    placement.check(model, "cpu:0", is_mixed=False)
    with pytest.raises(BadOption, match=r"lies on cpu:0, and not on gpu:0: build it in a cell with"):
        placement.check(model, "gpu:0", is_mixed=False)


_SECOND = """
import sys
{made}
import colab_magics
from colab_magics.train import placement
for mixed in (False, True):
    run = colab_magics.train_mnist(data="digits", epochs=1, seed=1, device="cpu:1", mixed_precision=mixed)
    places = {{placement._device_of(variable.value) for variable in run.model.trainable_variables}}
    print(places, run.config.device, run.config.precision, run.test_accuracy > 0.5)
"""
_MADE = {
    "tensorflow": "import tensorflow as tf\n"
    "tf.config.set_logical_device_configuration(\n"
    "    tf.config.list_physical_devices('CPU')[0], [tf.config.LogicalDeviceConfiguration()] * 2)",
    "jax": "sys.modules.update(tensorflow=None)",
}


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_the_second_of_two_devices(backend: str, tmp_path: Path) -> None:
    pytest.importorskip(backend)
    environment = {
        **os.environ,
        "KERAS_BACKEND": backend,
        "COLAB_MAGICS_RUNS": str(tmp_path),
        "XLA_FLAGS": "--xla_force_host_platform_device_count=2",
    }
    done = subprocess.run(
        [sys.executable, "-c", _SECOND.format(made=_MADE[backend])],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "{'cpu:1'} cpu:1 float32 True\n{'cpu:1'} cpu:1 mixed_bfloat16 True\n"


def test_the_memory_of_a_gpu_is_taken_as_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    from colab_magics.train import backend

    monkeypatch.setenv("XLA_PYTHON_CLIENT_PREALLOCATE", "true")  # the person's own wish stays
    monkeypatch.delenv("TF_FORCE_GPU_ALLOW_GROWTH", raising=False)
    backend.load()
    assert os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
    assert os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] == "true"


def test_the_precision_of_a_model_that_was_loaded(tmp_path: Path) -> None:
    import keras

    with placement.precise("mixed_float16"):
        keras.Sequential([keras.Input((4,)), keras.layers.Dense(2), keras.layers.Dense(2)]).save(tmp_path / "a.keras")
    assert placement.precision_of(keras.saving.load_model(tmp_path / "a.keras")) == "mixed_float16"
