"""Values of other engines: by value what pandas reads, and a sentence for what an engine cannot honour."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from reads import written
from servers import FileServer

import colab_magics
from colab_magics.errors import BadOption, BrokenFile, MissingExtra

ROWS = 3_000
FRAME = pd.DataFrame(
    {
        "id": np.arange(ROWS),
        "town": ["Oslo", "Rome, IT", 'the "west"', "ñandú\nline", None] * (ROWS // 5),
        "qty": [None if number % 7 == 0 else float(number % 9) for number in range(ROWS)],
        "price": np.arange(ROWS) / 7,
        "code": [f"0{number}" if number % 2 else f"A{number}" for number in range(ROWS)],
        "is_new": np.arange(ROWS) % 3 == 0,
    }
)
ENGINES = ("polars", "duckdb", "dask")


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    pytest.importorskip(request.param)
    return str(request.param)


def as_pandas(value: Any) -> pd.DataFrame:
    """Take a value of any engine by its rows, so that only values are compared."""
    match type(value).__module__.partition(".")[0]:
        case "polars":
            frame = pd.DataFrame(value.rows(), columns=value.columns)
        case "duckdb" | "_duckdb":
            frame = pd.DataFrame(value.fetchall(), columns=value.columns)
        case _:
            frame = value.compute().reset_index(drop=True)
    return frame.astype(object).where(frame.notna(), None)


def same(value: Any, frame: pd.DataFrame) -> None:
    expected = frame.reset_index(drop=True).astype(object)
    pd.testing.assert_frame_equal(as_pandas(value), expected.where(expected.notna(), None))


def made(kind: str, folder: Path) -> Path:
    """Write the frame to a file whose name is one that engines could take for a pattern."""
    path = folder / f"a [1]*.{kind}"
    match kind:
        case "csv" | "csv.gz":
            FRAME.to_csv(path, index=False)
        case "tsv":
            FRAME.to_csv(path, index=False, sep="\t")
        case "semicolons.csv":
            FRAME.to_csv(path, index=False, sep=";", decimal=",", encoding="cp1252")
        case "jsonl":
            FRAME.to_json(path, orient="records", lines=True)
        case "parquet":
            pytest.importorskip("pyarrow")
            FRAME.to_parquet(path, row_group_size=500)
    return path


@pytest.mark.parametrize("kind", ["csv", "tsv", "semicolons.csv", "jsonl", "parquet", "csv.gz"])
def test_the_values_are_those_of_pandas(engine: str, tmp_path: Path, kind: str) -> None:
    path = made(kind, tmp_path)
    value = colab_magics.ingest(path, engine=engine)
    assert not isinstance(value, pd.DataFrame)
    same(value, colab_magics.ingest(path))


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_columns_and_rows(engine: str, tmp_path: Path, kind: str) -> None:
    path = made(kind, tmp_path)
    wishes = {"columns": "price,town", "where": "(qty > 4 or town == 'Oslo') and not town in ('Rome, IT',) and id != 7"}
    same(colab_magics.ingest(path, engine=engine, **wishes), colab_magics.ingest(path, **wishes))


@pytest.mark.parametrize(
    "where", ["town != 'Oslo'", "town not in ('Oslo', 'x')", "qty is None", "is_new", "not qty > 3"]
)
def test_what_is_missing_is_chosen_as_by_pandas(engine: str, tmp_path: Path, where: str) -> None:
    FRAME.to_csv(tmp_path / "a.csv", index=False)
    same(
        colab_magics.ingest(tmp_path / "a.csv", engine=engine, where=where),
        colab_magics.ingest(tmp_path / "a.csv", where=where),
    )


@pytest.mark.parametrize("where", ["x != 1", "not x > 1", "x is None", "x > y"])
def test_no_number_is_missing_as_for_pandas(engine: str, tmp_path: Path, where: str) -> None:
    arrow = pytest.importorskip("pyarrow")
    values = {"x": [1.0, float("nan"), None, 3.0], "y": [0.0, 1.0, float("nan"), 5.0]}
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(arrow.table(values), tmp_path / "a.parquet")
    value = colab_magics.ingest(tmp_path / "a.parquet", engine=engine, where=where, columns="y")
    same(value, colab_magics.ingest(tmp_path / "a.parquet", where=where, columns="y"))


def test_nothing_in_a_list(tmp_path: Path) -> None:
    pytest.importorskip("polars")
    path = written(tmp_path / "a.csv", "a,b\n1,2\n")
    with pytest.raises(BadOption, match="--where: "):
        colab_magics.ingest(path, engine="polars", where="a in (None, 1)")


def test_types_and_dates(engine: str, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "day,n,zip\n2024-05-01,1,01234\n2024-05-02,2,98765\n")
    wishes = {"parse_dates": "day", "dtype": {"n": "float64", "zip": "str"}}
    value = colab_magics.ingest(path, engine=engine, **wishes)
    same(value, colab_magics.ingest(path, **wishes))
    assert as_pandas(value)["zip"][0] == "01234"
    with pytest.raises(BadOption, match="--dtype: .* no type int99"):
        colab_magics.ingest(path, engine=engine, dtype="n=int99")


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_first_rows(engine: str, tmp_path: Path, kind: str) -> None:
    pytest.importorskip(engine)
    path = made(kind, tmp_path)
    same(colab_magics.ingest(path, engine=engine, head=7), colab_magics.ingest(path, head=7))
    wishes = {"head": 7, "where": "id > 100"}
    same(colab_magics.ingest(path, engine=engine, **wishes), colab_magics.ingest(path, **wishes))


def test_a_sample_by_polars(tmp_path: Path) -> None:
    pytest.importorskip("polars")
    FRAME.to_csv(tmp_path / "a.csv", index=False)
    first, again = (colab_magics.ingest(tmp_path / "a.csv", engine="polars", sample=50, seed=3) for _ in range(2))
    assert first.equals(again)
    assert len(first) == 50
    assert first["id"].is_sorted()


def test_the_files_of_a_pattern(engine: str, tmp_path: Path) -> None:
    written(tmp_path / "1.csv", "a,b\n1,x\n2,y\n")
    written(tmp_path / "2.csv", "a,b\n3.5,z\n")
    same(colab_magics.ingest(tmp_path / "*.csv", engine=engine), colab_magics.ingest(tmp_path / "*.csv"))
    written(tmp_path / "3.csv", "a,c\n3.5,z\n")
    with pytest.raises(BrokenFile, match="the same (columns|names)"):
        colab_magics.ingest(tmp_path / "*.csv", engine=engine)


@pytest.mark.parametrize("engine", ["duckdb", "dask"])
def test_what_is_lazy_outlives_the_cache(engine: str, files: FileServer) -> None:
    pytest.importorskip(engine)
    content = gzip.compress(FRAME.to_csv(index=False).encode())
    value = colab_magics.ingest(files.add("/a.csv.gz", content), engine=engine)
    plain = colab_magics.ingest(files.add("/b.csv", b"a,b\n1,2\n"), engine=engine)
    colab_magics.ingest(cache="clear")
    assert len(as_pandas(value)) == ROWS
    assert len(as_pandas(plain)) == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"engine": "spark"}, "There is no engine spark: choose one of pandas, polars, duckdb, dask"),
        ({"engine": "polars", "cluster": "tcp://a:1"}, "--cluster needs  --engine dask"),
        ({"cluster": "tcp://a:1"}, "--cluster needs  --engine dask"),
        ({"engine": "polars", "backend": "pyarrow"}, "--backend is a choice of pandas"),
        ({"engine": "duckdb", "skiprows": 1}, "after -- goes to pandas, and --engine duckdb has none"),
        ({"engine": "duckdb", "sample": 5}, "--engine duckdb takes no --sample: its relation is lazy"),
        ({"engine": "dask", "head": 5}, "--engine dask takes no --head: df.head"),
        ({"engine": "dask", "sample": "5%"}, "--engine dask takes no --sample: df.sample"),
        ({"engine": "dask", "skiprows": 2}, "-- skiprows cannot be honoured by --engine dask"),
        ({"engine": "dask", "quotechar": "'"}, "-- quotechar cannot be honoured by --engine dask"),
        ({"engine": "dask", "table": "x"}, "a.csv is CSV, which has no use for --table"),
        ({"engine": "dask", "sheet": "x"}, "a.csv is CSV, which has no use for --sheet"),
        ({"engine": "polars", "sep": "ab"}, "separated by 'ab', which is no single mark"),
        ({"engine": "polars", "where": "a > 'x'"}, "--where: "),
        ({"engine": "duckdb", "where": "a > 'x'"}, "--where: a holds BIGINT and cannot be compared with str"),
        ({"engine": "dask", "where": "a > 'x'"}, "--where: a holds int64 and cannot be compared"),
        ({"engine": "dask", "columns": "q"}, "There is no column q. There are a, b"),
    ],
)
def test_what_cannot_be_honoured_is_a_sentence(tmp_path: Path, options: dict[str, Any], sentence: str) -> None:
    pytest.importorskip(options.get("engine", "pandas") if options.get("engine") != "spark" else "pandas")
    path = written(tmp_path / "a.csv", "a,b\n1,2\n")
    with pytest.raises(BadOption) as raised:
        colab_magics.ingest(path, **options)
    assert sentence in str(raised.value)


def test_a_missing_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "a.csv", "a\n1\n")
    monkeypatch.setattr("colab_magics.extras.find_spec", lambda name: None)
    for engine, extra in {"polars": "engines", "duckdb": "engines", "dask": "big"}.items():
        with pytest.raises(
            MissingExtra, match=rf"%ingest --engine {engine} needs {engine}, .* \"colab-magics\[{extra}\]\""
        ):
            colab_magics.ingest(path, engine=engine)


def test_a_format_that_an_engine_does_not_read(engine: str, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((2, 2)))
    with pytest.raises(
        BadOption, match=f"a.npy is NumPy, and --engine {engine} takes CSV, .* leave it out to have a frame"
    ):
        colab_magics.ingest(tmp_path / "a.npy", engine=engine)


def test_the_card_says_what_it_is(engine: str, shell: Any, tmp_path: Path) -> None:
    FRAME.to_csv(tmp_path / "a.csv", index=False)
    ran = shell.run(f"%ingest a.csv --engine {engine} --as value")
    name = {"polars": "polars.DataFrame", "duckdb": "duckdb.DuckDBPyRelation", "dask": "dask.dataframe.DataFrame"}[
        engine
    ]
    assert name in ran.text
    assert type(shell.namespace["value"]).__name__ == name.rpartition(".")[2]
    assert ("nothing yet: it is read when a result is asked for" in ran.text) == (engine != "polars")
    ran = shell.run(f"%%ingest --engine {engine}\none = a.csv\ntwo = a.csv --columns id")
    assert "one" in ran.text
    assert list(shell.namespace["two"].columns) == ["id"]


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_text_that_does_not_fit_its_header_is_refused(engine: str, tmp_path: Path) -> None:
    pytest.importorskip(engine)
    path = written(tmp_path / "a.csv", "a,b\n1,2,3\n4,5,6\n")
    with pytest.raises(
        BrokenFile, match="a.csv cannot be read as CSV by this engine: .* Leave --engine out for pandas"
    ):
        colab_magics.ingest(path, engine=engine)


def test_arrow_by_polars(tmp_path: Path) -> None:
    pytest.importorskip("polars")
    pytest.importorskip("pyarrow")
    FRAME.to_feather(tmp_path / "a.feather")
    same(colab_magics.ingest(tmp_path / "a.feather", engine="polars", columns="id,town"), FRAME[["id", "town"]])
