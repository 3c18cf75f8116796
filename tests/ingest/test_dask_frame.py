"""The lazy frame of Dask: pandas' own values and types, from blocks; what a sample missed is said, never guessed."""

import io
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from reads import written

import colab_magics
from colab_magics.errors import BadOption, BrokenFile, SourceError, TooLarge
from colab_magics.ingest import estimate as estimates

dask = pytest.importorskip("dask")
frames = pytest.importorskip("dask.dataframe")
pytest.importorskip("pyarrow")
dask_frame: Any = import_module("colab_magics.ingest.engines.dask_frame")


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_frame, "block_size", lambda *_: 10_000)


def mixed(rows: int = 4_000) -> pd.DataFrame:
    """Columns whose first rows are of other types than the rest."""
    place = np.arange(rows)
    late = place > rows // 2
    return pd.DataFrame(
        {
            "int_then_missing": np.where(late & (place % 5 == 0), None, place),
            "int_then_float": np.where(late, place / 2, place),
            "int_then_text": np.where(late & (place % 3 == 0), "n" + place.astype("U9"), place.astype("U9")),
            "missing_then_text": np.where(late, "x", None),
            "flag_then_missing": np.where(late & (place % 2 == 0), None, place % 3 == 0),
            "zip": [f"{number:05d}" if number % 2 else f"B{number}" for number in place],
            "text": [f"line\n{number}, it's" if number % 11 == 0 else "plain" for number in place],
        }
    )


@pytest.fixture(params=["csv", "jsonl", "parquet"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"a.{request.param}"
    match request.param:
        case "csv":
            mixed().to_csv(path, index=False)
        case "jsonl":
            mixed().to_json(path, orient="records", lines=True)
        case "parquet":
            frame = mixed().assign(many=pd.array([None, 1, 2, 3] * 1_000, dtype="Int64"))
            frame.astype({"int_then_text": "str", "int_then_float": "float64"}).to_parquet(path, row_group_size=250)
    return path


def of_pandas(path: Path) -> pd.DataFrame:
    match path.suffix:
        case ".csv":
            return pd.read_csv(path, low_memory=False)
        case ".jsonl":
            return pd.read_json(path, lines=True)
        case _:
            return pd.read_parquet(path)


def test_a_mixed_table_equals_that_of_pandas(path: Path) -> None:
    value = colab_magics.ingest(path, engine="dask")
    assert value.npartitions > 5
    expected = of_pandas(path)
    computed = value.compute().reset_index(drop=True)
    pd.testing.assert_frame_equal(computed, expected)
    assert [str(kind) for kind in value.dtypes] == [str(kind) for kind in expected.dtypes]
    for label in expected.columns:  # only the one column is read
        pd.testing.assert_series_equal(value[label].compute().reset_index(drop=True), expected[label])


def test_where_dasks_own_reader_fails(tmp_path: Path) -> None:
    mixed().drop(columns="text").to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(ValueError, match="Mismatched dtypes|could not convert|cannot safely"):
        frames.read_csv(tmp_path / "a.csv", blocksize=20_000, sample=2_000).compute()
    value = colab_magics.ingest(tmp_path / "a.csv", engine="dask")
    expected = pd.read_csv(tmp_path / "a.csv", low_memory=False)
    pd.testing.assert_frame_equal(value.compute().reset_index(drop=True), expected)


@pytest.mark.parametrize(
    ("late", "advice"), [("", "float64"), ("2.5", "float64"), ("x", "str"), ("99999999999999999999999", "str")]
)
def test_a_late_value_that_no_sample_met_names_the_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: str, advice: str
) -> None:
    monkeypatch.setattr(dask_frame, "_SAMPLE", 40)
    rows = [f"{number},{number}" for number in range(3_000)]
    rows[1_503] = f"1503,{late}"
    path = written(tmp_path / "a.csv", "id,n\n" + "\n".join(rows) + "\n")
    value = colab_magics.ingest(path, engine="dask")
    with pytest.raises(
        BadOption, match=f"Column n holds .* between the bytes .* of a.csv, and int64 in .*  --dtype n={advice} "
    ):
        value.compute()
    value = colab_magics.ingest(path, engine="dask", dtype=f"n={advice}")
    expected = pd.read_csv(path, low_memory=False, dtype={"n": advice})
    pd.testing.assert_frame_equal(value.compute().reset_index(drop=True), expected)


def test_a_file_that_changes_later_is_not_blended(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "a\n" + "1\n" * 5_000)
    value = colab_magics.ingest(path, engine="dask")
    written(path, "a\n" + "2\n" * 5_000)
    with pytest.raises(SourceError, match="a.csv was changed since it was looked at: run the cell with %ingest again"):
        value.a.sum().compute()


def test_a_stray_quotation_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "a.csv", "a,b\n" + '5" pipe,1\n' * 2_000)
    assert len(colab_magics.ingest(path, engine="dask", quoting=3)) == 2_000
    value = colab_magics.ingest(written(tmp_path / "b.csv", 'a,b\n5" pipe,1\n6,2\n'), engine="dask")  # in one block
    pd.testing.assert_frame_equal(value.compute(), pd.read_csv(tmp_path / "b.csv"))
    monkeypatch.setattr(dask_frame, "_ONE_BLOCK", 100)
    with pytest.raises(BrokenFile, match="a.csv has a quotation mark inside a value near byte 5, .*  -- quoting=3 ;"):
        colab_magics.ingest(path, engine="dask")


def test_what_means_the_same_in_each_block_is_handed_to_pandas(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "1.000;-;ja\n" * 2_000)
    options: dict[str, Any] = {"names": ["n", "m", "f"], "thousands": ".", "na_values": ["-"], "true_values": ["ja"]}
    value = colab_magics.ingest(path, engine="dask", sep=";", **options)
    expected = pd.read_csv(path, sep=";", **options)
    pd.testing.assert_frame_equal(value.compute().reset_index(drop=True), expected)
    value = colab_magics.ingest(path, engine="dask", sep=";", header=None)
    pd.testing.assert_frame_equal(value.compute().reset_index(drop=True), pd.read_csv(path, sep=";", header=None))


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n",
        "a,b",
        "\n\na,b\n1,2\n",
        "\ufeffa,a\n1,2\n",
        "a,b\r\n1,2\r\n",
        "a,b\n1,2",
        '"a\nb",c\n1,2\n',
        "a,b\n1\n2,3\n",
        "a\n99999999999999999999999\n1\n",
    ],
)
def test_small_and_odd_texts(tmp_path: Path, text: str) -> None:
    path = written(tmp_path / "a.csv", text.encode())
    value = colab_magics.ingest(path, engine="dask")
    pd.testing.assert_frame_equal(value.compute(), pd.read_csv(io.BytesIO(text.encode())), check_dtype="\n1" in text)


def test_names_that_stand_twice(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "a,a,b\n" + "x,1,2\n" * 5_000)
    value = colab_magics.ingest(path, engine="dask")
    pd.testing.assert_frame_equal(value.compute().reset_index(drop=True), pd.read_csv(path))


def test_an_index_by_a_longer_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadOption, match="a.csv has more values in a row than names of columns"):
        colab_magics.ingest(written(tmp_path / "a.csv", "a,b\nx,1,2\ny,3,4\n"), engine="dask")


def test_categories(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "c,n\n" + "".join(f"{'uvw'[n // 700]},{n}\n" for n in range(2_000)))
    value = colab_magics.ingest(path, engine="dask", dtype="c=category")
    assert value.compute().c.astype("str").value_counts().to_dict() == {"u": 700, "v": 700, "w": 600}


def test_it_is_the_way_out_of_what_does_not_fit(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimates, "available", lambda: 10_000)
    with pytest.raises(TooLarge, match="or a lazy frame of all with --engine dask"):
        colab_magics.ingest(path)
    assert len(colab_magics.ingest(path, engine="dask")) == len(mixed())


def test_dates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f"2024-01-{1 + n % 28:02d} 10:00,{n}\n" for n in range(1_000))
    path = written(tmp_path / "a.csv", "day,n\n" + rows)
    value = colab_magics.ingest(path, engine="dask", parse_dates="day")
    expected = pd.read_csv(path, parse_dates=["day"])
    pd.testing.assert_frame_equal(value.compute().reset_index(drop=True), expected)
    pd.testing.assert_series_equal(value.n.compute().reset_index(drop=True), expected.n)
