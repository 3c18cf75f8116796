"""Columns of a remote Parquet file that were brought without the others."""

import contextlib
import io
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from servers import FileServer

from colab_magics.errors import BrokenFile
from colab_magics.ingest.chunks import bring_columns
from colab_magics.transfer.pieces import pieces_of
from colab_magics.transfer.web import WebFile

pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    dice = np.random.default_rng(0)
    frame = pd.DataFrame(dice.normal(size=(100_000, 8)), columns=list("abcdefgh"))
    frame["word"] = dice.choice(["x", "y", "z"], len(frame))
    frame["pair"] = [{"left": number, "right": 1} for number in range(len(frame))]
    return frame


@pytest.fixture(scope="module")
def body(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, row_group_size=20_000)
    return buffer.getvalue()


@pytest.mark.parametrize("columns", [("b",), ("b", "word"), ("word", "pair"), ()])
def test_the_columns_are_those_of_the_whole_file(
    files: FileServer, tmp_path: Path, frame: pd.DataFrame, body: bytes, columns: tuple[str, ...]
) -> None:
    with pieces_of(WebFile(files.add("/a.parquet", body, etag='"1"')), tmp_path, "a") as pieces:
        bring_columns(pieces, "a.parquet", columns)
        got = pd.read_parquet(pieces.path, columns=list(columns) or None)
        assert columns == () or pieces.arrived < len(body) * 0.6
    pd.testing.assert_frame_equal(got, frame[list(columns) or list(frame.columns)])


@pytest.mark.parametrize(
    ("end", "sentence"),
    [(b"", "does not end as a Parquet file does"), (b"\xff\xff\xff\x7fPAR1", "its footer is longer than the file")],
)
def test_what_is_no_parquet(files: FileServer, tmp_path: Path, end: bytes, sentence: str) -> None:
    url = files.add("/a.parquet", b"PAR1" + bytes(1 << 20) + end, etag='"1"')
    with pieces_of(WebFile(url), tmp_path, "a") as pieces, pytest.raises(BrokenFile, match=sentence):
        bring_columns(pieces, "a.parquet", ("a",))


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_footer_ends_nothing_but_itself(files: FileServer, tmp_path: Path, body: bytes, seed: int) -> None:
    dice, start = random.Random(seed), len(body) - 8 - int.from_bytes(body[-8:-4], "little")
    damaged = bytearray(body)
    for _ in range(3):
        damaged[dice.randrange(start, len(damaged) - 8)] = dice.randrange(256)
    with pieces_of(WebFile(files.add("/a.parquet", bytes(damaged), etag='"1"')), tmp_path, "a") as pieces:
        with contextlib.suppress(BrokenFile):
            bring_columns(pieces, "a.parquet", ("b",))
        assert pieces.arrived <= len(damaged)
