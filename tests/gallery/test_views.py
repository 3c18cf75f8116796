"""Views as a person types them."""

import pytest
from hostile import HOSTILE

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
        ("confusion", View("confusion")),
        ("confusion cat dog", View("confusion", cells=((0, 3),))),
        ("confusion 'tabby cat' 3, dog *,* cat", View("confusion", cells=((1, 3), (3, None), (None, 0)))),
    ],
)
def test_views(text: str, view: View) -> None:
    assert parse(text, NAMES) == view


@pytest.mark.parametrize("view", [View("first"), View("wrong"), *(View("class", number) for number in range(4))])
def test_a_view_is_typed_as_it_is_written(view: View) -> None:
    assert parse(view.text(NAMES), NAMES) == view


def test_hostile_cells_are_typed_as_they_are_written() -> None:
    names = ["a, b", "it's", '"', "*x", "#", *(name for name in HOSTILE if name and "\0" not in name)]
    for number in range(len(names)):
        view = View("confusion", cells=((number, None), (0, number)))
        assert parse(view.text(names), names) == view


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
        ("confusion cat", "takes pairs of a true and a predicted class"),
        ("confusion cat dog cat", "takes pairs of a true and a predicted class"),
        ("confusion cat dog,", "takes pairs of a true and a predicted class"),
        ("confusion cat cow", "There is no class cow"),
        ("confusion 'cat dog", "has a quote that does not end"),
    ],
)
def test_unknown_views(text: str, sentence: str) -> None:
    with pytest.raises(BadOption, match=sentence):
        parse(text, NAMES)


def test_without_classes_there_is_no_view_of_one() -> None:
    with pytest.raises(BadOption, match="needs labels"):
        parse("class 3", ())
