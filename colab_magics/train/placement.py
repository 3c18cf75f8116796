"""Where a training computes, and how precisely."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from colab_magics.errors import BadOption
from colab_magics.train import backend

AUTO = "auto"
_KINDS = ("cpu", "gpu", "tpu")
_DEVICE = re.compile(rf"({'|'.join(_KINDS)})(?::(\d{{1,4}}))?")


def named(text: str) -> str:
    """The device that a person means: auto, or its kind and number. Raises `BadOption`."""
    match = _DEVICE.fullmatch(text.lower())
    if match is None and text != AUTO:
        raise BadOption(f"device must be auto, cpu, gpu, gpu:N or tpu, and not {text}.")
    return AUTO if match is None else f"{match[1]}:{int(match[2] or 0)}"


def devices() -> list[str]:
    """What Keras can compute with here, by kind and number."""
    import keras

    if keras.backend.backend() == "torch":
        import torch

        return ["cpu:0", *(f"gpu:{number}" for number in range(torch.cuda.device_count()))]
    return [device for kind in _KINDS for device in _of_kind(kind)]


def _of_kind(kind: str) -> list[str]:
    import keras

    try:
        return [str(device) for device in keras.distribution.list_devices(kind)]
    except RuntimeError:  # JAX has no such devices here
        return []


@contextmanager
def placed(device: str) -> Iterator[None]:
    """Compute in the block with this device. Raises `BadOption` where it is not there."""
    import keras

    if device == AUTO:
        yield
        return
    found = devices()
    if device not in found:
        why = ";  %envinfo why-gpu  says what GPUs there are" if device.startswith("gpu") else ""
        raise BadOption(
            f"There is no {device} here: Keras with {keras.backend.backend()} has {', '.join(found)}. Name one of "
            f"these, or leave --device out{why}."
        )
    with keras.device(device):
        yield


def precision(device: str) -> str:
    """The policy of Keras for 16-bit numbers where they pay: those of GPUs need a scaled loss, the others do not.

    See https://keras.io/api/mixed_precision/.
    """
    possible = devices() if device == AUTO else [device]
    return "mixed_float16" if any(found.startswith("gpu") for found in possible) else "mixed_bfloat16"


@contextmanager
def precise(policy: str | None) -> Iterator[None]:
    """Build models in the block by this policy, and by the person's own again after it."""
    if policy is None:
        yield
        return
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


@contextmanager
def built_for(device: str | None, *, is_mixed: bool, is_here: bool = True) -> Iterator[None]:
    """Have the models of the block, which may be anybody's code, built for what is asked for, if anything is.

    Those that are not trained in this process, unless ``is_here``, may be built on any device.
    """
    if device is None and not is_mixed:
        yield
        return
    backend.check_installed()
    backend.load()
    wanted = AUTO if device is None else named(device)
    with placed(wanted if is_here else AUTO), precise(precision(wanted) if is_mixed else None):
        yield


def check(model: Any, device: str, *, is_mixed: bool) -> None:
    """Raises `BadOption` for a model that was built elsewhere, or for other numbers, than is asked for now."""
    lies_on = {_device_of(variable.value) for variable in model.trainable_variables} if device != AUTO else set()
    if lies_on - {device}:
        raise BadOption(
            f"The model {model.name} lies on {', '.join(sorted(lies_on))}, and not on {device}: build it in a cell "
            f"with  %%train_mnist --device {device}"
        )
    if is_mixed and not precision_of(model).startswith("mixed"):
        raise BadOption(
            f"The model {model.name} was built to compute in {precision_of(model)}: build it in a cell with  "
            "%%train_mnist --mixed-precision"
        )


def precision_of(model: Any) -> str:
    """The policy of most of its layers that have one of their own: a model that was loaded has none itself."""
    names = [layer.dtype_policy.name for layer in model.layers if layer.weights] or [model.dtype_policy.name]
    return str(max(names, key=names.count))


def _device_of(value: Any) -> str:
    """Where a variable of TensorFlow, JAX or PyTorch lies."""
    if hasattr(value, "devices"):
        return ", ".join(sorted(f"{device.platform}:{device.id}" for device in value.devices()))
    if hasattr(value.device, "type"):
        kind, number = value.device.type, value.device.index or 0
    else:
        kind, number = str(value.device).lower().rsplit(":", 2)[-2:]
    return f"{'gpu' if kind == 'cuda' else kind}:{number}"
