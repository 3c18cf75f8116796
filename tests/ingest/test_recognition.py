"""Formats told by content first, and what is refused."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from colab_magics.errors import BrokenFile, UnknownFormat
from colab_magics.ingest.formats import Format, Recognised
from colab_magics.ingest.recognition import recognise

IDX = b"\0\0\x08\x01\0\0\0\x02ab"


def npy() -> bytes:
    file = io.BytesIO()
    np.save(file, np.arange(3))
    return file.getvalue()


def archive(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name in names:
            packed.writestr(name, b"x")
    return file.getvalue()


def look(folder: Path, name: str, content: bytes, forced: Format | None = None):
    path = folder / "content"
    path.write_bytes(content)
    return recognise(path, name, forced)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", b"a,b\n1,2\n", Format.CSV),
        ("a.csv", b"only\n1\n", Format.CSV),
        ("a.txt", b"a,b\n", Format.CSV),
        ("download", b"a,b\n1,2\n", Format.CSV),
        ("download", b"numbers\n1\n", Format.CSV),
        ("a.weird", b"a,b\n1,2\n", Format.CSV),
        ("a.tsv", b"a\tb\n1\t2\n", Format.TSV),
        ("a.tab", b"only\n1\n", Format.TSV),
        ("download", b"a\tb,c\td\n", Format.TSV),
        ("a.json", b'{"a": [1, 2]}', Format.JSON),
        ("a.json", b'[{"a": 1},\n {"a": 2}]', Format.JSON),
        ("a.json", b"\xef\xbb\xbf[1, 2]", Format.JSON),
        ("download", b'{\n  "a": {"0": 1}\n}', Format.JSON),
        ("download", b'[{"a": 1}]', Format.JSON),
        ("a.json", b"broken", Format.JSON),
        ("a.jsonl", b'{"a": 1}\n', Format.JSONL),
        ("a.ndjson", b'{"a": 1', Format.JSONL),
        ("a.json", b'{"a": 1}\n{"a": 2}\n', Format.JSONL),
        ("download", b'{"a": 1}\r\n{"a": 2}\r\n', Format.JSONL),
        ("a.csv", b"[a],{b}\n1,2\n", Format.CSV),
        ("a", b"PAR1....", Format.PARQUET),
        ("a.csv", archive("[Content_Types].xml", "xl/workbook.xml"), Format.EXCEL),
        ("a", archive("a.npy", "b.npy"), Format.NUMPY),
        ("a", npy(), Format.NUMPY),
        ("train-labels-idx1-ubyte", IDX, Format.IDX),
        ("a.csv", "a,b\n1,é\n".encode("cp1252"), Format.CSV),
        ("a.csv", "a,b\n1,2\n".encode("utf-16-le"), Format.CSV),
        ("a.csv", "a,b\n1,2\n".encode("utf-16-be"), Format.CSV),
        ("a.csv", b"a,b\n1,x\0y" + b"\n2,z" * 9, Format.CSV),
        ("a", b"ARROW1\0\0", Format.ARROW),
        ("a", b"\xff\xff\xff\xff\x10\0\0\0", Format.ARROW),
        ("a", b"ORC\n", Format.ORC),
        ("a.csv", archive("[Content_Types].xml", "xl/workbook.bin"), Format.EXCEL),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Format.EXCEL),
        ("a", archive("mimetype", "content.xml"), Format.ODS),
        ("a.db", b"SQLite format 3\0", Format.SQLITE),
        ("a.db", b"\1\2\3\4\5\6\7\0DUCK", Format.DUCKDB),
        ("a", b"\x89HDF\r\n\x1a\n", Format.HDF5),
        ("a", b"<stata_dta><header>", Format.STATA),
        ("a", b"\x72\x02\x01\0", Format.STATA),
        ("a", b"HEADER RECORD*******LIBRARY HEADER RECORD", Format.SAS),
        ("a", b"$FL2@(#)", Format.SPSS),
        ("a", b"<?xml version='1.0'?><r/>", Format.XML),
        ("a.xml", b"<rows><row/></rows>", Format.XML),
        ("a.html", b"<!DOCTYPE html><html>", Format.HTML),
        ("a.htm", b"<table><tr><td>1</td></tr></table>", Format.HTML),
    ],
)
def test_the_content_decides(tmp_path: Path, name: str, content: bytes, expected: Format) -> None:
    got = look(tmp_path, name, content)
    assert got.format is expected


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst", "A.JSONL.BZ2"])
def test_the_ends_of_packed_names_are_looked_through(tmp_path: Path, name: str) -> None:
    assert look(tmp_path, name, b'{"a": 1').format is Format.JSONL


@pytest.mark.parametrize(
    ("codec", "encoding"), [("utf-16", "utf-16"), ("utf-32", "utf-32"), ("utf-8-sig", "utf-8-sig")]
)
def test_a_mark_tells_the_encoding(tmp_path: Path, codec: str, encoding: str) -> None:
    got = look(tmp_path, "a.csv", "a,b\n1,é\n".encode(codec))
    assert (got.format, got.encoding) == (Format.CSV, encoding)


def test_a_name_that_misleads_is_told(tmp_path: Path) -> None:
    assert look(tmp_path, "a.csv", b"a\tb\n").notes == ("a.csv holds TSV, not CSV as its name says.",)
    assert look(tmp_path, "a.csv", b"PAR1").notes == ("a.csv holds Parquet, not CSV as its name says.",)


def test_the_person_may_insist(tmp_path: Path) -> None:
    assert look(tmp_path, "a.md", b"text\n", Format.CSV).format is Format.CSV
    assert look(tmp_path, "a.csv", b"a\0b", Format.CSV).format is Format.CSV


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.pkl", b"a,b\n", "a.pkl is a pickle, and reading a pickle runs whatever its author put in"),
        ("a.csv", b"\x80\x04\x95", "is a pickle"),
        ("a.csv", b"<!DOCTYPE html><html>", "is a web page and not data, perhaps one to log in"),
        ("a.csv", b"\n <HTML lang=en>", "is a web page"),
        ("a.csv", b"\xef\xbb\xbf<!-- hi --><html>", "is a web page"),
        ("a.csv", b"version https://git-lfs.github.com/spec/v1\noid", "only the pointer to a file in Git LFS"),
    ],
)
@pytest.mark.parametrize("forced", [None, Format.CSV])
def test_what_is_refused_even_if_forced(
    tmp_path: Path, name: str, content: bytes, sentence: str, forced: Format | None
) -> None:
    with pytest.raises(UnknownFormat, match=sentence):
        look(tmp_path, name, content, forced)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.pdf", b"%PDF-1.7", "a.pdf is a PDF document: look for the same table as CSV or Excel"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c\0\4", "a.7z is an archive of 7-Zip: unpack it, and name the file"),
        ("a.rar", b"Rar!\x1a\x07\1\0", "a.rar is an archive of RAR: unpack it, and name the file"),
        ("a.png", b"\x89PNG\r\n", "is one picture: name its folder"),
        ("a.bin", b"\0\1\2\3", "is no text and no format that is known here"),
        ("README.md", b"# Title\n", "README.md is text, but no table"),
    ],
)
def test_what_has_no_reader(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(UnknownFormat, match=sentence):
        look(tmp_path, name, content)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "a.csv is empty: there is nothing to read in it"),
        (b"PK\x03\x04garbage", "is damaged: it starts as a zip archive and is none"),
    ],
)
def test_what_is_broken(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(BrokenFile, match=sentence):
        look(tmp_path, "a.csv", content)


def test_a_web_page_that_is_wanted(tmp_path: Path) -> None:
    page = b"<html><table><tr><td>1</td></tr></table></html>"
    assert look(tmp_path, "download", page, Format.HTML).format is Format.HTML
    path = tmp_path / "content"
    assert recognise(path, "download", is_page=True).format is Format.HTML
    with pytest.raises(UnknownFormat, match="add --format html"):
        recognise(path, "download")


def test_an_encoding_that_is_told_makes_a_text_of_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("N\n1".encode("utf-16-le"))
    assert recognise(path, "a.csv", told="utf-16-le") == Recognised(Format.CSV, "utf-16-le")
    with pytest.raises(UnknownFormat, match="is no text"):
        recognise(path, "a.csv")
