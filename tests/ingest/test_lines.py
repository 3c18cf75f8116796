"""Lines of a remote text that were brought without the rest."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from servers import FileServer

from colab_magics.ingest.lines import has_broken_lines, write_beginning, write_blocks
from colab_magics.transfer.pieces import Pieces, pieces_of
from colab_magics.transfer.web import WebFile

ROWS = 1_200_000


@pytest.fixture(scope="module")
def body() -> bytes:
    """20 MB of CSV whose rows grow, and whose last ones have another type."""
    numbers = np.arange(ROWS)
    frame = pd.DataFrame({"number": numbers, "half": numbers / 2})
    text = frame.to_csv(index=False).encode()
    return text + b"x,1\n" * 100_000


@contextmanager
def opened(files: FileServer, folder: Path, body: bytes) -> Iterator[Pieces]:
    with pieces_of(WebFile(files.add("/a.csv", body, etag='"1"')), folder, "a") as pieces:
        yield pieces


def test_the_first_lines_are_whole(files: FileServer, tmp_path: Path, body: bytes) -> None:
    with opened(files, tmp_path, body) as pieces:
        assert not write_beginning(pieces, tmp_path / "head", 1_000_000)
        assert pieces.arrived < 1_200_000
    head = (tmp_path / "head").read_bytes()
    assert body.startswith(head)
    assert head.endswith(b"\n")
    assert 999_900 < len(head) <= 1_000_000


def test_a_short_file_is_all_of_it(files: FileServer, tmp_path: Path) -> None:
    with opened(files, tmp_path, b"a,b\n1,2") as pieces:
        assert write_beginning(pieces, tmp_path / "head", 1000)
    assert (tmp_path / "head").read_bytes() == b"a,b\n1,2"


def test_blocks_are_lines_of_the_file(files: FileServer, tmp_path: Path, body: bytes) -> None:
    with opened(files, tmp_path, body) as pieces:
        blocks = write_blocks(pieces, tmp_path / "blocks", 1000, seed=1)
        assert pieces.arrived < 12 << 20
    lines = (tmp_path / "blocks").read_bytes().splitlines()
    assert lines[0] == b"number,half"
    assert set(lines) <= set(body.splitlines())
    assert blocks.lines == len(lines) - 1
    assert abs(blocks.total / (ROWS + 100_000) - 1) < 0.05


def test_a_type_that_comes_late_is_met(files: FileServer, tmp_path: Path, body: bytes) -> None:
    with opened(files, tmp_path, body) as pieces:
        write_blocks(pieces, tmp_path / "blocks", 1000, seed=1)
    frame = pd.read_csv(tmp_path / "blocks", low_memory=False)
    whole = pd.read_csv(io.BytesIO(body), low_memory=False)
    pd.testing.assert_series_equal(frame.dtypes, whole.dtypes)
    numbers = pd.to_numeric(frame["number"], errors="coerce").dropna()
    assert abs(numbers.mean() / (ROWS / 2) - 1) < 0.05


def test_the_same_seed_takes_the_same_blocks(files: FileServer, tmp_path: Path, body: bytes) -> None:
    for name, seed in {"a": 7, "b": 7, "c": 8}.items():
        with opened(files, tmp_path, body) as pieces:
            write_blocks(pieces, tmp_path / name, 1000, seed)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() != (tmp_path / "c").read_bytes()


@pytest.mark.parametrize(
    ("head", "is_broken"),
    [
        (b'a,b\n1,"x, y"\n2,"said ""hi"""\n', False),
        (b'a,b\n1,"x\ny"\n', True),
        (b"a,b\n1,5'2\n", False),
        (b'a,b\n1,"cut at the e', False),
    ],
)
def test_line_breaks_inside_quotation_marks(head: bytes, is_broken: bool) -> None:
    assert has_broken_lines(head) is is_broken
