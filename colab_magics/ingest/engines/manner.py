"""How a text is written, as it was recognised, told to an engine that would guess otherwise."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption, BrokenFile
from colab_magics.ingest.formats import Format
from colab_magics.ingest.names import find

if TYPE_CHECKING:
    from colab_magics.ingest.condition import Test
    from colab_magics.ingest.task import Task

_CHUNK = 4 << 20
_UTF8 = ("utf-8", "utf-8-sig", "ascii")

MISSING = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
)  # fmt: skip
"""What pandas takes for missing: https://pandas.pydata.org/docs/reference/api/pandas.read_csv.html , na_values."""


@dataclass(frozen=True, slots=True)
class Manner:
    """A text in UTF-8 at ``path``: one mark ``sep`` between its columns, ``decimal`` in its numbers."""

    path: Path
    sep: str = ","
    decimal: str = "."


def manner(task: Task) -> Manner:
    """Have the text in UTF-8, and know its dialect. Raises `BadOption` for columns that no single mark separates."""
    path = utf8(task)
    if task.recognised.format is Format.JSONL:
        return Manner(path)
    from colab_magics.ingest.text import dialect

    options = {"sep": ",", "decimal": ".", **dialect(task)}
    if len(options["sep"]) != 1:
        raise BadOption(
            f"The columns of {task.name} are separated by {options['sep']!r}, which is no single mark: "
            "leave --engine out."
        )
    return Manner(path, options["sep"], options["decimal"])


def utf8(task: Task) -> Path:
    """Return the path of the text in UTF-8; one that is not is written anew, in the folder of the task."""
    encoding = encoding_of(task)
    if encoding is None:
        return task.path
    target = task.folder / f"utf-8-{task.path.name}"
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with task.path.open("rb") as source, target.open("w", encoding="utf-8", newline="") as out:
            while chunk := source.read(_CHUNK):
                out.write(decoder.decode(chunk))
            out.write(decoder.decode(b"", final=True))
    except UnicodeDecodeError as error:
        raise BrokenFile(
            f"{task.name} is not {encoding} (near byte {error.start}): choose another --encoding."
        ) from error
    return target


def encoding_of(task: Task) -> str | None:
    """Return the encoding of a text, None for UTF-8; what had to be guessed is told."""
    encoding = task.encoding or task.recognised.encoding
    if encoding is not None:
        if codecs.lookup(encoding).name in {codecs.lookup(name).name for name in _UTF8}:
            return None
        if task.encoding is None:
            task.note(f"The text is {encoding.upper()}.")
        return encoding
    if is_utf8(task.path):
        return None
    from colab_magics.ingest.encoding import guess

    task.encoding, note = guess(task.path)
    task.note(note)
    return task.encoding


def is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def refuse_none(test: Test) -> None:
    """Engines do not agree on what is in a list with nothing in it."""
    if None in test.value:
        raise BadOption(f"--where: write  {test.column} is None or ...  instead of None in a list.")


def typed(task: Task, labels: list[str], names: dict[str, Any], engine: str) -> dict[str, Any]:
    """Return the types of ``--dtype`` by column, as ``names`` has them for an engine. Raises `BadOption`."""
    types = {}
    for name, kind in task.reading.dtype:
        key = kind.lower().removesuffix("[pyarrow]")
        if key not in names:
            raise BadOption(f"--dtype: --engine {engine} takes no type {kind} here; there are {', '.join(names)}.")
        for label in [find(name, labels)] if name else labels:
            types[label] = names[key]
    return types
