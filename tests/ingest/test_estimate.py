"""What would not fit is refused before it is read, with the ways out; what fits is not held up."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from reads import ingested, written

from colab_magics.errors import TooLarge
from colab_magics.ingest import estimate as estimates

ROWS = 20_000
FRAME = pd.DataFrame({"a": np.arange(ROWS), "b": [f"text number {n}" for n in range(ROWS)], "c": np.arange(ROWS) / 7})


@pytest.fixture(params=["csv", "jsonl", "parquet"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"a.{request.param}"
    match request.param:
        case "csv":
            FRAME.to_csv(path, index=False)
        case "jsonl":
            FRAME.to_json(path, orient="records", lines=True)
        case "parquet":
            pytest.importorskip("pyarrow")
            FRAME.to_parquet(path)
    return path


def left(monkeypatch: pytest.MonkeyPatch, room: float) -> None:
    monkeypatch.setattr(estimates, "available", lambda: int(room))


def test_the_estimate_is_near(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needed = ingested(path)[0].memory_usage(deep=True).sum()
    left(monkeypatch, 2 * needed)
    assert len(ingested(path)[0]) == ROWS
    left(monkeypatch, 0.7 * needed)
    with pytest.raises(
        TooLarge, match=r"a.\w+ needs about .* of memory, and .* are left here: take some columns with --col"
    ):
        ingested(path)


def test_the_ways_out(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needed = ingested(path)[0].memory_usage(deep=True).sum()
    left(monkeypatch, 0.6 * needed)
    assert len(ingested(path, head=100)[0]) == 100
    assert len(ingested(path, sample=100)[0]) == 100
    assert len(ingested(path, sample="5%")[0]) == ROWS / 20
    with pytest.raises(TooLarge):
        ingested(path, sample="90%")
    if path.suffix != ".jsonl":
        assert list(ingested(path, columns="a")[0].columns) == ["a"]


def test_where_nothing_is_known_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimates, "available", lambda: None)
    assert len(ingested(written(tmp_path / "a.csv", "a,b\n1,2\n"))[0]) == 1


def test_a_small_file_is_not_looked_at_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimates, "estimate", lambda *_: pytest.fail("a small file was estimated"))
    ingested(written(tmp_path / "a.csv", "a,b\n1,2\n"))
