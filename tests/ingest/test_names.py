"""Names of columns as they are typed."""

import pytest

from colab_magics.errors import BadOption
from colab_magics.ingest.names import find, listed


def test_a_label_is_found_by_how_it_reads() -> None:
    assert find("3", ["a", 3]) == 3
    assert find("('a', 1)", [("a", 1)]) == ("a", 1)


@pytest.mark.parametrize(
    ("name", "labels", "sentence"),
    [
        ("nam", ["name", "age"], "There is no column nam. Did you mean name?"),
        ("na", ["\nn\x1ba"], "There is no column na. Did you mean  na[?]"),
        ("x", ["name", "age"], "There is no column x. There are name, age."),
        ("3", [3, "3"], "There are 2 columns named 3"),
    ],
)
def test_what_is_not_found(name: str, labels: list[object], sentence: str) -> None:
    with pytest.raises(BadOption, match=sentence):
        find(name, labels)


def test_a_list_is_short_and_does_not_act() -> None:
    assert listed(f"c{place}" for place in range(25)).endswith("c19 and 5 others")
    assert listed(["a\x1b[31mb\nc", "x" * 200]) == "ab c, " + "x" * 59 + "…"
    assert listed([]) == "none"
