"""The model that a run of another day kept: code in it is run only where the person says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from colab_magics import interrupts
from colab_magics.errors import BrokenFile, ColabMagicsError, SourceDenied
from colab_magics.train import backend, outside

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def load(path: Path, *, trust: bool = False, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Load a ``.keras`` file, with Python code inside it, as a Lambda layer has, only with ``trust``.

    Raises `SourceDenied` for such code, and else what `outside.load` does.
    """
    backend.check_installed()
    keras = backend.load()
    try:
        with interrupts.held():
            if not trust and not custom_objects:
                return outside.load(path)
            return keras.saving.load_model(path, custom_objects=custom_objects, safe_mode=not trust)
    except Exception as error:  # Keras raises almost anything on a file that it does not like
        raise _told(path, error) from error


def _told(path: Path, error: Exception) -> Exception:
    words = " ".join(f"{error} {error.__cause__ or ''}".split()) or type(error).__name__
    if "Lambda layer" in words or "safe_mode" in words:
        return SourceDenied(
            f"{path} has a Lambda layer, which is Python code and is not run unasked: if you know whose it is, take  "
            "run.load_model(trust=True)"
        )
    unknown = re.search(r"Could not locate (?:class|function) '([^']+)'", words)
    if unknown:
        name = unknown[1]
        return BrokenFile(
            f"{path} has a {name} of somebody's own, which Keras does not know here: run the cell that defines it, and "
            f'take  run.load_model(custom_objects={{"{name}": {name}}})'
        )
    unmade = re.search(r"<class '(?:[^']*\.)?([^'.]+)'> could not be deserialized", words)
    if unmade:
        reason = words.rpartition("deserialization: ")[2][:200].rstrip(".")
        return BrokenFile(
            f"{path} has a {unmade[1]} of somebody's own, which Keras cannot make again ({reason}): make the model as "
            f"it was made, call it on a few samples, and take  model.load_weights({str(path)!r})"
        )
    if isinstance(error, ColabMagicsError):
        return error
    return BrokenFile(f"{path} is damaged, or of another version of Keras ({words[:200]}).")
