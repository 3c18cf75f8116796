"""``%ingest``: any source to a DataFrame."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics import _shell
from colab_magics.errors import BadOption, ColabMagicsError, SourceError
from colab_magics.format import plural
from colab_magics.ingest import card as cards
from colab_magics.ingest.cell import Failure, entries, ingest_all
from colab_magics.ingest.engine import Ingested, Request, ingest_one
from colab_magics.ingest.formats import Format
from colab_magics.ingest.screen import Screen
from colab_magics.options import LineParser, identifier

if TYPE_CHECKING:
    import pandas as pd


def ingest(
    source: str | Path,
    *,
    format: str | None = None,  # noqa: A002 (the option's own name, as in pandas)
    member: str | None = None,
    endpoint: str | None = None,
    profile: str | None = None,
    anon: bool = False,
) -> pd.DataFrame:
    """Read a file from a path, a web address or ``s3://`` into a DataFrame, and show what is in it.

    ``format``: csv, tsv, json, jsonl, parquet, excel, numpy or idx, where it shall not be recognised from the
    content. ``member``: the array of an ``.npz`` file.
    ``endpoint``, ``profile``, ``anon``: how to reach an S3 store. What is remote is first fetched to a whole local
    file. The frame is the one that pandas makes with its defaults; arrays of more than two dimensions are flattened
    to one row each, with their shape in ``frame.attrs["shape"]``.

    Raises `SourceNotFound`, `SourceDenied`, `DownloadFailed`, `UnknownFormat`, `BrokenFile`, `MissingExtra` or
    `BadOption`; then no file is left behind.
    """
    return _ingest(Request(str(source), None, format, member, endpoint, profile, anon)).frame


def _ingest(request: Request) -> Ingested:
    with Screen(request.shown) as screen:
        ingested = ingest_one(request, screen.tell)
        screen.show(cards.loaded(ingested))
    return ingested


PARSER = LineParser(
    ingest,
    description="Read any source into a DataFrame, and show its shape, columns, missing values and first rows.",
    examples="""
        df = %ingest data.csv
        %ingest https://github.com/owner/project/blob/main/data.parquet --as df
        %ingest s3://bucket/data.csv --anon --as df

        %%ingest
        # fetched together, one per line
        train = https://example.org/train.csv
        test  = https://example.org/test.csv
    """,
)
PARSER.add_argument("source", help="a path, an http(s):// or s3:// address, or $name of a variable with one")
PARSER.add_argument("--as", dest="as_", type=identifier, metavar="NAME", help="the variable to make")
PARSER.add_argument("--format", choices=[str(known) for known in Format], help="do not go by the content")
PARSER.add_argument("--member", metavar="NAME", help="the array of an .npz file")
PARSER.add_argument("--endpoint", metavar="URL", help="an S3 store other than Amazon's")
PARSER.add_argument("--profile", help="a profile of the AWS configuration")
PARSER.add_argument("--anon", action="store_true", help="read a public S3 bucket without credentials")


def run(line: str, cell: str | None) -> object:
    """Do what was typed; a cell, and a line with ``--as``, assign and return nothing."""
    if cell is not None:
        _run_cell(line, cell)
        return None
    options = PARSER.parse_line(line, _shell.namespace())
    name = options.pop("as_")
    ingested = _ingest(Request(name=name, **options))
    if name is None:
        return ingested.frame
    _shell.assign(name, ingested.frame)
    return None


def _run_cell(line: str, cell: str) -> None:
    requests = _requests(line, cell)
    started = time.monotonic()
    with Screen(plural(len(requests), "source")) as screen:
        outcomes = list(ingest_all(requests, screen.tell))
        done = [outcome for outcome in outcomes if isinstance(outcome, Ingested)]
        failures = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
        screen.show(cards.several(done, failures, time.monotonic() - started))
    for ingested in done:
        _shell.assign(str(ingested.name), ingested.frame)
    if failures:
        raise SourceError(_told(failures, len(requests)))


def _requests(line: str, cell: str) -> list[Request]:
    """Read every line of a cell before anything is fetched; the options of the first line hold for all."""
    _options(line, "source")  # for its help, and for its own mistakes
    requests = []
    for number, name, rest in entries(cell):
        try:
            requests.append(Request(name=name, **_options(line, rest)))
        except ColabMagicsError as error:
            raise type(error)(f"Line {number} of the cell: {error}") from error
    return requests


def _options(line: str, rest: str) -> dict[str, Any]:
    options = PARSER.parse_line(f"{line} {rest}", _shell.namespace())
    if options.pop("as_") is not None:
        raise BadOption("In a cell the name stands before the source:  name = source")
    return options


def _told(failures: list[Failure], count: int) -> str:
    lines = "\n".join(f"  {failure.name}: {failure.sentence}" for failure in failures)
    others = count - len(failures)
    rest = f"; the {'other is' if others == 1 else f'other {others} are'} assigned" if others else ""
    return f"{len(failures)} of {plural(count, 'source')} could not be read{rest}:\n{lines}"
