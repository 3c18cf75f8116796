"""Tells the format of a file by what is in it, and only then by its name."""

import gzip
import json
import re
import zipfile
import zlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath

from colab_magics.errors import BrokenFile, UnknownFormat
from colab_magics.format import plural
from colab_magics.idx import is_idx


class Format(StrEnum):
    """A format that has a reader; the value is what the person types."""

    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    JSONL = "jsonl"
    PARQUET = "parquet"
    EXCEL = "excel"
    NUMPY = "numpy"
    IDX = "idx"


LABELS = {
    Format.CSV: "CSV",
    Format.TSV: "TSV",
    Format.JSON: "JSON",
    Format.JSONL: "JSON lines",
    Format.PARQUET: "Parquet",
    Format.EXCEL: "Excel",
    Format.NUMPY: "NumPy",
    Format.IDX: "IDX",
}

_SUFFIXES = {
    ".csv": Format.CSV,
    ".tsv": Format.TSV,
    ".tab": Format.TSV,
    ".json": Format.JSON,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".parquet": Format.PARQUET,
    ".pq": Format.PARQUET,
    ".xlsx": Format.EXCEL,
    ".npy": Format.NUMPY,
    ".npz": Format.NUMPY,
}
_PLAIN_SUFFIXES = ("", ".txt", ".dat", ".data", ".csv", ".tsv", ".tab")

_UNREAD = {
    b"\x89HDF\r\n": "an HDF5 file",
    b"SQLite format 3\0": "an SQLite database",
    b"ARROW1": "an Arrow file",
    b"ORC": "an ORC file",
    b"\xd0\xcf\x11\xe0": "an Excel file of the old kind, .xls",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ": "compressed with xz",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
}
_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_PICKLE = re.compile(rb"\x80[\x02-\x05]")
_WEB_PAGE = re.compile(r"\s*(<!--.*?-->\s*)?<(!doctype html|html|head)\b", re.IGNORECASE | re.DOTALL)
_JSON_START = re.compile(r'[{\[]\s*(["{}\[\]\d-]|true|false|null|$)')
_HEAD = 1 << 16


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a file is.

    ``encoding`` is None where no mark at its start tells it; ``notes`` say what the person would not expect.
    """

    format: Format
    is_gzipped: bool = False
    encoding: str | None = None
    notes: tuple[str, ...] = ()


def recognise(path: Path, name: str, forced: Format | None = None) -> Recognised:
    """Tell what is in the file at ``path``, whose source is called ``name``.

    Raises `BrokenFile` for an empty or damaged file, and `UnknownFormat`, which says what the file seems to be, for
    one that has no reader, for pickles and for web pages.
    """
    head, is_gzipped = _read_head(path, name)
    if not head:
        raise BrokenFile(f"{name} is empty: there is nothing to read in it.")
    stem = name.lower().removesuffix(".gz")
    suffix = PurePath(stem).suffix
    encoding = next((known for mark, known in _MARKS.items() if head.startswith(mark)), None)
    _refuse(head, name, suffix, encoding)
    if forced is not None:
        return Recognised(forced, is_gzipped, encoding)
    found = _of_bytes(path, head, name) or _of_text(head, encoding, name, suffix)
    expected = _SUFFIXES.get(suffix, found)
    notes = () if expected is found else (f"{name} holds {LABELS[found]}, not {LABELS[expected]} as its name says.",)
    return Recognised(found, is_gzipped, encoding, notes)


def _read_head(path: Path, name: str) -> tuple[bytes, bool]:
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if not head.startswith(b"\x1f\x8b"):
            return head, False
        file.seek(0)
        try:
            with gzip.GzipFile(fileobj=file) as unpacked:
                return unpacked.read(_HEAD), True
        except (EOFError, OSError, zlib.error):
            return _salvaged(head, name), True


def _salvaged(packed: bytes, name: str) -> bytes:
    """Return what a damaged gzip file starts with, so that its reader can tell what is wrong."""
    try:
        return zlib.decompressobj(wbits=31).decompress(packed, _HEAD)
    except zlib.error as error:
        raise BrokenFile(f"{name} is damaged: it does not unpack as gzip. Get the file again.") from error


def _refuse(head: bytes, name: str, suffix: str, encoding: str | None) -> None:
    if _PICKLE.match(head) or suffix in (".pkl", ".pickle", ".joblib"):
        raise UnknownFormat(
            f"{name} is a pickle, and reading a pickle runs whatever its author put in: ask for CSV or Parquet instead."
        )
    start = head[:2000].decode(encoding or "utf-8", errors="replace")
    if _WEB_PAGE.match(start):
        raise UnknownFormat(
            f"{name} is a web page and not data, perhaps one to log in or to confirm a download: open its address in a "
            "browser, and copy the address of the file itself."
        )
    if start.startswith("version https://git-lfs.github.com/spec/"):
        raise UnknownFormat(f"{name} is only the pointer to a file in Git LFS: use the address of its download button.")


def _of_bytes(path: Path, head: bytes, name: str) -> Format | None:
    if head.startswith(b"PK"):
        return _of_archive(path, name)
    if head.startswith(b"PAR1"):
        return Format.PARQUET
    if head.startswith(b"\x93NUMPY"):
        return Format.NUMPY
    if is_idx(head):
        return Format.IDX
    for magic, what in _UNREAD.items():
        if head.startswith(magic):
            raise UnknownFormat(f"{name} is {what}, which is not read yet: {_known_formats()}.")
    return None


def _of_archive(path: Path, name: str) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise BrokenFile(f"{name} is damaged: it starts as a zip archive and is none. Get the file again.") from error
    if "xl/workbook.xml" in members:
        return Format.EXCEL
    if members and all(member.endswith(".npy") for member in members):
        return Format.NUMPY
    raise UnknownFormat(f"{name} is a zip archive of {plural(len(members), 'file')}: unpack it, and name one of them.")


def _of_text(head: bytes, encoding: str | None, name: str, suffix: str) -> Format:
    if encoding is None and b"\0" in head:
        raise UnknownFormat(f"{name} is no text and no format that is known here: {_known_formats()}, or --format.")
    text = head.decode(encoding or "utf-8", errors="replace").lstrip("\ufeff \t\r\n")
    named = _SUFFIXES.get(suffix)
    if text[:1] in ("{", "[") and named not in (Format.CSV, Format.TSV):
        return _of_json(text, named)
    if named in (Format.JSON, Format.JSONL):
        return named
    header = text.partition("\n")[0]
    if header.count("\t") > header.count(","):
        return Format.TSV
    if named is Format.TSV and "," not in header:
        return Format.TSV
    if "," in header or suffix in _PLAIN_SUFFIXES:
        return Format.CSV
    raise UnknownFormat(f"{name} is text, but no table: {_known_formats()}. If it is one of them, add --format.")


def _of_json(text: str, named: Format | None) -> Format:
    first, _, rest = text.partition("\n")
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        if named is Format.JSONL:
            return Format.JSONL
        return Format.JSON if named is Format.JSON or _JSON_START.match(text) else Format.CSV
    has_more = bool(rest.strip()) or named is Format.JSONL
    return Format.JSONL if has_more and isinstance(value, dict) else Format.JSON


def _known_formats() -> str:
    *most, last = LABELS.values()
    return f"%ingest reads {', '.join(most)} and {last}"
