"""Awkward files of text: the frame is what the person's own pandas makes of them, values and types."""

import gzip
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from reads import ingested, written

from colab_magics.errors import BadOption, BrokenFile

MANY = 30_000  # rows: more than one block of pandas' parser
CSVS: dict[str, str | bytes] = {
    "missing words": "a,b\nNA,1\nn/a,2\nnull,3\nNone,4\n,5\n-nan,6\n#N/A,7\n<NA>,8\nx,9\n",
    "uint64": "a\n18446744073709551615\n1\n",
    "beyond uint64": "a\n18446744073709551616\n1\n",
    "negative and uint64": "a\n18446744073709551615\n-1\n",
    "plus sign": "a,b\n+1,+1.5\n2,3\n",
    "hexadecimal": "a\n0x1F\n0x2\n",
    "leading zeros": "zip,n\n00123,1\n01234,2\n",
    "underscores": "a\n1_000\n2_000\n",
    "thousands": 'a\n"1,000"\n"2,000"\n',
    "exponents": "a,b\n1e5,1E-300\n2e-3,1e400\n",
    "many digits": "a\n0.1234567890123456789\n1.7976931348623157e308\n5e-324\n",
    "infinity": "a,b\ninf,-inf\nInfinity,1\n-Infinity,nan\n",
    "booleans": "a,b,c\nTrue,true,TRUE\nFalse,false,FALSE\n",
    "booleans with a gap": "a\nTrue\n\nFalse\nNA\n",
    "booleans and words": "a\nTrue\nmaybe\n",
    "yes and no": "a\nyes\nno\n",
    "dates": "d,t\n2024-01-31,12:30:00\n2024-02-29,23:59:59\n",
    "dates with zones": "d\n2024-01-31T12:00:00Z\n2024-01-31T12:00:00+02:00\n",
    "mixed dates": "d\n2024-01-31\n31/01/2024\n",
    "duplicate headers": "a,a,a.1,b,b\n1,2,3,4,5\n",
    "blank headers": "a,,b,\n1,2,3,4\n",
    "numbers as headers": "1,2,3\n4,5,6\n",
    "spaces in headers": " a , b c ,d\n1,2,3\n",
    "header only": "a,b,c\n",
    "header without newline": "a,b,c",
    "one column": "a\n1\n2\n",
    "one cell": "a\n1",
    "index by one more field": "a,b\nx,1,2\ny,3,4\n",
    "trailing comma": "a,b\n1,2,\n3,4,\n",
    "trailing comma in the header": "a,b,\n1,2,\n3,4,\n",
    "short rows": "a,b,c\n1\n2,3\n4,5,6\n",
    "blank lines": "\n\na,b\n\n1,2\n\n\n3,4\n\n",
    "lines of spaces": "a,b\n1,2\n   \n3,4\n",
    "no last newline": "a,b\n1,2\n3,4",
    "quotes": 'a,b\n"x, y","he said ""no"""\n"line\nbreak",z\n',
    "quotes within": "a,b\nx\"y\"z,1\n'q',2\n",
    "quoted numbers": 'a,b\n"1","2"\n"3","4"\n',
    "quoted and empty": 'a,b\n"",1\n,2\n" ",3\n',
    "spaces around": "a, b\n 1, x \n 2, y \n",
    "tabs in commas": "a,b\n1\t2,3\n4,5\t6\n",
    "semicolons in commas": "a,b\n1;2,3\n4,5;6\n",
    "late change to float": "a,b\n" + "1,x\n" * MANY + "1.5,y\n",
    "late change to text": "a,b\n" + "1,2\n" * MANY + "x,2\n",
    "late gap": "a,b\n" + "1,2\n" * MANY + ",2\n",
    "late quote": "a,b\n" + "1,2\n" * MANY + '"x\ny",2\n',
    "BOM": b"\xef\xbb\xbfa,b\n1,\xc3\xa9\n",
    "BOM and quotes": b'\xef\xbb\xbf"a","b"\n1,2\n',
    "CRLF": "a,b\r\n1,2\r\n3,4\r\n",
    "CR": "a,b\r1,2\r3,4\r",
    "mixed newlines": "a,b\n1,2\r\n3,4\r5,6\n",
    "NUL": b"a,b\n1,x\x00y\n2,z\n3,zzzzzzzzzzzz\n4,zzzzzzzzzzzz\n",
    "emoji": "a,b\n😀,é\n漢字,ß\n",
    "wide": ",".join(f"c{place}" for place in range(2000)) + "\n" + ",".join(map(str, range(2000))) + "\n",
    "long field": "a,b\n" + "x" * 300_000 + ",1\n",
    "hashes": "#a,b\n1,2\n#3,4\n",
    "percent": "a,b\n1%,$2\n",
    "complex": "a\n1+2j\n",
    "all missing": "a,b\n,\n,\n",
    "only commas": ",,\n,,\n",
    "formulas": "a,b\n=1+1,@x\n-x,+y\n",
}


@pytest.mark.parametrize("kind", CSVS)
@pytest.mark.filterwarnings("ignore::pandas.errors.DtypeWarning")
def test_a_csv_is_read_as_pandas_reads_it(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path / "a.csv", CSVS[kind])
    expected = pd.read_csv(path)
    frame, notes = ingested(path)
    pd.testing.assert_frame_equal(frame, expected)
    assert frame.columns.equals(expected.columns)
    told = [
        note for note in notes if "have mixed types" not in note and "no rows" not in note and "no values" not in note
    ]
    assert not told


@pytest.mark.parametrize("kind", CSVS)
@pytest.mark.filterwarnings("ignore::pandas.errors.DtypeWarning")
def test_so_are_its_first_rows_and_its_packed_form(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path / "a.csv", CSVS[kind])
    pd.testing.assert_frame_equal(ingested(path, head=2)[0], pd.read_csv(path, nrows=2))
    packed = written(tmp_path / "a.csv.gz", gzip.compress(path.read_bytes()))
    pd.testing.assert_frame_equal(ingested(packed)[0], pd.read_csv(packed))


@pytest.mark.parametrize("content", ["a,b\n1,2\n3,4,5\n", "", "\n\n", 'a,b\n"x\n', "a,b\n1,2\n" * 9 + "1,2,3\n"])
def test_what_pandas_refuses_is_a_sentence(tmp_path: Path, content: str) -> None:
    path = written(tmp_path / "a.csv", content)
    try:
        expected = pd.read_csv(path)
    except ValueError:
        with pytest.raises(BrokenFile, match="a.csv"):
            ingested(path)
    else:
        pd.testing.assert_frame_equal(ingested(path)[0], expected)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path / "a.csv", "name,n\nZoë,1\nÅsa,2\n".encode(encoding))
    frame, notes = ingested(path)
    pd.testing.assert_frame_equal(frame, pd.read_csv(path, encoding=encoding))
    assert len(notes) == 1
    assert ingested(path, encoding=encoding)[1] == ()


JSONS: dict[str, str | bytes] = {
    "columns": '{"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": null}}',
    "records": '[{"a": 1, "b": "x"}, {"a": 2.5}]',
    "lists": '{"a": [1, 2], "b": [true, false]}',
    "rows": "[[1, 2], [3, 4]]",
    "nested": '[{"a": {"b": 1}, "c": [1, 2]}]',
    "dates": '[{"date": "2024-01-31", "timestamp": 1700000000, "modified": "x"}]',
    "large": '[{"a": 9007199254740993, "b": -1}]',
    "numbers as text": '[{"a": "1", "b": "01"}]',
    "BOM": b'\xef\xbb\xbf[{"a": 1}]',
    "unicode": '[{"a": "\\u00e9", "é": "😀"}]',
    "empty list": "[]",
}


@pytest.mark.parametrize("kind", JSONS)
def test_json_is_read_as_pandas_reads_it(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path / "a.json", JSONS[kind])
    expected = pd.read_json(path, **({"encoding": "utf-8-sig"} if kind == "BOM" else {}))
    pd.testing.assert_frame_equal(ingested(path)[0], expected)


@pytest.mark.parametrize(
    "content", ['{"a": 1}\n{"a": 2.5}\n', '{"a": 1}\n\n{"b": "x"}', '{"a": [1]}\r\n{"a": null}\r\n', '{"a": 1}\n']
)
def test_so_are_json_lines(tmp_path: Path, content: str) -> None:
    path = written(tmp_path / "a.jsonl", content)
    pd.testing.assert_frame_equal(ingested(path)[0], pd.read_json(path, lines=True))
    pd.testing.assert_frame_equal(ingested(path, head=1)[0], pd.read_json(path, lines=True, nrows=1))


def test_a_type_for_a_column_that_is_not_in_json(tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", '[{"a": 1, "b": "01"}]')
    pd.testing.assert_frame_equal(ingested(path, dtype="b=str")[0], pd.read_json(path, dtype={"b": "str"}))
    with pytest.raises(BadOption, match="There is no column c. There are a, b"):
        ingested(path, dtype="c=str")


TABLE = "id,name,born,score\n" + "".join(f"{n},n{n % 5},2024-01-{n % 28 + 1:02},{n / 4}\n" for n in range(1000))


def plain(**options: Any) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(TABLE), **options)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return written(tmp_path / "a.csv", TABLE)


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        ({"columns": "score,id"}, plain()[["score", "id"]]),
        ({"columns": ["id"], "head": 3}, plain(nrows=3)[["id"]]),
        ({"head": 10}, plain(nrows=10)),
        ({"dtype": "id=float32,name=category"}, plain(dtype={"id": "float32", "name": "category"})),
        ({"dtype": {"id": np.int16}}, plain(dtype={"id": "int16"})),
        ({"dtype": str}, plain(dtype=str)),
        ({"parse_dates": "born"}, plain(parse_dates=["born"])),
        (
            {"where": "score > 200 and name == 'n1'"},
            plain().query("score > 200 and name == 'n1'").reset_index(drop=True),
        ),
        ({"where": "name == 'n1'", "head": 3}, plain().query("name == 'n1'")[:3].reset_index(drop=True)),
        ({"columns": "id", "where": "name == 'n1'"}, plain().query("name == 'n1'")[["id"]].reset_index(drop=True)),
        ({"skiprows": [1, 2]}, plain(skiprows=[1, 2])),
        ({"index_col": "id"}, plain(index_col="id")),
        ({"na_values": ["n1"]}, plain(na_values=["n1"])),
    ],
)
def test_wishes(table: Path, wishes: dict[str, Any], expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(ingested(table, **wishes)[0], expected)


def test_the_backend(table: Path) -> None:
    pytest.importorskip("pyarrow")
    pd.testing.assert_frame_equal(ingested(table, backend="pyarrow")[0], plain(dtype_backend="pyarrow"))


def test_an_index_of_numbers_is_kept(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "a,b\n30,1,2\n10,3,4\n20,5,6\n")
    whole = pd.read_csv(path)
    assert whole.index.tolist() == [30, 10, 20]
    pd.testing.assert_frame_equal(ingested(path, where="a > 1")[0], whole[1:])
    pd.testing.assert_frame_equal(ingested(path, where="a > 1", head=5)[0], whole[1:])
    pd.testing.assert_frame_equal(ingested(path, sample=3)[0], whole)


@pytest.mark.parametrize("amount", [100, "10%"])
def test_a_sample(table: Path, amount: int | str) -> None:
    frame, notes = ingested(table, sample=amount, seed=3)
    assert len(frame) == 100
    assert frame.dtypes.equals(plain().dtypes)
    assert frame.merge(plain()).shape == frame.shape
    assert notes == ("A random sample of 100 rows of 1,000 (10.00 %): add  --seed 3  to have it again.",)
    pd.testing.assert_frame_equal(ingested(table, sample=amount, seed=3)[0], frame)


@pytest.mark.parametrize("end", ["1.5,\n" * 10, "x,\n" * 9, ",2\n", "9" * 19 + ",True\n"])
@pytest.mark.filterwarnings("ignore::pandas.errors.DtypeWarning")
def test_a_sample_of_mixed_blocks_has_the_types_of_all(tmp_path: Path, end: str) -> None:
    path = written(tmp_path / "a.csv", "a,b\n" + "1,2\n" * 600_000 + end)
    frame, _ = ingested(path, sample=5, seed=1)
    assert frame.dtypes.equals(pd.read_csv(path).dtypes)


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        ({"columns": "naem"}, "There is no column naem. Did you mean name?"),
        ({"where": "naem == 1"}, "There is no column naem. Did you mean name?"),
        ({"dtype": "x=int8"}, "There is no column x. There are id, name, born, score"),
        ({"parse_dates": "x"}, "There is no column x"),
        ({"sheet": "x"}, "a.csv is CSV, which has no use for --sheet"),
        ({"member": "x"}, "a.csv is CSV, which has no members"),
        ({"skiprow": 3}, "Did you mean skiprows?"),
        ({"dtype": "id=int7"}, "--dtype: pandas knows no type int7"),
        ({"dtype": "klingon"}, "--dtype: pandas knows no type klingon"),
    ],
)
def test_wishes_that_cannot_be_met(table: Path, wishes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadOption, match=sentence):
        ingested(table, **wishes)


def test_a_type_that_does_not_fit_is_told(table: Path) -> None:
    with pytest.raises(BrokenFile, match="a.csv cannot be read as CSV: .*n0"):
        ingested(table, dtype="name=int8")


@pytest.mark.parametrize(
    ("content", "options", "note"),
    [
        (
            "a;b\n1,5;x\n2;y\n",
            {"sep": ";", "decimal": ","},
            "separated by semicolons, and numbers have a decimal comma",
        ),
        ("a|b\n1|2\n", {"sep": "|"}, "separated by vertical bars"),
        ("a^b\n1^2\n3^4\n", {"sep": "^"}, r"separated by '\^'"),
    ],
)
def test_other_separators_are_found_and_told(tmp_path: Path, content: str, options: dict[str, Any], note: str) -> None:
    path = written(tmp_path / "a.csv", content)
    frame, notes = ingested(path)
    pd.testing.assert_frame_equal(frame, pd.read_csv(path, **options))
    assert len(notes) == 1
    assert __import__("re").search(note, notes[0])
    pd.testing.assert_frame_equal(ingested(path, sep=",")[0], pd.read_csv(path))


def test_a_default_call_passes_nothing_to_pandas(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passed = []
    real = pd.read_csv
    monkeypatch.setattr(pd, "read_csv", lambda path, **options: passed.append((path, options)) or real(path, **options))
    ingested(table)
    assert passed == [(table, {})]
