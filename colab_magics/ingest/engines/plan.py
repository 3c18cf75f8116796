"""The frame of Dask: its types told by a sample, its partitions by blocks."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption, BrokenFile
from colab_magics.format import number
from colab_magics.format import size as in_words
from colab_magics.ingest.engines.kinds import kinds_of
from colab_magics.ingest.engines.lazy import lazy_frame
from colab_magics.ingest.engines.outline import Made
from colab_magics.ingest.engines.partitions import Block, TextReader
from colab_magics.ingest.engines.values import faults_named
from colab_magics.ingest.formats import Format
from colab_magics.ingest.names import find

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from colab_magics.ingest.engines.manner import Manner
    from colab_magics.ingest.task import Task

_HEAD = 1 << 20  # bytes in which the names of the columns must end
_HONOURED = (
    "decimal", "thousands", "na_values", "keep_default_na", "na_filter", "true_values", "false_values", "dayfirst",
    "date_format", "float_precision", "on_bad_lines", "skip_blank_lines", "names", "header", "quoting", "quotechar",
)  # fmt: skip
"""What may stand after ``--``: what means the same for each block as for the whole."""


_Sample = tuple[bytes, dict[str, Any], "pd.DataFrame"]
"""What stands before each block, the options of pandas, and the frame of the sample."""


@dataclass(frozen=True, slots=True)
class Text:
    """One file: its ``blocks``, ``header`` and ``sample``, and the ``options`` that pandas needs."""

    blocks: Sequence[Block]
    header: bytes
    sample: bytes
    options: Mapping[str, Any]
    is_sampled_whole: bool = False

    @property
    def size(self) -> int:
        return self.blocks[-1].end - self.blocks[0].start if self.blocks else 0


def text_options(task: Task, how: Manner) -> dict[str, Any]:
    """Return what pandas is told for each block. Raises `BadOption` for what only holds for a whole file."""
    import pandas as pd

    if task.recognised.format is Format.JSONL:
        if task.reading.reader:
            raise BadOption("JSON lines take no options after -- with --engine dask: leave them out.")
        return {"lines": True}
    given = task.literals(pd.read_csv)
    bad = next((key for key in given if key not in _HONOURED), None)
    if bad is not None or given.get("header", "infer") not in ("infer", 0, None) or given.get("quotechar", '"') != '"':
        raise BadOption(
            f"-- {bad or ('header' if 'header' in given else 'quotechar')} cannot be honoured by --engine dask, which "
            f"reads a file in blocks; it takes {', '.join(_HONOURED[:-1])}."
        )
    given.setdefault("quoting", 0)
    if given["quoting"] not in (0, 3):
        raise BadOption("-- quoting must be 0 or 3 with --engine dask.")
    dialect = {"sep": how.sep} if how.sep != "," else {}
    return dialect | ({"decimal": how.decimal} if how.decimal != "." else {}) | given


def header_of(path: Path, options: Mapping[str, Any]) -> tuple[bytes, int]:
    """Return the lines up to the names of the columns, and where the rows begin."""
    with path.open("rb") as file:
        return header_in(file.read(_HEAD), path.name, options)


def header_in(head: bytes, name: str, options: Mapping[str, Any]) -> tuple[bytes, int]:
    """Do so in the beginning of a text."""
    if options.get("header", "infer") is None or ("names" in options and "header" not in options):
        return b"", 0
    place = marks = seen = 0
    for line in head.splitlines(keepends=True) if b"\n" not in head else head.split(b"\n"):
        place += len(line) + (b"\n" in head)
        marks += 0 if options.get("quoting") == 3 else line.count(b'"')
        seen += bool(line.strip(b"\r\n\xef\xbb\xbf"))
        if seen and marks % 2 == 0:
            place = min(place, len(head))
            header = head[:place]
            return (header if header.endswith((b"\n", b"\r")) else header + b"\n"), place
    raise BrokenFile(f"The names of the columns of {name} do not end within {in_words(_HEAD)}.")


def text_frame(task: Task, texts: Sequence[Text], *, is_whole: bool, encoding: str | None = None) -> Made:
    """Make the frame of files with the same columns."""
    blocks = [block for text in texts for block in text.blocks]
    content = b"".join(text.sample if text.sample.endswith(b"\n") else text.sample + b"\n" for text in texts)
    sampled = "all of it" if is_whole else f"the {in_words(len(content))} of it that were sampled"
    is_json = task.recognised.format is Format.JSONL
    options = dict(texts[0].options) | ({} if encoding is None else {"encoding": encoding})
    with faults_named(task, Exception):
        header, options, sample = (_json_sample if is_json else _csv_sample)(task, options, texts[0].header, content)
    columns = list(sample.columns)
    wanted = [find(name, columns) for name in task.reading.columns] or columns
    kinds = kinds_of(sample, sampled, is_json=is_json)
    sep = options.get("sep", ",").encode() if not is_json and options.get("quoting") != 3 else b""
    reader = TextReader(
        kinds, options, header, sep, tuple(wanted), task.reading.where, is_json, not task.reading.columns
    )
    where, total = task.reading.where, sum(text.size for text in texts)
    shown = sample[wanted] if where is None else sample[where.mask(sample)][wanted]
    rows = round(len(shown) * total / max(len(content), 1))
    counted = number(len(shown)) if is_whole else f"about {number(_rounded(rows))}"
    return lazy_frame(task, reader, blocks, shown, counted, f"of at most {in_words(_largest(blocks))} of text")


def _largest(blocks: Sequence[Block]) -> int:
    return max((block.end - block.start for block in blocks), default=0)


def _csv_sample(task: Task, options: dict[str, Any], header: bytes, content: bytes) -> _Sample:
    import pandas as pd

    reading = task.reading
    labels = list(pd.read_csv(io.BytesIO(header + content), **options, nrows=0).columns)
    if header and "names" not in options and any(str(label).rpartition(".")[0] in labels for label in labels):
        # pandas has told names apart that stand twice, and would give the type of the one to the other
        header, options = b"", {**options, "names": labels, "header": None}
    if reading.needed:
        options["usecols"] = [find(name, labels) for name in reading.needed]
    if reading.dtype:
        types = task.types(labels)
        options["dtype"] = types if isinstance(types, dict) else dict.fromkeys(labels, types)
    if reading.parse_dates:
        options["parse_dates"] = [find(name, labels) for name in reading.parse_dates]
    sample = pd.read_csv(io.BytesIO(header + content), **options, low_memory=False)
    if not isinstance(sample.index, pd.RangeIndex):
        raise BadOption(
            f"{task.name} has more values in a row than names of columns: name them by  -- names=[...] , or leave "
            "--engine out, and pandas takes the first for an index."
        )
    unparsed = [label for label in options.get("parse_dates", ()) if sample[label].dtype.kind != "M"]
    if unparsed:
        raise BadOption(f"--parse-dates: pandas takes {unparsed[0]} for no dates: leave it out.")
    return header, options, sample


def _json_sample(task: Task, options: dict[str, Any], _: bytes, content: bytes) -> _Sample:
    import pandas as pd

    sample = pd.read_json(io.BytesIO(content), **options)
    labels = list(sample.columns)
    types = task.types(labels) if task.reading.dtype else {}
    types = types if isinstance(types, dict) else dict.fromkeys(labels, types)
    dates = [find(name, labels) for name in task.reading.parse_dates]
    options |= ({"dtype": types} if types else {}) | ({"convert_dates": dates} if dates else {})
    if types or dates:
        sample = pd.read_json(io.BytesIO(content), **options)
    needed = [find(name, labels) for name in task.reading.needed] or labels
    return b"", options, sample[needed]


def _rounded(rows: int) -> int:
    """Keep three digits: more are not known of an estimate."""
    step = int(10 ** max(0, len(str(rows)) - 3))
    return round(rows / step) * step
