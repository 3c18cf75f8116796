"""A frame's file: mapped, not read, and never changed by who works with the frame."""

import mmap
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("pyarrow", reason="frames are kept by pyarrow")

from colab_magics.ingest import arrow_file


@pytest.fixture
def frame() -> pd.DataFrame:
    dice = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "whole": dice.integers(0, 9, 1000),
            "real": np.where(dice.random(1000) < 0.1, np.nan, dice.random(1000)),
            "word": dice.choice(np.array(["x", "yz", np.nan], dtype=object), 1000),
            "is_so": dice.random(1000) < 0.5,
            "at": pd.Timestamp("2020") + pd.to_timedelta(dice.integers(0, 10**8, 1000), unit="s"),
        }
    )


def owner(values: np.ndarray) -> object:
    """What the memory of an array belongs to in the end."""
    while isinstance(values, np.ndarray):
        values = values.base
    return values.obj if isinstance(values, memoryview) else values


def test_numbers_and_times_are_the_bytes_of_the_file(frame: pd.DataFrame, tmp_path: Path) -> None:
    size = arrow_file.write(frame, tmp_path / "a")
    assert size == (tmp_path / "a").stat().st_size
    found = arrow_file.read(tmp_path / "a", size)
    pd.testing.assert_frame_equal(found, frame)
    for name in ("whole", "real", "at"):
        assert isinstance(owner(found[name].to_numpy()), mmap.mmap), name


def test_writing_into_the_frame_leaves_the_file_alone(frame: pd.DataFrame, tmp_path: Path) -> None:
    size = arrow_file.write(frame, tmp_path / "a")
    before, found = (tmp_path / "a").read_bytes(), arrow_file.read(tmp_path / "a", size)
    found.loc[3, "real"], found.loc[:, "whole"] = 99.0, 7
    found["whole"] += 1
    assert (found.loc[3, "real"], set(found["whole"])) == (99.0, {8})
    assert (tmp_path / "a").read_bytes() == before


@pytest.mark.parametrize(("column", "value"), [("whole", 10), ("real", 0.5), ("word", "other"), ("is_so", None)])
def test_a_frame_that_differs_in_one_value_is_not_equal(
    frame: pd.DataFrame, tmp_path: Path, column: str, value: object
) -> None:
    size = arrow_file.write(frame, tmp_path / "a")
    assert arrow_file.is_equal(frame, tmp_path / "a", size)
    other = frame.copy()
    other.loc[500, column] = not other.loc[500, column] if value is None else value
    assert not arrow_file.is_equal(other, tmp_path / "a", size)


def test_another_size_is_no_file_of_a_frame(frame: pd.DataFrame, tmp_path: Path) -> None:
    size = arrow_file.write(frame, tmp_path / "a")
    with pytest.raises(ValueError, match="another size than was written"):
        arrow_file.read(tmp_path / "a", size + 1)
