"""The guard: a driver that hangs or crashes costs little, once, and never this process."""

import shutil
import threading
import time
from pathlib import Path

import pytest

from colab_magics.envinfo.gpu.child import Failed
from colab_magics.envinfo.gpu.device import Found, Gpu
from colab_magics.envinfo.gpu.guard import REST, Guard, Question, guarded
from colab_magics.envinfo.reading import Missing
from colab_magics.machine.nvml_library import NO_LIBRARY
from tests.envinfo.nvml_driver import askers, driver, play
from tests.waiting import soon

GPUS = Found((Gpu(0, "NVIDIA L4"),))

# Three calls: how long each took, what it said, and whether the process that NVML was asked in was this one.
THREE_CALLS = """
from colab_magics.envinfo.gpu.guard import guard
answer = {"pid": os.getpid(), "took": [], "said": []}
for _ in range(3):
    begin = time.monotonic()
    said = guard().ask()
    answer["took"].append(time.monotonic() - begin)
    answer["said"].append(said.reason if isinstance(said, Missing) else len(said.devices))
"""


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Driver:
    """Counts how often it is asked, and answers, hangs until it is let go, or fails."""

    def __init__(self, answer: Found | Missing | Failed = GPUS) -> None:
        self.answer, self.asked, self.is_stuck, self.freed = answer, 0, False, threading.Event()

    def __call__(self) -> Found | Missing | Failed:
        self.asked += 1
        if self.is_stuck:
            self.freed.wait(20)
        return self.answer


@pytest.fixture
def clock() -> Clock:
    return Clock()


def guard_of(outside: Driver, inside: Driver, clock: Clock) -> Guard:
    return Guard(outside, inside, clock=clock, patience=1.0)  # type: ignore[arg-type]


def test_a_child_asks_first_and_this_process_then(tmp_path: Path) -> None:
    answer = play("ok", THREE_CALLS, NVML_STUB_LOG=str(tmp_path / "log"))
    child, *others = askers(tmp_path / "log")
    assert answer["said"] == [1, 1, 1]
    assert child != answer["pid"]
    assert others == [answer["pid"]] * 2


@pytest.mark.parametrize("scenario", ["driver", "none", "denied"])
def test_a_driver_that_says_no_is_well(scenario: str, tmp_path: Path) -> None:
    answer = play(scenario, THREE_CALLS, NVML_STUB_LOG=str(tmp_path / "log"))
    assert askers(tmp_path / "log")[1:] == [answer["pid"]] * 2
    assert len(set(answer["said"])) == 1


def test_a_hang_costs_two_seconds_once(tmp_path: Path) -> None:
    answer = play("hang", THREE_CALLS, NVML_STUB_LOG=str(tmp_path / "log"))
    assert answer["said"][0] == "the NVIDIA driver did not answer within 2 s; it can be asked again in 60 s"
    assert answer["said"][1].startswith("the NVIDIA driver did not answer within 2 s; it can be asked again in ")
    assert len(askers(tmp_path / "log")) == 1
    assert answer["took"][0] < 15
    assert max(answer["took"][1:]) < 1.5


@pytest.mark.parametrize(
    ("scenario", "reason"),
    [
        ("segfault", "NVIDIA's library crashed the process that asked it (SIGSEGV)"),
        ("bad exit", "NVIDIA's library crashed the process that asked it (SIGSEGV)"),
        ("exit", "the process that asked the NVIDIA driver ended without an answer (exit code 3)"),
    ],
)
def test_a_crash_costs_a_child_once(scenario: str, reason: str, tmp_path: Path) -> None:
    answer = play(scenario, THREE_CALLS, NVML_STUB_LOG=str(tmp_path / "log"))
    assert answer["said"][0] == f"{reason}; it can be asked again in 60 s"
    (child,) = askers(tmp_path / "log")
    assert child != answer["pid"]


@pytest.mark.parametrize("scenario", ["loud", "grandchild"])
def test_what_else_writes_to_the_output_does_not_disturb(scenario: str) -> None:
    answer = play(scenario, THREE_CALLS.replace("range(3)", "range(1)"))
    assert answer["said"] == [1]
    assert answer["took"][0] < 15


def test_a_driver_that_must_wake_up_first_is_heard_late(tmp_path: Path) -> None:
    source = THREE_CALLS.replace("range(3)", "range(2)").replace(
        "begin =", "time.sleep(1.5 * len(answer['said'])); begin ="
    )
    answer = play("slow", source, NVML_STUB_LOG=str(tmp_path / "log"))
    assert "did not answer within 2 s" in answer["said"][0]
    assert answer["said"][1] == 1
    assert len(askers(tmp_path / "log")) == 1


def test_a_later_hang_does_not_hold_this_process() -> None:
    source = """
from colab_magics.envinfo.gpu.guard import guard
begin = time.monotonic()
answer = {"first": len(guard().ask().devices)}
os.environ["NVML_STUB"] = "hang later"
answer["second"] = guard().ask().reason
answer["hanging"] = guard().is_hanging
answer["third"] = guard().ask().reason
answer["took"] = time.monotonic() - begin
"""
    answer = play("ok", source)
    assert answer["first"] == 1
    assert answer["second"] == "the NVIDIA driver did not answer within 2 s; it can be asked again in 60 s"
    assert answer["hanging"] is True
    assert answer["third"].startswith("the NVIDIA driver did not answer")
    assert answer["took"] < 15


def test_a_forked_process_begins_with_a_child_of_its_own(tmp_path: Path) -> None:
    source = """
from colab_magics.envinfo.gpu.guard import guard
guard().ask(), guard().ask()
reader, writer = os.pipe()
pid = os.fork()
if pid == 0:
    os.write(writer, str(len(guard().ask().devices)).encode())
    os._exit(0)
os.waitpid(pid, 0)
answer = {"forked": os.read(reader, 9).decode(), "forked_pid": pid}
"""
    answer = play("ok", source, NVML_STUB_LOG=str(tmp_path / "log"))
    assert answer["forked"] == "1"
    assert len(askers(tmp_path / "log")) == 3
    assert askers(tmp_path / "log")[2] != answer["forked_pid"]


def test_an_application_that_embeds_python_asks_itself(tmp_path: Path) -> None:
    source = 'sys.executable = "/opt/painter/bin/painter"' + THREE_CALLS
    answer = play("ok", source, NVML_STUB_LOG=str(tmp_path / "log"))
    assert answer["said"] == [1, 1, 1]
    assert askers(tmp_path / "log") == [answer["pid"]] * 3


def test_an_application_that_embeds_python_survives_a_hang() -> None:
    answer = play("hang", 'sys.executable = ""' + THREE_CALLS)
    assert "did not answer within 2 s" in answer["said"][0]
    assert max(answer["took"][1:]) < 1.5


def test_a_library_that_only_new_processes_find_is_asked_by_a_child() -> None:
    source = f"""
os.environ["LD_LIBRARY_PATH"] = os.environ["LATER"]
{THREE_CALLS}
"""
    answer = play("ok", source, folder=Path("/nonexistent"), LATER=str(driver()))
    assert answer["said"] == [1, 1, 1]


def test_a_minute_of_rest_and_then_a_child_again(clock: Clock) -> None:
    outside, inside = Driver(Failed("it crashed")), Driver()
    guard = guard_of(outside, inside, clock)
    assert guard.ask() == Missing("it crashed; it can be asked again in 60 s")
    clock.now += REST - 1
    assert guard.ask() == Missing("it crashed; it can be asked again in 1 s")
    assert not guard.is_hanging
    outside.answer = GPUS
    clock.now += 1
    assert guard.ask() == guard.ask() == GPUS
    assert (outside.asked, inside.asked) == (2, 1)


def test_a_late_answer_is_given_and_ends_the_rest(clock: Clock) -> None:
    outside, inside = Driver(), Driver()
    outside.is_stuck = True
    guard = guard_of(outside, inside, clock)
    assert isinstance(guard.ask(), Missing)
    assert guard.is_hanging
    outside.freed.set()
    assert soon(lambda: guard.ask() == GPUS)
    assert not guard.is_hanging
    assert (outside.asked, inside.asked) == (1, 0)
    assert guard.ask() == GPUS
    assert (outside.asked, inside.asked) == (1, 1)


def test_a_late_answer_that_is_old_is_asked_for_again(clock: Clock) -> None:
    outside, inside = Driver(), Driver()
    outside.is_stuck = True
    guard = guard_of(outside, inside, clock)
    guard.ask()
    outside.freed.set()
    (question,) = guard._hanging.values()
    assert soon(lambda: question.answered_at == clock.now)
    clock.now += REST
    assert guard.ask() == GPUS
    assert (outside.asked, inside.asked) == (1, 1)


def test_a_child_that_ends_itself_long_after_its_hang_prolongs_nothing(clock: Clock) -> None:
    outside = Driver(Failed("it ended"))
    outside.is_stuck = True
    guard = guard_of(outside, Driver(), clock)
    guard.ask()
    outside.freed.set()
    clock.now += REST
    outside.is_stuck, outside.answer = False, GPUS
    assert soon(lambda: guard.ask() == GPUS)


def test_never_a_second_child_beside_one_that_cannot_be_killed(clock: Clock) -> None:
    outside = Driver()
    outside.is_stuck = True
    guard = guard_of(outside, Driver(), clock)
    for _ in range(3):
        assert isinstance(guard.ask(), Missing)
        clock.now += REST
    assert outside.asked == 1
    outside.freed.set()


def test_after_a_hang_in_this_process_a_child_asks(clock: Clock) -> None:
    outside, inside = Driver(), Driver()
    guard = guard_of(outside, inside, clock)
    guard.ask()
    inside.is_stuck = True
    assert isinstance(guard.ask(), Missing)
    clock.now += REST
    assert guard.ask() == guard.ask() == GPUS
    assert (outside.asked, inside.asked) == (3, 1)  # this process is not asked while its question hangs
    inside.freed.set()


def test_another_driver_is_asked_by_a_child_first(clock: Clock) -> None:
    state = ["550"]
    outside, inside = Driver(), Driver()
    guard = Guard(outside, inside, clock=clock, patience=1.0, state=lambda: state[0])  # type: ignore[arg-type]
    guard.ask()
    assert guard.is_well
    state[0] = "560"
    assert not guard.is_well
    assert [guard.ask(), guard.ask()] == [GPUS, GPUS]
    assert (outside.asked, inside.asked) == (2, 1)
    state[0] = "570"  # this process holds the library of 560, which does not fit
    assert [guard.ask(), guard.ask()] == [GPUS, GPUS]
    assert (outside.asked, inside.asked) == (4, 1)


def test_an_update_that_crashes_costs_a_child_and_not_this_process(tmp_path: Path) -> None:
    library = Path(shutil.copy(driver() / "libnvidia-ml.so.1", tmp_path))
    source = f"""
import ctypes
from colab_magics.envinfo.gpu.guard import guard
answer = {{"first": [len(guard().ask().devices) for _ in range(2)]}}
os.utime({str(library)!r}, (1, 1))
ctypes.CDLL(None).setenv(b"NVML_STUB", b"segfault", 1)
os.environ["NVML_STUB"] = "segfault"
answer["second"] = guard().ask().reason
"""
    answer = play("ok", source, folder=tmp_path)
    assert answer["first"] == [1, 1]
    assert "crashed the process that asked it (SIGSEGV)" in answer["second"]


def test_two_threads_that_ask_at_once_wait_for_one_child(clock: Clock) -> None:
    outside, inside = Driver(), Driver()
    guard = guard_of(outside, inside, clock)
    questions = [Question(guard.ask) for _ in range(8)]
    assert [question.answer(10) for question in questions] == [GPUS] * 8
    assert (outside.asked, inside.asked) == (1, 7)


def test_no_library_is_no_news_where_no_child_found_one(clock: Clock) -> None:
    outside, inside = Driver(NO_LIBRARY), Driver(NO_LIBRARY)
    guard = guard_of(outside, inside, clock)
    assert guard.ask() == guard.ask() == NO_LIBRARY
    assert (outside.asked, inside.asked) == (1, 1)


def test_what_a_question_raises_is_its_answer() -> None:
    def fail() -> Found:
        raise ZeroDivisionError("by zero")

    assert Question(fail).answer(10) == Missing("asking failed (ZeroDivisionError: by zero)")


def test_a_program_that_took_all_its_time_is_left_alone() -> None:
    asked = []

    def late() -> Found | Missing:
        asked.append(1)
        time.sleep(0.2)
        return Missing("it did not end in time")

    key = ("a program of this test",)
    assert guarded(key, late, 0.2) == Missing(
        "a program of this test did not answer within 0.2 s; it can be asked again in 60 s"
    )
    assert isinstance(guarded(key, late, 0.2), Missing)
    assert len(asked) == 1


def test_a_late_answer_is_an_answer() -> None:
    def late() -> Missing:
        time.sleep(0.95)
        return Missing("the NVIDIA driver is there and sees no GPU")

    assert guarded(("a slow program",), late, 1.0) == Missing("the NVIDIA driver is there and sees no GPU")
    assert guarded(("another",), lambda: Missing("no"), 5) == Missing("no")
