"""What `%envinfo --every-cell on` costs a cell, and how well peaks are seen; peers in the same run.

python benchmarks/cell_cost.py [cells]

The overhead is that of an empty cell in a real shell, without, with, and with `%time` instead, in turn. The peers of
the peak are a psutil sampler at 1 Hz and the highest resident size of the process's life (getrusage).
"""

import contextlib
import io
import resource
import statistics
import sys
import threading
import time
from collections.abc import Callable

import psutil
from IPython.core.history import HistoryAccessor
from IPython.core.interactiveshell import InteractiveShell

from colab_magics.envinfo.costs.cost import measure

ROUNDS = 9
SPIKE = 400 * 2**20


def cells(shell: InteractiveShell, count: int, source: str = "pass") -> tuple[float, float]:
    """Wall and CPU milliseconds of one empty cell."""
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(count):
        shell.run_cell(source)
    return 1000 * (time.perf_counter() - wall) / count, 1000 * (time.process_time() - cpu) / count


def overhead(count: int) -> None:
    HistoryAccessor.enabled = False
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "colab_magics")
    bare, measured, timed = [], [], []
    with contextlib.redirect_stdout(io.StringIO()):
        cells(shell, count)
        for _ in range(ROUNDS):
            bare.append(cells(shell, count))
            timed.append(cells(shell, count, "%time pass"))
            shell.run_line_magic("envinfo", "--every-cell on")
            measured.append(cells(shell, count))
            shell.run_line_magic("envinfo", "--every-cell off")
    for place, name in enumerate(("wall", "CPU")):
        without, with_, peer = (statistics.median(run[place] for run in runs) for runs in (bare, measured, timed))
        print(
            f"empty cell, {name}: {without:.3f} ms bare, {with_ - without:.3f} ms more when measured, "
            f"{peer - without:.3f} ms more with %time; ratio {(with_ - without) / (peer - without):.2f}"
        )


def spike() -> None:
    block = bytearray(SPIKE)  # zeroed pages are not resident until they are written
    block[::4096] = b"x" * len(block[::4096])
    time.sleep(0.001)


def sampled(work: Callable[[], None]) -> int:
    """The highest that a psutil sampler at 1 Hz sees, above the start."""
    process, done, seen = psutil.Process(), threading.Event(), []

    def sample() -> None:
        while not done.wait(1.0):
            seen.append(process.memory_info().rss)

    before = process.memory_info().rss
    thread = threading.Thread(target=sample)
    thread.start()
    work()
    done.set()
    thread.join()
    return max([*seen, before]) - before


def peaks() -> None:
    with measure() as meter:
        spike()
    with measure() as again:
        spike()
    lifetime = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peer = sampled(spike)
    rises = [rise / 2**20 for rise in (meter.cost.rise, again.cost.rise) if isinstance(rise, int)]
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - lifetime
    print(f"a spike of 400 MiB for 1 ms: {', '.join(f'{rise:.1f} MiB' for rise in rises)} ({meter.cost.peak_source})")
    print(f"  psutil at 1 Hz: {peer / 2**20:.1f} MiB; ru_maxrss, the third time: {after / 1024:.1f} MiB more")


def main() -> None:
    overhead(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
    peaks()


if __name__ == "__main__":
    main()
