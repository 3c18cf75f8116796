"""The static form of every panel: HTML, text and data of one card."""

import re
from html.parser import HTMLParser
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colab_magics.card import Bars, Card, Facts, Note, Part, Picture, Table, Tile, Tiles

PNG = b"\x89PNG\r\n"
HOSTILE = "<img src=x onerror=alert(1)>\"'&"
EVERY_PART: tuple[Part, ...] = (
    Facts((("CPU", "2"), ("Memory", "4.0 GB"))),
    Table(("Name", "Rows"), (("a", "10"), ("long", "2")), frozenset({"Rows"}), "Columns"),
    Note("It is so.", "warn"),
    Picture(PNG, "a seven", 84),
    Tiles((Tile(PNG, "7", "ok"), Tile(PNG, "1, not 7", "wrong")), columns=2),
)


class Tags(HTMLParser):
    """Every tag with its attributes, and every text; complains of what is not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def hostile_card(text: str) -> Card:
    parts = (
        Facts(((text, text),)),
        Table((text,), ((text,),), caption=text),
        Note(text),
        Picture(PNG, text, 84),
        Tiles((Tile(PNG, text),), columns=1),
    )
    return Card(text, big=text, state=text, parts=parts)


def test_text() -> None:
    assert Card("Title", big="Big", state="done", tone="ok", parts=EVERY_PART).text().splitlines() == [
        "Title · ✓ done",
        "  Big",
        "  CPU     2",
        "  Memory  4.0 GB",
        "  Columns",
        "  Name  Rows",
        "  a       10",
        "  long     2",
        "  ⚠ It is so.",
        "  ✓ 7",
        "  ✗ 1, not 7",
    ]


def test_bars() -> None:
    table = Table(("Value",), ((Bars((0, 1, 8), HOSTILE),), ("x",)))
    assert table.text()[1:] == [f"  \u2800▁█ {HOSTILE}", "  x"]
    assert table.data()["rows"] == [[{"heights": [0, 1, 8], "words": HOSTILE}], ["x"]]
    assert f"\u2800▁█ {HOSTILE}" in Tags(table.html()).text
    assert {"img"}.isdisjoint(tag for tag, _ in Tags(table.html()).tags)


def test_the_least_card() -> None:
    assert Card("Title").text() == "Title"
    assert Card("Title").data() == {"title": "Title", "big": "", "state": "", "tone": "", "parts": []}
    assert Tags(Card("Title").html()).text == ["Title", " "]


def test_data_leaves_pictures_to_the_panel() -> None:
    data = Card("Title", parts=EVERY_PART).data()
    assert data["parts"] == [
        {"kind": "facts", "items": [["CPU", "2"], ["Memory", "4.0 GB"]]},
        {
            "kind": "table",
            "columns": ["Name", "Rows"],
            "rows": [["a", "10"], ["long", "2"]],
            "numeric": [False, True],
            "caption": "Columns",
        },
        {"kind": "note", "tone": "warn", "sentence": "It is so."},
    ]


def test_html_has_styles_and_no_script() -> None:
    page = Tags(Card("Title", big="Big", state="done", tone="ok", parts=EVERY_PART).html())
    assert {name for _, attributes in page.tags for name in attributes} <= {"class", "style", "src", "alt"}
    assert all(
        (attributes.get("src") or "data:image/png;base64,").startswith("data:image/png;base64,")
        for _, attributes in page.tags
    )
    assert {"script", "style", "link", "iframe"}.isdisjoint(tag for tag, _ in page.tags)


@pytest.mark.parametrize("tone", ["ok", "warn", "wrong"])
def test_a_tone_is_a_colour_and_a_symbol(tone: Literal["ok", "warn", "wrong"]) -> None:
    html = Card("Title", state="so", tone=tone).html()
    assert re.search(r"color:color-mix\(in srgb,#[0-9a-f]{6} 65%,currentColor\)", html)
    assert re.search(r"[✓⚠✗] so", html)


def test_markup_stays_text() -> None:
    page = Tags(hostile_card(HOSTILE).html())
    assert [attributes["alt"] for tag, attributes in page.tags if tag == "img"] == [HOSTILE, HOSTILE]
    assert "".join(page.text).count(HOSTILE) == 10
    assert {name for _, attributes in page.tags for name in attributes} <= {"class", "style", "src", "alt"}


@given(st.text())
def test_no_text_becomes_a_tag(text: str) -> None:
    plain = [tag for tag, _ in Tags(hostile_card("x").html()).tags]
    found = [tag for tag, _ in Tags(hostile_card(text).html()).tags]
    assert found == plain if text else set(found) <= set(plain)


@given(st.text())
def test_no_text_acts_on_a_terminal(text: str) -> None:
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", hostile_card(text).text())


def test_rows_must_fit_their_columns() -> None:
    with pytest.raises(ValueError, match="is longer than argument 1"):
        Table(("a", "b"), (("1",),)).html()


def test_a_row_is_one_line_of_text() -> None:
    table = Table(("my\nmetric", "loss"), (("0.5\r\n", "0.25"),))
    assert table.text() == ["  my metric  loss", "  0.5        0.25"]


def test_no_text_is_typeset_as_a_formula() -> None:
    html = Card("from $5 to $9").html()
    assert re.match(r'<div class="[^"]*\btex2jax_ignore\b[^"]*\bmathjax_ignore\b', html)
