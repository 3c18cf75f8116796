"""Which framework Keras computes with."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from colab_magics.envinfo.reading import Missing, Reading, text

FRAMEWORKS = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}
_MOST = 10_000


class Backend(NamedTuple):
    """The framework, and what chose it: "KERAS_BACKEND", "keras.json", or "" where nothing did."""

    framework: str
    chosen_by: str


def read_backend(root: Path, environ: Mapping[str, str]) -> Reading[Backend]:
    """Read the backend as Keras does: https://keras.io/getting_started/#configuring-your-backend."""
    if environ.get("KERAS_BACKEND"):
        return _known(environ["KERAS_BACKEND"], "KERAS_BACKEND")
    home = environ.get("KERAS_HOME") or f"{environ.get('HOME') or environ.get('USERPROFILE') or ''}/.keras"
    lines = text(root / home.lstrip("/") / "keras.json", _MOST)
    if isinstance(lines, Missing):
        return Backend("TensorFlow", "")
    try:
        chosen = json.loads(lines)
    except (ValueError, RecursionError):
        return Missing("keras.json is damaged")
    name = chosen.get("backend", "tensorflow") if isinstance(chosen, dict) else None
    return _known(name, "keras.json")


def _known(name: object, chosen_by: str) -> Reading[Backend]:
    framework = FRAMEWORKS.get(name) if isinstance(name, str) else None
    return Backend(framework, chosen_by) if framework else Missing(f"{chosen_by} names a backend that is none of ours")
