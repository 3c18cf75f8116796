"""Compressed files: whole or a sentence, and never more than an honest file."""

import bz2
import gzip
import lzma
from pathlib import Path

import pytest
from reads import written

from colab_magics.errors import BrokenFile, TooLarge
from colab_magics.ingest import packing
from colab_magics.ingest.packing import packing_of, stream, unpack

CONTENT = b"a,b\n1,2\n" * 1000


def zstd(content: bytes) -> bytes:
    return pytest.importorskip("pyarrow", reason="pyarrow unpacks zstd").compress(content, codec="zstd", asbytes=True)


PACKERS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "zstd": zstd}


@pytest.mark.parametrize("kind", PACKERS)
def test_what_was_packed_comes_out(tmp_path: Path, kind: str) -> None:
    packed = written(tmp_path / "packed", PACKERS[kind](CONTENT))
    assert packing_of(packed.read_bytes()) == kind
    unpack(packed, "a.csv", kind, tmp_path / "plain")
    assert (tmp_path / "plain").read_bytes() == CONTENT
    with stream(packed, "a.csv", kind, tmp_path) as unpacked:
        assert unpacked.read(5) == CONTENT[:5]


def test_python_alone_unpacks_gzip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "isal", None)
    packed = written(tmp_path / "packed", gzip.compress(CONTENT) + gzip.compress(b"more\n"))
    unpack(packed, "a.csv", "gzip", tmp_path / "plain")
    assert (tmp_path / "plain").read_bytes() == CONTENT + b"more\n"


@pytest.mark.parametrize("start", [b"a,b\n", b"", b"BZh\n", b"BZhello", b"PK\x03\x04"])
def test_what_is_not_compressed(start: bytes) -> None:
    assert packing_of(start) is None


@pytest.mark.parametrize("kind", PACKERS)
@pytest.mark.parametrize("damage", ["cut", "bytes"])
def test_damage_is_told(tmp_path: Path, kind: str, damage: str) -> None:
    whole = PACKERS[kind](CONTENT)
    half = len(whole) // 2
    broken = whole[: len(whole) - 6] if damage == "cut" else whole[:half] + b"\xff" * 8 + whole[half + 8 :]
    with pytest.raises(BrokenFile, match=f"a.csv is damaged: it does not unpack as {kind}"):
        unpack(written(tmp_path / "packed", broken), "a.csv", kind, tmp_path / "plain")


@pytest.mark.parametrize("kind", PACKERS)
def test_a_bomb_is_stopped(tmp_path: Path, kind: str) -> None:
    packed = written(tmp_path / "packed", PACKERS[kind](bytes(40 << 20)))
    with pytest.raises(TooLarge, match="a.csv unpacks to more than 200 times its size"):
        unpack(packed, "a.csv", kind, tmp_path / "plain")
    assert (tmp_path / "plain").stat().st_size <= 11 << 20


def test_so_is_what_the_disk_cannot_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "_KEPT_FREE", 1 << 62)
    with pytest.raises(TooLarge, match="more than the 0 bytes that the disk has for temporary files"):
        unpack(written(tmp_path / "packed", gzip.compress(CONTENT)), "a.csv", "gzip", tmp_path / "plain")


def test_a_lack_of_memory_is_told() -> None:
    with pytest.raises(TooLarge, match="^a takes more memory to unpack than there is"), packing.damage_told("a", "xz"):
        raise MemoryError


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="addresses are counted by Linux")
@pytest.mark.parametrize("kind", PACKERS)
def test_damaged_files_leave_no_memory_behind(tmp_path: Path, kind: str) -> None:
    whole = PACKERS[kind](CONTENT)
    packed = written(tmp_path / "packed", whole[: len(whole) // 2])

    def addresses() -> int:
        for number in range(60):
            with pytest.raises(BrokenFile):
                unpack(packed, "a.csv", kind, tmp_path / f"{kind}-{number}-{before}")
        return int(Path("/proc/self/statm").read_text().split()[0]) * 4096

    before = 0
    before = addresses()
    assert addresses() - before < 40 << 20
