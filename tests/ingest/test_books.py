"""Sheets of Excel and OpenDocument files."""

from pathlib import Path

import pandas as pd
import pytest
from packed import zipped
from reads import ingested, written
from soak.containers import biff, compound

from colab_magics.errors import BadOption, BrokenFile, TooLarge
from colab_magics.ingest import books

pytestmark = pytest.mark.filterwarnings("ignore:The default engine for reading")

openpyxl = pytest.importorskip("openpyxl", reason="openpyxl reads .xlsx")

FRAMES = {
    "types": pd.DataFrame(
        {
            "n": [1, 2, 3],
            "f": [0.5, None, 2.25],
            "s": ["x", "é", None],
            "b": [True, False, True],
            "d": pd.to_datetime(["2024-01-31", None, "2024-02-29"]),
        }
    ),
    "numbers as text": pd.DataFrame({"zip": ["00123", "01234"], "n": ["1", "2"]}),
    "mixed": pd.DataFrame({"a": [1, "x", 2.5], "b": [None, None, None]}),
    "formulas": pd.DataFrame({"a": ["=1+1", "=A1"]}),
    "missing words": pd.DataFrame({"a": ["NA", "n/a", "null"]}),
    "duplicate headers": pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]),
    "no rows": pd.DataFrame({"a": [], "b": []}),
    "nothing": pd.DataFrame(),
}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "a.xlsx"
    with pd.ExcelWriter(path) as writer:
        for name, frame in FRAMES.items():
            frame.to_excel(writer, sheet_name=name, index=False)
    return path


@pytest.mark.parametrize("sheet", FRAMES)
def test_a_sheet_is_read_as_pandas_reads_it(book: Path, sheet: str) -> None:
    frame, notes = ingested(book, sheet=sheet)
    pd.testing.assert_frame_equal(frame, pd.read_excel(book, sheet_name=sheet))
    assert notes == ()


def test_the_first_sheet_unless_another_is_named(book: Path) -> None:
    frame, notes = ingested(book)
    pd.testing.assert_frame_equal(frame, pd.read_excel(book))
    assert notes == (f"This is the first sheet of {len(FRAMES)}: {', '.join(FRAMES)}.",)
    pd.testing.assert_frame_equal(ingested(book, sheet=3)[0], pd.read_excel(book, sheet_name="mixed"))
    with pytest.raises(BadOption, match="a.xlsx has no sheet x: choose one by --sheet, of types, numbers as text"):
        ingested(book, sheet="x")


def test_wishes(book: Path) -> None:
    pd.testing.assert_frame_equal(ingested(book, head=2)[0], pd.read_excel(book, nrows=2))
    pd.testing.assert_frame_equal(ingested(book, columns="s,n")[0], pd.read_excel(book)[["s", "n"]])
    pd.testing.assert_frame_equal(ingested(book, where="n > 1")[0], pd.read_excel(book)[1:].reset_index(drop=True))
    types = ingested(book, sheet="numbers as text", dtype="zip=str")[0]
    pd.testing.assert_frame_equal(types, pd.read_excel(book, sheet_name="numbers as text", dtype={"zip": str}))
    pd.testing.assert_frame_equal(ingested(book, skiprows=1)[0], pd.read_excel(book, skiprows=1))
    assert len(ingested(book, sample=2, seed=1)[0]) == 2


def test_open_document_sheets(tmp_path: Path) -> None:
    pytest.importorskip("python_calamine", reason="python-calamine reads .ods")
    row = '<table:table-row><table:table-cell office:value-type="{0}" {1}><text:p>{2}</text:p></table:table-cell></table:table-row>'
    namespaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    rows = row.format("string", "", "a") + row.format("float", 'office:value="3"', "3")
    content = (
        f'<?xml version="1.0"?><office:document-content {namespaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="one">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    packed = {"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest}
    path = written(tmp_path / "a.ods", zipped({name: text.encode() for name, text in packed.items()}))
    pd.testing.assert_frame_equal(ingested(path)[0], pd.read_excel(path, engine="calamine"))


def test_a_sheet_that_would_fill_the_memory(tmp_path: Path) -> None:
    bomb = {"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": bytes(40 << 20)}
    with pytest.raises(TooLarge, match="a.xlsx unpacks to more than 200 times its size"):
        ingested(written(tmp_path / "a.xlsx", zipped(bomb)))


def test_an_old_book(tmp_path: Path) -> None:
    pytest.importorskip("python_calamine", reason="python-calamine reads .xls")
    path = written(tmp_path / "a.xls", compound("Workbook", biff()))
    pd.testing.assert_frame_equal(ingested(path)[0], pd.read_excel(path, engine="calamine"))
    pd.testing.assert_frame_equal(
        ingested(path, sheet=1, columns="b")[0], pd.read_excel(path, engine="calamine")[["b"]]
    )
    with pytest.raises(BadOption, match="a.xls has no sheet 2: choose one by --sheet, of one"):
        ingested(path, sheet=2)


@pytest.mark.parametrize("damage", ["truncated", "its stream begins behind its end", "its stream is endless"])
def test_an_old_book_over_which_its_library_ends(tmp_path: Path, damage: str) -> None:
    pytest.importorskip("python_calamine", reason="python-calamine reads .xls")
    content = compound("Workbook", biff())
    match damage:
        case "truncated":
            content = content[:518]
        case "its stream is endless":
            content = content[:1588] + b"\xff\xff\xff\x7f" + content[1592:]
        case _:
            content = content[:1556] + bytes(4) + content[1560:]
    with pytest.raises(BrokenFile, match="a.xls is damaged: the library for Excel ended over it"):
        ingested(written(tmp_path / "a.xls", content))


def test_a_cell_far_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "a", 1
    book.save(tmp_path / "a.xlsx")
    monkeypatch.setattr(books, "room", lambda: 100 << 30)
    with pytest.raises(TooLarge, match="a.xlsx has a sheet of 1,048,576 rows and 16,384 columns, more than there is"):
        ingested(tmp_path / "a.xlsx")
