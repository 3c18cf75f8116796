"""Archives made to harm who unpacks them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator

from soak.containers import zstd

CSV = b"a,b\n1,2\n"
MEGA = 1 << 20
SLIPS = (
    "../../escaped.csv",
    "/tmp/escaped.csv",
    "..\\..\\escaped.csv",
    "C:\\escaped.csv",
    "a/../../../escaped.csv",
    "//host/escaped.csv",
)

Files = list[tuple[str, bytes]]


def zipped(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files:
            info = zipfile.ZipInfo("x")
            info.filename = name  # as it is: a constructor would mend it
            info.compress_type = method
            archive.writestr(info, content)
    return buffer.getvalue()


def taped(files: Files, *others: tarfile.TarInfo, form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for info in others:
            archive.addfile(info)
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def special(kind: bytes, name: str, target: str = "/etc/passwd") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def zip_link() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("data")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/tmp")
        archive.writestr("data/escaped.csv", CSV)
    return buffer.getvalue()


def deflated_zeros(megabytes: int) -> tuple[bytes, int]:
    """Raw deflate of so many megabytes of zeros, without the time to make it, and its CRC."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packer.compress(b"")
    block = packer.compress(bytes(MEGA)) + packer.flush(zlib.Z_FULL_FLUSH)
    crc = 0
    for _ in range(megabytes if megabytes < 64 else 0):
        crc = zlib.crc32(bytes(MEGA), crc)
    return block * megabytes + b"\3\0", crc


def tiff() -> bytes:
    """The start of a picture, deflated, whose header is told to lie 3 GB further on."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(b"II*\0" + struct.pack("<I", 3000 * MEGA)) + packer.flush(zlib.Z_FULL_FLUSH)


def zip_of(name: bytes, packed: bytes, size: int, crc: int = 0, *, told: int | None = None, copies: int = 1) -> bytes:
    """A zip file by hand: ``told`` is the size that it claims, ``copies`` entries lie over each other."""
    told = size if told is None else told
    common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, crc, len(packed), told, len(name), 0)
    local = b"PK\3\4" + common + name + packed
    entries = copies * (b"PK\1\2\x14\0" + common[:-4] + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name)
    return (
        local
        + entries
        + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, copies % 65536, copies % 65536, len(entries), len(local), 0)
    )


def gzip_zeros(megabytes: int) -> bytes:
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + deflated_zeros(megabytes)[0] + bytes(8)


def many(count: int) -> bytes:
    """A zip file of so many empty members."""
    local = b"".join(
        b"PK\3\4" + struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 33, 0, 0, 0, 7, 0) + b"%07d" % n for n in range(count)
    )
    entries = b"".join(
        b"PK\1\2\x14\0"
        + struct.pack("<HHHHHIIIHHHHHII", 20, 0, 0, 0, 33, 0, 0, 0, 7, 0, 0, 0, 0, 0, 37 * n)
        + b"%07d" % n
        for n in range(count)
    )
    return local + entries + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 65535, 65535, len(entries), len(local), 0)


def many_taped(count: int) -> bytes:
    block = tarfile.TarInfo("a.csv").tobuf(tarfile.USTAR_FORMAT)
    return block * count + bytes(1024)


def nested(content: bytes, pack: Callable[[bytes], bytes], times: int) -> bytes:
    for _ in range(times):
        content = pack(content)
    return content


def layers_within_the_caps() -> bytes:
    """Gzip in gzip: 50 kB make 10 MB, and these 1.2 GB; each less than 200 times, both together 25,000 times."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(os.urandom(7000) + bytes(MEGA)) + packer.flush(zlib.Z_FULL_FLUSH)
    return gzip.compress(b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + block * 1200 + b"\3\0" + bytes(8))


def lying(content: bytes, size: int) -> bytes:
    made = bytearray(content)
    for mark, place in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        start = made.index(mark) + place
        made[start : start + 4] = struct.pack("<I", size)
    return bytes(made)


def cases() -> Iterator[tuple[str, str, bytes]]:
    """Yield a name, the name of the file, and what is in it."""
    for number, name in enumerate(SLIPS):
        files = [(name, CSV)]
        yield f"slip {number}, zip", "a.zip", zipped(files)
        yield f"slip {number}, tar", "a.tar", taped(files)
        yield f"slip {number}, tar.gz", "a.tar.gz", gzip.compress(taped(files))
    for kind, word in (
        (tarfile.SYMTYPE, "symlink"),
        (tarfile.LNKTYPE, "hardlink"),
        (tarfile.CHRTYPE, "device"),
        (tarfile.FIFOTYPE, "pipe"),
    ):
        yield f"{word}, tar", "a.tar", taped([], special(kind, "a.csv"))
    yield (
        "symlink and a file through it, tar",
        "a.tar",
        taped([("data/escaped.csv", CSV)], special(tarfile.SYMTYPE, "data", "/tmp")),
    )
    yield (
        "hardlink to a later file, tar",
        "a.tar.bz2",
        bz2.compress(taped([("x", CSV)], special(tarfile.LNKTYPE, "a.csv", "x"))),
    )
    yield "symlink and a file through it, zip", "a.zip", zip_link()
    yield "sparse of an exabyte, tar", "a.tar", taped([], special(tarfile.GNUTYPE_SPARSE, "a.csv"))
    for word, files in (
        ("the same name twice", [("a.csv", CSV), ("a.csv", b"b,c\n3,4\n")]),
        ("names that differ in case", [("A.csv", CSV), ("a.CSV", CSV)]),
        ("a file as a folder", [("a.csv", CSV), ("a.csv/b.csv", CSV)]),
        ("names of devices", [("NUL.csv", CSV)]),
        ("an empty name", [("", CSV)]),
        ("a name of 60,000 letters", [("x" * 60_000 + ".csv", CSV)]),
        ("a name with NUL and escapes", [("a\0b\x1b[2J.csv", CSV)]),
    ):  # fmt: skip
        yield f"{word}, zip", "a.zip", zipped(files)
        if "NUL and" not in word:
            yield f"{word}, tar", "a.tar", taped(files)
    zeros, _ = deflated_zeros(4000)
    yield "4 GB of zeros, zip", "a.zip", zip_of(b"a.csv", zeros, 4000 * MEGA)
    yield "4 GB of zeros, gz", "a.csv.gz", gzip_zeros(4000)
    yield "10 GB of zeros, tar.gz", "a.tar.gz", gzip_zeros(10_000)
    yield "10 GB of zeros, bz2", "a.csv.bz2", bz2.compress(bytes(100 * MEGA)) * 100
    yield "10 GB of zeros, xz", "a.csv.xz", lzma.compress(bytes(20 * MEGA), preset=1) * 500
    yield "10 GB of zeros, zst", "a.csv.zst", zstd(bytes(20 * MEGA)) * 500
    yield "a size that lies low, zip", "a.zip", lying(zipped([("a.csv", CSV * 1000)]), 10)
    yield "a size that lies high, zip", "a.zip", lying(zipped([("a.csv", CSV)]), 0xFFFFFFF0)
    yield (
        "a size beyond the end, tar",
        "a.tar",
        taped([("a.csv", CSV)])[:124] + b"77777777777\0" + taped([("a.csv", CSV)])[136:],
    )
    yield (
        "300 entries over each other, zip",
        "a.zip",
        zip_of(b"a.csv", *deflated_zeros(9)[:1], 9 * MEGA, deflated_zeros(9)[1], copies=300),
    )
    yield "300 pictures over each other, zip", "a.zip", zip_of(b"a.tiff", tiff() + zeros, 4000 * MEGA, copies=300)
    yield "a million entries, zip", "a.zip", many(1_000_000)
    yield "a million entries, tar", "a.tar", many_taped(1_000_000)
    yield "a million entries, tar.gz", "a.tar.gz", gzip.compress(many_taped(1_000_000), 1)
    yield "nested nine times, zip", "a.zip", nested(CSV, lambda plain: zipped([("a.zip", plain)]), 9)
    yield "nested nine times, gz", "a.csv.gz", nested(CSV, gzip.compress, 9)
    yield "nested: sixteen by sixteen by zeros, zip", "42.zip", nested(zipped([("0", bytes(9 * MEGA))]), lambda plain: zipped([(f"{n:x}.zip", plain) for n in range(16)]), 2)  # fmt: skip
    yield "two layers that are each within the caps, gz", "a.csv.gz", layers_within_the_caps()
    yield (
        "an extended header of 8 GB, tar",
        "a.tar",
        taped([], special(tarfile.XHDTYPE, "x"))[:124] + b"77777777777\0" + bytes(20_000),
    )
    yield "7z", "a.7z", b"7z\xbc\xaf\x27\x1c" + os.urandom(5000)
    yield "rar", "a.rar", b"Rar!\x1a\x07\x01\0" + os.urandom(5000)
    yield "encrypted, zip", "a.zip", zipped([("a.csv", CSV)]).replace(b"\x14\0\0\0", b"\x14\0\1\0")
    yield "an unknown method, zip", "a.zip", zipped([("a.csv", CSV)]).replace(b"\x14\0\0\0\x08\0", b"\x14\0\0\0\x63\0")
