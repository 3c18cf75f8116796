"""Awkward CSV files: encodings, marks, line ends, quotes, names of columns, long lines; is every cell what pandas reads?

    python tests/soak/awkward.py [FILES [SEED]]

Each is read as ``%ingest`` reads it, and by pandas told the encoding and the separator; the frames must be equal, or
both must fail, ours with a sentence. Prints the counts, and leaves 1 for a difference.
"""

from __future__ import annotations

import csv
import io
import random
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import pandas as pd
from reads import ingest_file

from colab_magics.errors import ColabMagicsError

CODECS = {"utf-8": "utf-8", "utf-8-sig": "utf-8-sig", "utf-16": "utf-16", "utf-32": "utf-32", "cp1252": "cp1252",
          "latin-1": "latin-1", "utf-16-le": "utf-16-le"}  # fmt: skip
TOLD = ("cp1252", "latin-1", "utf-16-le")
NAMES = ("a", "a", "", "0", "1", "__class__", "=cmd|' /C calc'!A0", "a b", "é", "ÿþ", "Unnamed: 0", "index", "None", "NaN",
         "a.1", "x" * 3000, "a\nb", 'q"q', "a,b", ";", "\t", "#", " a ", "<b>")  # fmt: skip
CELLS = (
    *NAMES,
    "1",
    "-0",
    "1e400",
    "0x10",
    "1,5",
    "1.5",
    "true",
    "2024-01-31",
    "007",
    "é" * 50,
    "NA",
    "null",
    "\\N",
    "'",
    "+1",
)


def made(dice: random.Random) -> tuple[bytes, str, str, str | None]:
    """Return a file, the separator, the encoding, and the one that the person has to tell."""
    count = dice.choice((1, 2, 3, 5, 40)) if dice.random() < 0.998 else 20_000
    rows = [[dice.choice(NAMES) for _ in range(count)]]
    rows += [
        [dice.choice(CELLS) for _ in range(count)] for _ in range(dice.choice((0, 1, 3, 12)) if count < 999 else 1)
    ]
    if dice.random() < 0.004:
        rows[-1][0] = "y" * (2 << 20)
    sep, codec = dice.choice((",", ";", "\t", "|")), dice.choice(list(CODECS))
    text = io.StringIO()
    quoting = dice.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    csv.writer(text, delimiter=sep, lineterminator=dice.choice(("\n", "\r\n")), quoting=quoting).writerows(rows)
    whole = text.getvalue() if dice.random() < 0.8 else text.getvalue().rstrip("\r\n")
    return whole.encode(codec, "replace"), sep, codec, codec if codec in TOLD else None


def main() -> None:
    count, seed = (int(word) for word in (*sys.argv[1:], *("5000", "1")[len(sys.argv) - 1 :]))
    warnings.simplefilter("ignore")
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        for number in range(count):
            content, sep, codec, told = made(random.Random(f"{seed} {number}"))
            path.write_bytes(content)
            outcome = compare(path, sep, codec, told)
            counts[outcome] += 1
            if outcome.isupper():
                print(f"{number}: {outcome}, {codec}, {sep!r}, {content[:80]!r}")
    print(f"{count} awkward files: {dict(counts)}")
    sys.exit(any(outcome.isupper() for outcome in counts))


def compare(path: Path, sep: str, codec: str, told: str | None) -> str:
    """Read both ways; a word in capitals is a fault."""
    try:
        expected = pd.read_csv(path, sep=sep, encoding=codec)
    except Exception:  # noqa: BLE001 (whatever it is, ours is to be a sentence)
        expected = None
    try:
        frame = ingest_file(path, sep=sep, encoding=told).frame
    except ColabMagicsError:
        return "both fail" if expected is None else "OURS FAILS"
    if expected is None:
        return "ours alone reads it"
    return "equal" if frame.equals(expected) and list(frame.columns) == list(expected.columns) else "DIFFERENT"


if __name__ == "__main__":
    main()
