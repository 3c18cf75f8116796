"""Formats told by content first, and what is refused."""

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from colab_magics.errors import BrokenFile, UnknownFormat
from colab_magics.ingest.formats import Format, recognise

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
    ],
)
def test_the_content_decides(tmp_path: Path, name: str, content: bytes, expected: Format) -> None:
    got = look(tmp_path, name, content)
    assert (got.format, got.is_gzipped) == (expected, False)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv.gz", b"a,b\n1,2\n", Format.CSV),
        ("a.csv", b"a,b\n1,2\n", Format.CSV),
        ("a.gz", b"a\tb\n", Format.TSV),
        ("a.jsonl.gz", b'{"a": 1}\n', Format.JSONL),
        ("labels.gz", IDX, Format.IDX),
    ],
)
def test_so_it_does_inside_gzip(tmp_path: Path, name: str, content: bytes, expected: Format) -> None:
    got = look(tmp_path, name, gzip.compress(content))
    assert (got.format, got.is_gzipped) == (expected, True)


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
        ("a.h5", b"\x89HDF\r\n\x1a\n", "a.h5 is an HDF5 file, which is not read yet: %ingest reads CSV, .* and IDX"),
        ("a.db", b"SQLite format 3\0", "an SQLite database"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "an Excel file of the old kind"),
        ("a.png", b"\x89PNG\r\n", "is a picture"),
        ("a.csv", b"BZh91AY", "compressed with bzip2"),
        ("a.zip", archive("a.csv", "b.csv"), "a.zip is a zip archive of 2 files: unpack it"),
        ("a.bin", b"\0\1\2\3", "is no text and no format that is known here"),
        ("a.csv", "a,b\n".encode("utf-16-le"), "is no text and no format"),
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
        (gzip.compress(b""), "a.csv is empty"),
        (b"PK\x03\x04garbage", "is damaged: it starts as a zip archive and is none"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xff\xff\xff\xff", "is damaged: it does not unpack as gzip"),
        (b"\x1f\x8b", "is empty"),
    ],
)
def test_what_is_broken(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(BrokenFile, match=sentence):
        look(tmp_path, "a.csv", content)
