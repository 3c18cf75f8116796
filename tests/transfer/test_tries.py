"""When a download is given up."""

import pytest

from colab_magics.errors import DownloadFailed
from colab_magics.transfer.refusals import Patience
from colab_magics.transfer.remote import Hiccup
from colab_magics.transfer.tries import Tries

CUT = Hiccup("the connection broke off")


def test_so_many_faults_in_a_row_are_enough() -> None:
    tries = Tries("https://x/a", Patience(attempts=3, pause=0))
    tries.count(CUT, 0)
    tries.count(CUT, 10)
    with pytest.raises(DownloadFailed, match="https://x/a did not arrive: the connection broke off, 3 times in a row"):
        tries.count(CUT, 20)


def test_faults_between_which_much_arrives_are_no_row() -> None:
    tries = Tries("x", Patience(attempts=2, pause=0))
    for number in range(50):
        tries.count(CUT, number << 20)


def test_connections_that_fail_together_fail_once() -> None:
    tries = Tries("x", Patience(attempts=2, pause=5))
    waits = [tries.count(CUT, 0) for _ in range(16)]
    assert all(4 < wait <= 6.25 for wait in waits)
    assert tries.note.startswith("the connection broke off; trying again in ")


def test_pauses_grow() -> None:
    tries = Tries("x", Patience(attempts=9, pause=0.001))
    waits = []
    for _ in range(4):
        waits.append(tries.count(CUT, 0))
        while tries.note:
            pass
    assert all(2**n <= 1000 * wait <= 1.25 * 2**n + 0.1 for n, wait in enumerate(waits))


def test_the_server_says_how_long() -> None:
    assert 2 <= Tries("x", Patience()).count(Hiccup("busy", 2.0), 0) <= 2.5
