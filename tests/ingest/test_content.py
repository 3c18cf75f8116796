"""What is around a file is taken away, layer by layer."""

import bz2
import gzip
import io
import random
import zlib
from pathlib import Path

import numpy as np
import pytest
from packed import taped, zipped
from reads import written

from colab_magics.errors import BadOption, BrokenFile, TooLarge, UnknownFormat
from colab_magics.ingest.content import content
from colab_magics.ingest.formats import Format
from colab_magics.transfer.local import LocalFile

CSV = b"a,b\n1,2\n"


def look(tmp_path: Path, name: str, packed: bytes, member: str | None = None):
    folder = tmp_path / "folder"
    folder.mkdir()
    path = written(tmp_path / "file", packed)
    return content(LocalFile(path, name, str(path), len(packed)), member, folder)


@pytest.mark.parametrize(
    ("name", "packed", "inner", "packings"),
    [
        ("a.csv", CSV, "a.csv", ()),
        ("a.csv.gz", gzip.compress(CSV, mtime=0), "a.csv.gz", ("gzip",)),
        ("a.zip", zipped({"x/a.csv": CSV}), "a.csv", ("zip",)),
        ("a.tar", taped({"a.csv": CSV}), "a.csv", ("tar",)),
        ("a.tgz", gzip.compress(taped({"a.csv": CSV})), "a.csv", ("gzip", "tar")),
        ("a.zip", zipped({"a.csv.bz2": bz2.compress(CSV)}), "a.csv.bz2", ("zip", "bzip2")),
        ("a.zip", zipped({"b.zip": zipped({"c.csv": CSV})}), "c.csv", ("zip", "zip")),
    ],
)
def test_layers(tmp_path: Path, name: str, packed: bytes, inner: str, packings: tuple[str, ...]) -> None:
    found = look(tmp_path, name, packed)
    assert (found.name, found.packings, found.format) == (inner, packings, None)
    assert found.path.read_bytes() == CSV


def test_documents_that_are_zip_files_stay_whole(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, a=np.arange(3), b=np.arange(4))
    found = look(tmp_path, "a.npz", buffer.getvalue(), "b")
    assert (found.packings, found.member) == ((), "b")


def test_pictures_are_left_in_their_archive(tmp_path: Path) -> None:
    found = look(tmp_path, "a.zip", zipped({"cat/1.png": b"x", "dog/2.png": b"y"}))
    assert (found.format, found.packings) == (Format.IMAGES, ("zip",))


def test_the_choice_of_a_member_is_told(tmp_path: Path) -> None:
    assert look(tmp_path, "a.zip", zipped({"a.csv": CSV, "README": b"x"})).notes == ("It is a.csv of a.zip.",)


@pytest.mark.parametrize(
    ("packed", "member", "error", "sentence"),
    [
        (gzip.compress(b"x" * 99, mtime=0)[:-9], None, BrokenFile, "does not unpack as gzip"),
        (zipped({"a.pkl": b"x"}), None, UnknownFormat, "a.pkl is a pickle"),
        (zipped({"a.png": b"x", "b.png": b"y"}), "a.png", BadOption, "a.png is one picture"),
        (zipped({"a": zipped({"b": zipped({"c": zipped({"d": zipped({"e": b"x"})})})})}), None, BrokenFile, "4 times"),
    ],
)
def test_what_is_refused(tmp_path: Path, packed: bytes, member: str | None, error: type, sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        look(tmp_path, "a.zip", packed, member)


def test_layers_have_one_limit_together(tmp_path: Path) -> None:
    """The inner file grows 150 times and the outer one 100 times."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(random.Random(1).randbytes(7000) + bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    inner = b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + block * 60 + b"\3\0" + bytes(8)
    with pytest.raises(TooLarge, match="a.csv.gz unpacks to more than 200 times its size"):
        look(tmp_path, "a.csv.gz", gzip.compress(inner))
    with pytest.raises(TooLarge, match="a.csv in b.zip unpacks to more than 200 times its size"):
        content(
            LocalFile(written(tmp_path / "b", zipped({"b.zip": zipped({"a.csv": bytes(15 << 20)})})), "b.zip", "", 0),
            None,
            tmp_path,
        )


def test_no_more_than_the_last_layer_is_kept(tmp_path: Path) -> None:
    found = look(tmp_path, "a.tgz", gzip.compress(taped({"a.csv.gz": gzip.compress(CSV)})))
    assert [*found.path.parent.iterdir()] == [found.path]
