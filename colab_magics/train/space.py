"""Whether data fits into the memory that the machine, or the limit of its container, leaves."""

from __future__ import annotations

from colab_magics.errors import TooLarge
from colab_magics.format import size
from colab_magics.machine import room


def check(needed: int, what: str) -> None:
    """Refuse ``what``, a plural, before so many bytes are taken for it. Raises `TooLarge`."""
    left = room.available()
    if left is not None and needed > left:
        raise TooLarge(
            f"{what} would take {size(needed)} of memory, and {size(left)} are left: give fewer or smaller ones, or "
            "make room first."
        )
