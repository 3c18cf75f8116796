"""Damage to files, as disks, networks and people with bad intentions do it; also inside what is packed."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import struct
import zipfile

WORDS = (b'"', b"'", b",", b"\n", b"\r", b"\0", b"[[[[", b"}", b"<!ENTITY a 'b'>", b"&a;", b"</", b"1e999", b"-", b"\xff",
         b"\xef\xbb\xbf", b"\xff\xfe", b"NaN", b"null", b"\\u0000", b"\xed\xa0\x80", b"=cmd", b"%s%n", b"../", b"9" * 400)  # fmt: skip
NUMBERS = (
    0,
    1,
    -1,
    0x7F,
    0x80,
    0x7FFF,
    0x8000,
    0x7FFFFFFF,
    -0x80000000,
    0x7FFFFFFFFFFFFFFF,
    -0x8000000000000000,
    1 << 40,
)


def damaged(content: bytes, other: bytes, dice: random.Random) -> bytes:
    """Return ``content`` with one to a few damages; ``other`` is another file of its kind, whose parts may come in."""
    inside = _inside(content, dice) if dice.random() < 0.5 else None
    if inside is not None:
        return inside
    made = bytearray(content)
    for _ in range(dice.choice((1, 1, 1, 2, 3, 8))):
        dice.choice(KINDS)(made, other, dice)
    return bytes(made)


def _inside(content: bytes, dice: random.Random) -> bytes | None:
    """Damage what is packed, and pack it again, so that no checksum of the packing tells; None if it is not packed."""
    if content.startswith(b"PK"):
        return _inside_zip(content, dice)
    for start, module in ((b"\x1f\x8b", gzip), (b"BZh", bz2), (b"\xfd7zXZ", lzma)):
        if content.startswith(start):
            return module.compress(damaged(module.decompress(content), b"", dice))
    if content.startswith(b"\x28\xb5\x2f\xfd"):
        import pyarrow as pa

        plain = pa.input_stream(io.BytesIO(content), compression="zstd").read()
        with io.BytesIO() as buffer, pa.output_stream(buffer, compression="zstd") as packed:
            packed.write(damaged(plain, b"", dice))
            packed.flush()
            packed.close()
            return buffer.getvalue() if not buffer.closed else None
    return None


def _inside_zip(content: bytes, dice: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        members = {info.filename: packed.read(info) for info in packed.infolist()}
    chosen, buffer = dice.choice(list(members)), io.BytesIO()
    with zipfile.ZipFile(buffer, "w", dice.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as packed:
        for name, plain in members.items():
            if name == chosen and dice.random() < 0.05:
                continue
            packed.writestr(name, damaged(plain, b"", dice) if name == chosen else plain)
    return buffer.getvalue()


def flip(made: bytearray, _: bytes, dice: random.Random) -> None:
    for _number in range(min(len(made), dice.randint(1, 8))):
        made[dice.randrange(len(made))] ^= 1 << dice.randrange(8)


def overwrite(made: bytearray, _: bytes, dice: random.Random) -> None:
    start = dice.randrange(len(made) + 1)
    count = min(len(made) - start, dice.choice((1, 1, 4, 16, 256)))
    made[start : start + count] = dice.choice((dice.randbytes(count), bytes(count), b"\xff" * count))


def truncate(made: bytearray, _: bytes, dice: random.Random) -> None:
    del made[dice.randrange(len(made) + 1) :]


def cut_out(made: bytearray, _: bytes, dice: random.Random) -> None:
    start = dice.randrange(len(made) + 1)
    del made[start : start + dice.choice((1, 2, 8, 64, 512, 4096))]


def repeat(made: bytearray, _: bytes, dice: random.Random) -> None:
    start = dice.randrange(len(made) + 1)
    part = made[start : start + dice.choice((1, 2, 8, 64, 512, 4096))]
    made[start:start] = part * dice.choice((1, 1, 2, 20))


def number(made: bytearray, _: bytes, dice: random.Random) -> None:
    """Write what a length, a count or an offset should never be."""
    kind = dice.choice("bhiq")
    width, value = struct.calcsize(kind), dice.choice(NUMBERS) + dice.randint(-1, 1)
    start = dice.randrange(len(made) + 1)
    written = (value % (1 << 8 * width)).to_bytes(width, dice.choice(("little", "big")))
    made[start : start + width] = written[: len(made) - start]


def word(made: bytearray, _: bytes, dice: random.Random) -> None:
    start = dice.randrange(len(made) + 1)
    made[start:start] = dice.choice(WORDS)


def splice(made: bytearray, other: bytes, dice: random.Random) -> None:
    """Go on with another file, as a blend of two versions does."""
    start = dice.randrange(len(made) + 1)
    made[start:] = other[start if dice.random() < 0.5 else dice.randrange(len(other) + 1) :]


def move(made: bytearray, _: bytes, dice: random.Random) -> None:
    start = dice.randrange(len(made) + 1)
    part = made[start : start + dice.choice((4, 32, 256))]
    del made[start : start + len(part)]
    place = dice.randrange(len(made) + 1)
    made[place:place] = part


KINDS = (flip, flip, flip, overwrite, truncate, cut_out, repeat, number, number, word, splice, move)
