"""Parquet, Arrow and ORC: pandas' own frame, and only what is wanted is read."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from reads import ingested, written

from colab_magics.errors import BadOption, BrokenFile, MissingExtra
from colab_magics.ingest import columnar

pa = pytest.importorskip("pyarrow", reason="pyarrow reads Parquet, Arrow and ORC")
pq = pytest.importorskip("pyarrow.parquet")
orc = pytest.importorskip("pyarrow.orc")
feather = pytest.importorskip("pyarrow.feather")

COUNT = 5000
FRAME = pd.DataFrame(
    {
        "id": np.arange(COUNT),
        "name": [f"n{n % 7}" if n % 11 else None for n in range(COUNT)],
        "score": np.where(np.arange(COUNT) % 13, np.arange(COUNT) / 4, np.nan),
        "single": np.arange(COUNT).astype("float32") / 10,
        "ok": np.arange(COUNT) % 2 == 0,
        "when": pd.date_range("2024-01-01", periods=COUNT, freq="min"),
        "kind": pd.Categorical([f"k{n % 3}" for n in range(COUNT)]),
        "gap": pd.array([n if n % 5 else None for n in range(COUNT)], dtype="Int64"),
    }
)


def parquet(path: Path, frame: pd.DataFrame = FRAME) -> Path:
    frame.to_parquet(path, row_group_size=700)
    return path


@pytest.mark.parametrize(
    "frame",
    [
        FRAME,
        FRAME.set_index("name"),
        FRAME[10:20],
        FRAME[:0],
        pd.DataFrame({"a": [[1, 2], None], "b": [{"x": 1}, {"x": 2}]}),
        pd.DataFrame(
            {"t": pd.to_datetime(["2024-01-01"]).tz_localize("Europe/Berlin"), "d": pd.to_timedelta([5], "s")}
        ),
        pd.DataFrame({"n": [2**63 - 1, None], "u": np.array([2**64 - 1, 0], "u8"), "f": np.array([1, 2], "f2")}),
    ],
)
def test_parquet_is_read_as_pandas_reads_it(tmp_path: Path, frame: pd.DataFrame) -> None:
    path = parquet(tmp_path / "a.parquet", frame)
    pd.testing.assert_frame_equal(ingested(path)[0], pd.read_parquet(path))


@pytest.mark.parametrize(
    "text",
    [
        "id < 100",
        "id in (5, 4000, 99999)",
        "score > 1000 and name == 'n3'",
        "not score > 100",
        "name != 'n3'",
        "name not in ('n1', 'n2')",
        "ok and id >= 4990 or id == 3",
        "single == 0.1",
        "score is None",
        "when >= '2024-01-04'",
        "id > 4999.5 or name == 'n1'",
        "id == 'x'",
        "kind == 'k1' and id < 9",
        "name in ()",
    ],
)
def test_a_condition_means_the_same_whether_pushed_down_or_not(tmp_path: Path, text: str) -> None:
    from colab_magics.ingest.grammar import condition

    path = parquet(tmp_path / "a.parquet", FRAME.drop(columns="gap"))
    whole = pd.read_parquet(path)
    expected = whole[condition(text).mask(whole)].reset_index(drop=True)
    pd.testing.assert_frame_equal(ingested(path, where=text)[0], expected)
    pd.testing.assert_frame_equal(ingested(path, where=text, columns="single,id")[0], expected[["single", "id"]])


def test_what_can_be_pushed_down_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = parquet(tmp_path / "a.parquet")
    passed: list[dict[str, Any]] = []
    real = pd.read_parquet
    monkeypatch.setattr(pd, "read_parquet", lambda path, **options: passed.append(options) or real(path, **options))
    ingested(path)
    ingested(path, columns="name", where="id < 3 and single > 0")
    assert passed[0] == {}
    assert passed[1]["columns"] == ["name", "id", "single"]
    assert str(passed[1]["filters"]) == "(id < 3)"


@pytest.mark.parametrize("wishes", [{"head": 10}, {"head": 10, "columns": "when,id"}, {"head": 1500}])
def test_the_first_rows(tmp_path: Path, wishes: dict[str, Any]) -> None:
    path = parquet(tmp_path / "a.parquet", FRAME.drop(columns="gap"))
    expected = pd.read_parquet(path)[: wishes["head"]]
    expected = expected[["when", "id"]] if "columns" in wishes else expected
    pd.testing.assert_frame_equal(ingested(path, **wishes)[0], expected)


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="what is read is counted by Linux")
@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "feather"])
@pytest.mark.parametrize("wishes", [{}, {"where": "id > 3"}])
def test_the_first_rows_are_read_without_the_others(tmp_path: Path, kind: str, wishes: dict[str, Any]) -> None:
    frame = pd.DataFrame(
        {"id": range(300_000), "text": [f"text {number * 7919 % 300_007}" for number in range(300_000)]}
    )
    path = tmp_path / f"a.{kind}"
    match kind:
        case "csv":
            frame.to_csv(path, index=False)
        case "jsonl":
            frame.to_json(path, orient="records", lines=True)
        case "parquet":
            frame.to_parquet(path, row_group_size=10_000)
        case _:
            frame.to_feather(path, compression="uncompressed", chunksize=10_000)

    def bytes_read() -> int:
        return int(Path("/proc/self/io").read_text().split()[1])

    ingested(path, head=2, **wishes)  # its libraries are files, too
    before = bytes_read()
    assert len(ingested(path, head=2, **wishes)[0]) == 2
    assert bytes_read() - before < 0.7 * path.stat().st_size


def test_the_first_rows_keep_an_index(tmp_path: Path) -> None:
    path = parquet(tmp_path / "a.parquet", FRAME.set_index("when"))
    pd.testing.assert_frame_equal(
        ingested(path, head=5, columns="id")[0], pd.read_parquet(path)[:5][["id"]], check_freq=False
    )


@pytest.mark.parametrize("amount", [50, "2%"])
def test_a_sample_has_the_types_of_all(tmp_path: Path, amount: int | str) -> None:
    path = parquet(tmp_path / "a.parquet", FRAME.drop(columns="kind"))
    frame, notes = ingested(path, sample=amount, seed=1)
    whole = pd.read_parquet(path)
    assert len(frame) == (50 if amount == 50 else 100)
    assert frame.dtypes.equals(whole.dtypes)
    pd.testing.assert_frame_equal(frame, whole.set_index("id", drop=False).loc[frame["id"]].reset_index(drop=True))
    assert "of 5,000" in notes[0]


@pytest.mark.filterwarnings("ignore:Feather V1 files are deprecated")
@pytest.mark.parametrize("kind", ["feather", "uncompressed", "old feather", "stream", "orc"])
def test_arrow_and_orc(tmp_path: Path, kind: str) -> None:
    frame = FRAME.drop(columns=["kind", "gap"])
    path = tmp_path / f"a.{kind}"
    table = pa.Table.from_pandas(frame, preserve_index=False)
    expected = frame
    match kind:
        case "feather" | "uncompressed":
            frame.to_feather(path, compression="lz4" if kind == "feather" else "uncompressed")
            expected = pd.read_feather(path)
        case "old feather":
            feather.write_feather(frame, path, version=1)
            expected = pd.read_feather(path)
        case "orc":
            orc.write_table(table, path, stripe_size=65_536)
            expected = pd.read_orc(path)
        case "stream":
            with pa.OSFile(str(path), "w") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
                writer.write_table(table, max_chunksize=900)
    pd.testing.assert_frame_equal(ingested(path)[0], expected)
    pd.testing.assert_frame_equal(ingested(path, head=7)[0], expected[:7])
    pd.testing.assert_frame_equal(ingested(path, columns="ok,id")[0], expected[["ok", "id"]])
    rows = ingested(path, where="id < 20 and ok")[0]
    pd.testing.assert_frame_equal(rows, expected[:20][expected["ok"][:20]].reset_index(drop=True))
    assert ingested(path, sample=9, seed=1)[0].dtypes.equals(expected.dtypes)


def test_the_backend(tmp_path: Path) -> None:
    path = parquet(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(ingested(path, backend="pyarrow")[0], pd.read_parquet(path, dtype_backend="pyarrow"))


def test_wishes_that_pandas_has_no_option_for(tmp_path: Path) -> None:
    path = parquet(tmp_path / "a.parquet", pd.DataFrame({"a": [1, 2], "d": ["2024-01-01", "2024-01-02"]}))
    frame, _ = ingested(path, dtype="a=int8", parse_dates="d")
    assert frame["a"].dtype == "int8"
    assert frame["d"].dtype.kind == "M"
    with pytest.raises(BadOption, match="--dtype: "):
        ingested(path, dtype="d=int8")
    with pytest.raises(BadOption, match="There is no column b. There are a, d"):
        ingested(path, columns="b")


def test_an_unsafe_pyarrow_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pa, "__version__", "14.0.0")
    path = written(tmp_path / "a.parquet", b"PAR1")
    with pytest.raises(MissingExtra, match="pyarrow 14.0.0 can be made to run code by a file"):
        ingested(path)
    assert columnar._SAFE == (14, 0, 1)


@pytest.mark.filterwarnings("ignore:Feather V1 files are deprecated")
@pytest.mark.parametrize("place", [40, 88, 136])
def test_an_offset_of_old_feather_that_leads_out_of_memory(tmp_path: Path, place: int) -> None:
    table = pa.table({"s": pa.array(["a", "b"], pa.large_string())})  # as pandas 3 has text
    feather.write_feather(table, tmp_path / "a", version=1)
    content = (tmp_path / "a").read_bytes()
    path = written(tmp_path / "a.feather", content[:place] + b"\xff\xff\xff\x7f" + content[place + 4 :])
    with pytest.raises(BrokenFile, match="a.feather"):
        ingested(path)
