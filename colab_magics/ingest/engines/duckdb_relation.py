"""A lazy ``duckdb.DuckDBPyRelation`` over files of this machine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption, BrokenFile
from colab_magics.extras import need
from colab_magics.ingest.condition import Condition, Either, Every, Flag, Opposite, Test
from colab_magics.ingest.engines.manner import MISSING, manner, refuse_none, typed, utf8
from colab_magics.ingest.engines.outline import Made, Outline, first_look
from colab_magics.ingest.engines.values import faults_named
from colab_magics.ingest.formats import Format
from colab_magics.ingest.names import find, listed
from colab_magics.ingest.profile import short
from colab_magics.ingest.summary import MOST_COLUMNS, PREVIEW_ROWS, Column

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from colab_magics.ingest.request import Request
    from colab_magics.ingest.task import Task

_PATTERN = set("*?[]{}")
_CANDIDATES = ["BOOLEAN", "BIGINT", "DOUBLE", "VARCHAR"]  # dates are text until --parse-dates, as for pandas
_TYPES = {
    "int8": "TINYINT", "int16": "SMALLINT", "int32": "INTEGER", "int64": "BIGINT",
    "uint8": "UTINYINT", "uint16": "USMALLINT", "uint32": "UINTEGER", "uint64": "UBIGINT",
    "float32": "FLOAT", "float64": "DOUBLE", "bool": "BOOLEAN", "boolean": "BOOLEAN",
    "str": "VARCHAR", "string": "VARCHAR", "object": "VARCHAR",
}  # fmt: skip


def make(request: Request, tasks: Sequence[Task]) -> Made:
    """Describe the files to DuckDB, below each other; it reads them when a result is asked for."""
    duckdb = need("duckdb", by="%ingest --engine duckdb", extra="engines")
    relations = [_relation(task, duckdb) for task in tasks]
    for relation, task in zip(relations, tasks, strict=True):
        if relation.columns != relations[0].columns:
            other = sorted(set(relation.columns) ^ set(relations[0].columns)) or relation.columns
            raise BrokenFile(
                f"{task.name} and {tasks[0].name} do not have the same columns in the same order: {listed(other)}."
            )
    first, *others = relations
    for other in others:
        first = first.union(other)
    with faults_named(tasks[0], duckdb.Error):
        rows = first.limit(PREVIEW_ROWS).fetchall()
    columns = [_column(first, place, rows) for place in range(min(len(first.columns), MOST_COLUMNS))]
    outline = Outline(
        f"duckdb.DuckDBPyRelation (DuckDB {duckdb.__version__}), lazy",
        "",
        len(first.columns),
        (("Connection", 'DuckDB\'s default one:  duckdb.sql("from name")  finds it by the name of its variable'),),
        is_lazy=True,
    )
    return Made(first, tasks[0].label, outline, replace(first_look(columns, rows), width=len(first.columns)))


def _relation(task: Task, duckdb: Any) -> Any:
    with faults_named(task, duckdb.Error, OSError, ValueError):
        whole = {Format.PARQUET: _parquet, Format.JSONL: _json}.get(task.recognised.format, _csv)(task, duckdb)
    return _wanted(task, whole, duckdb)


def _csv(task: Task, duckdb: Any) -> Any:
    how = manner(task)
    options = {
        "header": True,
        "skiprows": 0,  # else what does not fit the rest is passed over, and a later line taken for the header
        "sep": how.sep,
        "decimal": how.decimal,
        "na_values": list(MISSING),
        "sample_size": -1,  # all of the file, so that no late value is a surprise
        "auto_type_candidates": _CANDIDATES,
    }
    path = str(_plain(task, how.path))
    relation = duckdb.read_csv(path, **options)
    types = typed(task, relation.columns, _TYPES, "duckdb")
    dates = {find(name, relation.columns): "TIMESTAMP" for name in task.reading.parse_dates}
    return duckdb.read_csv(path, **options, dtype=types | dates) if types or dates else relation


def _json(task: Task, duckdb: Any) -> Any:
    path = str(_plain(task, utf8(task)))
    return _cast(task, duckdb.read_json(path, format="newline_delimited", sample_size=-1), duckdb)


def _parquet(task: Task, duckdb: Any) -> Any:
    return _cast(task, duckdb.read_parquet(str(_plain(task, task.path)), hive_partitioning=False), duckdb)


def _plain(task: Task, path: Path) -> Path:
    """Give a file another name where DuckDB would take its own for a pattern of names."""
    if not _PATTERN & set(str(path)):
        return path
    link = task.folder / f"named{path.suffix}"
    if _PATTERN & set(str(link)):
        raise BadOption(f"DuckDB takes the path {path} for a pattern: move the file, or leave --engine out.")
    link.symlink_to(path)
    return link


def _cast(task: Task, relation: Any, duckdb: Any) -> Any:
    types = typed(task, relation.columns, _TYPES, "duckdb")
    types |= {find(name, relation.columns): "TIMESTAMP" for name in task.reading.parse_dates}
    if not types:
        return relation
    return relation.select(*(_as(name, types.get(name), duckdb) for name in relation.columns))


def _as(name: str, kind: str | None, duckdb: Any) -> Any:
    column = duckdb.ColumnExpression(name)
    return column if kind is None else column.cast(getattr(duckdb.typing, kind, kind)).alias(name)


def _wanted(task: Task, relation: Any, duckdb: Any) -> Any:
    reading = task.reading
    if reading.where is not None:
        relation = relation.filter(_expression(reading.where, relation, duckdb))
    if reading.columns:
        wanted = [find(name, relation.columns) for name in reading.columns]
        relation = relation.select(*map(duckdb.ColumnExpression, wanted))
    return relation if reading.head is None else relation.limit(reading.head)


def _expression(condition: Condition, relation: Any, duckdb: Any) -> Any:
    """Say a condition in DuckDB; what is missing is as in pandas: only != and not in hold for it."""
    match condition:
        case Test():
            return _test(condition, relation, duckdb)
        case Flag():
            column = _known(condition.column, relation, duckdb, bool)
            return column.isnotnull() & column
        case Every():
            first, *others = [_expression(part, relation, duckdb) for part in condition.parts]
            for other in others:
                first = first | other if isinstance(condition, Either) else first & other
            return first
        case Opposite():
            return ~_expression(condition.part, relation, duckdb)


def _test(test: Test, relation: Any, duckdb: Any) -> Any:
    import operator

    if test.sign in ("is", "is not"):
        column = _known(test.column, relation, duckdb)
        return column.isnull() if test.sign == "is" else column.isnotnull()
    if test.sign in ("in", "not in"):
        refuse_none(test)
        column = _known(test.column, relation, duckdb, *map(type, test.value))
        found = column.isnotnull() & column.isin(*map(duckdb.ConstantExpression, test.value))
        return found if test.sign == "in" else ~found
    if test.other is None:
        left, right = _known(test.column, relation, duckdb, type(test.value)), duckdb.ConstantExpression(test.value)
        missing = left.isnull()
    else:
        left, right = _known(test.column, relation, duckdb), _known(test.other, relation, duckdb)
        missing = left.isnull() | right.isnull()
    signs = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
    holds = getattr(operator, signs[test.sign])(left, right)
    return missing | holds if test.sign == "!=" else ~missing & holds


def _known(name: str, relation: Any, duckdb: Any, *kinds: type) -> Any:
    """Return a column that can be compared with such values: DuckDB would cast what is of another kind."""
    label = find(name, relation.columns)
    kind = str(relation.types[relation.columns.index(label)])
    for wanted in kinds:
        fits = {str: kind == "VARCHAR" or kind.startswith("ENUM"), bool: kind == "BOOLEAN"}.get(
            wanted, kind not in ("VARCHAR", "BOOLEAN")
        )
        if not fits:
            raise BadOption(f"--where: {label} holds {kind} and cannot be compared with {wanted.__name__}.")
    column = duckdb.ColumnExpression(label)
    if kind not in ("DOUBLE", "FLOAT"):
        return column
    # what pandas takes for missing, and DuckDB for the greatest of numbers
    is_nan = duckdb.FunctionExpression("isnan", column)
    return duckdb.CaseExpression(is_nan, duckdb.ConstantExpression(None)).otherwise(column)


def _column(relation: Any, place: int, rows: Sequence[Sequence[object]]) -> Column:
    example = next((short(row[place]) for row in rows if row[place] is not None), "")
    kind = str(relation.types[place])
    is_numeric = any(word in kind for word in ("INT", "DOUBLE", "FLOAT", "DECIMAL"))
    return Column(short(relation.columns[place]), kind, None, "", example, is_numeric)
