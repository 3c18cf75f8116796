"""What is chosen and in which order."""

from typing import Any

import numpy as np
import pytest

from colab_magics.errors import BadOption
from colab_magics.gallery.images import read_arrays
from colab_magics.gallery.query import Query, read
from colab_magics.gallery.samples import Samples, check
from colab_magics.gallery.views import View

SHARES = [[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.0, 0.1, 0.9], [0.34, 0.33, 0.33]]
LABELS = [0, 2, 0, 1]


@pytest.fixture
def four() -> Samples:
    return check("images", read_arrays(np.zeros((4, 2, 2)), "images"), LABELS, probabilities=np.array(SHARES))


def members(samples: Samples, **query: Any) -> list[int]:
    return Query(View("first"), **query).members(samples).tolist()


def test_orders(four: Samples) -> None:
    assert members(four) == [0, 1, 2, 3]
    assert members(four, reverse=True) == [3, 2, 1, 0]
    assert members(four, sort="loss") == [2, 1, 3, 0]
    assert members(four, sort="confidence") == [2, 0, 1, 3]
    assert members(four, sort="margin") == [3, 1, 0, 2]
    assert members(four, sort="margin", reverse=True) == [2, 0, 1, 3]


def test_ranks_are_what_they_say(four: Samples) -> None:
    assert four.ranks("confidence").tolist() == pytest.approx([0.6, 0.5, 0.9, 0.34])
    assert four.ranks("margin").tolist() == pytest.approx([0.3, 0.2, 0.8, 0.01])
    losses = [-np.log(0.6), -np.log(0.3), -np.log(1e-7), -np.log(0.33)]
    assert four.ranks("loss").tolist() == pytest.approx(losses, rel=1e-5)
    assert [four.item(index).loss for index in range(4)] == pytest.approx(losses, rel=1e-5)


def test_equals_keep_their_order() -> None:
    shares = np.full((100, 2), 0.5)
    alike = check("images", read_arrays(np.zeros((100, 2, 2)), "images"), [0] * 100, probabilities=shares)
    for sort in ("loss", "confidence", "margin"):
        assert members(alike, sort=sort) == list(range(100))


def test_a_margin_is_negative_where_another_class_is_more_probable() -> None:
    shares = np.array([[0.7, 0.2, 0.1]])
    samples = check("images", read_arrays(np.zeros((1, 2, 2)), "images"), predicted=[1], probabilities=shares)
    assert samples.ranks("margin").tolist() == pytest.approx([-0.5])


def test_a_single_class_has_the_margin_of_its_probability() -> None:
    samples = check("images", read_arrays(np.zeros((1, 2, 2)), "images"), probabilities=np.array([[0.99]]))
    assert samples.ranks("margin").tolist() == pytest.approx([0.99])


def test_filters(four: Samples) -> None:
    assert members(four, confidence=(0.5, 0.7)) == [0, 1]
    assert members(four, search="#2") == [2]
    assert members(four, search="#", sort="loss", confidence=(0.4, 1)) == [2, 1, 0]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"sort": "loss"}, "Loss needs probabilities: pass probabilities="),
        ({"confidence": (0, 0.5)}, "Confidence needs probabilities"),
    ],
)
def test_what_needs_probabilities_says_so(query: dict[str, Any], sentence: str) -> None:
    plain = check("images", read_arrays(np.zeros((2, 2, 2)), "images"), [0, 1], predicted=[0, 1])
    with pytest.raises(BadOption, match=sentence):
        members(plain, **query)


def test_loss_needs_labels() -> None:
    samples = check("images", read_arrays(np.zeros((4, 2, 2)), "images"), probabilities=np.array(SHARES))
    with pytest.raises(BadOption, match="Loss needs labels"):
        members(samples, sort="loss")


def test_words() -> None:
    query = Query(View("wrong"), sort="margin", reverse=True, confidence=(0.5, 0.6), search="cat")
    assert query.words == [
        "Sorted by margin, the clearest decision first.",
        "Only pictures whose predicted class has a probability of 50.00 % to 60.00 %.",
        "Only pictures whose name has 'cat' in it.",
    ]
    assert Query(View("wrong")).words == []
    assert Query(View("wrong"), reverse=True).words == ["Sorted the last first."]


@pytest.mark.parametrize("limits", [(0.5,), (0.6, 0.5), (-1, 1), (0, 2), "ab", 0.5, None, (float("nan"), 1), (0, 1, 1)])
def test_no_range(limits: Any) -> None:
    with pytest.raises(BadOption, match="is no range of probabilities: pass the lowest and the highest"):
        Query(View("first")).between(limits)


def test_no_order() -> None:
    with pytest.raises(BadOption, match="cannot be sorted by 'size': choose index, loss, confidence or margin"):
        Query(View("first")).sorted_by("size")


@pytest.mark.parametrize(
    "query",
    [
        Query(View("first")),
        Query(View("class", 2), sort="loss", reverse=True),
        Query(View("confusion", cells=((0, 1), (None, 2))), confidence=(0.25, 0.5), search="x"),
    ],
)
def test_it_is_read_as_it_is_written(query: Query) -> None:
    assert read(query.data(), 3) == query
