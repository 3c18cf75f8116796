"""What the person asked `%ingest` for, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption
from colab_magics.ingest.formats import Format
from colab_magics.ingest.reading import WITHOUT_WISHES, Reading
from colab_magics.transfer.source import redacted

if TYPE_CHECKING:
    from colab_magics.ingest.engines.outline import Outline
    from colab_magics.ingest.summary import Summary

PANDAS = "pandas"
"""The engine where none is named."""


@dataclass(frozen=True, slots=True)
class Request:
    """The fields are the arguments of the public function; ``reading`` are those that say how a file is read."""

    source: str
    name: str | None = None
    format: str | None = None
    reading: Reading = WITHOUT_WISHES
    endpoint: str | None = None
    profile: str | None = None
    anon: bool = False
    requester_pays: bool = False
    sha256: str | None = None
    refresh: bool = False
    offline: bool = False
    trust: bool = False
    engine: str = PANDAS
    cluster: str | None = None

    @property
    def shown(self) -> str:
        """The source without its secrets."""
        return redacted(self.source)

    @property
    def forced(self) -> Format | None:
        """The format that the person insists on. Raises `BadOption` for one that does not exist."""
        if self.format is None:
            return None
        try:
            return Format(self.format)
        except ValueError as error:
            raise BadOption(f"There is no format {self.format}: choose one of {', '.join(Format)}.") from error


@dataclass(frozen=True, eq=False, slots=True)
class Ingested:
    """A frame and where it came from; ``size`` in bytes, ``seconds`` for all of it, ``source`` as it may be shown.

    ``summary`` describes the frame, where that is known already; ``is_mapped`` if it came from the cache of frames;
    ``fetched``: bytes, where only a part of the file was. ``frame`` is of pandas unless another engine was named: then
    ``outline`` tells what it is.
    """

    frame: Any
    name: str | None
    source: str
    format: str
    size: int
    seconds: float
    notes: tuple[str, ...]
    summary: Summary | None = None
    is_mapped: bool = False
    fetched: int | None = None
    outline: Outline | None = None
