"""Frames equal to those of pandas itself, and one sentence for every broken file."""

import functools
import gzip
import io
import random
import re
import sqlite3
import sys
import time
import warnings
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from packed import taped, zipped
from reads import ingested, written

from colab_magics.errors import BadOption, BrokenFile, ColabMagicsError, MissingExtra, SourceError
from colab_magics.ingest import readers
from colab_magics.ingest.formats import Format
from colab_magics.ingest.readers import reader_of
from colab_magics.ingest.task import Reader

TABLE = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "é", None], "c": [0.5, None, 2.25]})
PACKED = gzip.compress(TABLE.to_csv(index=False).encode(), mtime=0)


@pytest.mark.parametrize(
    ("name", "write", "reader"),
    [
        ("a.csv", lambda path: TABLE.to_csv(path, index=False), pd.read_csv),
        ("a.csv.gz", lambda path: TABLE.to_csv(path, index=False), pd.read_csv),
        ("a.tsv", lambda path: TABLE.to_csv(path, index=False, sep="\t"), lambda path: pd.read_csv(path, sep="\t")),
        ("a.json", lambda path: TABLE.to_json(path), pd.read_json),
        ("b.json", lambda path: TABLE.to_json(path, orient="records", indent=2), pd.read_json),
        ("a.json.gz", lambda path: TABLE.to_json(path), pd.read_json),
        (
            "a.jsonl",
            lambda path: TABLE.to_json(path, orient="records", lines=True),
            lambda path: pd.read_json(path, lines=True),
        ),
        ("a.parquet", lambda path: TABLE.to_parquet(path), pd.read_parquet),
        ("a.xlsx", lambda path: TABLE.to_excel(path, index=False), pd.read_excel),
        ("a.csv", lambda path: path.write_bytes("a,b\r\n1,é\r\n".encode("utf-8-sig")), pd.read_csv),
        ("a.csv", lambda path: path.write_bytes(b'a,a,,"x\ny"\n1,2,3,4\n\n5,6,7,8\n'), pd.read_csv),
    ],
)
@pytest.mark.filterwarnings("ignore:The default engine for reading")
def test_the_frame_is_pandas_own(tmp_path: Path, name: str, write, reader) -> None:
    path = tmp_path / name
    write(path)
    frame, notes = ingested(path)
    pd.testing.assert_frame_equal(frame, reader(path))
    assert notes == ()


@pytest.mark.parametrize(("name", "content"), [("fetched", PACKED), ("a.csv.gz", gzip.decompress(PACKED))])
def test_a_name_that_hides_or_feigns_gzip_changes_nothing(tmp_path: Path, name: str, content: bytes) -> None:
    frame, _ = ingested(written(tmp_path / name, content))
    pd.testing.assert_frame_equal(frame, pd.read_csv(io.BytesIO(gzip.decompress(PACKED))))


def test_idx_and_numpy(tmp_path: Path) -> None:
    images = b"\0\0\x08\x03" + bytes([0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, *range(24)])
    frame, _ = ingested(written(tmp_path / "images-idx3-ubyte.gz", gzip.compress(images)))
    np.testing.assert_array_equal(frame.to_numpy(), np.arange(24).reshape(2, 12))
    assert frame.attrs["shape"] == (2, 3, 4)
    np.savez(tmp_path / "a.npz", x=np.arange(3), y=np.eye(3))
    frame, _ = ingested(tmp_path / "a.npz", member="y")
    np.testing.assert_array_equal(frame.to_numpy(), np.eye(3))


@pytest.mark.parametrize(
    ("content", "note"),
    [
        ("a,b\n1,é\n".encode("cp1252"), r"not UTF-8: it was read as Windows-1252 \(cp1252\)"),
        ("a,b\n1,é\n".encode("utf-16"), "The text is UTF-16"),
        (b"a;b\n1;2\n", "separated by semicolons: add  --sep ,  to have it read by commas"),
        (b"a,b\n", "There are no rows in it, only column names"),
        (b"a\tb\n1\t2\n", "a.csv holds TSV, not CSV as its name says"),
    ],
)
def test_what_the_person_would_not_expect_is_told(tmp_path: Path, content: bytes, note: str) -> None:
    frame, notes = ingested(written(tmp_path / "a.csv", content))
    assert len(notes) == 1
    assert re.search(note, notes[0])
    if "1252" in note or "16" in note:
        assert frame["b"].tolist() == ["é"]


def test_other_sheets_are_told(tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "a.xlsx") as book:
        TABLE.to_excel(book, sheet_name="one", index=False)
        TABLE.to_excel(book, sheet_name="two", index=False)
    assert ingested(tmp_path / "a.xlsx")[1] == ("This is the first sheet of 2: one, two.",)


def test_a_warning_of_pandas_becomes_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def warn(*_: object) -> pd.DataFrame:
        for category in (UserWarning, pd.errors.DtypeWarning, UserWarning, DeprecationWarning):
            warnings.warn(f"{category.__name__} here", category, stacklevel=1)
        return TABLE

    monkeypatch.setattr(readers, "reader_of", lambda _: Reader(warn))
    _, notes = ingested(written(tmp_path / "a.csv", b"a,b\n1,2\n"))
    assert notes == ("UserWarning here", "DtypeWarning here")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        (
            "a.csv",
            b"a,b\n1,2\n1,2,3\n",
            "Expected 2 fields in line 3, saw 3. Look at that line; to leave such .* add  -- on_bad_lines='skip'.$",
        ),
        ("a.csv", b"\n\n", "a.csv cannot be read as CSV: No columns to parse from file"),
        ("a.csv", b"a,b\n1,\x81\n", "a.csv cannot be read as CSV: .*can't decode byte 0x81"),
        ("a.csv.gz", PACKED[:-12], "a.csv.gz is damaged: it does not unpack as gzip"),
        ("a.json", b"not json", "a.json cannot be read as JSON: "),
        ("a.json", b'{"a": 1}', "a.json cannot be read as JSON: If using all scalar values"),
        ("a.jsonl", b'{"a": 1}\n{"a"\n', "a.jsonl cannot be read as JSON lines: "),
        ("a.parquet", b"PAR1PAR1", "a.parquet cannot be read as Parquet: "),
        ("a.npy", b"\x93NUMPY\x01", "a.npy cannot be read as NumPy: "),
    ],
)
def test_a_broken_file_is_one_sentence(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(BrokenFile, match=sentence) as caught:
        ingested(written(tmp_path / "fetched", content), name)
    assert str(tmp_path) not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_any_format_inside_gzip(tmp_path: Path) -> None:
    TABLE.to_parquet(tmp_path / "a")
    path = written(tmp_path / "a.gz", gzip.compress((tmp_path / "a").read_bytes()))
    pd.testing.assert_frame_equal(ingested(path)[0], pd.read_parquet(tmp_path / "a"))


def test_every_format_has_a_reader_that_is_imported_only_when_it_is_needed() -> None:
    assert set(readers._READERS) == set(Format)
    for format_ in Format:
        assert isinstance(reader_of(format_), Reader)


def test_only_archives_have_members(tmp_path: Path) -> None:
    with pytest.raises(BadOption, match="a.csv is CSV, which has no members: leave --member out"):
        ingested(written(tmp_path / "a.csv", b"a,b\n"), member="x")


@pytest.mark.parametrize(("name", "module"), [("a.parquet", "pyarrow"), ("a.xlsx", "openpyxl")])
def test_a_missing_library_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, module: str
) -> None:
    path = tmp_path / name
    TABLE.to_parquet(path) if name.endswith("t") else TABLE.to_excel(path)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=rf'needs {module}.*%pip install "colab-magics\[formats\]"'):
        ingested(path)


def test_a_lack_of_memory_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(*_: object) -> pd.DataFrame:
        raise MemoryError

    monkeypatch.setattr(readers, "reader_of", lambda _: Reader(greedy))
    with pytest.raises(SourceError, match="a.csv needs more memory than there is"):
        ingested(written(tmp_path / "a.csv", b"a,b\n1,2\n"))


CELLS = st.one_of(
    st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(st.characters(codec="utf-8"), max_size=9)
)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6))
def test_any_csv_is_read_as_pandas_reads_it(tmp_path_factory: pytest.TempPathFactory, rows: list) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    pd.DataFrame(rows, columns=["a", "b", "c"]).to_csv(path, index=False)
    try:
        expected = pd.read_csv(path)
    except ValueError as error:
        with pytest.raises(ColabMagicsError, match="any.csv"):
            ingested(path, forced="csv")
        assert str(error)
    else:
        frame, _ = ingested(path, forced="csv")
        pd.testing.assert_frame_equal(frame, expected)


MUTATIONS = 200  # of each format
IN_A_CHILD = ("h5", "orc", "sav")  # a process for each takes its time
KINDS = [
    "csv", "semicolons.csv", "json", "jsonl", "parquet", "feather", "orc", "arrows", "npy", "npz", "xlsx", "h5", "db",
    "duckdb", "dta", "sav", "xml", "html", "csv.gz", "csv.bz2", "csv.xz", "csv.zst", "zip", "tar", "pictures.zip",
]  # fmt: skip


@functools.cache
def sample(kind: str, folder: Path) -> bytes:  # noqa: PLR0912, PLR0915 (a branch for each format)
    """A good file; made once, for the time stands in some of them."""
    path = folder / f"good.{kind}"
    csv = TABLE.to_csv(index=False).encode() * 3
    match kind:
        case "semicolons.csv":
            return csv.replace(b",", b";")
        case "json":
            return TABLE.to_json().encode()
        case "jsonl":
            return TABLE.to_json(orient="records", lines=True).encode()
        case "npy":
            np.save(path, np.arange(9.0))
        case "npz":
            np.savez(path, x=np.arange(9.0))
        case "parquet":
            TABLE.to_parquet(path)
        case "feather":
            TABLE.to_feather(path)
        case "orc":
            TABLE.to_orc(path)
        case "arrows":
            arrow = pytest.importorskip("pyarrow")
            table = arrow.Table.from_pandas(TABLE)
            with arrow.OSFile(str(path), "w") as sink, arrow.ipc.new_stream(sink, table.schema) as writer:
                writer.write_table(table)
        case "xlsx":
            TABLE.to_excel(path)
        case "h5":
            with pytest.importorskip("h5py", reason="h5py reads HDF5").File(path, "w") as made:
                made.create_dataset("x", data=np.arange(99.0), compression="gzip", chunks=(9,))
        case "db":
            with closing(sqlite3.connect(path)) as connection:
                TABLE.to_sql("t", connection)
                connection.commit()
        case "duckdb":
            duckdb = pytest.importorskip("duckdb", reason="duckdb reads its own files")
            with duckdb.connect(str(path)) as connection:
                connection.execute("CREATE TABLE t AS SELECT range AS a, 'x' || range AS b FROM range(300)")
        case "dta":
            TABLE.fillna({"b": ""}).to_stata(path)
        case "sav":
            pytest.importorskip("pyreadstat", reason="pyreadstat reads SPSS").write_sav(TABLE, str(path))
        case "xml":
            pytest.importorskip("lxml", reason="lxml writes XML")
            TABLE.to_xml(path)
        case "html":
            return TABLE.to_html().encode()
        case "zip":
            return zipped({"a.csv": csv, "README": b"x"})
        case "tar":
            return taped({"a.csv": csv, "README": b"x"})
        case "pictures.zip":
            pixels = io.BytesIO()
            __import__("PIL.Image").Image.new("RGB", (3, 4)).save(pixels, "PNG")
            return zipped({"a/1.png": pixels.getvalue(), "b/2.png": pixels.getvalue()})
        case "csv.zst":
            return pytest.importorskip("pyarrow").compress(csv, codec="zstd", asbytes=True)
        case _:
            TABLE.to_csv(path, index=False)
    return path.read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_a_mutated_file_is_a_frame_or_a_sentence(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, kind: str
) -> None:
    good = sample(kind, tmp_path_factory.getbasetemp())
    path, dice, slowest = tmp_path / f"any.{kind}", random.Random(7), 0.0
    for _ in range(MUTATIONS if kind not in IN_A_CHILD else MUTATIONS // 10):
        content = bytearray(good)
        for _ in range(dice.choice((0, 1, 1, 2, 4, 16))):
            content[dice.randrange(len(content))] = dice.choice((0, 255, dice.randrange(256)))
        if dice.random() < 0.3:
            del content[dice.randrange(len(content)) :]
        path.write_bytes(content)
        started = time.monotonic()
        try:
            frame, _ = ingested(path)
        except ColabMagicsError as error:
            assert str(error)
            assert str(tmp_path) not in str(error)
        else:
            assert isinstance(frame, pd.DataFrame)
        slowest = max(slowest, time.monotonic() - started)
    assert slowest < 60
