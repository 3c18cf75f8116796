"""A ``polars.DataFrame`` of files that polars reads itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption, BrokenFile
from colab_magics.extras import need
from colab_magics.format import number
from colab_magics.ingest.condition import Condition, Either, Every, Flag, Opposite, Test
from colab_magics.ingest.engines.manner import MISSING, manner, refuse_none, typed, utf8
from colab_magics.ingest.engines.outline import Made, Outline, first_look
from colab_magics.ingest.engines.values import faults_named
from colab_magics.ingest.formats import Format
from colab_magics.ingest.names import find, listed
from colab_magics.ingest.profile import short
from colab_magics.ingest.rows import new_seed, told
from colab_magics.ingest.summary import MOST_COLUMNS, Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colab_magics.ingest.request import Request
    from colab_magics.ingest.task import Task

_MOST_COUNTED = 200_000  # rows up to which distinct values are counted


def make(request: Request, tasks: Sequence[Task]) -> Made:
    """Read the files below each other. Raises `BadOption`, `BrokenFile` or `TooLarge`."""
    polars = need("polars", by="%ingest --engine polars", extra="engines")
    frames = [_read(task, polars) for task in tasks]
    frame = frames[0] if len(frames) == 1 else _joined(frames, tasks, polars)
    return Made(frame, tasks[0].label, _outline(frame, polars), _summary(frame, polars))


def _read(task: Task, polars: Any) -> Any:
    from colab_magics.ingest.estimate import check_room
    from colab_magics.ingest.readers import reader_of

    check_room(task, reader_of(task.recognised.format))
    faults = (polars.exceptions.PolarsError, OSError, ValueError, UnicodeError)
    with faults_named(task, *faults):
        frame = {Format.JSONL: _json, Format.PARQUET: _parquet, Format.ARROW: _arrow}.get(task.recognised.format, _csv)(
            task, polars
        )
    return _wanted(task, frame, polars)


def _csv(task: Task, polars: Any) -> Any:
    how = manner(task)
    options = {
        "separator": how.sep,
        "decimal_comma": how.decimal == ",",
        "null_values": list(MISSING),
        "infer_schema_length": None,  # all of the file, so that no late value is a surprise
        "glob": False,
    }
    labels = polars.read_csv(how.path, **options | {"n_rows": 0, "infer_schema_length": 0}).columns
    types = typed(task, labels, _types(polars), "polars")
    if task.reading.needed:
        options["columns"] = [find(name, labels) for name in task.reading.needed]
    if task.reading.head is not None and task.reading.where is None:
        options["n_rows"] = task.reading.head
    return polars.read_csv(how.path, schema_overrides=types or None, **options)


def _json(task: Task, polars: Any) -> Any:
    with utf8(task).open("rb") as file:  # by its path, polars would take some names for patterns
        return _cast(task, polars.read_ndjson(file, infer_schema_length=None), polars)


def _parquet(task: Task, polars: Any) -> Any:
    frame = polars.scan_parquet(task.path, glob=False, hive_partitioning=False)
    labels = frame.collect_schema().names()
    if task.reading.needed:
        frame = frame.select([find(name, labels) for name in task.reading.needed])
    if task.reading.head is not None and task.reading.where is None:
        frame = frame.head(task.reading.head)
    return _cast(task, frame.collect(), polars)


def _arrow(task: Task, polars: Any) -> Any:
    with task.path.open("rb") as file:
        is_stream = file.read(4) == b"\xff\xff\xff\xff"
        file.seek(0)
        frame = (polars.read_ipc_stream if is_stream else polars.read_ipc)(file)
    return _cast(task, frame, polars)


def _cast(task: Task, frame: Any, polars: Any) -> Any:
    types = typed(task, frame.columns, _types(polars), "polars")
    return frame.cast(types) if types else frame


def _types(polars: Any) -> dict[str, Any]:
    whole = ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float32", "Float64")
    return {
        **{name.lower(): getattr(polars, name) for name in whole},
        **dict.fromkeys(("str", "string", "object"), polars.String),
        **dict.fromkeys(("bool", "boolean"), polars.Boolean),
        "category": polars.Categorical,
    }


def _wanted(task: Task, frame: Any, polars: Any) -> Any:
    reading = task.reading
    for name in reading.parse_dates:
        frame = _dated(task, frame, find(name, frame.columns), polars)
    if reading.where is not None:
        try:
            frame = frame.filter(_expression(reading.where, frame, polars))
        except polars.exceptions.PolarsError as error:
            raise BadOption(f"--where: {str(error).splitlines()[0][:200].rstrip('. ')}.") from error
    if reading.head is not None:
        frame = frame.head(reading.head)
    if reading.sample is not None:
        frame = _sampled(task, frame)
    return frame.select([find(name, frame.columns) for name in reading.columns]) if reading.columns else frame


def _dated(task: Task, frame: Any, label: str, polars: Any) -> Any:
    if frame[label].dtype != polars.String:
        return frame
    try:
        return frame.with_columns(polars.col(label).str.to_datetime(strict=True))
    except polars.exceptions.PolarsError as error:
        raise BadOption(f"--parse-dates: polars takes {label} of {task.name} for no dates: leave it out.") from error


def _sampled(task: Task, frame: Any) -> Any:
    amount, total = task.reading.sample, len(frame)
    if amount is None:
        return frame
    seed = new_seed() if task.reading.seed is None else task.reading.seed
    count = min(total, amount.rows) if amount.rows is not None else round(total * (amount.share or 0))
    task.note(told(count, total, seed))
    return frame.with_row_index("\0").sample(count, seed=seed).sort("\0").drop("\0")


def _expression(condition: Condition, frame: Any, polars: Any) -> Any:
    """Say a condition in polars; what is missing is as in pandas: only != and not in hold for it."""
    match condition:
        case Test():
            return _test(condition, frame, polars)
        case Flag():
            label = find(condition.column, frame.columns)
            if frame[label].dtype != polars.Boolean:
                raise BadOption(
                    f"--where: {label} is not true or false but {frame[label].dtype}: compare it with a value."
                )
            return polars.col(label).fill_null(value=False)
        case Either():
            return polars.any_horizontal([_expression(part, frame, polars) for part in condition.parts])
        case Every():
            return polars.all_horizontal([_expression(part, frame, polars) for part in condition.parts])
        case Opposite():
            return ~_expression(condition.part, frame, polars)


def _test(test: Test, frame: Any, polars: Any) -> Any:
    import operator

    left = _values(test.column, frame, polars)
    right = test.value if test.other is None else _values(test.other, frame, polars)
    if test.sign in ("is", "is not"):
        return left.is_null() if test.sign == "is" else left.is_not_null()
    if test.sign in ("in", "not in"):
        refuse_none(test)
        found = left.is_in(list(test.value)).fill_null(value=False)
        return found if test.sign == "in" else ~found
    signs = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
    return getattr(operator, signs[test.sign])(left, right).fill_null(value=test.sign == "!=")


def _values(name: str, frame: Any, polars: Any) -> Any:
    """Return a column in which all that pandas takes for missing is null."""
    label = find(name, frame.columns)
    column = polars.col(label)
    return column.fill_nan(None) if frame[label].dtype in (polars.Float32, polars.Float64) else column


def _joined(frames: Sequence[Any], tasks: Sequence[Task], polars: Any) -> Any:
    first = frames[0].columns
    for frame, task in zip(frames, tasks, strict=True):
        if set(frame.columns) != set(first):
            other = sorted(set(frame.columns) ^ set(first))
            raise BrokenFile(f"{task.name} and {tasks[0].name} do not have the same columns: {listed(other)}.")
    try:
        return polars.concat([frame.select(first) for frame in frames], how="vertical_relaxed")
    except polars.exceptions.PolarsError as error:
        raise BrokenFile(
            f"The files hold other types under the same names ({str(error).splitlines()[0][:100]}): add --dtype."
        ) from error


def _outline(frame: Any, polars: Any) -> Outline:
    return Outline(f"polars.DataFrame (polars {polars.__version__})", number(len(frame)), frame.width)


def _summary(frame: Any, polars: Any) -> Any:
    from dataclasses import replace

    columns = [_column(frame[name], polars) for name in frame.columns[:MOST_COLUMNS]]
    look = first_look(columns, frame.head(5).iter_rows(), int(frame.estimated_size()))
    return replace(look, rows=len(frame), width=frame.width)


def _column(column: Any, polars: Any) -> Column:
    known = column.drop_nulls().head(1)
    example = short(known[0]) if len(known) else ""
    distinct = ""
    if len(column) <= _MOST_COUNTED and not column.dtype.is_nested():
        distinct = f"{column.drop_nulls().n_unique():,}"
    return Column(
        short(column.name), str(column.dtype), column.null_count(), distinct, example, column.dtype.is_numeric()
    )
