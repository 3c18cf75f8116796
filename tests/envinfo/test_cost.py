"""What a block of code costs."""

import subprocess
import sys
import threading
import time

import pytest

from colab_magics.envinfo.cost import measure


def burn(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_wall_and_cpu_time() -> None:
    with measure() as meter:
        time.sleep(0.05)
        burn(0.05)
    cost = meter.cost
    assert cost.wall >= 0.09
    assert 0.05 <= cost.cpu <= cost.wall
    assert cost.raised is None


def test_threads_count() -> None:
    with measure() as meter:
        thread = threading.Thread(target=burn, args=(0.05,))
        thread.start()
        thread.join()
    assert meter.cost.cpu >= 0.05


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell the time of processes that have ended")
def test_processes_that_ended_count_apart() -> None:
    burning = "import time\nwhile time.process_time() < 0.2: pass"
    with measure() as meter:
        subprocess.run([sys.executable, "-c", burning], check=True)
    assert meter.cost.cpu_children >= 0.15
    assert meter.cost.cpu < 0.15


def test_memory() -> None:
    with measure() as meter:
        spike = b"x" * 2**26
        del spike
    cost = meter.cost
    assert isinstance(cost.memory_before, int)
    assert isinstance(cost.peak_memory, int)
    assert cost.peak_memory - cost.memory_before > 0.9 * 2**26


def test_an_exception_goes_on_and_is_named() -> None:
    with pytest.raises(KeyError, match="gone"), measure() as meter:
        {}["gone"]
    assert meter.cost.raised == "KeyError"


def test_an_interrupt_is_measured_too() -> None:
    with pytest.raises(KeyboardInterrupt), measure() as meter:
        raise KeyboardInterrupt
    assert meter.cost.raised == "KeyboardInterrupt"


def test_the_cost_is_not_known_before_the_end() -> None:
    with measure() as meter, pytest.raises(RuntimeError, match="known when the measured block has ended"):
        _ = meter.cost
