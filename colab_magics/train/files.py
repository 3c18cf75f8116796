"""The files of a run: written whole or not at all, and read without trust."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import textwrap
import warnings
from typing import TYPE_CHECKING, Any

from colab_magics.durable import publish, sync, writing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a small file, whole or not at all."""
    with writing(path, unfinished(path)) as file:
        file.write(content)


def unfinished(path: Path) -> Path:
    """Where a file of a run lies while it is written: what a kill has left there is known, and written over."""
    return path.with_name(f".{path.name}.part")


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON, whole or not at all."""
    write_whole(path, f"{json.dumps(content, indent=2)}\n".encode())


def read_json(path: Path) -> dict[str, Any]:
    """What a file tells; nothing where it is not there or is no JSON object."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_history(path: Path, rows: Sequence[Mapping[str, float]], first: int = 1) -> None:
    """Write the rows of ended epochs, which count from ``first``, as CSV, whole or not at all."""
    lines = io.StringIO()
    writer = csv.DictWriter(lines, fieldnames=["epoch", *columns(rows)], lineterminator="\n")
    writer.writeheader()
    writer.writerows({"epoch": number, **row} for number, row in enumerate(rows, start=first))
    write_whole(path, lines.getvalue().encode())


def columns(rows: Sequence[Mapping[str, float]]) -> list[str]:
    """All that the rows tell of, the time at the end: an epoch without validation tells less than others."""
    return sorted(dict.fromkeys(name for row in rows for name in row), key=lambda name: name == "seconds")


def save_model(path: Path, model: Any) -> None:
    """Save a Keras model under ``path`` (``.keras``), whole or not at all."""
    temporary = path.with_name(f".part.{path.name}")  # Keras asks for the ending
    try:
        with warnings.catch_warnings():  # the weights of its parts are saved, though it is never called itself
            warnings.filterwarnings("ignore", "You are saving a model that has not yet been built")
            model.save(temporary)
        with temporary.open("rb") as file:
            sync(file)
        publish(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def kept_model(path: Path, model: Any) -> tuple[str, ...]:
    """Save a model as `save_model` does; what Keras cannot save is told, since the training itself is worth keeping."""
    try:
        save_model(path, model)
    except Exception as error:  # noqa: BLE001 (the layers' own code says how they are saved)
        said = " ".join(str(error).split()) or type(error).__name__
        return (f"The model could not be saved, it is only in memory (run.model): {textwrap.shorten(said, 200)}",)
    return ()


def sha256_of(path: Path) -> str:
    """The hash of what a file holds, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def reason(error: OSError) -> str:
    """Why something could not be written, in words."""
    return error.strerror or str(error)
