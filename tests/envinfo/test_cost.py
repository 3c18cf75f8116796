"""What a block of code costs."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from colab_magics.envinfo.costs.cost import Meter, measure
from colab_magics.envinfo.costs.headroom import Headroom
from colab_magics.envinfo.costs.instruments import Instruments, find_instruments
from colab_magics.envinfo.reading import Missing, plain
from tests.envinfo.control_groups import confined

MB = 2**20
needs_linux = pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="Linux alone tells this")


@pytest.fixture
def instruments() -> Iterator[Instruments]:
    found = find_instruments()
    yield found
    found.close()


def burn(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def run_child(megabytes: int) -> None:
    subprocess.run([sys.executable, "-c", f"b'x' * ({megabytes} << 20)"], check=True)


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
    assert cost.rise == cost.peak_memory - cost.memory_before
    assert cost.rise > 0.9 * 2**26


def test_a_peak_that_is_not_known_has_no_rise() -> None:
    with measure() as meter:
        pass
    gone = Missing("gone")
    assert replace(meter.cost, peak_memory=gone).rise == gone
    assert replace(meter.cost, memory_before=gone).rise == gone


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


def test_a_second_stop_changes_nothing() -> None:
    meter = Meter()
    meter.stop("ValueError")
    cost = meter.cost
    meter.stop()
    assert meter.cost is cost
    assert cost.raised == "ValueError"


@needs_linux
def test_bytes_read_and_written(tmp_path: Path) -> None:
    with measure() as meter:
        (tmp_path / "file").write_bytes(b"x" * 8 * MB)
        (tmp_path / "file").read_bytes()
    moved = meter.cost.input_output
    assert isinstance(moved.read, int)
    assert isinstance(moved.written, int)
    assert 8 * MB <= moved.read < 9 * MB
    assert 8 * MB <= moved.written < 9 * MB


_CHILDREN = """
import subprocess
from colab_magics.envinfo.costs.cost import measure
def run(megabytes):
    subprocess.run([sys.executable, "-c", f"b'x' * ({megabytes} << 20)"], check=True)
own = b"x" * (200 << 20)
with measure() as small:
    run(1)
with measure() as large:
    run(600)
with measure() as again:
    run(400)
answer = [plain(meter.cost)["child_peak"] or meter.cost.child_peak.reason for meter in (small, large, again)]
"""


@needs_linux
def test_a_process_counts_as_large_only_where_its_parent_does_not_explain_it() -> None:
    small, large, again = confined(_CHILDREN, groups={})
    assert small == "no process that it started was larger than this one"
    assert 600 * MB < large < 640 * MB
    assert again == "no larger process was started than those before"


@needs_linux
def test_headroom_against_what_binds_here() -> None:
    with measure() as meter:
        spike = b"x" * (64 * MB)
        del spike
    room = meter.cost.headroom
    assert isinstance(room, Headroom)
    assert 64 * MB < room.used <= room.usable
    assert room.limit


_KILLED = """
import subprocess
from colab_magics.envinfo.costs.cost import measure
with measure() as quiet:
    own = b"x" * (200 << 20)
    del own
with measure() as meter:
    ended = subprocess.run([sys.executable, "-c", "b'x' * (900 << 20)"]).returncode
from colab_magics.envinfo.costs.cost_card import cost_card
answer = {"ended": ended, "quiet": plain(quiet.cost), "cost": plain(meter.cost), "card": cost_card(meter.cost).text()}
"""


@needs_linux
def test_a_child_that_the_kernel_ended_in_a_real_group() -> None:
    answer = confined(_KILLED, groups={"memory": 300 * MB})
    quiet, cost = answer["quiet"], answer["cost"]
    assert answer["ended"] == -9
    assert (quiet["kills"], cost["kills"]) == (0, 1)
    assert quiet["headroom"]["usable"] == cost["headroom"]["usable"] == 300 * MB
    assert 200 * MB < quiet["headroom"]["used"] < 240 * MB
    assert "the system ended 1 process for lack of memory" in answer["card"]


_NEAR = """
from colab_magics.envinfo.costs.cost import measure
from colab_magics.envinfo.costs.cost_card import cost_card
with measure() as meter:
    spike = b"x" * (260 << 20)
    del spike
answer = {"room": plain(meter.cost.headroom), "card": cost_card(meter.cost).text()}
"""


@needs_linux
def test_a_spike_near_the_limit_of_a_real_group() -> None:
    answer = confined(_NEAR, groups={"memory": 300 * MB})
    assert 0.87 < answer["room"]["share"] < 1.0
    assert answer["room"]["left"] == 300 * MB - answer["room"]["used"]
    assert "of being ended for lack of memory" in answer["card"]


_THROTTLED = """
import threading
from colab_magics.envinfo.costs.cost import measure
def burn():
    end = time.monotonic() + 0.6
    while time.monotonic() < end: pass
with measure() as meter:
    burn()
with measure() as idle:
    time.sleep(0.1)
answer = [meter.cost.wall, meter.cost.throttled, idle.cost.throttled]
"""


@needs_linux
def test_throttled_time_in_a_real_group() -> None:
    wall, throttled, idle = confined(_THROTTLED, groups={"cpu": 0.3})
    assert 0.1 * wall < throttled < wall  # on a machine that is busy besides, its own limit holds it back less
    assert idle < 0.1


@needs_linux
def test_the_instruments_of_a_system_without_proc(tmp_path: Path) -> None:
    found = find_instruments(tmp_path)
    with measure(found) as meter:
        time.sleep(0.05)
    found.close()
    cost = meter.cost
    assert isinstance(cost.memory_before, int)
    assert isinstance(cost.peak_memory, int)
    assert cost.peak_source != "exact, recorded by Linux"
    assert isinstance(cost.headroom, Headroom)
    assert cost.headroom.limit == "this machine's memory"
    assert cost.kills == Missing("this system does not count what it ends for lack of memory")
    assert isinstance(cost.throttled, Missing)


def test_a_sandbox_whose_mark_is_forbidden(tmp_path: Path, instruments: Instruments) -> None:
    (tmp_path / "status").write_text("VmRSS: 10 kB\n")
    (tmp_path / "clear_refs").mkdir()
    with measure(replace(instruments, process=tmp_path)) as meter:
        pass
    assert meter.cost.memory_before == 10 * 1024
    assert isinstance(meter.cost.peak_memory, int)
    assert meter.cost.input_output.read == Missing("io cannot be read (No such file or directory)")


def test_instruments_that_are_lent_stay_open(instruments: Instruments) -> None:
    for _ in range(2):
        with measure(instruments) as meter:
            pass
        assert not isinstance(meter.cost.kills, Missing) or sys.platform != "linux"


@needs_linux
def test_blocks_inside_each_other_and_beside_each_other(instruments: Instruments) -> None:
    costs = {}
    barrier = threading.Barrier(3)

    def block(name: str) -> None:
        with measure(instruments) as meter:
            barrier.wait(10)
            if name == "high":
                spike = b"x" * (128 * MB)
                del spike
            barrier.wait(10)
        costs[name] = meter.cost

    with measure(instruments) as outer:
        threads = [threading.Thread(target=block, args=(name,)) for name in ("high", "low", "other")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with measure(instruments) as late:
            pass
    assert all(isinstance(cost.rise, int) and cost.rise > 120 * MB for cost in (*costs.values(), outer.cost))
    assert isinstance(late.cost.rise, int)
    assert late.cost.rise < 20 * MB


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_block_that_a_forked_process_leaves_is_the_parents_alone() -> None:
    reader, writer = os.pipe()
    with measure() as meter:
        child = os.fork()
        if child == 0:
            try:
                meter.stop()
                _ = meter.cost
            except RuntimeError as error:
                os.write(writer, str(error).encode())
            finally:
                os._exit(0)
        os.waitpid(child, 0)
    assert b"in the process that it began in" in os.read(reader, 500)
    assert meter.cost.wall > 0
    os.close(reader)
    os.close(writer)


def test_no_thread_and_no_file_is_left() -> None:
    def left() -> tuple[int, int]:
        descriptors = Path("/proc/self/fd")
        return threading.active_count(), len(list(descriptors.iterdir())) if descriptors.exists() else 0

    with measure():
        pass
    before = left()
    for _ in range(5):
        with measure():
            pass
    assert left() == before


def test_a_cost_is_plain_data() -> None:
    with measure() as meter:
        pass
    told = plain(meter.cost)
    assert told["wall"] == meter.cost.wall
    assert set(told["input_output"]) >= {"read", "written"}


@needs_linux
def test_looking_on_takes_no_thread(instruments: Instruments) -> None:
    before = threading.active_count()
    meter = Meter(instruments, is_passive=True)
    assert threading.active_count() == before or not isinstance(instruments.gpus, Missing)
    meter.stop()
