"""Whether a page still shows the panel that a cell waits for."""

import pytest

from colab_magics.ingest.presence import Presence


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(("is_seen", "patience"), [(True, 30), (False, 90)])
def test_a_page_that_says_nothing_has_gone(is_seen: bool, patience: float) -> None:
    """Its last word is lost when it is loaded anew in the middle of an upload."""
    clock = Clock()
    presence = Presence(clock)
    assert not presence.is_heard(0)
    presence.hello(is_seen=is_seen)
    assert presence.is_heard(0)
    for sign in (presence.sign, lambda: presence.hello(is_seen=is_seen)):
        clock.now += patience - 1
        assert not presence.has_gone
        sign()
    clock.now += patience
    assert presence.has_gone


def test_a_page_that_goes_leaves_another_time_to_speak() -> None:
    clock = Clock()
    presence = Presence(clock)
    presence.hello(is_seen=True)
    presence.bye()
    clock.now += 2
    assert not presence.has_gone
    presence.hello()
    clock.now += 80
    assert not presence.has_gone
    presence.bye()
    clock.now += 3
    assert presence.has_gone
