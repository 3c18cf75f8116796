"""What is sent to the browser: files and frames, in parts, one version of each."""

import hashlib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from colab_magics.errors import BadOption, BrokenFile, SourceNotFound
from colab_magics.ingest.parcel import Parcel, pack

PART = 4 << 20


def whole(parcel: Parcel) -> bytes:
    body = b""
    for position in range(0, parcel.size, PART):
        proof, (part,) = parcel.part(position)
        assert proof == {"sha256": hashlib.sha256(part).hexdigest()}
        body += part
    parcel.close()
    return body


@pytest.mark.parametrize("size", [0, 1, PART, 2 * PART + 7])
def test_a_file_is_sent_whole(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(range(256)) * (size // 256) + b"x" * (size % 256))
    parcel = pack(str(path), {})
    assert (parcel.name, parcel.size) == ("a.bin", size)
    assert whole(parcel) == path.read_bytes()


def test_a_frame_is_sent_as_csv(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": ["ä", None]})
    parcel = pack("df", {"df": frame})
    assert parcel.name == "df.csv"
    assert whole(parcel) == b"a,b\n1,\xc3\xa4\n2,\n"
    assert whole(pack(frame.set_index("a"), {})) == b"a,b\n1,\xc3\xa4\n2,\n"


def test_what_cannot_be_sent(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match=r"There is no file none\.csv"):
        pack("none.csv", {})
    with pytest.raises(BadOption, match="--download sends one file of this machine, or a frame"):
        pack("https://example.org/a.csv", {})


def test_a_name_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="There is no variable sales, and no file either: name one of them"):
        pack("sales", {})
    with pytest.raises(SourceNotFound, match="There is no file sales.csv"):
        pack("sales.csv", {})


def test_only_the_first_page_saves_by_itself(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    parcel = Parcel(tmp_path / "a", "a")
    assert [parcel.claim(), parcel.claim()] == [True, False]
    parcel.close()


@pytest.mark.parametrize("position", [None, -1, 1, 1.0, True, "0", 1 << 60])
def test_parts_are_asked_for_with_care(tmp_path: Path, position: Any) -> None:
    (tmp_path / "a").write_bytes(b"x")
    parcel = Parcel(tmp_path / "a", "a")
    with pytest.raises(BadOption, match="There is no such part"):
        parcel.part(position)
    parcel.close()


def test_a_file_that_is_cut_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"xyz")
    parcel = Parcel(tmp_path / "a", "a")
    (tmp_path / "a").write_bytes(b"x")
    with pytest.raises(BrokenFile, match="a was cut short while it was sent: run the cell again"):
        parcel.part(0)
    parcel.close()


def test_the_line(kernel_shell: Any, tmp_path: Path) -> None:
    kernel_shell.namespace["df"] = pd.DataFrame({"a": [1]})
    ran = kernel_shell.run("%ingest --download df")
    assert (ran.error, ran.value) == (None, None)
    assert "df.csv · sent to the browser" in ran.text
    assert "application/vnd.jupyter.widget-view+json" in ran.displayed[1]


def test_nobody_is_there(shell: Any, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x")
    assert "Nobody can receive a file here" in str(shell.run("%ingest --download a.csv").error)
    assert "stands on a line" in str(shell.run("%%ingest --download\nx = a.csv").error)
