"""``%ingest``: any source to a DataFrame."""

from __future__ import annotations

import inspect
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics import _shell
from colab_magics.errors import BadOption, ColabMagicsError, SourceError
from colab_magics.format import plural
from colab_magics.ingest import card as cards
from colab_magics.ingest.cache import ACTIONS, holdings
from colab_magics.ingest.cell import entries, joined
from colab_magics.ingest.engine import ingest_one
from colab_magics.ingest.engines.choice import ENGINES, refuse
from colab_magics.ingest.formats import Format
from colab_magics.ingest.literals import typed
from colab_magics.ingest.parcel import pack
from colab_magics.ingest.reading import BACKENDS, reading
from colab_magics.ingest.request import PANDAS, Ingested, Request
from colab_magics.ingest.screen import DeskScreen, Screen, send
from colab_magics.ingest.together import Failure, ingest_all, told
from colab_magics.options import LineParser, identifier, named_source, positive, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

_OF_READING = frozenset(inspect.signature(reading).parameters)


def ingest(
    source: str | Path | pd.DataFrame = "upload:",
    *,
    format: str | None = None,  # noqa: A002 (the option's own name, as in pandas)
    columns: str | Iterable[str] | None = None,
    where: str | None = None,
    head: int | None = None,
    sample: int | str | None = None,
    seed: int | None = None,
    sep: str | None = None,
    encoding: str | None = None,
    dtype: str | Mapping[str, Any] | type | None = None,
    parse_dates: str | Iterable[str] | None = None,
    backend: str = "numpy",
    engine: str = PANDAS,
    cluster: str | None = None,
    member: str | None = None,
    table: str | int | None = None,
    sheet: str | int | None = None,
    endpoint: str | None = None,
    profile: str | None = None,
    anon: bool = False,
    requester_pays: bool = False,
    sha256: str | None = None,
    refresh: bool = False,
    offline: bool = False,
    trust: bool = False,
    download: bool = False,
    cache: str | None = None,
    **reader: object,
) -> pd.DataFrame | Any:
    """Read a file from a path, a web address or ``s3://`` into a DataFrame, and show what is in it.

    The frame is the one that pandas makes with its defaults, or the part of it that is asked for. What is remote is
    first fetched to a whole, verified file of the cache, where the next call finds it; of a large file only the part
    is fetched that first rows, a sample or some columns of Parquet need. What is packed is unpacked. Arrays of more
    than two dimensions are flattened to one row each, with their shape in ``frame.attrs["shape"]``.

    Without a source, a panel asks for one: for files to upload, a path or an address. It is waited for where the page
    is heard while a cell runs; elsewhere the variable is made when the file is here, and None is returned. What has
    arrived of an upload that broke off waits seven days for the same file to be chosen again.

    ``format``: the name of a format, where it shall not be recognised from the content. ``columns``, in this order,
    and ``where``, a condition such as ``"age > 30 and city in ('Oslo', 'Rome')"``, choose what is kept; ``head`` the
    first rows; ``sample`` random ones, a number or a share such as ``"5%"``, the same again with the same ``seed``.
    ``sep``, ``encoding``, ``dtype``, ``parse_dates``: as pandas has them. ``backend``: numpy or pyarrow.
    ``engine``: whose value it shall be instead: polars makes a ``polars.DataFrame``, duckdb a lazy relation, dask a
    lazy ``dask.dataframe.DataFrame`` whose partitions are frames of pandas, for files that do not fit into the memory.
    ``cluster``: the address of a scheduler, such as ``tcp://host:8786``, whose workers then read the source themselves.
    ``member``: files in an archive, by a name or a pattern, or an array of an ``.npz`` file. ``table``: of a database,
    an HDF5 file or a page. ``sheet``: a name, or a number from 1. ``endpoint``, ``profile``, ``anon``,
    ``requester_pays``: how to reach an S3 store. ``sha256``: the hash that a fetched file must have. ``refresh``
    fetches it anew, ``offline`` takes it from the cache, ``trust`` takes it also where nothing tells that it is whole.
    All else goes to the reader of pandas, literals only. ``download``: send the file, or the frame as CSV, to the
    browser instead, and return None.
    ``cache``: list or clear what is kept, and return a frame of it.

    Raises `SourceNotFound`, `SourceDenied`, `DownloadFailed`, `ChecksumMismatch`, `Unproven`, `UnknownFormat`,
    `BrokenFile`, `TooLarge`, `MissingExtra` or `BadOption`; then nothing is left half-written.
    """
    options = {name: value for name, value in locals().items() if name not in ("source", "download", "cache")}
    if cache is not None:
        return _show_cache(cache)
    request = _request(str(source), None, options)
    return _send(source) if download else _frame(request)


def _request(source: str, name: str | None, options: dict[str, Any]) -> Request:
    """Sort the options: which say how to read, and which how to fetch."""
    wishes = {option: value for option, value in options.items() if option in _OF_READING}
    others = {option: value for option, value in options.items() if option not in _OF_READING}
    request = Request(source, name, reading=reading(**wishes), **others)
    refuse(request)
    return request


def _ingest(request: Request) -> Ingested:
    with Screen(request.shown) as screen:
        ingested = ingest_one(request, screen.tell)
        screen.show(cards.loaded(ingested))
    return ingested


def _show_cache(action: str) -> pd.DataFrame:
    if action not in ACTIONS:
        raise BadOption(f"cache takes {' or '.join(ACTIONS)}, and not {action}.")
    held = holdings(action)
    _shell.show(held.card())
    return held.frame()


def _send(source: Any) -> Any:
    send(pack(source, _shell.namespace()))


def _frame(request: Request) -> Any:
    """Return the frame; of several files that were uploaded together, the frames by name."""
    return DeskScreen(request).wait() if _is_asked_for(request) else _ingest(request).frame


def _is_asked_for(request: Request) -> bool:
    return request.source.lower() in ("upload:", "upload://")


PARSER = LineParser(
    ingest,
    description="Read any source into a DataFrame, and show its shape, columns, missing values and first rows.",
    examples="""
        df = %ingest
        df = %ingest data.csv
        %ingest --download df
        %ingest https://github.com/owner/project/blob/main/data.parquet --as df
        %ingest s3://bucket/data.csv --anon --as df
        %ingest big.csv --columns name,age --where "age > 30" --sample 1000
        %ingest huge.csv --engine dask --as df
        %ingest old.csv --parse-dates day -- skiprows=2 thousands=.

        %%ingest
        # fetched together, one per line
        train = https://example.org/train.csv
        test  = https://example.org/test.csv
    """,
)
PARSER.add_argument(
    "source",
    nargs="?",
    help="a path, an http(s):// or s3:// address, or $name of a variable with one; without any, a panel asks for it",
)
PARSER.add_argument("--as", dest="as_", type=identifier, metavar="NAME", help="the variable to make")
PARSER.add_argument("--format", choices=[str(known) for known in Format], help="do not go by the content")
PARSER.add_argument("--columns", metavar="A,B", help="only these columns, in this order")
PARSER.add_argument("--where", metavar="CONDITION", help="only rows such as  \"age > 30 and city in ('Oslo', 'Rome')\"")
PARSER.add_argument("--head", type=positive, metavar="N", help="the first N rows, without reading the others")
PARSER.add_argument("--sample", metavar="N|P%", help="N random rows, or P percent of all")
PARSER.add_argument("--seed", type=whole, metavar="N", help="the same sample again")
PARSER.add_argument("--sep", help="what stands between columns: ; or tab or another mark")
PARSER.add_argument("--encoding", metavar="NAME", help="of the text, such as cp1252")
PARSER.add_argument("--dtype", metavar="A=TYPE,..", help="types of columns, or one type for all")
PARSER.add_argument("--parse-dates", metavar="A,B", help="columns with dates")
PARSER.add_argument("--backend", choices=BACKENDS, help="what holds the values: numpy, or pyarrow")
PARSER.add_argument(
    "--engine", choices=ENGINES, default=PANDAS, help="whose value it shall be; dask for more than fits"
)
PARSER.add_argument("--cluster", metavar="ADDRESS", help="workers of this Dask scheduler read it, as tcp://host:8786")
PARSER.add_argument("--member", metavar="NAME", help="files in an archive, as data/*.csv, or the array of an .npz file")
PARSER.add_argument("--table", metavar="NAME", help="of a database or HDF5 file; its number on a web page")
PARSER.add_argument("--sheet", metavar="NAME", help="of an Excel or ODS file: its name, or its number from 1")
PARSER.add_argument("--endpoint", metavar="URL", help="an S3 store other than Amazon's")
PARSER.add_argument("--profile", help="a profile of the AWS configuration")
PARSER.add_argument("--anon", action="store_true", help="read a public S3 bucket without credentials")
PARSER.add_argument("--requester-pays", action="store_true", help="pay for reading an S3 bucket whose owner asks so")
PARSER.add_argument("--sha256", metavar="HASH", help="the hash that the fetched file must have")
PARSER.add_argument("--refresh", action="store_true", help="fetch and read it anew, whatever is kept of it")
PARSER.add_argument("--offline", action="store_true", help="take it from the cache, without asking the server")
PARSER.add_argument("--trust", action="store_true", help="take it also where nothing tells that all of it arrived")
PARSER.add_argument("--download", action="store_true", help="send a file, or a frame as CSV, to the browser")
PARSER.add_argument(
    "--cache",
    nargs="?",
    const="list",
    choices=ACTIONS,
    help="list what is kept, or clear it, also of unfinished uploads into this folder",
)
PARSER.add_rest("reader", metavar="KEY=VALUE", help="handed to the reader of pandas, as literals")


def close() -> None:
    """Leave the clusters; called by ``%unload_ext``."""
    module = sys.modules.get("colab_magics.ingest.engines.cluster")
    if module is not None:
        module.close_all()


def run(line: str, cell: str | None) -> object:
    """Do what was typed; a cell, and a line with ``--as``, assign and return nothing."""
    if cell is not None:
        _run_cell(line, cell)
        return None
    options = _options(line)
    name = options.pop("as_")
    action = options.pop("cache")
    if action is not None:
        return _show_cache(action)
    if options.pop("download"):
        return _send(options["source"])
    request = _request(options.pop("source"), name, options)
    frame = _frame(request)
    if name is None:
        return frame
    if not _is_asked_for(request):  # else the desk has made the variable, or will
        _shell.assign(name, frame)
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
        raise SourceError(told(failures, len(requests)))


def _requests(line: str, cell: str) -> list[Request]:
    """Read every line of a cell before anything is fetched; the options of the first line hold for all."""
    _cell_options(line, "source")  # for its help, and for its own mistakes
    requests = []
    for number, name, rest in entries(cell):
        try:
            options = _cell_options(line, rest)
            requests.append(_request(options.pop("source"), name, options))
        except ColabMagicsError as error:
            raise type(error)(f"Line {number} of the cell: {error}") from error
    return requests


def _cell_options(line: str, rest: str) -> dict[str, Any]:
    options = _options(joined(line, rest))
    if options.pop("cache") is not None:
        raise BadOption("--cache stands on a line, and not in a cell.")
    if options.pop("download"):
        raise BadOption("--download stands on a line, and not in a cell.")
    if options.pop("as_") is not None:
        raise BadOption("In a cell the name stands before the source:  name = source")
    return options


def _options(line: str) -> dict[str, Any]:
    options = PARSER.parse_line(line, _shell.namespace())
    options["reader"] = typed(options["reader"])
    options["source"] = named_source(options["source"], _shell.namespace())
    return options
