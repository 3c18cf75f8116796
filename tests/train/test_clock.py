"""The clock of a training: due at once, and then a period later."""

import time

import pytest

from colab_magics.train import clock


def test_it_is_due_once_a_period(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    made = clock.Clock()
    assert made.is_due()
    assert not made.is_due()
    now += clock.PERIOD - 0.001
    assert not made.is_due()
    now += 0.002
    assert made.is_due()
    assert not made.is_due()


def test_each_has_its_own() -> None:
    assert clock.Clock().is_due()
    assert clock.Clock().is_due()
