"""What comes instead of a file."""

import pytest

from colab_magics.errors import BrokenFile, SourceDenied, UnknownFormat
from colab_magics.transfer.disguises import LfsPointer, pointer_in, refuse_disguise

HASH = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{HASH}\nsize 12345\n".encode()


@pytest.mark.parametrize(
    ("head", "error", "sentence"),
    [
        (b"", BrokenFile, "d.csv is empty: the server sent 0 bytes"),
        (b"<!DOCTYPE html><html><title>x</title>", UnknownFormat, "d.csv is a web page and not data: open its address"),
        (b"\xef\xbb\xbf\r\n <HTML>", UnknownFormat, "is a web page and not data"),
        (b"<!-- saved --><!doctype  html>", UnknownFormat, "is a web page and not data"),
        (b"<html><input type='password'>", SourceDenied, "it asks to log in"),
        (b"<html>Google Drive can't scan this file for viruses.", UnknownFormat, "without a scan for viruses"),
        (b"<html><p>Quota exceeded for this file", UnknownFormat, "too many people have fetched it"),
    ],
)
def test_a_disguise_is_named(head: bytes, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        refuse_disguise(head, "text/html", "d.csv")


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"a,b\n1,2\n", "d.csv"),
        (b"<html>", "page.html"),
        (b"<rows><row/></rows>", "d"),
        (b"html,head\n1,2\n", "d.csv"),
        (b"<5,3\n", "d.csv"),
        (POINTER, "d.csv"),
    ],
)
def test_data_passes(head: bytes, name: str) -> None:
    refuse_disguise(head, "text/html", name)


def test_a_pointer_tells_hash_and_size() -> None:
    assert pointer_in(POINTER) == LfsPointer(HASH, 12345)
    assert pointer_in(POINTER.replace(b"\noid", b"\next-0-foo sha256:abc\noid")) == LfsPointer(HASH, 12345)


@pytest.mark.parametrize("head", [b"", b"a,b", POINTER + b"more", POINTER.replace(b"sha256", b"md5"), POINTER[:60]])
def test_what_is_no_pointer(head: bytes) -> None:
    assert pointer_in(head) is None
