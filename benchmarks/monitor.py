"""What sampling this machine once a second costs, panel included, in percent of one core.

    python benchmarks/monitor.py [SECONDS] [ROUNDS]

Each in a fresh, real kernel, in turn, while a cell sleeps: CPU time of the whole process, less that of a kernel
in which nothing samples. The peers are a psutil sampler of this process and its children, resident and proportional,
and the `usage_request` of ipykernel, which jupyter-resource-usage asks (every 5 s; here every second, as ours samples).
"""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any

from jupyter_client.manager import KernelManager

BARE = ""
RECORDER = """
from colab_magics.envinfo.monitor import recorder
recorder.begin();
"""
MONITOR = """
from colab_magics.envinfo.monitor import running
from colab_magics.envinfo.panel import MonitorPanel
panel = MonitorPanel(running.start())
"""
PSUTIL = """
import threading, psutil
me, stop = psutil.Process(), threading.Event()
def sample():
    while not stop.wait(1):
        psutil.cpu_percent(); psutil.virtual_memory(); psutil.disk_io_counters(); psutil.net_io_counters()
        [process.memory_full_info() for process in (me, *me.children(recursive=True))]
threading.Thread(target=sample, daemon=True).start()
"""
# The thread's own clock as well: what it spends itself, without the thread that sends its messages.
MEASURE = """
import threading, time
threads = [t for t in threading.enumerate() if t.name == "colab_magics pulse"]
clocks = [time.pthread_getcpuclockid(t.ident) for t in threads]
def spent():
    return time.process_time(), sum(time.clock_gettime(clock) for clock in clocks)
time.sleep(3)
before = spent()
time.sleep({seconds})
after = spent()
print(after[0] - before[0], after[1] - before[1])
"""
CASES = {
    "nothing": BARE,
    "recorder": RECORDER,
    "monitor with panel": MONITOR,
    "psutil with PSS": PSUTIL,
    "usage_request each second": BARE,
}


def cost(name: str, seconds: int) -> tuple[float, float]:
    """Run one case in a kernel of its own; give the CPU seconds of the process and of our thread."""
    manager = KernelManager()
    folder = tempfile.TemporaryDirectory()  # of the recorder, which must not tell a person of our kernels
    environ = {**os.environ, "XDG_RUNTIME_DIR": folder.name}
    manager.start_kernel(env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    ended = threading.Event()
    if name.startswith("usage_request"):
        threading.Thread(target=_ask, args=(client, ended), daemon=True).start()
    try:
        client.execute_interactive(CASES[name], timeout=60)
        printed: list[str] = []
        client.execute_interactive(
            MEASURE.format(seconds=seconds), timeout=seconds + 60, output_hook=_reader(printed.append)
        )
        process, thread = map(float, "".join(printed).split())
        return process, thread
    finally:
        ended.set()
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        folder.cleanup()


def _ask(client: Any, ended: threading.Event) -> None:
    while not ended.wait(1):
        client.control_channel.send(client.session.msg("usage_request", {}))


def _reader(note: Callable[[str], None]) -> Callable[[dict[str, Any]], None]:
    def read(message: dict[str, Any]) -> None:
        if message["msg_type"] == "stream":
            note(message["content"]["text"])

    return read


def main() -> None:
    seconds, rounds = (int(word) for word in (*sys.argv[1:], *("30", "3")[len(sys.argv) - 1 :]))
    began = time.monotonic()
    runs = [{name: cost(name, seconds) for name in CASES} for _ in range(rounds)]
    print(f"{rounds} rounds of {seconds} s each, percent of one core above a kernel that samples nothing (median)")
    print(f"{'what':<28}{'process':>10}{'our thread':>12}")
    for name in CASES:
        process = statistics.median(run[name][0] - run["nothing"][0] for run in runs)
        thread = statistics.median(run[name][1] for run in runs)
        if name == "nothing":
            process = statistics.median(run[name][0] for run in runs)
        shown = f"{100 * thread / seconds:>11.3f}%" if thread else ""
        print(f"{name:<28}{100 * process / seconds:>9.3f}%{shown}")
    print(f"({time.monotonic() - began:.0f} s)")


if __name__ == "__main__":
    main()
