"""One partition of a table that is cut into blocks: read by the person's own pandas, wherever a worker is."""

from __future__ import annotations

import io
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption, BrokenFile, ColabMagicsError
from colab_magics.ingest.engines.cuts import STRAY, Stray, check_lines
from colab_magics.ingest.engines.kinds import Kinds
from colab_magics.ingest.engines.origin import Origin

if TYPE_CHECKING:
    import pandas as pd

    from colab_magics.ingest.condition import Condition

_MORE = 64 << 10  # bytes read beyond a block, to find the end of its last line
_LONGEST_LINE = 64 << 20


@dataclass(frozen=True, slots=True)
class Block:
    """Bytes of a text from ``start`` to ``end``; unless ``is_cut`` there, its lines are those that begin in it."""

    origin: Origin
    start: int
    end: int
    is_cut: bool = True

    @property
    def place(self) -> str:
        return f"between the bytes {self.start:,} and {self.end:,} of {self.origin.name}"

    def content(self) -> bytes:
        """Return whole lines."""
        if self.is_cut:
            return self.origin.read(self.start, self.end)
        first, size = max(0, self.start - 1), self.origin.size
        content = self.origin.read(first, min(self.end + _MORE, size))
        begin = content.find(b"\n") + 1 if self.start else 0
        reach = self.end - first - 1  # a line that ends just there is the last
        if self.start and not 0 < begin <= reach + 1:
            return b""
        while (stop := content.find(b"\n", max(reach, 0))) < 0 and first + len(content) < size:
            if len(content) > self.end - first + _LONGEST_LINE:
                raise BrokenFile(f"{self.origin.name} has a line without end {self.place}.")
            more = first + len(content)
            content += self.origin.read(more, min(more + 16 * _MORE, size))
        return content[begin : len(content) if stop < 0 else stop + 1]


@dataclass(frozen=True, slots=True)
class TextReader:
    """Reads a `Block` of CSV or JSON lines; ``columns`` are what Dask finds to be needed of those that there are.

    ``options`` are for pandas. ``header``: the line with the names, if the text has one. ``sep``: what a quotation mark
    may stand beside, or empty where there are none.
    """

    kinds: Kinds
    options: Mapping[str, Any] = field(hash=False)
    header: bytes = b""
    sep: bytes = b""
    wanted: tuple[Hashable, ...] = ()
    where: Condition | None = None
    is_json: bool = False
    is_all: bool = True

    def __call__(self, block: Block, columns: Sequence[Hashable] | None = None) -> pd.DataFrame:
        content = block.content()
        if self.sep and not block.is_cut:
            _check_quotes(content, self.sep, block)
        wanted = list(self.wanted if columns is None else columns)
        needed = needed_of(wanted, self.where, list(self.kinds.meta.columns))
        frame = self._parsed(content, needed, block)
        return chosen(self.kinds.fit(frame, block.place), self.where, wanted)

    def _parsed(self, content: bytes, needed: list[Hashable], block: Block) -> pd.DataFrame:
        try:
            return self._json(content, needed, block) if self.is_json else self._csv(content, needed)
        except ColabMagicsError:
            raise
        except UnicodeDecodeError as error:
            raise BrokenFile(f"{block.origin.name} is not UTF-8 {block.place}: add --encoding to %ingest.") from error
        except Exception as error:
            reason = str(error).strip().splitlines()[:1] or [type(error).__name__]
            raise BrokenFile(
                f"{block.origin.name} cannot be read {block.place}: {reason[0][:200].rstrip('. ')}."
            ) from error

    def _csv(self, content: bytes, needed: list[Hashable]) -> pd.DataFrame:
        import pandas as pd

        options = {**self.options, "low_memory": False}
        given = options.get("dtype") or {}
        if isinstance(given, Mapping):
            texts = {label: "str" for label in self.kinds.only(needed) if label not in given}
            options["dtype"] = {label: kind for label, kind in {**texts, **given}.items() if label in needed}
        if len(needed) < len(self.kinds.meta.columns) or "usecols" in options:
            options["usecols"] = needed
        if "parse_dates" in options:
            options["parse_dates"] = [label for label in options["parse_dates"] if label in needed]
        options = {key: value for key, value in options.items() if value not in ([], {}) or key == "usecols"}
        if options.get("engine") == "python":
            options.pop("low_memory")
        frame: pd.DataFrame = pd.read_csv(io.BytesIO(self.header + content), **options)
        return frame[needed]

    def _json(self, content: bytes, needed: list[Hashable], block: Block) -> pd.DataFrame:
        import pandas as pd

        meta = self.kinds.meta
        # pandas would make numbers of texts such as "01234" where a block has no others
        types = {**dict.fromkeys(self.kinds.texts, "object"), **self.options.get("dtype", {})}
        options = {**self.options, "dtype": types or True}
        frame: pd.DataFrame = pd.read_json(io.BytesIO(content), **options) if content.strip() else meta
        new = [label for label in frame.columns if label not in meta.columns]
        if new and self.is_all:
            raise BadOption(
                f"{block.origin.name} has a field {new[0]} {block.place} that {self.kinds.sampled} does not have: "
                "choose --columns, or leave --engine out."
            )
        frame = frame.reindex(columns=needed)
        return frame.astype({label: meta[label].dtype for label in self.kinds.only(needed)})


def _check_quotes(content: bytes, sep: bytes, block: Block) -> None:
    """Refuse a block with a line end inside quotation marks, unless it was cut after a look at all of the file."""
    try:
        place = check_lines(content, sep, block.start)
    except Stray as stray:
        raise BrokenFile(f"{block.origin.name} {STRAY.format(place=f'{stray.place:,}')}") from None
    if place is not None:
        raise BrokenFile(
            f"{block.origin.name} has a line that ends inside quotation marks near byte {place:,}, and workers cannot "
            "cut such a file: leave --cluster out, so that it is looked through whole."
        )


def needed_of(wanted: Sequence[Hashable], where: Condition | None, known: Sequence[Hashable]) -> list[Hashable]:
    """Return the columns to read, in their own order: at least one."""
    from colab_magics.ingest.names import find

    rows = [] if where is None else [find(name, known) for name in where.columns()]
    needed = {*wanted, *rows} or {known[0]}
    return [label for label in known if label in needed]


def chosen(frame: pd.DataFrame, where: Condition | None, wanted: Sequence[Hashable]) -> pd.DataFrame:
    """Return the rows and columns that are wanted."""
    if where is not None:
        frame = frame[where.mask(frame)].reset_index(drop=True)
    return frame if list(frame.columns) == list(wanted) else frame[list(wanted)]
