"""How often a training tells where it is."""

from __future__ import annotations

import time

PERIOD = 0.1
"""Seconds between two told steps, and of the steps of one call."""


class Clock:
    """Says when the next step is to be told."""

    def __init__(self) -> None:
        self._next = 0.0

    def is_due(self) -> bool:
        """Was the last time that it was a period ago?"""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + PERIOD
        return True
