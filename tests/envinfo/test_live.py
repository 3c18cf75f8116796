"""GPUs that are kept open, for the monitor and for a cell's peak."""

import gc
import shutil
import threading
import weakref
from pathlib import Path

import pytest

from colab_magics.envinfo.gpu.live import LiveGpus, open_gpus
from colab_magics.envinfo.gpu.signs import driver_sign
from colab_magics.envinfo.reading import Missing
from colab_magics.machine.nvml_load import Load
from tests.envinfo.nvml_driver import askers, driver, play
from tests.waiting import soon

MIB = 2**20
GOOD = {"memory_used": 3 * MIB, "memory_total": 16384 * MIB, "utilization": 0.42}
OPEN = """
from colab_magics.envinfo.gpu.live import open_gpus
import threading
gpus = open_gpus()
"""


def test_two_gpus_read_again_and_again(tmp_path: Path) -> None:
    source = (
        OPEN
        + """
import pynvml
answer = {"names": gpus.names, "loads": [plain(gpus.read()) for _ in range(3)], "open": pynvml._nvmlLib_refcount}
gpus.close(); gpus.close()
answer |= {"closed": plain(gpus.read()), "open_after": pynvml._nvmlLib_refcount, "pid": os.getpid()}
answer["threads"] = threading.active_count()
"""
    )
    answer = play("two", source, NVML_STUB_LOG=str(tmp_path / "log"))
    assert answer["names"] == ["NVIDIA T4, <b>|"] * 2
    assert answer["loads"] == [[GOOD, GOOD]] * 3
    assert (answer["open"], answer["open_after"], answer["threads"]) == (1, 0, 1)
    assert [set(load["missing"].values()) for load in answer["closed"]] == [{"the GPUs are no longer watched"}] * 2
    child, own = askers(tmp_path / "log")
    assert own == answer["pid"] != child


def test_a_lost_gpu_takes_no_other_gpu_along() -> None:
    answer = play("lost", OPEN + 'answer = {"names": gpus.names, "loads": plain(gpus.read())}')
    assert answer["names"] == ["NVIDIA T4, <b>|", "GPU 1"]
    first, second = answer["loads"]
    assert first == GOOD
    assert set(second["missing"].values()) == {"the GPU has fallen off the bus: restart the machine"}


def test_memory_of_the_machine_and_mig() -> None:
    assert play("shared", OPEN + "answer = plain(gpus.read())")[0]["memory_total"] > 0
    (load,) = play("mig", OPEN + "answer = plain(gpus.read())")
    assert (load["memory_total"], load["utilization"]) == (16384 * MIB, None)


def test_another_driver_than_the_one_that_is_loaded(tmp_path: Path) -> None:
    library = Path(shutil.copy(driver() / "libnvidia-ml.so.1", tmp_path))
    source = f"""
gpus.close()
os.utime({str(library)!r}, (1, 1))
answer = plain(open_gpus())
"""
    assert play("ok", OPEN + source, folder=tmp_path) == {
        "reason": "this process can no longer ask the NVIDIA driver itself: restart the kernel"
    }


@pytest.mark.parametrize(
    ("scenario", "reason"),
    [("driver", "not loaded"), ("none", "sees no GPU"), ("segfault", "crashed"), ("hang", "2 s")],
)
def test_why_nothing_can_be_watched(scenario: str, reason: str) -> None:
    source = (
        OPEN.replace("gpus =", "begin = time.monotonic(); gpus =")
        + """
answer = {"reason": gpus.reason, "took": time.monotonic() - begin}
"""
    )
    answer = play(scenario, source)
    assert reason in answer["reason"]
    assert answer["took"] < 15


def test_a_hang_while_watching_costs_its_time_once_and_is_told() -> None:
    source = (
        OPEN
        + """
from colab_magics.envinfo.gpu.guard import guard
os.environ["NVML_STUB"] = "hang later"
begin = time.monotonic()
answer = [plain(gpus.read()), plain(gpus.read()), time.monotonic() - begin, guard().is_hanging]
gpus.close()
answer.append(time.monotonic() - begin)
"""
    )
    first, second, took, is_hanging, closed = play("ok", source)
    assert first == second
    assert set(first[0]["missing"].values()) == {"the NVIDIA driver no longer answers"}
    assert took < 15
    assert is_hanging is True
    assert closed < 15


def test_a_forked_process_must_open_them_again() -> None:
    source = (
        OPEN
        + """
reader, writer = os.pipe()
pid = os.fork()
if pid == 0:
    os.write(writer, gpus.read()[0].memory_used.reason.encode())
    gpus.close()
    os._exit(0)
os.waitpid(pid, 0)
answer = [os.read(reader, 200).decode(), plain(gpus.read())]
"""
    )
    reason, loads = play("ok", source)
    assert "was forked" in reason
    assert loads == [GOOD]


def test_without_a_driver_there_is_nothing_to_watch() -> None:
    if not isinstance(driver_sign({}), Missing):
        pytest.skip("this machine has an NVIDIA driver")
    assert isinstance(open_gpus(), Missing)


def test_what_a_reading_raises_is_its_reason_and_the_next_is_read() -> None:
    looks = iter([ZeroDivisionError("by zero"), (Load(1, 2, 0.5),)])

    def look() -> tuple[Load, ...]:
        now = next(looks)
        if isinstance(now, Exception):
            raise now
        return now

    gpus = LiveGpus(("L4",), look, lambda: None, patience=5, on_hang=lambda: None)
    assert gpus.read()[0].memory_used == Missing("asking failed (ZeroDivisionError: by zero)")
    assert gpus.read() == (Load(1, 2, 0.5),)
    gpus.close()


def test_after_a_hang_that_ended_the_next_reading_is_a_new_one() -> None:
    freed, count = threading.Event(), iter(range(9))

    def look() -> tuple[Load, ...]:
        number = next(count)
        if number == 0:
            freed.wait(10)
        return (Load(number, 9, 0.5),)

    hangs: list[int] = []
    gpus = LiveGpus(("L4",), look, lambda: None, patience=0.1, on_hang=lambda: hangs.append(1))
    assert isinstance(gpus.read()[0].memory_used, Missing)
    assert isinstance(gpus.read()[0].memory_used, Missing)
    freed.set()
    assert soon(lambda: not isinstance(gpus.read()[0].memory_used, Missing))
    assert gpus.read()[0].memory_used == 2
    assert hangs == [1]
    gpus.close()


def test_one_that_is_forgotten_ends_by_itself() -> None:
    left = threading.Event()
    gpus = LiveGpus((), lambda: (), left.set, patience=1, on_hang=lambda: None)
    known = weakref.ref(gpus)
    del gpus
    gc.collect()
    assert known() is None
    assert left.wait(10)
