"""Keras and its backend, loaded when first needed, and without TensorFlow's chatter in the notebook."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from colab_magics import interrupts
from colab_magics.errors import BadOption, MissingExtra
from colab_magics.extras import check, need

# What TensorFlow's C++ side writes whenever it is loaded: about oneDNN, processor features and its own log.
_CHATTER = re.compile(rb"(?m)^(?:WARNING: All log messages before absl::InitializeLog|I0000 |I \w+/).*\n?")
_STDERR = 2


_BY = "%train_mnist"
_EXTRA = "train"
_VARIABLE = "KERAS_BACKEND"
_OPTION = "--backend"
_BACKENDS = ("tensorflow", "jax", "torch", "openvino")
"""What Keras 3 knows."""


def check_installed(backend: str | None = None) -> None:
    """Find out before anything is done whether Keras is there, with the backend that was asked for, or that it takes.

    Raises `MissingExtra` and `BadOption`.
    """
    check("keras", "tensorboard", by=_BY, extra=_EXTRA)
    if backend is not None:
        _check_backend(backend, _OPTION)
    elif "keras" not in sys.modules:  # which has chosen and loaded its own
        _check_backend(*_named_backend())


def _named_backend() -> tuple[str, str]:
    """The backend that Keras will take, and what names it: https://keras.io/getting_started/#configuring-your-backend."""
    if os.environ.get(_VARIABLE):
        return os.environ[_VARIABLE], f"the environment variable {_VARIABLE}"
    settings = Path(os.environ.get("KERAS_HOME") or os.path.expanduser("~/.keras"), "keras.json")  # noqa: PTH111 (never raises)
    try:
        named = json.loads(settings.read_text(encoding="utf-8")).get("backend")
    except (OSError, ValueError, AttributeError):
        named = None
    return (named, str(settings)) if isinstance(named, str) else ("tensorflow", "")


def _check_backend(backend: str, where: str) -> None:
    way = "leave --backend out" if where == _OPTION else "take the name away and restart the kernel"
    if backend not in _BACKENDS:
        raise BadOption(
            f"Keras is to use {backend!r}, which {where} names and which is no backend of it: name tensorflow, jax or "
            f"torch there, or {way}."
        )
    if backend != "tensorflow" and find_spec(backend) is None:
        raise MissingExtra(
            f"%train_mnist needs {backend}, which {where} names and which is not installed here. Run  "
            f"%pip install {backend}  and try again, or {way}: Keras then uses TensorFlow."
        )
    check(backend, by=_BY, extra=_EXTRA)


def choose(name: str) -> None:
    """Have Keras loaded with this backend. Raises `BadOption` where it is loaded with another one, `MissingExtra`."""
    keras = sys.modules.get("keras")
    loaded = None if keras is None else keras.config.backend()
    if loaded == name:
        return
    _check_backend(name, _OPTION)
    if loaded is None:
        os.environ[_VARIABLE] = name
    else:
        raise BadOption(
            f"Keras is loaded with {loaded} in this kernel, and it cannot change its backend: restart the kernel and "
            f"run this cell first, or train with {name} in the background by  --background"
        )


def grow_on_demand() -> None:
    """Have TensorFlow and JAX take the memory of a GPU as they need it, and not all at once; read at their first use.

    See https://www.tensorflow.org/guide/gpu and https://docs.jax.dev/en/latest/gpu_memory_allocation.html.
    """
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")


def load(by: str = _BY) -> Any:
    """Import Keras with the backend that ``KERAS_BACKEND`` or Keras' own settings name, TensorFlow by default.

    ``by`` is the feature that asks. An interrupt waits until all is there. Raises `MissingExtra` when Keras or its
    backend is not installed.
    """
    grow_on_demand()
    with interrupts.held():
        if "keras" in sys.modules:
            return need("keras", by=by, extra=_EXTRA)
        with without_chatter():
            return need("keras", by=by, extra=_EXTRA)


@contextmanager
def without_chatter() -> Iterator[None]:
    """Hold back what the process writes to standard error, and pass on what is worth reading."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")  # TensorFlow reads it once: warnings and errors stay
    sys.stderr.flush()
    saved = os.dup(_STDERR)
    try:
        with tempfile.TemporaryFile() as held:
            os.dup2(held.fileno(), _STDERR)
            try:
                yield
            finally:
                sys.stderr.flush()
                os.dup2(saved, _STDERR)
                held.seek(0)
                os.write(_STDERR, _CHATTER.sub(b"", held.read()))
    finally:
        os.close(saved)


@contextmanager
def unsaid(logger: str, words: str) -> Iterator[None]:
    """In the block, hold back what a library logs about our way to use it: the person could change nothing in it."""

    def is_wanted(record: logging.LogRecord) -> bool:
        return words not in record.getMessage()

    library = logging.getLogger(logger)
    library.addFilter(is_wanted)
    try:
        yield
    finally:
        library.removeFilter(is_wanted)


def graphs_made_anew() -> AbstractContextManager[None]:
    """In the block, have TensorFlow say nothing of making a graph for each model, which it takes for a mistake."""
    return unsaid("tensorflow", "triggered tf.function retracing")
