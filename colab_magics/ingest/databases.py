"""Tables of SQLite and DuckDB files: opened to be read only, names quoted, nothing in the file is run."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption, BrokenFile
from colab_magics.extras import need
from colab_magics.ingest.names import find, listed
from colab_magics.ingest.task import Reader, Task

if TYPE_CHECKING:
    import pandas as pd

_STEPS = 1_000_000  # of SQLite's machine between two looks for an interrupt
_VECTORS = 25  # of DuckDB, 2,048 rows each, in one piece
_DUCK_RULES = {
    "enable_external_access": False,
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "allow_community_extensions": False,
}


def read_sqlite(task: Task) -> pd.DataFrame:
    """Read one table or view whole."""
    import pandas as pd

    with closing(_open_sqlite(task)) as connection:
        frame: pd.DataFrame = pd.read_sql_query(
            _query(task, connection), connection, **task.literals(pd.read_sql_query)
        )
        return frame


def sqlite_pieces(task: Task, rows: int) -> Iterator[pd.DataFrame]:
    import pandas as pd

    with closing(_open_sqlite(task)) as connection:
        yield from pd.read_sql_query(
            _query(task, connection), connection, chunksize=rows, **task.literals(pd.read_sql_query)
        )


def read_duckdb(task: Task) -> pd.DataFrame:
    """Read one table or view whole, as DuckDB itself makes a frame of it."""
    with closing(_open_duckdb(task)) as connection:
        frame: pd.DataFrame = connection.execute(_duck_query(task, connection)).df()
        return frame


def duckdb_pieces(task: Task, rows: int) -> Iterator[pd.DataFrame]:
    with closing(_open_duckdb(task)) as connection:
        result = connection.execute(_duck_query(task, connection))
        is_first = True
        while len(piece := result.fetch_df_chunk(_VECTORS)) or is_first:
            yield piece
            is_first = False


def _open_sqlite(task: Task) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{task.path.absolute().as_uri()}?mode=ro", uri=True)
    # Python looks for an interrupt only where it is called.
    connection.set_progress_handler(lambda: 0, _STEPS)
    for rule in ("query_only = ON", "trusted_schema = OFF", "cell_size_check = ON"):
        connection.execute(f"PRAGMA {rule}")
    return connection


def _query(task: Task, connection: sqlite3.Connection) -> str:
    found = connection.execute(
        "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite^_%' ESCAPE '^' "
        "ORDER BY type, name"
    ).fetchall()
    tables = [str(name) for name, kind in found if kind == "table"]
    table = _chosen(task, tables, [str(name) for name, _ in found])
    names = [str(row[1]) for row in connection.execute(f"PRAGMA table_info({_quoted(table)})")]
    return _select(task, _quoted(table), names)


def _open_duckdb(task: Task) -> Any:
    duckdb = need("duckdb", by="%ingest of a DuckDB file", extra="engines")
    return duckdb.connect(str(task.path), read_only=True, config=dict(_DUCK_RULES))


def _duck_query(task: Task, connection: Any) -> str:
    found = connection.execute(
        "SELECT table_schema, table_name, table_type FROM information_schema.tables "
        "WHERE table_catalog = current_database() ORDER BY ALL"
    ).fetchall()
    places = {(name if schema == "main" else f"{schema}.{name}"): (schema, name) for schema, name, _ in found}
    tables = [name for name, (_, _, kind) in zip(places, found, strict=True) if kind == "BASE TABLE"]
    place = places[_chosen(task, tables, list(places))]
    names = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_catalog = current_database() "
        "AND table_schema = ? AND table_name = ? ORDER BY ordinal_position",
        place,
    ).fetchall()
    return _select(task, ".".join(map(_quoted, place)), [name for (name,) in names])


def _select(task: Task, table: str, names: list[str]) -> str:
    columns = ", ".join(_quoted(find(name, names)) for name in task.reading.needed) or "*"
    return f"SELECT {columns} FROM {table}"  # noqa: S608 (both are quoted names)


def _chosen(task: Task, tables: list[str], known: list[str]) -> str:
    wanted = task.reading.table
    if wanted is None and len(tables) == 1:
        return tables[0]
    if wanted in known:
        return wanted
    if not known:
        raise BrokenFile(f"{task.name} holds no tables.")
    what = f"holds {len(known)} tables" if wanted is None else f"has no table {wanted}"
    raise BadOption(f"{task.name} {what}: choose one by --table, of {listed(known)}.")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


SQLITE = Reader(
    read_sqlite,
    sqlite_pieces,
    applies=frozenset({"backend"}),
    takes=frozenset({"table"}),
)
DUCKDB = Reader(read_duckdb, duckdb_pieces, takes=frozenset({"table", "reader"}))
