"""What a source gives is asked for as the options want it."""

import io
from pathlib import Path

import pandas as pd
import pytest
from servers import FileServer

from colab_magics.errors import BadOption
from colab_magics.ingest.engine import ingest_one
from colab_magics.ingest.reading import reading
from colab_magics.ingest.request import Request
from colab_magics.transfer import hosted

LINK = "https://docs.google.com/spreadsheets/d/S1/edit?usp=sharing#gid=7"


@pytest.fixture
def sheets(files: FileServer, cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> FileServer:
    monkeypatch.setattr(hosted, "SHEETS", files.url)
    return files


def ask(**wishes: str) -> pd.DataFrame:
    return ingest_one(Request(LINK, reading=reading(**wishes)), lambda *_: None).frame


def test_the_table_of_a_link_to_google_sheets(sheets: FileServer) -> None:
    sheets.add("/spreadsheets/d/S1/export", b"a,b\n1,2\n")
    assert ask().to_dict("list") == {"a": [1], "b": [2]}
    assert sheets.requests[-1][0] == "/spreadsheets/d/S1/export?format=csv&gid=7"


def test_another_table_by_its_name(sheets: FileServer) -> None:
    pytest.importorskip("openpyxl", reason="openpyxl reads .xlsx")
    book = io.BytesIO()
    with pd.ExcelWriter(book) as writer:
        for name in ("one", "two"):
            pd.DataFrame({name: [1]}).to_excel(writer, sheet_name=name, index=False)
    sheets.add("/spreadsheets/d/S1/export", book.getvalue())
    assert list(ask(sheet="two").columns) == ["two"]
    assert list(ask(sheet="1").columns) == ["one"]
    assert {path for path, _ in sheets.requests} == {"/spreadsheets/d/S1/export?format=xlsx"}
    with pytest.raises(BadOption, match=r"S1.xlsx has no sheet three: choose one by --sheet, of one, two"):
        ask(sheet="three")
