"""Files of Stata, SAS and SPSS, as pandas reads them."""

import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from reads import ingest_file, ingested, written

from colab_magics.errors import BadOption, BrokenFile

FRAME = pd.DataFrame(
    {
        "n": np.arange(5, dtype="int32"),
        "f": [0.5, None, 2.0, 3.0, 4.0],
        "s": ["x", "é", "z", "", "w"],
        "k": pd.Categorical(["a", "b", "a", "b", "a"]),
    }
)


@pytest.mark.parametrize("version", [114, 117, 118])
def test_stata(tmp_path: Path, version: int) -> None:
    path = tmp_path / "a.dta"
    frame = FRAME if version == 118 else FRAME.assign(s="x")
    frame.to_stata(path, write_index=False, version=version)
    expected = pd.read_stata(path)
    pd.testing.assert_frame_equal(ingested(path)[0], expected)
    pd.testing.assert_frame_equal(ingested(path, columns="s,n")[0], expected[["s", "n"]])
    pd.testing.assert_frame_equal(ingested(path, head=2)[0], expected[:2])
    pd.testing.assert_frame_equal(ingested(path, where="n > 3")[0], expected[4:].reset_index(drop=True))
    labels = ingested(path, convert_categoricals=False)[0]
    pd.testing.assert_frame_equal(labels, pd.read_stata(path, convert_categoricals=False))
    with pytest.raises(BadOption, match="There is no column x"):
        ingested(path, columns="x")


def transport() -> bytes:
    """Make the transport file of the record layout of SAS TS-140 with one text and one number."""

    def card(text: str) -> bytes:
        return text.encode().ljust(80)

    def name(kind: int, length: int, number: int, word: str, place: int) -> bytes:
        start = struct.pack(">hhhh8s40s8shhh2s8shhl", kind, 0, length, number, word.encode().ljust(8), b" " * 40, b" " * 8,
                            0, 0, 0, b"  ", b" " * 8, 0, 0, place)  # fmt: skip
        return start.ljust(140, b"\0")

    stamp = "01JAN24:00:00:00"
    header = "HEADER RECORD*******{:8}HEADER RECORD!!!!!!!{}"
    number = struct.pack(">Q", 0x4210000000000000)  # 16 in the floating point of IBM
    names = name(2, 8, 1, "s", 0) + name(1, 8, 2, "n", 8)
    return b"".join(
        [
            card(header.format("LIBRARY", "0" * 30)),
            card("SAS     SAS     SASLIB  9.4     X".ljust(64) + stamp),
            card(stamp),
            card(header.format("MEMBER", "000000000000000001600000000140")),
            card(header.format("DSCRPTR", "0" * 30)),
            card("SAS     T       SASDATA 9.4     X".ljust(64) + stamp),
            card(stamp.ljust(80)),
            card(header.format("NAMESTR", "0000000002" + "0" * 20)),
            (names.ljust(320, b" ")),
            card(header.format("OBS", "0" * 30)),
            (b"hello   " + number).ljust(80, b" "),
        ]
    )


@pytest.mark.filterwarnings("ignore:The default value of 'encoding' in read_sas")
def test_sas(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xpt", transport())
    frame, notes = ingested(path)
    pd.testing.assert_frame_equal(frame, pd.read_sas(path))
    assert frame.to_dict("list") == {"s": [b"hello"], "n": [16.0]}
    assert notes == ("Text is held as bytes, as pandas reads SAS files: add --encoding latin-1, or --encoding infer.",)
    frame, notes = ingested(path, encoding="latin-1")
    assert frame["s"].tolist() == ["hello"]
    assert notes == ()
    assert len(ingested(path, head=1)[0]) == 1


def test_spss(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat", reason="pyreadstat reads SPSS")
    path = tmp_path / "a.sav"
    frame = FRAME.drop(columns="k").assign(grade=[1.0, 2.0, 1.0, 2.0, 1.0])
    pyreadstat.write_sav(frame, str(path), variable_value_labels={"grade": {1: "low", 2: "high"}})
    expected = pd.read_spss(path)
    pd.testing.assert_frame_equal(ingested(path)[0], expected)
    pd.testing.assert_frame_equal(ingested(path, columns="grade,n")[0], expected[["grade", "n"]])
    pd.testing.assert_frame_equal(ingested(path, head=2)[0], expected[:2])
    with pytest.raises(BadOption, match="There is no column x"):
        ingested(path, columns="x")


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
def test_portable_spss(tmp_path: Path, line_end: bytes) -> None:
    pyreadstat = pytest.importorskip("pyreadstat", reason="pyreadstat reads SPSS")
    frame = pd.DataFrame({"N": [1.0, 2.0, None], "S": ["x", "y", ""]})
    pyreadstat.write_por(frame, str(tmp_path / "made"), column_labels=["the number", "the text"])
    path = written(tmp_path / "survey", (tmp_path / "made").read_bytes().replace(b"\r\n", line_end))
    got = ingest_file(path)
    pd.testing.assert_frame_equal(got.frame, frame)
    assert got.format == "SPSS"
    assert got.frame.attrs["column_names_to_labels"] == {"N": "the number", "S": "the text"}
    assert ingested(path, columns="S", head=1)[0].to_dict("list") == {"S": ["x"]}
    assert ingested(path, backend="pyarrow")[0]["N"].dtype == "int64[pyarrow]"
    assert len(ingested(path, where="N > 1", convert_categoricals=False)[0]) == 1
    with pytest.raises(BadOption, match="There is no column Z"):
        ingested(path, columns="Z")
    with pytest.raises(BrokenFile, match="a.por cannot be read as SPSS: ReadstatError"):
        ingested(written(tmp_path / "a.por", path.read_bytes()[:600]))


def test_transport_files_of_sas_8(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat", reason="pyreadstat reads these")
    frame = pd.DataFrame({"a_long_name_of_a_column": [1.0, None], "s": ["x", "é"]})
    path = tmp_path / "a.xpt"
    pyreadstat.write_xport(frame, str(path), file_format_version=8)
    pd.testing.assert_frame_equal(ingested(path)[0], frame)
    pd.testing.assert_frame_equal(ingested(path, columns="s", sample=2, seed=1)[0], frame[["s"]])
    with pytest.raises(BadOption, match="A transport file of SAS 8 is not read by pandas itself, and takes no index"):
        ingested(path, index="s")


@pytest.mark.parametrize("place", [180, 272])
def test_a_study_over_which_its_library_ends(tmp_path: Path, place: int) -> None:
    pyreadstat = pytest.importorskip("pyreadstat", reason="pyreadstat reads SPSS")
    pyreadstat.write_sav(FRAME[["n", "f"]], str(tmp_path / "a.sav"), variable_value_labels={"n": {1: "low"}})
    content = (tmp_path / "a.sav").read_bytes()
    with pytest.raises(BrokenFile, match="a.sav (is damaged: the library for|cannot be read as) SPSS"):
        ingested(written(tmp_path / "a.sav", content[:place] + b"\xff\xff\xff\x7f" + content[place + 4 :]))


@pytest.mark.parametrize(
    ("name", "start"), [("a.dta", b"<stata_dta>"), ("a.sas7bdat", bytes(12)), ("a.sav", b"$FL2@(#)")]
)
def test_what_is_damaged(tmp_path: Path, name: str, start: bytes) -> None:
    if name == "a.sav":
        pytest.importorskip("pyreadstat", reason="pyreadstat reads SPSS")
    if name == "a.sas7bdat":
        start = bytes.fromhex("000000000000000000000000c2ea8160b31411cfbd92080009c7318c181f1011")
    with pytest.raises(BrokenFile, match=f"{name} cannot be read as "):
        ingested(written(tmp_path / name, start + b"\1\2\3" * 40))
