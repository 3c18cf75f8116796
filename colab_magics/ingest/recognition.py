"""Tells the format of a file by what is in it, and only then by its name."""

import json
import re
import zipfile
from pathlib import Path, PurePath

from colab_magics.errors import BrokenFile, UnknownFormat
from colab_magics.idx import is_idx
from colab_magics.ingest.formats import LABELS, PLAIN_SUFFIXES, SUFFIXES, Format, Recognised, bare, known_formats
from colab_magics.ingest.packing import HEAD

_STARTS = {
    b"PAR1": Format.PARQUET,
    b"ARROW1": Format.ARROW,
    b"FEA1": Format.ARROW,
    b"\xff\xff\xff\xff": Format.ARROW,
    b"ORC": Format.ORC,
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": Format.EXCEL,
    b"SQLite format 3\0": Format.SQLITE,
    b"\x89HDF\r\n\x1a\n": Format.HDF5,
    b"<stata_dta>": Format.STATA,
    bytes.fromhex("000000000000000000000000c2ea8160b31411cfbd92080009c7318c181f1011"): Format.SAS,
    b"HEADER RECORD*******LIBRARY HEADER": Format.SAS,
    b"HEADER RECORD*******LIBV8": Format.SAS,
    b"$FL2": Format.SPSS,
    b"$FL3": Format.SPSS,
    b"\x93NUMPY": Format.NUMPY,
}
_UNREAD = {
    b"%PDF": "a PDF document: look for the same table as CSV or Excel",
    b"\x89PNG": "one picture: name its folder, or an archive of pictures",
    b"\xff\xd8\xff": "one picture: name its folder, or an archive of pictures",
    b"GIF8": "one picture: name its folder, or an archive of pictures",
    b"7z\xbc\xaf\x27\x1c": "an archive of 7-Zip: unpack it, and name the file",
    b"Rar!\x1a\x07": "an archive of RAR: unpack it, and name the file",
}
_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_OLD_STATA = re.compile(rb"[\x66-\x73][\x01\x02]\x01\0")  # https://www.stata.com/help.cgi?dta_115
_PICKLE = re.compile(rb"\x80[\x02-\x05]")
_WEB_PAGE = re.compile(r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype html|html|head)\b", re.IGNORECASE | re.DOTALL)
_XML = re.compile(r"\s*<(\?xml\b|!--|[A-Za-z_][\w:.-]*[\s/>])")
_JSON_START = re.compile(r'[{\[]\s*(["{}\[\]\d-]|true|false|null|$)')
_MOST_NULS = 0.05  # share of the characters; above, it is no text with a few bytes damaged


def recognise(
    path: Path, name: str, forced: Format | None = None, *, is_page: bool = False, told: str | None = None
) -> Recognised:
    """Tell what is in the file at ``path``, which is not compressed and whose source is called ``name``.

    ``is_page`` says that the person asks for a table of a web page, ``told`` in which encoding. Raises `BrokenFile`
    for an empty or damaged file, and `UnknownFormat`, which says what the file seems to be, for one that has no reader,
    for pickles and for web pages that nobody asked for.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise BrokenFile(f"{name} is empty: there is nothing to read in it.")
    suffix = PurePath(bare(name)).suffix
    encoding = next((known for mark, known in _MARKS.items() if head.startswith(mark)), None) or _wide(head) or told
    wants_page = is_page or forced is Format.HTML or SUFFIXES.get(suffix) is Format.HTML
    is_web_page = _refuse(head, name, suffix, encoding, wants_page=wants_page)
    if forced is not None:
        return Recognised(forced, encoding)
    if is_web_page:
        return Recognised(Format.HTML, encoding)
    found = _of_bytes(path, head, name) or _of_text(head, encoding, name, suffix)
    expected = SUFFIXES.get(suffix, found)
    notes = () if expected is found else (f"{name} holds {LABELS[found]}, not {LABELS[expected]} as its name says.",)
    return Recognised(found, encoding, notes)


def _wide(head: bytes) -> str | None:
    """Tell UTF-16 without a mark: every other byte of Latin text is zero."""
    sample = head[: len(head) // 2 * 2]
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros, letters = sample[start::2], sample[1 - start :: 2]
        if len(zeros) >= 4 and zeros.count(0) > 0.9 * len(zeros) and letters.count(0) <= 0.02 * len(letters):
            text = sample.decode(encoding, errors="replace")
            if sum(letter.isprintable() or letter in "\t\r\n" for letter in text) > 0.95 * len(text):
                return encoding
    return None


def _refuse(head: bytes, name: str, suffix: str, encoding: str | None, *, wants_page: bool) -> bool:
    """Refuse what no option admits, and say whether it is a web page that is wanted."""
    if _PICKLE.match(head) or suffix in (".pkl", ".pickle", ".joblib"):
        raise UnknownFormat(
            f"{name} is a pickle, and reading a pickle runs whatever its author put in: ask for CSV or Parquet instead."
        )
    start = head[:2000].decode(encoding or "utf-8", errors="replace").lstrip("\ufeff")
    if _WEB_PAGE.match(start):
        if wants_page:
            return True
        raise UnknownFormat(
            f"{name} is a web page and not data, perhaps one to log in or to confirm a download: open its address in a "
            "browser, and copy the address of the file itself. For the tables of the page, add --format html."
        )
    if start.startswith("version https://git-lfs.github.com/spec/"):
        raise UnknownFormat(f"{name} is only the pointer to a file in Git LFS: use the address of its download button.")
    return False


def _of_bytes(path: Path, head: bytes, name: str) -> Format | None:
    if head.startswith(b"PK"):
        return _of_package(path, name)
    found = next((known for start, known in _STARTS.items() if head.startswith(start)), None)
    if found is not None:
        return found
    if head[8:12] == b"DUCK":
        return Format.DUCKDB
    if is_idx(head):
        return Format.IDX
    if _OLD_STATA.match(head):
        return Format.STATA
    if is_portable_spss(head):
        return Format.SPSS
    for start, what in _UNREAD.items():
        if head.startswith(start):
            raise UnknownFormat(f"{name} is {what}.")
    return None


def is_portable_spss(head: bytes) -> bool:
    """Do these first bytes of a file start a portable file of SPSS? Its mark stands behind a splash, in lines of 80."""
    return head[:600].translate(None, b"\r\n")[456:464] == b"SPSSPORT"


def _of_package(path: Path, name: str) -> Format:
    """Tell what a zip file is whose members belong together; other archives are taken apart before."""
    try:
        with zipfile.ZipFile(path) as archive:
            return package(archive.namelist()) or Format.EXCEL
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise BrokenFile(f"{name} is damaged: it starts as a zip archive and is none. Get the file again.") from error


def package(members: list[str]) -> Format | None:
    """Tell by the names of its members whether a zip file is one document, and which; None for an archive."""
    if "xl/workbook.xml" in members or "xl/workbook.bin" in members:
        return Format.EXCEL
    if "content.xml" in members and "mimetype" in members:
        return Format.ODS
    return Format.NUMPY if members and all(member.endswith(".npy") for member in members) else None


def _of_text(head: bytes, encoding: str | None, name: str, suffix: str) -> Format:
    named = SUFFIXES.get(suffix)
    nuls = 0 if encoding else head.count(b"\0")
    if nuls and not (named in (Format.CSV, Format.TSV) and nuls <= _MOST_NULS * len(head)):
        raise UnknownFormat(f"{name} is no text and no format that is known here: {known_formats()}, or --format.")
    text = head.decode(encoding or "utf-8", errors="replace").lstrip("\ufeff \t\r\n")
    if text[:1] in ("{", "[") and named not in (Format.CSV, Format.TSV):
        return _of_json(text, named)
    if text[:1] == "<" and named not in (Format.CSV, Format.TSV) and _XML.match(text):
        return Format.HTML if named is Format.HTML else Format.XML
    if named in (Format.JSON, Format.JSONL, Format.XML, Format.HTML):
        return named
    header = re.split(r"[\r\n]", text, maxsplit=1)[0]
    if header.count("\t") > header.count(","):
        return Format.TSV
    if named is Format.TSV and "," not in header:
        return Format.TSV
    if "," in header or suffix in PLAIN_SUFFIXES:
        return Format.CSV
    raise UnknownFormat(f"{name} is text, but no table: {known_formats()}. If it is one of them, add --format.")


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
