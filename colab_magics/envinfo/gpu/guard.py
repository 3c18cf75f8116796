"""The guard before a driver that may hang or crash: it costs two seconds once, and never the kernel."""

import math
import os
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from colab_magics.envinfo.gpu.child import Failed, ask_child, interpreter
from colab_magics.envinfo.gpu.device import Found
from colab_magics.envinfo.gpu.nvml import read_nvml
from colab_magics.envinfo.gpu.signs import driver_state
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.machine.nvml_library import NO_LIBRARY

PATIENCE = 2.0
"""Seconds that an answer is waited for. A healthy driver takes up to 0.1, or several without its persistence mode."""
REST = 60.0
"""Seconds for which something that hung or crashed is left alone."""

_GRACE = 0.1  # seconds that a program's reader, which keeps the time itself, may take to say that it is over

T = TypeVar("T")


class Question(Generic[T]):
    """A function that is called in a daemon thread, so that nobody has to wait for it longer than wanted.

    ``answered_at`` is when it ended, on the clock given, and infinite until then.
    """

    def __init__(self, function: Callable[[], T], clock: Callable[[], float] = time.monotonic) -> None:
        self.answered_at, self._clock = math.inf, clock
        self._answers: SimpleQueue[T | Missing] = SimpleQueue()
        thread = threading.Thread(target=self._ask, args=(function,), name="colab_magics GPU question", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            self._answers.put(Missing(f"this process could start no thread to ask ({error})"))

    def answer(self, timeout: float) -> T | Missing | None:
        """Return the answer, or None where there is none within ``timeout`` seconds. It can be taken once."""
        try:
            return self._answers.get(timeout=timeout) if timeout > 0 else self._answers.get_nowait()
        except Empty:
            return None

    def _ask(self, function: Callable[[], T]) -> None:
        answer: T | Missing
        try:
            answer = function()
        except Exception as error:  # noqa: BLE001  whatever a source raises, it is a reason and no traceback
            answer = Missing(f"asking failed ({type(error).__name__}: {error})")
        self.answered_at = self._clock()
        self._answers.put(answer)


class Rest:
    """The time for which something that hung or crashed is left alone; ``clock`` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._until, self._why = clock, -math.inf, ""

    @property
    def reason(self) -> Missing | None:
        """Why it is left alone and how long yet; None where it may be asked."""
        left = math.ceil(self._until - self._clock()) if self._why else 0
        return Missing(f"{self._why}; it can be asked again in {left} s") if left > 0 else None

    def begin(self, why: str) -> Missing:
        """Leave it alone from now on."""
        self._why, self._until = why, self._clock() + REST
        return Missing(f"{why}; it can be asked again in {REST:.0f} s")

    def end(self) -> None:
        """Let it be asked again at once."""
        self._why = ""


class Guard:
    """Asks NVML: at first in a child process, and in this one when the driver has shown that it is well.

    After a hang or a crash it rests for a minute and begins again with a child. An answer that comes late, as from a
    driver that must first wake its GPUs, ends the rest. There is never a second question beside one that hangs alike.
    Where there is no Python to start, in an application that embeds it, only this process can ask.

    A child begins again, too, when ``state`` says that the driver is another than the one that was well; and when this
    process has loaded the library of the one before, children go on. What remains is a driver that breaks while
    nothing of it changes: its library could end this process. A child for each reading, at 0.1 s and 30 MB, would be
    the price of ruling that out.
    """

    def __init__(
        self,
        outside: Callable[[], Reading[Found] | Failed] = ask_child,
        inside: Callable[[], Reading[Found]] = read_nvml,
        *,
        clock: Callable[[], float] = time.monotonic,
        patience: float = PATIENCE,
        state: Callable[[], object] = driver_state,
    ) -> None:
        self._state = state
        self._well_state: object = None  # when a child asked
        self._loaded_state: object = None  # when this process loaded the library
        self._functions = {"outside": outside, "inside": inside}
        self._hanging: dict[str, Question[Reading[Found] | Failed]] = {}
        self._rest, self._clock, self._patience, self._lock = Rest(clock), clock, patience, threading.Lock()
        self._is_well = self._has_no_python = isinstance(interpreter(), Missing)
        self._outside_found = self._has_hung = False

    @property
    def is_well(self) -> bool:
        """Whether the driver may be asked in this process."""
        if not self._is_well or "inside" in self._hanging or self._rest.reason is not None:
            return False
        now = self._state()
        return self._has_no_python or (now == self._well_state and self._loaded_state in (None, now))

    @property
    def is_hanging(self) -> bool:
        """Whether the driver did not answer not long ago, so that whoever else asks it would wait in vain."""
        return bool(self._hanging) or (self._has_hung and self._rest.reason is not None)

    def ask(self) -> Reading[Found]:
        """Ask the driver for its GPUs, in at most ``patience`` seconds."""
        with self._lock:
            late = self._late_answer()
            if late is not None:
                return late
            resting = self._rest.reason
            if resting is not None:
                return resting
            answer = self._ask("inside" if self.is_well or self._has_no_python else "outside")
            if answer == NO_LIBRARY and self._outside_found:
                # LD_LIBRARY_PATH was set in the notebook: only new processes heed it.
                return self._ask("outside")
            return answer

    def note_loading(self) -> None:
        """Note that this process loads the driver's library, which it does once and for good."""
        if self._loaded_state is None:
            self._loaded_state = self._state()

    def distrust(self, why: str, *, has_hung: bool = True) -> Missing:
        """Rest, and begin with a child afterwards; whoever met a hang elsewhere says so here."""
        self._is_well, self._has_hung = self._has_no_python, has_hung
        return self._rest.begin(why)

    def _ask(self, where: str) -> Reading[Found]:
        # A question that an interrupt has left alone, or one that hangs, is waited for instead of asking it twice.
        if where not in self._hanging and where == "outside":
            self._well_state = self._state()  # before it answers: an update meanwhile makes it another
        elif where not in self._hanging:
            self.note_loading()
        question = self._hanging.get(where) or Question(self._functions[where], self._clock)
        self._hanging[where] = question
        answer = question.answer(self._patience)
        if answer is None:
            return self.distrust(f"the NVIDIA driver did not answer within {self._patience:g} s")
        del self._hanging[where]
        return self._judge(where, answer)

    def _judge(self, where: str, answer: Reading[Found] | Failed) -> Reading[Found]:
        if isinstance(answer, Failed):
            return self.distrust(answer.why, has_hung=False)
        self._rest.end()
        self._is_well = True
        if where == "outside":
            self._outside_found = isinstance(answer, Found)
        return answer

    def _late_answer(self) -> Reading[Found] | None:
        """Take what came after its time, and give it if it is news: a driver may need long for each first question."""
        news = None
        for where, question in tuple(self._hanging.items()):
            answer = question.answer(0)
            if answer is not None:
                del self._hanging[where]
                if not isinstance(answer, Failed):  # a child that ended itself is no news: it has hung
                    judged = self._judge(where, answer)
                    news = judged if self._clock() - question.answered_at < REST else news
        return news


_rests: dict[tuple[str, ...], Rest] = {}


def guarded(key: tuple[str, ...], function: Callable[[], Reading[T]], timeout: float) -> Reading[T]:
    """Call a source that asks another program, wait ``timeout`` seconds at most, and leave it alone if it took them.

    ``key`` is the program, its name first; the same program is left alone by all who ask for it.
    """
    rest = _rests.setdefault(key, Rest())
    if rest.reason is not None:
        return rest.reason
    begin = time.monotonic()
    answer = Question(function).answer(timeout + _GRACE)
    took = time.monotonic() - begin
    if answer is None or (isinstance(answer, Missing) and took >= timeout):  # sooner, it is the program's own word
        return rest.begin(f"{key[0]} did not answer within {timeout:.2g} s")
    return answer


_guards: dict[int, Guard] = {}


def guard() -> Guard:
    """Return this process's guard: a forked process begins anew."""
    pid = os.getpid()
    return _guards[pid] if pid in _guards else _guards.setdefault(pid, Guard())
