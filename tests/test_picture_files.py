"""Picture files: what is one, and what is wrong with one."""

from pathlib import Path

import pytest
from PIL import Image

from colab_magics import picture_files
from colab_magics.errors import SourceDenied
from colab_magics.picture_files import DAMAGE, fault, flat, folders, opened, pictures


def test_what_lies_in_a_folder(tmp_path: Path) -> None:
    for name in ("b.PNG", "a.jpg", ".hidden.png", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "c.png").mkdir()
    assert [path.name for path in pictures(tmp_path)] == ["a.jpg", "b.PNG"]
    assert [path.name for path in folders(tmp_path)] == ["c.png"]


def test_links_that_lead_nowhere_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    for name, target in (("around.png", "around.png"), ("gone.png", "nowhere.png"), ("b.png", "a.png")):
        (tmp_path / name).symlink_to(target)
    assert [path.name for path in pictures(tmp_path)] == ["a.png", "b.png"]
    assert list(folders(tmp_path)) == []


@pytest.mark.parametrize("name", ["odd.png", "odd"])
def test_what_cannot_be_looked_at_is_named_and_not_left_out(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to("x" * 300)
    with pytest.raises(SourceDenied, match=rf"It cannot be found out what .*{name} is \(File name too long\)"):
        [*pictures(tmp_path), *folders(tmp_path)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "the file is empty"), (b"<html>", "its bytes are not those of a jpg, png, gif, bmp or webp picture")],
)
def test_why_one_cannot_be_read(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(DAMAGE) as raised:
        opened(path)
    assert fault(raised.value) == reason


def test_one_of_too_many_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("1", (30, 40)).save(tmp_path / "a.png")
    monkeypatch.setattr(picture_files, "MOST_PIXELS", 1_000)
    with pytest.raises(Image.DecompressionBombError):
        opened(tmp_path / "a.png")
    assert fault(Image.DecompressionBombError()) == "it has more than 0 million pixels"


def test_what_is_transparent_is_white() -> None:
    assert flat(Image.new("RGBA", (1, 1), (0, 0, 0, 0))).getpixel((0, 0)) == (255, 255, 255)
    assert flat(Image.new("1", (1, 1))).mode == "L"
