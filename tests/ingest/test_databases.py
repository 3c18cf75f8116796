"""Tables of databases: read only, whatever they are called."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from reads import ingested, written

from colab_magics.errors import BadOption, BrokenFile

FRAME = pd.DataFrame({"id": [1, 2, 3], "name": ["x", None, "é"], 'a "b"; DROP TABLE': [0.5, 1.5, None]})
NASTY = 'x"; DROP TABLE t; --'


def database(path: Path, **tables: pd.DataFrame) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        for name, frame in tables.items():
            frame.to_sql(name, connection, index=False)
        connection.commit()
    return path


def test_the_only_table_is_taken(tmp_path: Path) -> None:
    path = database(tmp_path / "a.db", t=FRAME)
    before = hashlib.sha256(path.read_bytes()).digest()
    pd.testing.assert_frame_equal(ingested(path)[0], FRAME)
    assert hashlib.sha256(path.read_bytes()).digest() == before
    assert [found.name for found in tmp_path.iterdir()] == ["a.db"]


def test_several_are_listed(tmp_path: Path) -> None:
    path = database(tmp_path / "a.db", u=FRAME, t=FRAME[:1], **{NASTY: FRAME[:2]})
    with pytest.raises(BadOption, match="a.db holds 3 tables: choose one by --table, of t, u, x"):
        ingested(path)
    with pytest.raises(BadOption, match="a.db has no table v: choose one by --table"):
        ingested(path, table="v")
    assert len(ingested(path, table="t")[0]) == 1
    assert len(ingested(path, table=NASTY)[0]) == 2
    assert len(ingested(path, table="u")[0]) == 3


def test_wishes(tmp_path: Path) -> None:
    path = database(tmp_path / "a.db", t=FRAME)
    pd.testing.assert_frame_equal(ingested(path, columns=list(FRAME.columns[:0:-1]))[0], FRAME[FRAME.columns[:0:-1]])
    pd.testing.assert_frame_equal(ingested(path, head=2)[0], FRAME[:2])
    pd.testing.assert_frame_equal(
        ingested(path, where="id > 1", columns="id")[0], FRAME[1:][["id"]].reset_index(drop=True)
    )
    assert ingested(path, dtype="id=int8")[0]["id"].dtype == "int8"
    with pytest.raises(BadOption, match="There is no column x"):
        ingested(path, dtype="x=int8")
    assert len(ingested(path, sample="50%", seed=1)[0]) == 2
    with pytest.raises(BadOption, match="con is not handed to pandas.read_sql_query"):
        ingested(path, con="x")


def test_a_view_is_read_when_it_is_named(tmp_path: Path) -> None:
    path = database(tmp_path / "a.db", t=FRAME)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE VIEW v AS SELECT id FROM t WHERE id > 1")
        connection.commit()
    assert len(ingested(path)[0]) == 3
    assert len(ingested(path, table="v")[0]) == 2


def test_what_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match="a.db cannot be read as SQLite: "):
        ingested(written(tmp_path / "a.db", b"SQLite format 3\0" + b"\xff" * 200))
    path = tmp_path / "b.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (a)")
        connection.execute("DROP TABLE t")
        connection.commit()
    with pytest.raises(BrokenFile, match="b.db holds no tables"):
        ingested(path)


def test_duckdb(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb", reason="duckdb reads its own files")
    path = tmp_path / "a.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE t AS SELECT range AS id, 'n' || range AS name, range / 2 AS half FROM range(5000)"
        )
    with duckdb.connect(str(path), read_only=True) as connection:
        expected = connection.execute("SELECT * FROM t").df()
    pd.testing.assert_frame_equal(ingested(path)[0], expected)
    pd.testing.assert_frame_equal(ingested(path, head=3)[0], expected[:3])
    pd.testing.assert_frame_equal(ingested(path, columns="half,id", where="id < 9")[0], expected[:9][["half", "id"]])
    frame, _ = ingested(path, sample=20, seed=1)
    assert frame.dtypes.equals(expected.dtypes)
    with duckdb.connect(str(path)) as connection:
        connection.execute(f'CREATE TABLE "{NASTY.replace(chr(34), chr(34) * 2)}" AS SELECT 1 AS a')
        connection.execute("CREATE SCHEMA s")
        connection.execute("CREATE TABLE s.u AS SELECT 1 AS a, 2 AS b")
        connection.execute(
            "CREATE VIEW leak AS SELECT * FROM read_csv('/etc/passwd', header = false, columns = {'a': 'VARCHAR'})"
        )
    with pytest.raises(BadOption, match="a.duckdb holds 4 tables: choose one by --table, of leak, t, x.*, s.u"):
        ingested(path)
    assert ingested(path, table=NASTY)[0].shape == (1, 1)
    assert ingested(path, table="s.u")[0].shape == (1, 2)
    with pytest.raises(BrokenFile, match="a.duckdb cannot be read as DuckDB: .*[Pp]ermission"):
        ingested(path, table="leak")
