"""Real programs that speak, hang, and leave others behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, ClassVar

import pytest
from install.conftest import is_running

from colab_magics.install.imports import attempt
from colab_magics.install.process import TookTooLong, follow


def said(source: str, timeout: float = 20, **environ: str) -> list[str | int]:
    return [item for item in follow([sys.executable, "-c", source], environ, timeout) if item is not None]


def test_lines_and_status() -> None:
    assert said("import sys; print('a'); sys.stderr.write('b\\n'); sys.stdout.flush(); sys.exit(3)")[-1] == 3
    assert sorted(map(str, said("import sys; print('a'); sys.stderr.write('b\\n')"))) == ["0", "a", "b"]


def test_what_a_terminal_would_show() -> None:
    source = "import os; os.write(1, b'1 of 9\\r9 of 9\\r\\n\\x1b[31mred\\x1b[0m\\x07\\n\\xff\\xfe end\\nno newline')"
    assert said(source) == ["9 of 9", "red", "\ufffd\ufffd end", "no newline", 0]


def test_an_endless_line_is_bounded() -> None:
    lines = said("import os\nfor _ in range(3000): os.write(1, b'x' * 1000)\nos.write(1, b'\\nend\\n')")
    assert lines[1:] == ["end", 0]
    assert len(str(lines[0])) <= 1 << 16


def test_nothing_can_be_asked() -> None:
    assert said("try:\n    input('name? ')\nexcept EOFError:\n    print('nobody')")[0] == "name? nobody"
    assert (
        said("import os\ntry:\n    os.open('/dev/tty', os.O_RDWR)\nexcept OSError:\n    print('no terminal')")[0]
        == "no terminal"
    )


def test_its_settings() -> None:
    assert said("import os; print(os.environ['A'], 'PATH' in os.environ)", A="1")[0] == "1 True"


def test_silence_is_told() -> None:
    assert None in list(follow([sys.executable, "-c", "import time; time.sleep(0.7)"], {}, 20))


def test_too_long() -> None:
    started = time.monotonic()
    with pytest.raises(TookTooLong):
        said("import time; time.sleep(60)", timeout=0.6)
    assert time.monotonic() - started < 30


def test_leaving_early_ends_all_of_it(tmp_path: Path) -> None:
    """One that ignores every polite signal, with a child that does, too."""
    child = "import signal, time; [signal.signal(s, signal.SIG_IGN) for s in (2, 15)]; time.sleep(60)"
    source = f"""
import os, signal, subprocess, sys, time
[signal.signal(s, signal.SIG_IGN) for s in (2, 15)]
child = subprocess.Popen([sys.executable, "-c", {child!r}])
time.sleep(0.3)
print(os.getpid(), child.pid, flush=True)
time.sleep(60)
"""
    following = follow([sys.executable, "-c", source], {}, 60)
    line = next(item for item in following if isinstance(item, str))
    started = time.monotonic()
    following.close()
    assert time.monotonic() - started < 30
    while any(is_running(int(pid)) for pid in line.split()):  # what is killed dies when the machine has time for it
        assert time.monotonic() - started < 30
        time.sleep(0.01)


class Interrupted(subprocess.Popen):  # type: ignore[type-arg]
    """A start that an interrupt meets before anybody has the handle."""

    started: ClassVar[list[int]] = []

    def __init__(self, *words: Any, **settings: Any) -> None:
        super().__init__(*words, **settings)
        self.started.append(self.pid)
        os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupt_of_the_very_start_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    for following in (follow([sys.executable, "-c", "import time; time.sleep(60)"], {}, 60), attempt(["json"])):
        with pytest.raises(KeyboardInterrupt):
            list(following)
    assert [is_running(pid) for pid in Interrupted.started] == [False, False]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_holds_the_pipe_is_not_waited_for() -> None:
    source = (
        "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); print('done')"
    )
    started = time.monotonic()
    assert said(source) == ["done", 0]
    assert time.monotonic() - started < 30


def test_killed_from_outside() -> None:
    assert said("import os, signal; os.kill(os.getpid(), signal.SIGKILL)") == [-9]


def test_what_cannot_be_started(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(follow([str(tmp_path / "none")], {}, 5))


def test_nothing_is_left_open() -> None:
    said("print()")
    before = len([*Path("/proc/self/fd").iterdir()])
    for _ in range(5):
        said("print()")
    assert len([*Path("/proc/self/fd").iterdir()]) == before
