"""What `%load_ext colab_magics` and the first `%envinfo` cost over a bare IPython, in fresh processes.

python benchmarks/load.py [processes]
"""

import json
import statistics
import subprocess
import sys

# Each process does all the steps once and prints the CPU and wall milliseconds of each.
_STEPS = """
import json, sys, time
spent = {}
def step(name, work):
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    spent[name] = 1000 * (time.process_time() - cpu), 1000 * (time.perf_counter() - wall)
    return result
def start():
    from IPython.core.history import HistoryAccessor
    from IPython.core.interactiveshell import InteractiveShell
    HistoryAccessor.enabled = False
    return InteractiveShell.instance()
class Silent:
    write = flush = lambda *_: None
shell = step("bare IPython", start)
step("%load_ext colab_magics", lambda: shell.run_line_magic("load_ext", "colab_magics"))
printed, sys.stdout = sys.stdout, Silent()
step("first %envinfo", lambda: shell.run_line_magic("envinfo", ""))
step("second %envinfo", lambda: shell.run_line_magic("envinfo", ""))
from types import SimpleNamespace
from ipykernel.comm import CommManager
shell.kernel = SimpleNamespace(comm_manager=CommManager())
step("import of the widget library", lambda: __import__("anywidget"))
step("first panel", lambda: shell.run_line_magic("envinfo", ""))
sys.stdout = printed
print(json.dumps(spent))
"""


def measure(processes: int) -> dict[str, list[tuple[float, float]]]:
    """Run the steps in fresh processes, after one that fills the caches of the disk."""
    runs = []
    for _ in range(processes + 1):
        done = subprocess.run([sys.executable, "-c", _STEPS], capture_output=True, text=True, check=True)
        runs.append(json.loads(done.stdout))
    return {name: [run[name] for run in runs[1:]] for name in runs[0]}


def main() -> None:
    processes = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    steps = measure(processes)
    bare = min(cpu for cpu, _ in steps["bare IPython"])
    print(
        f"{processes} fresh processes, milliseconds: the least, then the median; "
        "ratio of the least CPU to a bare IPython"
    )
    print(f"{'step':<30}{'CPU':>8}{'median':>8}{'wall':>8}{'median':>8}{'ratio':>8}")
    for name, spent in steps.items():
        cpu, wall = zip(*spent, strict=True)
        figures = (min(cpu), statistics.median(cpu), min(wall), statistics.median(wall))
        print(f"{name:<30}{''.join(f'{figure:8.1f}' for figure in figures)}{min(cpu) / bare:8.3f}")


if __name__ == "__main__":
    main()
