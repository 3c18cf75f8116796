"""Data that would not fit into the memory that is left."""

import pytest

from colab_magics.errors import TooLarge
from colab_magics.train import space


def test_more_than_is_left() -> None:
    space.check(1 << 20, "The samples")
    with pytest.raises(TooLarge, match=r"The samples would take 1024.0 TB of memory, and \d.* are left: give fewer"):
        space.check(1 << 50, "The samples")
