"""How the person wants a file to be read: which columns and rows, as which types, and by which rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from colab_magics.errors import BadOption
from colab_magics.ingest.condition import Condition
from colab_magics.ingest.grammar import condition
from colab_magics.ingest.literals import Pairs, pairs
from colab_magics.options import Whole, positive

BACKENDS = ("numpy", "pyarrow")
_SAMPLE = re.compile(r"(\d+)|(\d+(?:\.\d+)?)\s*%")
_COMMA = re.compile(r",(?![^\[]*\])")  # not in datetime64[ns, UTC]
_ESCAPES = {"\\t": "\t", "tab": "\t", "space": " "}

Names = str | Iterable[str]


@dataclass(frozen=True, slots=True)
class Amount:
    """How much to sample: ``rows``, or ``share`` (0 to 1) of all."""

    rows: int | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """The person's wishes; what is None or empty is left to pandas, and no argument is passed for it.

    ``columns`` are in the order in which they are wanted. ``dtype`` holds names of columns with names of types; the
    empty name stands for all columns. ``reader`` is what goes to the reader of pandas as it is.
    """

    columns: tuple[str, ...] = ()
    where: Condition | None = None
    head: int | None = None
    sample: Amount | None = None
    seed: int | None = None
    sep: str | None = None
    encoding: str | None = None
    dtype: tuple[tuple[str, str], ...] = ()
    parse_dates: tuple[str, ...] = ()
    backend: str = BACKENDS[0]
    member: str | None = None
    table: str | None = None
    sheet: str | None = None
    reader: Pairs = ()

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns to read: those that are wanted, then those that only choose rows; empty for all."""
        if not self.columns:
            return ()
        rows = () if self.where is None else tuple(self.where.columns())
        return tuple(dict.fromkeys((*self.columns, *rows)))


WITHOUT_WISHES = Reading()


def reading(
    *,
    columns: Names | None = None,
    where: str | None = None,
    head: int | None = None,
    sample: int | str | None = None,
    seed: int | None = None,
    sep: str | None = None,
    encoding: str | None = None,
    dtype: str | Mapping[str, Any] | type | None = None,
    parse_dates: Names | None = None,
    backend: str = BACKENDS[0],
    member: str | None = None,
    table: str | int | None = None,
    sheet: str | int | None = None,
    reader: Mapping[str, object] | None = None,
) -> Reading:
    """Read the options as a line and as Python give them. Raises `BadOption`."""
    if head is not None and sample is not None:
        raise BadOption("--head takes the first rows and --sample random ones: choose one of them.")
    if head is not None:
        positive.check("head", head)
    if seed is not None:
        Whole(0).check("seed", seed)
    if backend not in BACKENDS:
        raise BadOption(f"There is no backend {backend}: choose one of {', '.join(BACKENDS)}.")
    return Reading(
        columns=_names(columns, "--columns"),
        where=None if where is None else condition(where),
        head=head,
        sample=None if sample is None else _amount(str(sample)),
        seed=seed,
        sep=None if sep is None else _separator(sep),
        encoding=None if encoding is None else _encoding(encoding),
        dtype=_types(dtype),
        parse_dates=_names(parse_dates, "--parse-dates"),
        backend=backend,
        member=member,
        table=None if table is None else str(table),
        sheet=None if sheet is None else str(sheet),
        reader=pairs(reader or {}),
    )


def _names(names: Names | None, option: str) -> tuple[str, ...]:
    if names is None:
        return ()
    if not isinstance(names, (str, Iterable)):
        raise BadOption(f"{option} takes names with commas between them.")
    found = [name.strip() for name in names.split(",")] if isinstance(names, str) else [str(name) for name in names]
    if not found or not all(found):
        raise BadOption(f"{option} takes names with commas between them, and one of them is empty.")
    return tuple(dict.fromkeys(found))


def _amount(text: str) -> Amount:
    match = _SAMPLE.fullmatch(text.strip())
    amount = Amount()
    if match is not None:
        amount = Amount(rows=int(match[1])) if match[1] else Amount(share=float(match[2]) / 100)
    if not amount.rows and not (amount.share and amount.share <= 1):
        raise BadOption(f"--sample takes a number of rows or a share such as 5%, and not {text}.")
    return amount


def _separator(sep: str) -> str:
    sep = _ESCAPES.get(sep.lower(), sep)
    if not sep:
        raise BadOption("--sep takes what stands between the columns, such as ; or tab.")
    return sep


def _encoding(encoding: str) -> str:
    import codecs

    try:
        if not codecs.lookup(encoding)._is_text_encoding:  # noqa: SLF001 (base64 and its like are codecs, too)
            raise LookupError  # noqa: TRY301
    except (LookupError, ValueError) as error:
        raise BadOption(f"There is no encoding {encoding}: try utf-8, cp1252, latin-1 or utf-16.") from error
    return encoding


def _types(dtype: str | Mapping[str, Any] | type | None) -> tuple[tuple[str, str], ...]:
    if dtype is None:
        return ()
    if isinstance(dtype, Mapping):
        return tuple((str(name), _type(value)) for name, value in dtype.items())
    if not isinstance(dtype, str) or "=" not in dtype:
        return (("", _type(dtype)),)
    words = [word.partition("=") for word in _COMMA.split(dtype)]
    if not all(name.strip() and value.strip() for name, _, value in words):
        raise BadOption("--dtype takes  name=type,name=type , or one type for all columns.")
    return tuple((name.strip(), value.strip()) for name, _, value in words)


def _type(value: Any) -> str:
    return value.strip() if isinstance(value, str) else str(getattr(value, "__name__", value))
