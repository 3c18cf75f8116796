"""Keras and its backend, loaded when first needed, and without TensorFlow's chatter in the notebook."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from colab_magics import interrupts
from colab_magics.extras import check, need

# What TensorFlow's C++ side writes whenever it is loaded: about oneDNN, processor features and its own log.
_CHATTER = re.compile(rb"(?m)^(?:WARNING: All log messages before absl::InitializeLog|I0000 |I \w+/).*\n?")
_STDERR = 2


_ASKED = {"by": "%train_mnist", "extra": "train"}


def check_installed() -> None:
    """Find out before anything is downloaded whether Keras is there. Raises `MissingExtra`."""
    backend = os.environ.get("KERAS_BACKEND")
    check("keras", "tensorboard", *[backend] if backend else [], **_ASKED)


def load() -> Any:
    """Import Keras with the backend that ``KERAS_BACKEND`` or Keras' own settings name, TensorFlow by default.

    An interrupt waits until all is there. Raises `MissingExtra` when Keras or its backend is not installed.
    """
    with interrupts.held():
        if "keras" in sys.modules:
            return need("keras", **_ASKED)
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")  # TensorFlow reads it once: warnings and errors stay
        with _without_chatter():
            return need("keras", **_ASKED)


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Hold back what the process writes to standard error, and pass on what is worth reading."""
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
