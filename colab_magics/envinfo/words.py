"""Small words that every part of the report is told in."""

from collections.abc import Callable
from typing import TypeVar

from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.format import size

UNKNOWN = "unknown"
T = TypeVar("T")


def cpus(number: float) -> str:
    """Say a number of CPUs: ``0.5 CPUs``."""
    return f"{amount(number)} {'CPU' if number == 1 else 'CPUs'}"


def amount(number: float) -> str:
    """Say a number with two decimals, or with one digit where they would make it 0: ``1.5``, ``0.003``."""
    return f"{round(number, 2) or float(f'{number:.1g}'):g}"


def size_of(reading: Reading[int]) -> str:
    """Say a number of bytes: ``4.2 GB``, or that it is not known."""
    return UNKNOWN if isinstance(reading, Missing) else size(reading)


def told(reading: Reading[T], say: Callable[[T], str]) -> str:
    """Say a value, or the reason why there is none."""
    return reading.reason if isinstance(reading, Missing) else say(reading)


def share(ratio: float) -> str:
    """Say a ratio of 0 to 1 in whole percent: ``12 %``."""
    return "under 1 %" if 0 < ratio < 0.01 else f"{100 * ratio:.0f} %"
