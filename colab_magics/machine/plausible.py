"""What a GPU may tell: a driver that is broken gives numbers, too, and some stand for none (4294967295)."""

from typing import NamedTuple, TypeVar

from colab_magics.machine.reading import Missing, Reading

Number = TypeVar("Number", int, float)


class Range(NamedTuple):
    """The least and the most that can be, and the unit in which it is told."""

    least: float
    most: float
    unit: str


SHARE = Range(0, 100, "%")
TEMPERATURE = Range(-100, 250, "°C")
POWER = Range(0, 10_000, "W")
CLOCK = Range(0, 10_000, "MHz")
MEMORY = Range(0, 2**46, "bytes")


def plausible(value: Reading[Number], limits: Range, who: str = "the driver") -> Reading[Number]:
    """Give the number, or the reason why it is no reading."""
    if isinstance(value, Missing) or limits.least <= value <= limits.most:
        return value
    return Missing(f'{who} told "{value:.0f} {limits.unit}", which cannot be')
