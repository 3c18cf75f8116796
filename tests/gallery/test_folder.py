"""Folders: classes, laziness, and files that are not what their name says."""

import re
import shutil
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colab_magics.errors import BadImages, SourceDenied, SourceNotFound
from colab_magics.gallery.card import card
from colab_magics.gallery.folder import Folder, listed, open_folder
from colab_magics.gallery.images import Unreadable
from colab_magics.gallery.items import Gallery
from colab_magics.gallery.panel import GalleryPanel
from colab_magics.gallery.source import read
from colab_magics.picture_files import opened


def only(folder: Path, name: str, content: bytes) -> Folder:
    folder.mkdir()
    (folder / name).write_bytes(content)
    return open_folder(folder)


def test_subfolders_are_classes(photos: Path) -> None:
    folder = open_folder(photos)
    assert folder.class_names == ("cat", "dog")
    assert folder.labels is not None
    assert folder.labels.tolist() == [0, 0, 0, 1, 1]
    assert [folder.images.name(index) for index in range(5)] == ["a.png", "b.JPG", "c.gif", "d.bmp", "e.webp"]


def test_every_format_is_read(photos: Path) -> None:
    pictures = [open_folder(photos).images.picture(index, 64) for index in range(5)]
    assert [picture.size for picture in pictures] == [(64, 32), (20, 30), (10, 10), (9, 9), (50, 64)]
    assert {picture.mode for picture in pictures} <= {"L", "RGB"}


def test_a_flat_folder_has_no_classes(photos: Path) -> None:
    folder = open_folder(photos / "cat")
    assert (len(folder.images), folder.labels, folder.class_names) == (3, None, None)


def test_what_is_no_picture_is_left_out(photos: Path) -> None:
    (photos / "cat" / "notes.txt").write_text("cats")
    (photos / "cat" / ".hidden.png").write_bytes(b"")
    (photos / "cat" / "folder.png").mkdir()
    (photos / "empty").mkdir()
    (photos / ".ipynb_checkpoints").mkdir()
    folder = open_folder(photos)
    assert folder.class_names == ("cat", "dog")
    assert len(folder.images) == 5


def test_pictures_beside_the_classes_are_told(photos: Path) -> None:
    Image.new("L", (4, 4)).save(photos / "cover.png")
    assert open_folder(photos).images.note == "1 picture beside the class folders left out."


def test_nothing_is_read_before_it_is_shown(photos: Path) -> None:
    folder = open_folder(photos)
    (photos / "cat" / "a.png").unlink()
    assert folder.images.picture(0, 64) == Unreadable("No such file or directory")
    assert not isinstance(folder.images.picture(1, 64), Unreadable)


def test_home_is_understood(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(photos))
    assert len(open_folder(Path("~/dog")).images) == 2


def test_a_picture_stands_as_it_was_taken(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    Image.new("RGB", (40, 20)).save(tmp_path / "a.jpg", exif=exif)
    assert open_folder(tmp_path).images.picture(0, 64).size == (20, 40)


def test_sixteen_bits_are_stretched(tmp_path: Path) -> None:
    Image.fromarray(np.array([[1000, 3000]], np.uint16)).save(tmp_path / "a.png")
    assert np.asarray(open_folder(tmp_path).images.picture(0, 64)).tolist() == [[0, 255]]


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"cats", "its bytes are not those of a jpg, png, gif, bmp or webp picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "its bytes are not those of"),
        (png(100, 100)[:40], "truncated|damaged|broken|not those of"),
        (png(8_001, 8_001), "it has more than 64 million pixels"),
        (png(12_000, 12_000), "it has more than 64 million pixels"),
        (png(60_000, 60_000), "it has more than 64 million pixels"),
        (png(100, 100), "truncated|damaged|broken"),
        (b"GIF89a" + b"\xff" * 60, "."),
        (b"BM" + b"\xff" * 60, "."),
        (b"RIFF\xff\xff\xff\x00WEBPVP8 " + b"\xff" * 60, "."),
        (b"\xff\xd8\xff\xe0" + b"\xff" * 60, "."),
    ],
)
def test_a_broken_picture_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    picture = only(tmp_path / "broken", "a.png", content).images.picture(0, 64)
    assert isinstance(picture, Unreadable)
    assert re.search(reason, picture.reason)
    assert str(tmp_path) not in picture.reason


@pytest.mark.parametrize("seed", range(20))
def test_damaged_bytes_never_raise(photos: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for path in sorted(photos.glob("*/*")):
        content = bytearray(path.read_bytes())
        for place in rng.integers(0, len(content), 6):
            content[place] = rng.integers(0, 256)
        path.write_bytes(content[: rng.integers(1, len(content) + 1)])
    images = open_folder(photos).images
    for index in range(len(images)):
        images.picture(index, 64)


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match=r"There is no folder .*photoes: check the spelling"):
        open_folder(tmp_path / "photoes")


def test_a_file_is_no_folder(photos: Path) -> None:
    with pytest.raises(SourceNotFound, match=r"a\.png: it is a file; name the folder that it lies in"):
        open_folder(photos / "cat" / "a.png")
    (photos / "more.ZIP").touch()
    with pytest.raises(SourceNotFound, match=r"more\.ZIP: it is a file; unpack it first"):
        open_folder(photos / "more.ZIP")


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("~nouser/photos", "home folder that is not there"),
        ("a" * 300, "cannot be a path"),
        ("a\0b", "cannot be a path"),
    ],
)
def test_a_path_that_names_nothing(path: str, sentence: str) -> None:
    with pytest.raises(SourceNotFound, match=sentence):
        open_folder(Path(path))


def test_a_folder_without_pictures(tmp_path: Path) -> None:
    with pytest.raises(BadImages, match="holds no pictures"):
        open_folder(tmp_path)


def test_a_file_is_read_once_for_all_that_shows_it_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "photo.png"
    Image.new("L", (300, 200), 9).save(path)
    read_files: list[Path] = []
    monkeypatch.setattr(
        sys.modules["colab_magics.gallery.folder"], "opened", lambda path: (read_files.append(path), opened(path))[1]
    )
    gallery = Gallery(read(tmp_path))
    card(gallery)
    GalleryPanel(gallery).close()
    assert read_files == [path]

    first = gallery.picture(0, 64)
    assert isinstance(first, Image.Image)
    first.putpixel((0, 0), 200)  # a person's own
    Image.new("L", (30, 30), 99).save(path)
    second = gallery.picture(0, 64)
    assert isinstance(second, Image.Image)
    assert (second.size, second.getpixel((0, 0))) == ((30, 30), 99)
    path.unlink()
    assert gallery.picture(0, 64) == Unreadable("No such file or directory")


def test_pictures_that_lie_deeper_are_found(photos: Path, tmp_path: Path) -> None:
    for name in ("train", "test", "notes"):
        (tmp_path / "data" / name / "cat").mkdir(parents=True)
    for name in ("train", "test"):
        shutil.copy(photos / "cat" / "a.png", tmp_path / "data" / name / "cat")
    with pytest.raises(BadImages, match=r"Deeper ones do: name  \S+/data/test or \S+/data/train\.$"):
        open_folder(tmp_path / "data")


def test_texts_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(
        BadImages, match="The images are texts, and cat is no file: pass arrays, or names of picture files"
    ):
        listed(["cat", "dog"])
    assert len(listed(["cat", "a.PNG"])) == 2  # each says then what is wrong with it
    Image.new("L", (3, 2)).save(tmp_path / "0a1b", "PNG")
    picture = listed([tmp_path / "0a1b"]).picture(0, 64)
    assert isinstance(picture, Image.Image)
    assert picture.size == (3, 2)


def test_a_pattern_is_no_folder() -> None:
    with pytest.raises(
        SourceNotFound, match=r'pass a list of files, as in  sorted\(Path\("a"\)\.glob\("\*\.png"\)\)\.$'
    ):
        open_folder(Path("a/*.png"))


def test_addresses_are_no_files(photos: Path) -> None:
    with pytest.raises(BadImages, match=r"At images\[1\] there is an address on the web: .*: download them first"):
        listed([photos / "cat" / "a.png", "https://example.org/a.png"])


def test_a_folder_that_may_not_be_read(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    # Root reads every folder, so that permissions alone would not show this.
    monkeypatch.setattr("os.scandir", refuse)
    with pytest.raises(SourceDenied, match="may not be read"):
        open_folder(photos)


def test_files_by_name_are_read_when_they_are_shown(photos: Path) -> None:
    gallery = Gallery(read([str(photos / "cat" / "a.png"), photos / "dog" / "none.png"], [0, 1]))
    first, second = gallery.shown.pictures()
    assert not isinstance(first, Unreadable)
    assert (first.width, first.height) == (64, 32)
    assert isinstance(second, Unreadable)
    assert second.reason == "No such file or directory"
    assert [item.name for item in gallery.shown.items] == ["a.png", "none.png"]
