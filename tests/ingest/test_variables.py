"""Names of variables, typed or made of a file's."""

import pandas as pd
import pytest
from hostile import HOSTILE

from colab_magics.errors import BadOption
from colab_magics.ingest.variables import variable_for


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("sales.csv", "sales"),
        ("Sales 2024-05.csv.gz", "Sales_2024_05"),
        ("/data/a b/iris.data", "iris"),
        ("https://example.org/x/iris.csv?v=1.2", "iris"),
        ("https://example.org/x/", "x"),
        ("2024.csv", "df_2024"),
        ("class.csv", "df_class"),
        ("list.csv", "list_df"),
        ("größe.csv", "größe"),
        (".csv", "csv"),
        ("", "df"),
        ("...", "df"),
        ("C:\\data\\t.xlsx", "t"),
        ("x" * 99, "x" * 40),
    ],
)
def test_a_name_is_made_of_the_files(file: str, name: str) -> None:
    assert variable_for(file) == name


@pytest.mark.parametrize("text", HOSTILE)
def test_it_can_always_be_a_name(text: str) -> None:
    assert variable_for(text).isidentifier()


def test_only_frames_are_replaced() -> None:
    assert variable_for("pd.csv", namespace={"pd": pd}) == "pd_df"
    assert variable_for("pd.csv", namespace={"pd": pd.DataFrame()}) == "pd"


def test_what_was_typed_wins() -> None:
    assert variable_for("a.csv", " rows ", {"rows": 1}) == "rows"
    assert variable_for("a.csv", "rows", taken={"rows", "rows_2"}) == "rows_3"
    for typed in ("1x", "a b", "class", "x; import os"):
        with pytest.raises(BadOption, match="cannot be the name of a variable"):
            variable_for("a.csv", typed)
    with pytest.raises(BadOption, match="must be text"):
        variable_for("a.csv", 7)
