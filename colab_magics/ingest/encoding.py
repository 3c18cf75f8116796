"""The encoding of a text that is not UTF-8, guessed from what it holds."""

from __future__ import annotations

import re
from pathlib import Path

_MOST = 1 << 18  # bytes of the text that are looked at
_WINDOW = 1 << 12  # bytes around the first one that is not UTF-8
_EVIDENCE = 12  # bytes above 127 below which nothing is guessed
_DISTINCT = 4  # different ones among them
_LONELY = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_LATIN = {"cp1250", "cp1254", "cp1257", "iso8859_2", "iso8859_9", "iso8859_13", "iso8859_16", "mac_roman", "mac_latin2"}
DEFAULT = "cp1252"
_CLOSE = 0.06  # how much less like a language Windows-1252 may read and still be taken, being far the commonest


def guess(path: Path) -> tuple[str, str]:
    """Return the encoding of a file that is not UTF-8, and a note that tells it."""
    found = _guessed(_evidence(path))
    if found is None:
        return DEFAULT, "The text is not UTF-8: it was read as Windows-1252 (cp1252), as old Excel files are."
    return found, f"The text is not UTF-8: it was read as {found}, by its letters. If they look wrong, add --encoding."


def _evidence(path: Path) -> bytes:
    """Return lines that hold bytes above 127: from the start, and from around the first."""
    with path.open("rb") as file:
        sample = file.read(_MOST)
        while sample.isascii() and (chunk := file.read(_MOST)):
            sample = chunk
    place = next((index for index, byte in enumerate(sample) if byte > 127), 0)
    start = sample.rfind(b"\n", 0, max(place - _WINDOW, 0)) + 1
    return b"\n".join(line for line in sample[start:].splitlines() if not line.isascii())


def _guessed(sample: bytes) -> str | None:
    letters = [byte for byte in sample if byte > 127]
    if len(letters) < _EVIDENCE or len(set(letters)) < _DISTINCT:
        return None
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        return None
    matches = from_bytes(sample[: 1 << 14])
    best = matches.best()
    if best is None or best.encoding in ("utf_8", "ascii"):
        return None
    is_western = any(
        DEFAULT in match.could_be_from_charset
        and match.chaos <= best.chaos
        and match.coherence >= best.coherence - _CLOSE
        for match in matches
    )
    # Other scripts are words of such bytes; in Latin ones they stand alone among plain letters.
    is_latin = len(_LONELY.findall(sample)) > len(letters) / 2
    return None if is_western or (is_latin and best.encoding not in _LATIN) else str(best.encoding)
