"""The engines that may be named, and what each of them cannot do, told before anything is fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colab_magics.errors import BadOption
from colab_magics.extras import check
from colab_magics.ingest.formats import LABELS, Format
from colab_magics.ingest.request import PANDAS

if TYPE_CHECKING:
    from colab_magics.ingest.request import Request
    from colab_magics.ingest.task import Task

ENGINES = (PANDAS, "polars", "duckdb", "dask")
TEXTS = (Format.CSV, Format.TSV, Format.JSONL)
FORMATS = {
    "polars": (*TEXTS, Format.PARQUET, Format.ARROW),
    "duckdb": (*TEXTS, Format.PARQUET),
    "dask": (*TEXTS, Format.PARQUET),
}
_WITHOUT = {
    "polars": {},
    "duckdb": {
        "sample": "its relation is lazy and would draw other rows each time: sample what comes of it",
        "seed": "it draws no sample",
    },
    "dask": {
        "head": "df.head(N) of the lazy frame reads its first block only",
        "sample": "df.sample(frac=0.01) of the lazy frame draws one",
        "seed": "it draws no sample",
    },
}
_LIBRARIES = {"polars": (("polars",), "engines"), "duckdb": (("duckdb",), "engines")}
_WHOLE = ("sha256", "refresh", "offline", "trust")
"""Options of fetching a whole file, which the workers of a cluster never do."""


def refuse(request: Request) -> None:
    """Raise `BadOption` for what the engine cannot honour, and `MissingExtra` where its library is missing."""
    if request.engine not in ENGINES:
        raise BadOption(f"There is no engine {request.engine}: choose one of {', '.join(ENGINES)}.")
    if request.cluster is not None and request.engine != "dask":
        raise BadOption("--cluster needs  --engine dask : only Dask has workers on other machines.")
    if request.engine != PANDAS:
        _refuse_options(request)
        _check_libraries(request)
    if request.cluster is not None:
        _refuse_whole(request)


def refuse_format(engine: str, task: Task) -> None:
    """Raise `BadOption` for a file that the engine does not read here."""
    reading, format_ = task.reading, task.recognised.format
    if format_ not in FORMATS[engine]:
        *most, last = [LABELS[known] for known in FORMATS[engine]]
        raise BadOption(
            f"{task.name} is {task.label}, and --engine {engine} takes {', '.join(most)} and {last}: leave it out to "
            "have a frame of pandas."
        )
    given = {"sep": reading.sep, "encoding": reading.encoding, "member": task.member, "table": reading.table}
    fitting = {"sep": (Format.CSV, Format.TSV), "encoding": TEXTS}
    for option, value in (given | {"sheet": reading.sheet}).items():
        if value is not None and format_ not in fitting.get(option, ()):
            raise BadOption(f"{task.name} is {task.label}, which has no use for --{option}: leave it out.")


def _refuse_options(request: Request) -> None:
    engine, reading = request.engine, request.reading
    for option, instead in _WITHOUT[engine].items():
        if getattr(reading, option) is not None:
            raise BadOption(f"--engine {engine} takes no --{option}: {instead}.")
    if reading.backend != "numpy":
        raise BadOption(f"--backend is a choice of pandas: leave it out with --engine {engine}.")
    if reading.reader and engine != "dask":
        raise BadOption(f"What stands after -- goes to pandas, and --engine {engine} has none: leave one of them out.")


def _check_libraries(request: Request) -> None:
    by = f"%ingest --engine {request.engine}"
    if request.engine in _LIBRARIES:
        modules, extra = _LIBRARIES[request.engine]
        check(*modules, by=by, extra=extra)
        return
    check("dask", by=by, extra="big")
    check("pyarrow", by=by, extra="big")
    if request.cluster is not None:
        check("distributed", by="%ingest --cluster", extra="big")


def _refuse_whole(request: Request) -> None:
    for option in _WHOLE:
        if getattr(request, option):
            raise BadOption(f"--cluster takes no --{option}: its workers read parts of the file, and keep none.")
    if request.reading.member is not None:
        raise BadOption("--cluster takes no --member: workers cannot read parts of an archive.")
