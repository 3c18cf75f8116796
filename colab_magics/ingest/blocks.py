"""The blocks of a file, each with its sha256, and the sha256 of all these, which proves a file that comes in pieces."""

from __future__ import annotations

import hashlib
from pathlib import Path

BLOCK = 512 << 10
"""Bytes that have one sha256. The browser's own sha256 takes no file piece by piece, and one in JavaScript is slower
than a network: so what is compared at the end is the sha256 of the sha256s of all blocks, which is as strong."""
DIGEST = hashlib.sha256().digest_size


class Blocks:
    """The digests of a file's blocks that are known."""

    def __init__(self) -> None:
        self._digests: dict[int, bytes] = {}

    def add(self, position: int, digests: bytes) -> None:
        """Know those of the blocks from ``position`` on."""
        for start in range(0, len(digests), DIGEST):
            self._digests[position + start // DIGEST * BLOCK] = digests[start : start + DIGEST]

    def root(self, path: Path, size: int) -> str:
        """The sha256 of all digests in hexadecimal; for those that are not known ``path`` is read."""
        whole = hashlib.sha256()
        with path.open("rb") as file:
            for position in range(0, size, BLOCK):
                digest = self._digests.get(position)
                if digest is None:
                    file.seek(position)
                    digest = hashlib.sha256(file.read(BLOCK)).digest()
                whole.update(digest)
        return whole.hexdigest()


def digests_of(piece: bytes | memoryview) -> bytes:
    """The digests of the blocks of ``piece``, one behind the other."""
    blocks = (piece[start : start + BLOCK] for start in range(0, len(piece), BLOCK))
    return b"".join(hashlib.sha256(block).digest() for block in blocks)
