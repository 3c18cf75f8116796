"""Pictures as a table of path, label and size."""

import io
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from packed import taped, zipped
from PIL import Image
from reads import ingested, written

from colab_magics.errors import UnknownFormat
from colab_magics.ingest.pictures import holds_pictures


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((height, width, 3), "u1")).save(buffer, kind)
    return buffer.getvalue()


FILES = {
    "cat/1.png": picture(3, 4),
    "cat/2.JPG": picture(5, 6, "JPEG"),
    "dog/deep/3.gif": picture(7, 8, "GIF"),
    "4.webp": picture(1, 2, "WEBP"),
}
EXPECTED = pd.DataFrame(
    [("4.webp", "", 1, 2), ("cat/1.png", "cat", 3, 4), ("cat/2.JPG", "cat", 5, 6), ("dog/deep/3.gif", "deep", 7, 8)],
    columns=["path", "label", "width", "height"],
)


def folder(tmp_path: Path) -> Path:
    for name, content in {**FILES, "cat/notes.txt": b"x", ".hidden/5.png": FILES["cat/1.png"]}.items():
        path = tmp_path / "pictures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "pictures"


def test_of_a_folder(tmp_path: Path) -> None:
    place = folder(tmp_path)
    (place / "link.png").symlink_to("/etc/hostname")
    os.mkfifo(place / "pipe.png")
    frame, notes = ingested(place)
    pd.testing.assert_frame_equal(frame, EXPECTED)
    assert notes == ()
    assert holds_pictures(place)
    assert not holds_pictures(tmp_path / "none")


@pytest.mark.parametrize("pack", [zipped, taped])
def test_of_an_archive(tmp_path: Path, pack) -> None:
    path = written(tmp_path / "a", pack({**FILES, "../../cat/6.png": FILES["cat/1.png"], "__MACOSX/cat/._1.png": b"x"}))
    frame, _ = ingested(path)
    pd.testing.assert_frame_equal(frame[1:].reset_index(drop=True), EXPECTED)
    assert frame["path"][0] == "../../cat/6.png"
    pd.testing.assert_frame_equal(
        ingested(path, where="label == 'cat' and width > 3", columns="height")[0], pd.DataFrame({"height": [6]})
    )


def test_one_that_is_broken_spoils_no_table(tmp_path: Path) -> None:
    path = written(tmp_path / "a.zip", zipped({**FILES, "dog/7.png": b"\x89PNG\r\n\x1a\nbroken", "dog/8.png": b""}))
    frame, notes = ingested(path)
    assert frame["width"].isna().sum() == 2
    assert notes == ("2 pictures of 6 cannot be read: dog/7.png, dog/8.png.",)


def test_nor_does_a_damaged_entry_of_the_archive(tmp_path: Path) -> None:
    content = bytearray(zipped(FILES))
    content[:4] = b"PK\5\6"
    frame, notes = ingested(written(tmp_path / "a.zip", bytes(content)))
    assert frame["width"].isna().sum() == 1
    assert notes == ("1 picture of 4 cannot be read: cat/1.png.",)


def test_a_picture_that_claims_to_be_huge_costs_nothing(tmp_path: Path) -> None:
    content = bytearray(picture(3, 4))
    content[16:24] = (60_000).to_bytes(4, "big") * 2
    import zlib

    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    path = written(tmp_path / "a.zip", zipped({"x/1.png": bytes(content), "x/2.png": picture(1, 1)}))
    assert ingested(path)[0]["width"].tolist() == [60_000, 1]


def test_pictures_are_asked_for_where_there_are_none(tmp_path: Path) -> None:
    path = written(tmp_path / "a.zip", zipped({"a.csv": b"a,b\n"}))
    with pytest.raises(UnknownFormat, match="a.zip holds no pictures"):
        ingested(path, forced="images")


def test_a_picture_is_not_unpacked_without_end(tmp_path: Path) -> None:
    """The header of a TIFF may be told to lie behind gigabytes of nothing."""
    far = b"II*\0" + (30 << 20).to_bytes(4, "little") + bytes(40 << 20)
    frame, notes = ingested(written(tmp_path / "a.zip", zipped({"a.tiff": far, "b.png": picture(3, 4)})))
    assert frame["width"].isna().tolist() == [True, False]
    assert notes == ("1 picture of 2 cannot be read: a.tiff.",)
