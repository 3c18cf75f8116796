"""Recording from the first report until the kernel ends: well, and otherwise."""

import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from colab_magics.envinfo.monitor import recorder
from colab_magics.envinfo.monitor.died import Died
from colab_magics.envinfo.monitor.pulse import PULSE
from colab_magics.envinfo.monitor.recorder import CALM, TENSE, Recorder
from colab_magics.envinfo.monitor.records import own_folder
from colab_magics.envinfo.reading import Missing
from tests.waiting import soon

BEGIN = "from colab_magics.envinfo.monitor import recorder; recorder.begin()"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that the recorder finds by itself."""
    place = tmp_path / "run"
    place.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(place))
    yield place / "colab_magics"
    recorder.close()


def rings(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.ring"))


def test_beginning_makes_one_private_file_with_a_reading(folder: Path) -> None:
    path = recorder.begin()
    assert path == recorder.begin()
    assert rings(folder) == [path]
    assert isinstance(path, Path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    thread = PULSE.thread
    assert thread is not None
    recorder.close()
    recorder.close()
    assert rings(folder) == []
    assert not thread.is_alive()
    assert isinstance(recorder.last_death(), Missing)


def test_it_goes_on_in_its_thread(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "CALM", 0.05)
    path = recorder.begin()
    assert isinstance(path, Path)
    before = path.read_bytes()
    time.sleep(0.3)
    assert path.read_bytes() != before


def test_it_looks_more_often_while_memory_is_nearly_full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = own_folder()
    assert isinstance(place, Path)
    keeper = Recorder(place)
    for used, wait in ((79, CALM), (81, TENSE), (Missing("unknown"), CALM)):
        monkeypatch.setattr(keeper._residence, "memory", lambda used=used: (used, 100))
        assert keeper._beat() == wait
    keeper.close()


def test_a_disk_that_fails_ends_the_recording_and_says_so(folder: Path) -> None:
    recorder.begin()
    keeper = recorder._current
    assert keeper is not None
    assert keeper.ring._open is not None
    with Path("/dev/full").open("r+b", buffering=0) as full:
        os.dup2(full.fileno(), keeper.ring._open)
        keeper._beat()
    assert recorder.begin() == Missing("the last readings of this kernel cannot be kept (No space left on device)")
    assert keeper._beat not in PULSE._due


@pytest.mark.parametrize("kind", ["link", "file", "other user"])
def test_a_folder_that_is_not_ours_alone_is_not_used(folder: Path, tmp_path: Path, kind: str) -> None:
    if kind == "link":
        (tmp_path / "elsewhere").mkdir()
        folder.symlink_to(tmp_path / "elsewhere")
    elif kind == "file":
        folder.write_text("x")
    elif os.getuid() == 0:
        folder.mkdir()
        os.chown(folder, 65534, 65534)
    else:
        pytest.skip("only root can make another user's folder")
    begun = recorder.begin()
    assert isinstance(begun, Missing)
    assert "folder for the last readings" in begun.reason
    assert isinstance(recorder.last_death(), Missing)
    assert PULSE.thread is None


def test_a_folder_of_ours_that_others_may_read_is_closed_to_them(folder: Path) -> None:
    folder.mkdir(mode=0o755)
    assert isinstance(recorder.begin(), Path)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_without_a_runtime_folder_the_state_folder_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert own_folder() == tmp_path / "state" / "colab_magics"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    place = own_folder()
    assert isinstance(place, Path)
    assert place.is_relative_to(tmp_path / "home")


def test_a_forked_child_does_not_say_goodbye_for_its_parent(folder: Path) -> None:
    source = (
        f"import os, sys\n{BEGIN}\n"
        "if os.fork() == 0:\n    sys.exit(0)\n"
        "os.wait()\nfrom pathlib import Path\n"
        "print(len(list(Path(sys.argv[1]).glob('*.ring'))))\n"
    )
    done = subprocess.run([sys.executable, "-c", source, str(folder)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
    assert rings(folder) == []  # the parent's own goodbye


def test_it_costs_next_to_nothing(folder: Path) -> None:
    recorder.begin()
    keeper = recorder._current
    assert keeper is not None
    spent = []
    for _ in range(100):
        began = time.thread_time()
        keeper._beat()
        spent.append(time.thread_time() - began)
    assert min(spent) / CALM < 0.0005


class Kernel:
    """A real kernel that has begun to record."""

    def __init__(self, begin: str = BEGIN) -> None:
        self.manager: Any = KernelManager()
        self.manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self.run(begin)

    def run(self, source: str) -> None:
        reply = self.client.execute_interactive(source, timeout=60, output_hook=lambda _: None)
        assert reply["content"]["status"] == "ok", reply["content"]

    def die(self, source: str) -> None:
        self.client.execute(source)
        assert soon(lambda: not self.manager.is_alive())


@pytest.fixture
def kernel(folder: Path) -> Iterator[Kernel]:
    kernel = Kernel()
    assert len(rings(folder)) == 1
    yield kernel
    kernel.client.stop_channels()
    kernel.manager.shutdown_kernel(now=True)


@pytest.mark.parametrize("end", ["import os; os.kill(os.getpid(), 9)", "import os; os._exit(1)"])
def test_a_kernel_that_dies_is_told_by_the_next_one(kernel: Kernel, folder: Path, end: str) -> None:
    kernel.run("x = bytearray(b'x') * (200 * 2**20)")
    time.sleep(CALM + 1)
    kernel.die(end)
    death = recorder.last_death()
    assert isinstance(death, Died)
    assert isinstance(death.process, int)
    assert death.process > 200 * 2**20
    assert time.time() - death.when.timestamp() < 15
    assert rings(folder) == []


@pytest.mark.parametrize("rest", ["the same cell", "cells in line"])
def test_a_death_right_after_the_first_report_is_told(folder: Path, rest: str) -> None:
    """As in "Run All": no cell leaves the kernel a moment in between."""
    kernel = Kernel("%load_ext colab_magics")
    end = "import os, time\ntime.sleep(0.5)\nos.kill(os.getpid(), 9)"
    if rest == "the same cell":
        kernel.die(f"%envinfo platform\n{end}")
    else:
        kernel.client.execute("%envinfo platform")
        kernel.die(end)
    kernel.client.stop_channels()
    kernel.manager.shutdown_kernel(now=True)
    assert isinstance(recorder.last_death(), Died)


@pytest.mark.parametrize("end", ["shutdown", "restart", "exit()", "restart while a cell runs"])
def test_a_kernel_that_is_ended_in_order_leaves_nothing(kernel: Kernel, folder: Path, end: str) -> None:
    if end == "restart while a cell runs":
        kernel.client.execute("while True: pass")
        time.sleep(1)
    if end == "exit()":
        kernel.die(end)
    elif end == "shutdown":
        kernel.manager.shutdown_kernel()
    else:
        kernel.manager.restart_kernel()
    assert rings(folder) == []
    assert isinstance(recorder.last_death(), Missing)


def test_no_thread_is_left_of_all_this() -> None:
    assert [thread.name for thread in threading.enumerate() if "pulse" in thread.name] == []
