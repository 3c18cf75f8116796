"""Files that hold others: archives, a compound file of old Excel, pictures, text in Zstandard."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import numpy as np


def pictures() -> dict[str, bytes]:
    from PIL import Image

    made = {}
    for number, kind in enumerate(("png", "jpeg", "gif", "bmp", "webp", "tiff", "ppm")):
        buffer = io.BytesIO()
        Image.new("RGB", (8 + number, 5)).save(buffer, kind)
        made[f"{'cat' if number % 2 else 'dog'}/{number}.{kind}"] = buffer.getvalue()
    return made


def packed(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def taped(path: Path, files: dict[str, bytes], form: int = tarfile.USTAR_FORMAT) -> None:
    with tarfile.open(path, "w", format=form) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def biff() -> bytes:
    """A workbook of one sheet with text and numbers, BIFF5."""

    def record(kind: int, content: bytes) -> bytes:
        return kind.to_bytes(2, "little") + len(content).to_bytes(2, "little") + content

    def two(*numbers: int) -> bytes:
        return b"".join(number.to_bytes(2, "little") for number in numbers)

    end = record(0x0A, b"")
    globe = record(0x809, two(0x500, 5, 0, 0)) + record(0x42, two(1252))
    start = len(globe) + len(record(0x85, bytes(6) + b"\3one")) + len(end)
    globe += record(0x85, start.to_bytes(4, "little") + two(0) + b"\3one") + end
    cells = b"".join(record(0x204, two(0, column, 0, 1) + name) for column, name in enumerate((b"a", b"b")))
    for row in range(1, 9):
        cells += record(0x203, two(row, 0, 0) + np.float64(row / 3).tobytes())
        cells += record(0x204, two(row, 1, 0, 2) + f"x{row}".encode())
    return globe + record(0x809, two(0x500, 0x10, 0, 0)) + record(0x200, two(0, 9, 0, 2, 0)) + cells + end


def compound(name: str, content: bytes) -> bytes:
    """A compound file with one stream: header, table of sectors, folder, stream. [MS-CFB]"""
    content = content.ljust(max(4096, -(-len(content) // 512) * 512), b"\0")
    count, free, last = len(content) // 512, b"\xff\xff\xff\xff", b"\xfe\xff\xff\xff"

    def four(*numbers: int) -> bytes:
        return b"".join(number.to_bytes(4, "little") for number in numbers)

    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + b"\x3e\0\3\0\xfe\xff\x09\0\x06\0" + bytes(6)
    head += four(0, 1, 1, 0, 4096) + last + four(0) + last + four(0) + four(0) + free * 108
    table = (b"\xfd\xff\xff\xff" + last + four(*range(3, 2 + count)) + last).ljust(512, b"\xff")

    def entry(label: str, kind: int, child: bytes, start: bytes, size: int) -> bytes:
        wide = (label + "\0").encode("utf-16-le")
        return (wide.ljust(64, b"\0") + len(wide).to_bytes(2, "little") + bytes([kind, 1]) + free * 2 + child + bytes(36)
                + start + size.to_bytes(8, "little"))  # fmt: skip

    folder = entry("Root Entry", 5, four(1), last, 0) + entry(name, 2, free, four(2), len(content))
    return head + table + folder.ljust(512, b"\0") + content


def zstd(plain: bytes) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as packed:
        packed.write(plain)
    return sink.getvalue().to_pybytes()
