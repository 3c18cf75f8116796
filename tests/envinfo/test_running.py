"""The monitor of a real kernel: it goes on while a cell runs, and ends when it should."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from colab_magics.envinfo.monitor import running

START = """
from colab_magics.envinfo.monitor import running
from colab_magics.envinfo.panel import MonitorPanel
panel = MonitorPanel(running.start())
"""
BUSY = "import time; end = time.monotonic() + {0}\nwhile time.monotonic() < end: pass"
THREADS = "import threading; print([t.name for t in threading.enumerate() if t.name.startswith('colab_magics')])"


class Kernel:
    """A real kernel and what it published, each with the time of its arrival."""

    def __init__(self) -> None:
        self.manager: Any = KernelManager()
        self.manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self, source: str) -> list[tuple[float, dict[str, Any]]]:
        heard: list[tuple[float, dict[str, Any]]] = []
        self.client.execute(source)
        while True:
            message = self.client.get_iopub_msg(timeout=60)
            heard.append((time.monotonic(), message))
            if message["msg_type"] == "error":
                raise AssertionError(message["content"])
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return heard

    def printed(self, source: str) -> str:
        texts = [m["content"]["text"] for _, m in self.run(source) if m["msg_type"] == "stream"]
        return "".join(texts).strip()


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    kernel = Kernel()
    yield kernel
    kernel.client.stop_channels()
    kernel.manager.shutdown_kernel(now=True)


def samples(heard: list[tuple[float, dict[str, Any]]]) -> list[tuple[float, float]]:
    """When each sample arrived, and when it was taken, on the same clock."""
    updates = [(at, m["content"]["data"].get("state", {})) for at, m in heard if m["msg_type"] == "comm_msg"]
    rows = [(at, (state.get("recent") or state.get("history"))[-1]) for at, state in updates if "recent" in state]
    return [(at, row[0]) for at, row in rows]


def test_samples_arrive_while_a_cell_keeps_the_cpu_busy(kernel: Kernel) -> None:
    kernel.run(START)
    arrived = samples(kernel.run(BUSY.format(8)))
    assert len(arrived) >= 4
    assert min(at - taken for at, taken in arrived) < 4  # and not all of them when the cell had ended


def test_it_prints_nothing_and_shows_no_error_in_the_cells_that_run(kernel: Kernel) -> None:
    kernel.run(START)
    heard = kernel.run(BUSY.format(3))
    assert {m["msg_type"] for _, m in heard} <= {"status", "execute_input", "comm_msg"}


def test_closing_the_panel_ends_the_thread_and_the_messages(kernel: Kernel) -> None:
    kernel.run(START)
    assert "pulse" in kernel.printed(THREADS)
    assert kernel.printed(f"panel.close()\n{THREADS}") == "[]"
    assert samples(kernel.run("import time; time.sleep(2.5)")) == []


def test_unloading_leaves_no_thread_and_no_panel(kernel: Kernel) -> None:
    kernel.run(f"%load_ext colab_magics\n{START}")
    assert "pulse" in kernel.printed(THREADS)
    assert kernel.printed(f"%unload_ext colab_magics\n{THREADS}") == "[]"
    assert kernel.printed("print(panel.comm, running.current())") == "None None"


def test_a_second_panel_shares_the_sampler(kernel: Kernel) -> None:
    kernel.run(START)
    kernel.run("newer = MonitorPanel(running.start())")
    assert kernel.printed(THREADS).count("pulse") == 1
    assert kernel.printed("print(newer._monitor is panel._monitor, panel.status['phase'])") == "True moved"
    arrived = samples(kernel.run("import time; time.sleep(3.2)"))
    assert 2 <= len(arrived) <= 4  # and not twice as many


def test_a_kernel_that_ends_in_order_tells_its_panel_first(kernel: Kernel) -> None:
    kernel.run(START)
    kernel.client.shutdown()
    phases, deadline = [], time.monotonic() + 15
    while "ended" not in phases and time.monotonic() < deadline:
        try:
            message = kernel.client.get_iopub_msg(timeout=1)
        except Empty:
            continue
        if message["msg_type"] == "comm_msg":
            phases.append(message["content"]["data"].get("state", {}).get("status", {}).get("phase"))
    assert "ended" in phases


def test_one_line_tells_of_now(tmp_path: Path) -> None:
    text = running.glance()
    assert "\n" not in text
    assert "CPU " in text


def test_stopping_what_never_ran_is_fine() -> None:
    running.stop()
    assert running.current() is None
