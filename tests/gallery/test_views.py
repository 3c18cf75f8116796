"""Views as a person types them."""

import pytest

from colab_magics.errors import BadOption
from colab_magics.gallery.views import View, parse

NAMES = ("cat", "tabby cat", "1", "dog")


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("first", View("first")),
        (" wrong ", View("wrong")),
        ("correct", View("correct")),
        ("class cat", View("class", 0)),
        ("class  tabby cat", View("class", 1)),
        ("class 3", View("class", 3)),
        ("class 1", View("class", 2)),  # a name is stronger than a number
    ],
)
def test_views(text: str, view: View) -> None:
    assert parse(text, NAMES) == view


@pytest.mark.parametrize("view", [View("first"), View("wrong"), *(View("class", number) for number in range(4))])
def test_a_view_is_typed_as_it_is_written(view: View) -> None:
    assert parse(view.text(NAMES), NAMES) == view


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("wrogn", "There is no view 'wrogn': there are first, .* Did you mean wrong"),
        ("", "There is no view ''"),
        ("wrong 3", "There is no view 'wrong 3'"),
        ("class", "needs the name or number of one, such as  class cat"),
        ("class dogg", "There is no class dogg: did you mean dog?"),
        ("class 4", "There is no class 4: the 4 classes are cat, tabby cat, 1, dog"),
        ("class -1", "There is no class -1"),
        ("class ²", "There is no class ²"),
    ],
)
def test_unknown_views(text: str, sentence: str) -> None:
    with pytest.raises(BadOption, match=sentence):
        parse(text, NAMES)


def test_without_classes_there_is_no_view_of_one() -> None:
    with pytest.raises(BadOption, match="needs labels"):
        parse("class 3", ())
