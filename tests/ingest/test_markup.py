"""Tables of XML and of web pages."""

import io
from pathlib import Path

import pandas as pd
import pytest
from hostile import HOSTILE
from reads import ingested, written

from colab_magics.errors import BadOption, BrokenFile, TooLarge, UnknownFormat

lxml = pytest.importorskip("lxml.etree", reason="lxml reads XML and HTML")
if lxml.LXML_VERSION < (5,):
    pytest.skip("lxml is older than 5, which %ingest refuses", allow_module_level=True)

XML = "<?xml version='1.0'?><rows><row><a>1</a><b>x</b></row><row><a>2</a><b>é</b></row></rows>"
ONE = "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>x</td></tr></table>"
TWO = "<table><tr><th>c</th></tr><tr><td>2</td></tr><tr><td>3</td></tr></table>"


def test_xml(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xml", XML)
    pd.testing.assert_frame_equal(ingested(path)[0], pd.read_xml(path))
    pd.testing.assert_frame_equal(
        ingested(path, columns="b", where="a > 1")[0], pd.read_xml(path)[["b"]][1:].reset_index(drop=True)
    )
    pd.testing.assert_frame_equal(ingested(path, xpath="//row[1]")[0], pd.read_xml(path, xpath="//row[1]"))


@pytest.mark.parametrize(
    "entity",
    [
        '<!ENTITY x SYSTEM "file://{secret}">',
        '<!ENTITY % p SYSTEM "file://{secret}"> %p;<!ENTITY x "y">',
        (
            "<!ENTITY a '{many}'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>"
            "<!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;'><!ENTITY x '&d;&d;&d;&d;&d;&d;&d;&d;'>"
        ),
    ],
)
def test_entities_lead_nowhere(tmp_path: Path, entity: str) -> None:
    secret = written(tmp_path / "secret", "canary")
    entity = entity.replace("{secret}", str(secret)).replace("{many}", "z" * 10_000)
    text = f"<!DOCTYPE r [{entity}]><r><row><a>&x;</a></row></r>"
    try:
        frame, _ = ingested(written(tmp_path / "a.xml", f"<?xml version='1.0'?>{text}"))
    except BrokenFile as error:
        assert "canary" not in str(error)
    else:
        assert "canary" not in frame.to_string()
        assert frame.memory_usage(deep=True).sum() < 1 << 20


@pytest.mark.parametrize("told", ["utf-8", "utf-16", "latin-1", "ISO-8859-15", "windows-1252"])
def test_xml_in_its_own_encoding(tmp_path: Path, told: str) -> None:
    text = f'<?xml version="1.0" encoding="{told}"?><r><i><a>1</a><b>é</b></i></r>'
    path = written(tmp_path / "a.xml", text.encode(told))
    assert ingested(path)[0].to_dict("list") == {"a": [1], "b": ["é"]}
    assert ingested(path, encoding=told)[0]["b"].tolist() == ["é"]
    if told == "utf-16":
        path = written(tmp_path / "a.xml", text.encode("utf-16-le"))
        assert ingested(path)[0]["b"].tolist() == ["é"]


def test_the_only_table_of_a_page(tmp_path: Path) -> None:
    path = written(tmp_path / "a.html", f"<html><body>{ONE}</body></html>")
    pd.testing.assert_frame_equal(ingested(path)[0], pd.read_html(path)[0])


def test_several_are_listed(tmp_path: Path) -> None:
    path = written(tmp_path / "a.html", f"<html>{ONE}{TWO}</html>")
    with pytest.raises(
        BadOption,
        match=r"a.html holds 2 tables: choose one by --table and its number. 1: 1 row of a, b; 2: 2 rows of c",
    ):
        ingested(path)
    pd.testing.assert_frame_equal(ingested(path, table=2)[0], pd.read_html(path)[1])
    with pytest.raises(BadOption, match="a.html has no table 3"):
        ingested(path, table="3")


def test_a_page_of_another_name_has_to_be_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path / "data.csv", f"<!doctype html><html>{ONE}</html>")
    with pytest.raises(UnknownFormat, match="is a web page and not data"):
        ingested(path)
    assert ingested(path, table="1")[0].shape == (1, 2)
    assert ingested(path, forced="html")[0].shape == (1, 2)


def test_a_page_without_a_table(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match="a.html is a web page without a table"):
        ingested(written(tmp_path / "a.html", "<html><p>text</p></html>"))


def test_hostile_cells_are_text(tmp_path: Path) -> None:
    import html

    texts = [text for text in HOSTILE if text.isprintable()]
    cells = "".join(f"<tr><td>{html.escape(text)}</td></tr>" for text in texts)
    path = written(tmp_path / "a.html", f"<table><tr><th>a</th></tr>{cells}</table>")
    pd.testing.assert_frame_equal(ingested(path)[0], pd.read_html(io.StringIO(path.read_text()))[0])


@pytest.mark.parametrize("spans", ["colspan=99999999", "rowspan='&#57;9999999'", "colspan=9999 rowspan=9999"])
def test_a_cell_as_large_as_millions(tmp_path: Path, spans: str) -> None:
    page = f"<html><table><tr><th {spans}>a<th>b<tr><td>1<td>2</table></html>"
    with pytest.raises(TooLarge, match="a.html has a cell that is told to be as large as millions"):
        ingested(written(tmp_path / "a.html", page))
