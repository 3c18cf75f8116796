"""A gallery becomes a file, whole or not at all, and every trouble with it is one sentence."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from colab_magics.errors import BadOption, OutputDenied
from colab_magics.gallery.items import Gallery
from colab_magics.gallery.source import read
from colab_magics.predictions import Predictions


@pytest.fixture
def limited_disk(tmp_path: Path) -> Iterator[Path]:
    """A place for a file that may be no larger than 20 kB: the system refuses the bytes after these."""
    resource = pytest.importorskip("resource")  # Windows has none
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    yield tmp_path
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize(
    ("name", "begins"), [("a.html", b"<!doctype html>"), ("a.PNG", b"\x89PNG"), ("ü b.htm", b"<!")]
)
def test_the_name_says_what_is_written(gallery: Gallery, tmp_path: Path, name: str, begins: bytes) -> None:
    path = gallery.export(tmp_path / name)
    assert path == tmp_path / name
    assert path.read_bytes().startswith(begins)
    assert list(tmp_path.iterdir()) == [path]


def test_the_path_is_whole_and_may_begin_at_home(
    gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert gallery.export("~/a.png") == tmp_path / "a.png"
    monkeypatch.chdir(tmp_path)
    assert gallery.export("b.png") == tmp_path / "b.png"


def test_the_same_twice_is_the_same_file(gallery: Gallery, tmp_path: Path) -> None:
    once, again = (gallery.export(tmp_path / name).read_bytes() for name in ("a.html", "b.html"))
    assert once == again


@pytest.mark.parametrize("name", ["a.jpg", "a", "a.html.zip", "<img src=x>.pdf"])
def test_other_names_are_refused(gallery: Gallery, tmp_path: Path, name: str) -> None:
    with pytest.raises(BadOption, match=rf"cannot be exported as {re.escape(name)}: name a file that ends with \.html"):
        gallery.export(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_no_file_has(gallery: Gallery, tmp_path: Path) -> None:
    with pytest.raises(BadOption, match="cannot be the name of a file here"):
        gallery.export(tmp_path / "\ud800.html")
    assert list(tmp_path.iterdir()) == []


def test_a_name_with_a_zero_byte(gallery: Gallery) -> None:
    with pytest.raises(BadOption, match="no zero byte"):
        gallery.export("a\0.html")


@pytest.mark.parametrize("name", ["a.html", "a.png"])
def test_a_missing_folder(gallery: Gallery, tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputDenied, match=r"There is no folder \S+/none: make it first"):
        gallery.export(tmp_path / "none" / name)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputDenied, match=r"There is no folder \S+/file: make it first"):
        gallery.export(tmp_path / "file" / name)


def test_a_folder_of_that_name(gallery: Gallery, tmp_path: Path) -> None:
    (tmp_path / "a.html").mkdir()
    with pytest.raises(OutputDenied, match=r"a\.html cannot be written to \S+ \(Is a directory\)"):
        gallery.export(tmp_path / "a.html")
    assert [each.name for each in tmp_path.iterdir()] == ["a.html"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="an administrator may write anywhere")
def test_a_folder_that_may_not_be_written(gallery: Gallery, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputDenied, match=r"cannot be written to \S+ \(Permission denied\): choose another folder"):
        gallery.export(tmp_path / "a.html")


@pytest.mark.parametrize("name", ["a.html", "a.png"])
def test_a_full_disk_leaves_what_was_there(gallery: Gallery, limited_disk: Path, name: str) -> None:
    (limited_disk / name).write_bytes(b"before")
    with pytest.raises(OutputDenied, match=rf"{name} cannot be written to \S+ \(File too large\): .* make room"):
        gallery.export(limited_disk / name)
    assert (limited_disk / name).read_bytes() == b"before"
    assert [each.name for each in limited_disk.iterdir()] == [name]


@pytest.mark.parametrize("name", ["a.html", "a.png"])
def test_an_interrupt_leaves_what_was_there(gallery: Gallery, tmp_path: Path, name: str) -> None:
    def stop(done: int, count: int) -> None:
        raise KeyboardInterrupt

    (tmp_path / name).write_bytes(b"before")
    gallery.tell_export = stop
    with pytest.raises(KeyboardInterrupt):
        gallery.export(tmp_path / name)
    assert (tmp_path / name).read_bytes() == b"before"
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_nothing_is_no_file(gallery: Gallery, tmp_path: Path) -> None:
    gallery.search = "nowhere"
    with pytest.raises(BadOption, match=r"There is nothing to export\. Nothing to show: no picture is left"):
        gallery.export(tmp_path / "a.html")
    assert list(tmp_path.iterdir()) == []


def test_too_many_for_one_picture(predictions: Predictions, tmp_path: Path) -> None:
    many = Gallery(read(np.zeros((401, 2, 2), np.uint8)))
    with pytest.raises(BadOption, match=r"401 pictures are too many for one PNG, .*\.export\('a\.png', limit=400\)"):
        many.export(tmp_path / "a.png")
    assert many.export(tmp_path / "a.png", limit=400).is_file()


def test_too_many_for_a_page(tmp_path: Path) -> None:
    many = Gallery(read(np.broadcast_to(np.uint8(7), (1_000_000, 28, 28))))
    with pytest.raises(BadOption, match=r"1,000,000 pictures make a page .* limit=100000\),  or with a larger limit"):
        many.export(tmp_path / "a.html")
    assert many.export(tmp_path / "a.html", limit=1000).stat().st_size < 100_000


@pytest.mark.parametrize("limit", [0, -1, 2.5, "9"])
def test_a_limit_is_a_whole_number(gallery: Gallery, tmp_path: Path, limit: Any) -> None:
    with pytest.raises(BadOption, match=r"limit is .*, which is not a whole number of 1 or more"):
        gallery.export(tmp_path / "a.html", limit=limit)


def test_it_tells_how_far_it_is(gallery: Gallery, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    gallery.tell_export = lambda *numbers: told.append(numbers)
    gallery.export(tmp_path / "a.png")
    assert told == [(done, 40) for done in range(41)]
    del told[:]
    gallery.export(tmp_path / "a.html")
    assert told == [(0, 40), (40, 40)]


def test_a_picture_that_cannot_be_read_is_no_fault_of_the_file(photos: Path, tmp_path: Path) -> None:
    (photos / "cat" / "a.png").write_bytes(b"")
    gallery = Gallery(read(photos))
    assert "cannot be read: the file is empty" in gallery.export(tmp_path / "a.html").read_text()
    assert gallery.export(tmp_path / "a.png").is_file()
