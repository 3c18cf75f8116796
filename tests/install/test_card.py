"""Cards that say what to do next, that stay small, and that no text can break out of."""

from dataclasses import replace

import pytest
from hostile import HOSTILE

from colab_magics.install import card as cards
from colab_magics.install.events import Change, Installed, Named
from colab_magics.install.versions import Version, Versions

DONE = Installed(
    named=(Named("pydot", "3.0", ("pydot",)), Named("numpy", "2.1")),
    changes=(Change("pydot", "", "3.0"), Change("pyparsing", "3.1", "3.2")),
    restart=("pyparsing",),
    conflicts=("a 1.0 needs b<2, and b is 3.0 now.",),
    warnings=("Look out.",),
    notes=("sklearn is what one imports; the package is called scikit-learn.",),
    seconds=4.2,
    way="pip",
)


def test_what_was_installed() -> None:
    assert cards.done("%install pydot numpy", DONE).text().splitlines() == [
        "%install pydot numpy · ✓ done with pip in 4.2 s",
        "  1 new package, 1 changed",
        "  ⚠ Restart the kernel to use what is installed now: pyparsing was loaded before it changed.",
        "  ✗ a 1.0 needs b<2, and b is 3.0 now.",
        "  ⚠ Look out.",
        "  sklearn is what one imports; the package is called scikit-learn.",
        "  Package    Before  Now  Verified",
        "  pydot      –       3.0  import pydot",  # noqa: RUF001
        "  numpy      2.1     2.1",
        "  pyparsing  3.1     3.2",
    ]


def test_nothing_to_do() -> None:
    done = replace(DONE, changes=(), restart=(), conflicts=(), warnings=(), notes=())
    assert cards.done("%install", done).big == "Nothing had to be changed"


def test_removed_and_other_content() -> None:
    done = replace(DONE, named=(), changes=(Change("a", "1", ""), Change("b", "1", "1")))
    text = cards.done("%install", done).text()
    assert "removed" in text
    assert "1 (other content)" in text


def test_versions() -> None:
    found = Versions((Version("numpy", "2.1", "2.0"), Version("cv2", "4.1", "", "as opencv-python"), Version("x", "")))
    text = cards.versions(found).text()
    assert text.startswith("%install --check · ⚠ 1 of 3 packages not installed\n  ⚠ Restart the kernel")
    assert "numpy    2.1            2.0     restart needed" in text
    assert cards.versions(Versions((Version("a", "1"),))).state == "all installed"


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup(text: str) -> None:
    done = replace(
        DONE,
        named=(Named(text, text, (text,)),),
        changes=(Change(text, text, text), Change("b" + text, "", text)),
        restart=(text,),
        conflicts=(text,),
        warnings=(text,),
    )
    version = Versions((Version(text, text, text, text),))
    for card in (
        cards.done(text, done),
        cards.failed(text, text, [text]),
        cards.versions(version),
        cards.stopped(text),
        cards.waiting(text),
    ):
        html = card.html()
        for forbidden in (
            "<img",
            "<script",
            "<svg",
            "<iframe",
            "<a ",
            "<style",
            "<meta",
            "<base",
            "<form",
            "<object",
            "<embed",
        ):
            assert forbidden not in html
        assert "\x1b" not in card.text()


def test_the_static_form_is_small_whatever_came() -> None:
    long = "x" * 5000
    many = Installed(
        named=tuple(Named(f"{long}{i}", long, (long,) * 9) for i in range(300)),
        changes=tuple(Change(f"{long}{i}", long, long) for i in range(300)),
        restart=tuple(f"module_{i}" for i in range(3000)),
        conflicts=(long,) * 500,
        warnings=(long,) * 500,
        notes=(long,) * 500,
        seconds=1.0,
        way="pip",
    )
    for card in (
        cards.done(long, many),
        cards.failed(long, long, [long] * 500),
        cards.versions(Versions((Version(long, long, long, long),) * 900)),
    ):
        assert len(card.html().encode()) < 25_000
