"""One file to read, and what a reader can do with it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from colab_magics.errors import BadOption
from colab_magics.ingest.formats import LABELS, Recognised
from colab_magics.ingest.literals import options
from colab_magics.ingest.names import find
from colab_magics.ingest.reading import Reading

if TYPE_CHECKING:
    import pandas as pd


@dataclass(slots=True)
class Task:
    """A plain file, what it is, and how it shall be read; ``notes`` are what the person should know of that.

    ``folder`` is private, and gone once the file is read. ``member`` is what no archive around the file took.
    ``packed`` is the path of a packed file, and how it is packed, where the plain one holds only its start.
    """

    path: Path
    name: str
    recognised: Recognised
    reading: Reading
    folder: Path
    member: str | None = None
    packed: tuple[Path, str] | None = None
    encoding: str | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        return LABELS[self.recognised.format]

    def note(self, text: str) -> None:
        """Tell something once, however often the file is opened."""
        if text not in self.notes:
            self.notes.append(text)

    def types(self, labels: Iterable[Hashable]) -> Any:
        """Return the types that are wanted, one for all columns or by label; empty where none are.

        Raises `BadOption` for a column that is not among ``labels``, and for a type that pandas does not know.
        """
        from pandas.api.types import pandas_dtype

        known = list(labels)
        types = {}
        for name, kind in self.reading.dtype:
            try:
                pandas_dtype(kind)
            except (TypeError, ValueError) as error:
                raise BadOption(
                    f"--dtype: pandas knows no type {kind}; there are int64, float32, str, category."
                ) from error
            if not name:
                return kind
            types[find(name, known)] = kind
        return types

    def literals(self, function: Callable[..., Any]) -> dict[str, Any]:
        """Return what the person hands to a reader of pandas, with the backend that is asked for."""
        backend = {} if self.reading.backend == "numpy" else {"dtype_backend": self.reading.backend}
        return backend | options(self.reading.reader, function)


class Reader(NamedTuple):
    """How one format is read.

    ``whole`` reads all rows, ``pieces`` yields frames of about so many rows, ``head`` reads the first rows; the last
    two may be missing. Each returns at least the columns of `Reading.needed`. ``applies`` names the options that the
    reader applies itself; the others are applied to its frame. ``takes`` names those that only some formats have.
    """

    whole: Callable[[Task], pd.DataFrame]
    pieces: Callable[[Task, int], Iterator[pd.DataFrame]] | None = None
    head: Callable[[Task, int], pd.DataFrame] | None = None
    applies: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()
