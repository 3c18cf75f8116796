"""Some bytes of a large remote file."""

import os
from pathlib import Path

import pytest
from servers import Bucket, FileServer

from colab_magics.errors import SourceNotFound
from colab_magics.transfer.bucket import Access, BucketFile
from colab_magics.transfer.pieces import pieces_of
from colab_magics.transfer.remote import Changed, Unranged
from colab_magics.transfer.source import BucketObject
from colab_magics.transfer.web import WebFile

MEGA = 1 << 20
BODY = os.urandom(20 * MEGA)


def asked_for(files: FileServer) -> list[str]:
    return [headers.get("range", "") for _, headers in files.requests]


def test_the_beginning_takes_one_request(files: FileServer, tmp_path: Path) -> None:
    with pieces_of(WebFile(files.add("/a", BODY, etag='"1"')), tmp_path, "a") as pieces:
        assert pieces.head == BODY[: 256 << 10]
        assert (pieces.size, pieces.arrived) == (20 * MEGA, 256 << 10)
        assert pieces.path.stat().st_size == len(BODY)
    assert asked_for(files) == ["bytes=0-262143"]
    assert list(tmp_path.iterdir()) == []


def test_ranges_from_all_over_it(files: FileServer, tmp_path: Path) -> None:
    wanted = [(5 * MEGA, 5 * MEGA + 10), (9 * MEGA, 10 * MEGA), (len(BODY) - 100, len(BODY))]
    with pieces_of(WebFile(files.add("/a", BODY, etag='"1"')), tmp_path, "a") as pieces:
        pieces.bring(wanted)
        content = pieces.path.read_bytes()
        assert all(content[start:end] == BODY[start:end] for start, end in wanted)
        assert pieces.arrived < 2 * MEGA
        count = len(files.requests)
        pieces.bring(wanted)
        assert pieces.read(9 * MEGA + 5, 9 * MEGA + 9) == BODY[9 * MEGA + 5 : 9 * MEGA + 9]
        assert len(files.requests) == count
    assert all(headers["if-range"] == '"1"' for _, headers in files.requests[1:])


def test_a_small_file_is_all_there(files: FileServer, tmp_path: Path) -> None:
    with pieces_of(WebFile(files.add("/a", b"abc", etag='"1"')), tmp_path, "a") as pieces:
        pieces.bring([(0, 3)])
        assert pieces.path.read_bytes() == pieces.head == b"abc"
    assert len(files.requests) == 1


def test_a_new_version_is_not_blended_in(files: FileServer, tmp_path: Path) -> None:
    with pieces_of(WebFile(files.add("/a", BODY, etag='"1"')), tmp_path, "a") as pieces:
        files.add("/a", BODY[::-1], etag='"2"')
        with pytest.raises(Changed):
            pieces.bring([(9 * MEGA, 9 * MEGA + 5)])


def test_a_store_without_parts(files: FileServer, tmp_path: Path) -> None:
    with pytest.raises(Unranged), pieces_of(WebFile(files.add("/a", BODY)), tmp_path, "a"):
        pass
    with pytest.raises(SourceNotFound), pieces_of(WebFile(files.url + "/b"), tmp_path, "a"):
        pass


def test_an_object_of_a_bucket(s3: Bucket, tmp_path: Path) -> None:
    source = BucketObject(s3.add("a", BODY[: 3 * MEGA]))
    with pieces_of(BucketFile(source, Access(s3.endpoint)), tmp_path, "a") as pieces:
        assert pieces.read(2 * MEGA, 2 * MEGA + 10) == BODY[2 * MEGA : 2 * MEGA + 10]
