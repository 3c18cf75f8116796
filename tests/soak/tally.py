"""What the soaks have in common: numbers as arguments, counts as a sentence, and 1 as the end where one is wrong."""

from __future__ import annotations

import sys
from collections import Counter
from typing import NoReturn


def numbers(*defaults: int) -> tuple[int, ...]:
    """The arguments of the script; those that were not given are the defaults."""
    given = [int(word) for word in sys.argv[1:]]
    return (*given, *defaults[len(given) :])


def end(what: str, counts: Counter[str], *wrong: str) -> NoReturn:
    """Print the counts and leave; 1 is left where there is any of what is ``wrong``."""
    told = {**dict.fromkeys(wrong, 0), **counts}
    print(f"{what}: {', '.join(f'{count} {name}' for name, count in told.items())}", flush=True)
    sys.exit(1 if any(counts[name] for name in wrong) else 0)
