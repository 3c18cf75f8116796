"""Cards that say what came, and that no text can break out of."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from hostile import HOSTILE

from colab_magics.card import Card
from colab_magics.ingest import card as cards
from colab_magics.ingest.request import Ingested
from colab_magics.ingest.together import Failure

IRIS = pd.DataFrame({"length": [5.1, 4.9], "species": ["setosa", None]})


def came(frame: pd.DataFrame, **facts: object) -> Ingested:
    settings = {"name": None, "source": "data/iris.csv", "format": "CSV", "size": 3870, "seconds": 0.25, "notes": ()}
    return Ingested(frame, **{**settings, **facts})


class Tags(HTMLParser):
    """What a browser would make of a text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_one_frame() -> None:
    text = cards.loaded(came(IRIS, name="iris", notes=("It is old.",))).text()
    assert text.splitlines()[:3] == ["iris.csv · ✓ read in 0.2 s", "  2 rows, 2 columns", "  ⚠ It is old."]
    assert re.search(r"Variable +iris\n", text)
    assert re.search(r"Source +data/iris.csv\n", text)
    assert re.search(r"Format +CSV, 3.8 kB\n", text)
    assert re.search(r"length +float64 +0 +2  █⠀{10}█ 4.9 to 5.1\n", text)
    assert re.search(r"species +\S+ +1 \(50.00 %\) +1  setosa 100 %\n", text)
    assert "First rows\n" in text


def test_images() -> None:
    frame = pd.DataFrame(np.zeros((3, 784)))
    frame.attrs["shape"] = (3, 28, 28)
    text = cards.loaded(came(frame)).text()
    assert "  3 arrays of 28 x 28\n" in text
    assert "Values  float64, 0.0 to 0.0\n" in text
    assert 'Rows    one flattened array each; their shape is in .attrs["shape"]' in text
    assert "Column" not in text


def test_many_columns_and_rows() -> None:
    text = cards.loaded(came(pd.DataFrame(np.zeros((2, 784))))).text()
    assert "First 20 of 784 columns\n" in text
    assert "First rows, 776 more columns\n" in text
    text = cards.loaded(came(pd.DataFrame({"a": np.zeros(300_000)}))).text()
    assert "Columns; distinct and values by a sample of 3,000 rows\n" in text


@pytest.mark.parametrize("frame", [pd.DataFrame(), pd.DataFrame({"a": []}), pd.DataFrame(index=range(2))])
def test_nothing_to_show(frame: pd.DataFrame) -> None:
    assert cards.loaded(came(frame)).big.endswith(f"{frame.shape[1]} column{'' if frame.shape[1] == 1 else 's'}")


def test_several() -> None:
    card = cards.several([came(IRIS, name="a", notes=("odd",))], [Failure("b", "It is gone.")], 1.5)
    text = card.text()
    assert text.splitlines()[0] == "2 sources · ✗ 1 failed"
    assert "✗ b: It is gone." in text
    assert "⚠ a: odd" in text
    assert re.search(r"a +2 +2 +\S+ \S+ +CSV +0.2 s +iris.csv", text)
    assert cards.several([came(IRIS, name="a")], [], 1.5).state == "read in 1.5 s"


def test_before_and_without() -> None:
    assert cards.waiting("https://h/a.csv?…").text() == "a.csv · on its way"
    assert cards.stopped("a.csv").text().startswith("a.csv · ⚠ stopped\n  Nothing was kept or assigned: run the cell")
    assert cards.failed("a.csv", "It is gone.").text() == "a.csv · ✗ failed\n  It is gone."


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    frame = pd.DataFrame({text: [text, text], "b": [text, 1]})
    one = came(frame, name="df", source=text, format=text, notes=(text,))
    for card in (
        cards.loaded(one),
        cards.several([one], [Failure(text, text)], 1),
        cards.waiting(text),
        cards.stopped(text),
        cards.failed(text, text),
    ):
        seen = Tags()
        seen.feed(card.html())
        assert seen.tags <= {"div", "b", "span", "table", "thead", "tbody", "tr", "td", "th"}
        assert seen.attributes <= {"class", "style"}
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", card.text())


def full() -> Card:
    worst = '"' * 60
    frame = pd.DataFrame({f"{worst}{number}": [worst] * 100 for number in range(100)})
    return cards.loaded(came(frame, source=worst * 9, notes=(worst * 20,)))


def test_a_card_stays_small() -> None:
    assert len(full().html().encode()) <= 60_000
    assert len(json.dumps(full().data()).encode()) <= 200_000
    plain = pd.DataFrame(np.random.default_rng(0).random((100, 100)), columns=[f"a long name {n}" for n in range(100)])
    assert len(cards.loaded(came(plain)).html().encode()) <= 25_000
