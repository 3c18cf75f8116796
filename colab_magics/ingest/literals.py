"""What is handed to a reader of pandas as it was typed, ``key=value``: literals, and nothing that runs."""

from __future__ import annotations

import ast
import difflib
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from colab_magics.errors import BadOption

Pairs = tuple[tuple[str, str], ...]
"""Keys with their values as Python literals: it can be compared and hashed, and holds nothing that runs."""

_SOURCE = "the source alone says what is read"
_RUNS = "it would run code"
_PIECES = "it would give pieces and no frame"
_FETCHED = "fetching has its own options, such as --profile"
_REFUSED = {
    **dict.fromkeys(("filepath_or_buffer", "path_or_buf", "path_or_buffer", "path", "io", "con", "sql"), _SOURCE),
    **dict.fromkeys(("converters", "date_parser", "opener", "stylesheet", "engine_kwargs", "params"), _RUNS),
    **dict.fromkeys(("iterator", "chunksize"), _PIECES),
    **dict.fromkeys(("storage_options", "filesystem"), _FETCHED),
    "compression": "the content of the file tells it",
}
_OURS = {
    "usecols": "--columns",
    "columns": "--columns",
    "nrows": "--head",
    "filters": "--where",
    "sep": "--sep",
    "delimiter": "--sep",
    "dialect": "--sep",
    "encoding": "--encoding",
    "dtype": "--dtype",
    "parse_dates": "--parse-dates",
    "dtype_backend": "--backend",
    "sheet_name": "--sheet",
}
_ENGINES = {
    "read_csv": ("c", "python", "pyarrow"),
    "read_json": ("ujson", "pyarrow"),
    "read_excel": ("openpyxl", "calamine", "xlrd", "odf", "pyxlsb"),
}
_LONGEST = 10_000  # characters of one value; a deeper literal would exhaust the stack of Python's parser


def typed(words: Iterable[str]) -> dict[str, object]:
    """Read words such as ``skiprows=2``; what is no literal is text. Raises `BadOption`."""
    values: dict[str, object] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals or not key.isidentifier():
            raise BadOption(f"After -- each word must read  key=value , and {word} does not.")
        values[key] = _value(text)
    return values


def pairs(values: Mapping[str, object]) -> Pairs:
    """Keep values as literals, in a fixed order. Raises `BadOption` for one that is none, such as a function."""
    kept = []
    for key, value in sorted(values.items()):
        text = repr(value)
        if _value(text) != value:
            raise BadOption(
                f"{key} must be a literal (text, number, list, dict ...), and not a {type(value).__name__}."
            )
        kept.append((key, text))
    return tuple(kept)


def options(kept: Pairs, function: Callable[..., Any]) -> dict[str, Any]:
    """Return what ``function`` of pandas takes as keywords. Raises `BadOption` for what it must not or cannot take."""
    known = [
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    ]
    values = {}
    for key, text in kept:
        if key in _REFUSED:
            raise BadOption(f"{key} is not handed to pandas.{function.__name__}: {_REFUSED[key]}.")
        if key in _OURS:
            raise BadOption(f"{key} is not handed to pandas.{function.__name__}: say {_OURS[key]} instead.")
        if key not in known:
            close = difflib.get_close_matches(key, [name for name in known if name not in _REFUSED], n=1)
            hint = f" Did you mean {_OURS.get(close[0], close[0])}?" if close else ""
            raise BadOption(f"Neither %ingest nor pandas.{function.__name__} has an option {key}.{hint}")
        values[key] = _value(text)
    engines = _ENGINES.get(function.__name__, ())
    if "engine" in values and values["engine"] not in engines:
        raise BadOption(f"engine must be one of {', '.join(engines)}." if engines else "engine cannot be chosen here.")
    return values


def refuse(kept: Pairs, what: str) -> None:
    """Say that what is no reader of pandas takes no such options."""
    if kept:
        raise BadOption(f"{what} is not read by pandas itself, and takes no {kept[0][0]}: leave it out.")


def _value(text: str) -> object:
    if len(text) > _LONGEST:
        raise BadOption("A value after -- is too long.")
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text
