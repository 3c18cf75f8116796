"""Archives: one member is taken, several are listed, and no name leads anywhere."""

import io
import random
import tarfile
import zipfile
from pathlib import Path

import pytest
from hostile import HOSTILE
from packed import taped, zipped
from reads import written

from colab_magics.errors import BadOption, BrokenFile, ColabMagicsError, SourceError, TooLarge
from colab_magics.ingest import archive as archives
from colab_magics.ingest.archive import opened

CSV = b"a,b\n1,2\n"


def choose(path: Path, wanted: str | None = None) -> str | None:
    with opened(path, "a.zip") as archive:
        member = archive.choose(wanted)
        return None if member is None else member.name


@pytest.fixture(params=[zipped, taped], ids=["zip", "tar"])
def pack(request: pytest.FixtureRequest, tmp_path: Path):
    return lambda files: written(tmp_path / "archive", request.param(files))


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["a.csv"], "a.csv"),
        (["data/a.csv", "README.md", "LICENSE"], "data/a.csv"),
        (["a.csv", "__MACOSX/._a.csv", ".DS_Store", "x/.hidden.csv"], "a.csv"),
        (["a.csv.gz", "notes"], "a.csv.gz"),
        (["only"], "only"),
        (["a/1.png", "b/2.JPG", "info"], None),
    ],
)
def test_the_one_with_data_is_taken(pack, names: list[str], chosen: str | None) -> None:
    assert choose(pack(dict.fromkeys(names, CSV))) == chosen


@pytest.mark.parametrize(
    ("wanted", "chosen"), [("x/a.csv", "x/a.csv"), ("b.csv", "y/b.csv"), ("y/*", "y/b.csv"), ("c.txt", "c.txt")]
)
def test_a_member_is_named(pack, wanted: str, chosen: str) -> None:
    assert choose(pack(dict.fromkeys(["x/a.csv", "y/b.csv", "c.txt"], CSV)), wanted) == chosen


@pytest.mark.parametrize(
    ("names", "wanted", "sentence"),
    [
        (["a.csv", "b.json"], None, "a.zip holds 2 files: choose one by --member, of a.csv, b.json"),
        (["a.csv", "b.csv"], "c.csv", "a.zip holds no file c.csv: choose one by --member, of a.csv, b.csv"),
        (["x/a.csv", "y/a.csv"], "a.csv", "holds 2 files named a.csv: choose one by --member, of x/a.csv, y/a.csv"),
        ([f"{place}.csv" for place in range(99)], None, "and 79 others"),
    ],
)
def test_several_are_listed(pack, names: list[str], wanted: str | None, sentence: str) -> None:
    with pytest.raises(BadOption, match=sentence):
        choose(pack(dict.fromkeys(names, CSV)), wanted)


def test_an_empty_archive(pack) -> None:
    with pytest.raises(BrokenFile, match="archive without a file in it"):
        choose(pack({".hidden": b"x"}))


@pytest.mark.parametrize(
    "name", ["../../escaped.csv", "/tmp/escaped.csv", "..\\..\\escaped.csv", "C:\\escaped.csv", *HOSTILE[:38]]
)
def test_no_name_becomes_a_path(pack, tmp_path: Path, name: str) -> None:
    path = pack({name: CSV})
    folder = tmp_path / "in"
    folder.mkdir()
    before = {*tmp_path.parent.rglob("*")}
    with opened(path, "a.zip") as archive:
        archive.write(archive.choose(None), folder / "ours")
    assert (folder / "ours").read_bytes() == CSV
    assert {*tmp_path.parent.rglob("*")} - before == {folder / "ours"}


def test_links_and_devices_are_no_members(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            info = tarfile.TarInfo(f"{kind.decode()}.csv")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    with opened(written(tmp_path / "a", buffer.getvalue()), "a.tar") as archive:
        assert archive.members == ()
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with opened(written(tmp_path / "b", buffer.getvalue()), "a.zip") as archive:
        assert archive.members == ()


def test_a_password_is_told(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.csv": CSV}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with (
        pytest.raises(SourceError, match="a.zip is encrypted: unpack it with its password"),
        opened(written(tmp_path / "a", bytes(content)), "a.zip") as archive,
    ):
        archive.open(archive.choose(None))


def test_bombs_are_stopped(tmp_path: Path, pack, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "a", zipped({"a.csv": bytes(40 << 20)}))
    with (
        pytest.raises(TooLarge, match="a.csv in a.zip unpacks to more than 200 times"),
        opened(path, "a.zip") as archive,
    ):
        archive.write(archive.choose(None), tmp_path / "out")
    assert not (tmp_path / "out").exists() or (tmp_path / "out").stat().st_size <= 11 << 20
    monkeypatch.setattr(archives, "_MOST_MEMBERS", 5)
    with pytest.raises(TooLarge, match="holds more than 5 files"):
        choose(pack({f"{place}.csv": b"" for place in range(9)}))


@pytest.mark.parametrize("seed", range(150))
def test_a_mutated_archive_is_a_member_or_a_sentence(pack, tmp_path: Path, seed: int) -> None:
    path = pack({"a.csv": CSV * 50, "b.txt": b"x"})
    dice = random.Random(seed)
    content = bytearray(path.read_bytes())
    for _ in range(dice.randint(1, 8)):
        content[dice.randrange(len(content))] = dice.randrange(256)
    path.write_bytes(content[: dice.randint(len(content) // 2, len(content))])
    try:
        with opened(path, "a.zip") as archive:
            member = archive.choose(None)
            if member is not None:
                archive.write(member, tmp_path / "out")
    except ColabMagicsError as error:
        assert "a.zip" in str(error)


def test_entries_are_counted_before_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = zipped({f"{place}.csv": b"" for place in range(9)})
    end, length = content[-22:], int.from_bytes(content[-10:-6], "little")
    start = len(content) - 22 - length
    larger = b"PK\6\6" + bytes(36) + length.to_bytes(8, "little") + start.to_bytes(8, "little")
    far = content[:-22] + larger + b"PK\6\7" + bytes(16) + end[:12] + b"\xff" * 8 + end[20:]
    monkeypatch.setattr(archives, "_MOST_MEMBERS", 8)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    for made in (content, content[:-2] + b"\1\0x", far):
        with pytest.raises(TooLarge, match="holds more than 8 files"):
            choose(written(tmp_path / "a", made))
