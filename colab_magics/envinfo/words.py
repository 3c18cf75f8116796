"""Small words that every part of the report is told in."""

from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.format import size

UNKNOWN = "unknown"


def cpus(number: float) -> str:
    """Say a number of CPUs: ``0.5 CPUs``."""
    return f"{round(number, 2):g} {'CPU' if number == 1 else 'CPUs'}"


def size_of(reading: Reading[int]) -> str:
    """Say a number of bytes: ``4.2 GB``, or that it is not known."""
    return UNKNOWN if isinstance(reading, Missing) else size(reading)
