"""What the values of a column are like."""

import numpy as np
import pandas as pd
import pytest

from colab_magics.ingest.profile import BARS, MOST_ROWS, SAMPLE, Profile, profile, sampled, short


def of(values: object, **options: object) -> Profile:
    column = pd.Series(values, **options)  # type: ignore[call-overload]
    return profile(column, int(column.count()))


@pytest.mark.parametrize(
    ("values", "distinct", "words"),
    [
        ([1, 2, 2, None], "2", "1.0 to 2.0"),
        ([7, 7], "1", "7"),
        ([], "0", ""),
        ([None, None], "0", ""),
        ([True, True, False], "2", "True 67 %, False 33 %"),
        (["a", "b", "b", None], "2", "b 67 %, a 33 %"),
        (["a", "b", "c", "d"], "4", "a, b, c, …"),
        (["a b\n<b>", "a b\n<b>"], "1", "a b <b> 100 %"),
        (["2026-01-02", "2025-03-04", "2026-01-03", "2024-12-31"], "4", "2024-12-31 to 2026-01-03"),
        (["2026-01-02", "2025-03-04", "soon", "2024-12-31"], "4", "2026-01-02, 2025-03-04, soon, …"),
        (pd.to_datetime(["2026-01-01 10:00", "2026-01-01 12:30", None]), "2", "2026-01-01 10:00:00 to 2026-01-01 12:30:00"),
        (pd.to_datetime(["2026-01-01", "2026-03-01"], utc=True), "2", "2026-01-01 to 2026-03-01"),
        ([np.inf, -np.inf, np.inf], "2", "inf 67 %, -inf 33 %"),
        ([1 + 2j], "1", "(1+2j) 100 %"),
        ([2**64 - 1, 1], "2", "1 to 184467440737095…"),
        (pd.Categorical(["a", "b", "a"], categories=["a", "b", "never"]), "2", "a 67 %, b 33 %"),
        (pd.to_timedelta([1, 1, 2], unit="D"), "2", "1 days 00:00:00 67 %, 2 days 00:00:00 33 %"),
        ([1, True, "x", "x", "x"], "2", "x 60 %, 1 40 %"),
    ],
)  # fmt: skip
def test_in_words(values: object, distinct: str, words: str) -> None:
    found = of(values)
    assert (found.distinct, found.words) == (distinct, words)


def test_what_cannot_be_counted() -> None:
    assert of([[1], {"b": 2}]) == Profile(words="[1], {'b': 2}")
    assert of([[1], [2], [3], [4]]).words == "[1], [2], [3], …"


@pytest.mark.parametrize(
    "values",
    [
        [1e308, -1e308],
        [1e-300, 0.0],
        [2**53, 2**53 + 2],
        pd.array([1, None, 5], dtype="Int64"),
        pd.to_datetime(["1700-01-01", "2200-01-01"]),
        pd.to_datetime(["2026-01-01", "2026-01-03"], utc=True),
        [0.0, np.inf, 1.0],
    ],
)
def test_the_ends_are_in_the_first_and_the_last_bar(values: object) -> None:
    bars = of(values).bars
    assert (len(bars), bars[0], bars[-1], max(bars)) == (BARS, 8, 8, 8)


def test_a_histogram() -> None:
    bars = of(np.random.default_rng(0).normal(size=10_000)).bars
    assert bars.index(8) in (5, 6)
    assert bars[0] == bars[-1] == 1  # what is rare is seen, too
    assert of([1.0, 1.0]).bars == ()


def test_large_frames_are_looked_at_in_part() -> None:
    rows = 1_000_000
    frame = pd.DataFrame({"key": np.arange(rows), "few": np.arange(rows) % 7, "many": np.arange(rows) // 4})
    sample = sampled(frame)
    assert len(sample) == SAMPLE
    assert (sample["key"].min(), sample["key"].max()) == (0, rows - 1)
    found = {name: profile(sample[name], rows).distinct for name in sample}
    assert (found["key"], found["few"]) == ("~1,000,000", "~7")
    assert sampled(frame[:MOST_ROWS]).equals(frame[:MOST_ROWS])


def test_values_of_many_bytes_are_not_counted() -> None:
    assert of(["x" * (1 << 20)] * 40) == Profile()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5.0, "5.0"),
        (0.1 + 0.2, "0.3"),
        (float("nan"), "nan"),
        (1e300, "1e+300"),
        (12, "12"),
        ("a\n  b\tc", "a b c"),
        ("x" * 1000, "x" * 27 + "…"),
        ("a\x00b\u202ec", "a·b·c"),
        ("👨\u200d👩", "👨\u200d👩"),
        (None, "None"),
        ([1, 2], "[1, 2]"),
    ],
)
def test_a_value_in_one_short_line(value: object, text: str) -> None:
    assert short(value) == text
