"""What tells one fit from another."""

import numpy as np
import pandas as pd

from colab_magics.train.fits import fingerprint


def test_arrays_are_told_apart() -> None:
    first = np.arange(24.0).reshape(6, 4)
    assert fingerprint([first, None]) == fingerprint([first.copy()])
    others = [first + 1, first.astype("float32"), first.reshape(4, 6), first[:5], np.asfortranarray(first)[::-1]]
    assert len({fingerprint([array]) for array in [first, *others]}) == 6
    assert fingerprint([first, first]) != fingerprint([first])


def test_tables_are_told_apart() -> None:
    table = pd.DataFrame({"a": np.arange(6.0), "b": np.arange(6)}, index=list("uvwxyz"))
    others = [table + 1, table.a, table[::-1], table.to_numpy()[:5]]
    assert fingerprint([table]) == fingerprint([table.copy()])
    assert len({fingerprint([each]) for each in [table, *others]}) == 5
    assert fingerprint([table.astype(str)]) is None


def test_what_tells_nothing() -> None:
    assert fingerprint([]) is None
    assert fingerprint([iter(()), "text", np.array(["a"]), np.array([object()]), np.empty((0, 3))]) is None
    assert fingerprint([np.array(3.0)]) != fingerprint([np.array(4.0)])


def test_a_large_array_is_read_in_part() -> None:
    large = np.zeros((64, 1 << 18))  # 128 MiB, of which two rows are read
    before = fingerprint([large])
    large[30] = 1
    assert fingerprint([large]) == before
    large[-1] = 1
    assert fingerprint([large]) != before
