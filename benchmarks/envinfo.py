"""The first and the second `%envinfo` of a real kernel beside what people use instead; each in a fresh process.

python benchmarks/envinfo.py [processes]

Peers that are not installed are left out and named: watermark, GPUtil, TensorFlow.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile

from jupyter_client.manager import start_new_kernel

_IN_A_KERNEL = """
import json, time
from IPython import get_ipython
def spent():
    cpu, wall = time.process_time(), time.perf_counter()
    get_ipython().run_line_magic("envinfo", "")
    return 1000 * (time.process_time() - cpu), 1000 * (time.perf_counter() - wall)
print(json.dumps(spent()))
"""
_PEERS = {
    "%watermark": "import io, contextlib; from watermark import watermark; watermark()",
    "%watermark -p numpy,pandas": "from watermark import watermark; watermark(packages='numpy,pandas')",
    "GPUtil.getGPUs()": "from colab_magics.envinfo.gpu.gputil import import_gputil; import_gputil().getGPUs()",
    "pip list": "import subprocess, sys; subprocess.run([sys.executable, '-m', 'pip', 'list'], capture_output=True, check=True)",
    "tf.test.gpu_device_name()": "import tensorflow as tf; tf.test.gpu_device_name()",
}
_PEER = """
import json, resource, time
wall = time.perf_counter()
before = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
{work}
after = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
cpu = sum(b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime for a, b in zip(before, after))
print(json.dumps([1000 * cpu, 1000 * (time.perf_counter() - wall)]))
"""


def ours() -> dict[str, list[float]]:
    # A folder of its own: the benchmark kills its kernels, and the next would tell of it.
    folder = tempfile.TemporaryDirectory()
    environ = {**os.environ, "XDG_RUNTIME_DIR": f"{folder.name}/none", "XDG_STATE_HOME": folder.name}
    manager, client = start_new_kernel(env=environ)
    told: list[str] = []

    def run(source: str) -> None:
        client.execute_interactive(source, output_hook=keep, timeout=60)

    def keep(message: dict) -> None:
        if message["msg_type"] == "stream":
            told.append(message["content"]["text"])

    try:
        run("%load_ext colab_magics")
        told.clear()
        run(_IN_A_KERNEL)
        run("import time; time.sleep(0.5)")  # the panel and the record follow the first card
        run(_IN_A_KERNEL)
    finally:
        manager.shutdown_kernel(now=True)
        client.stop_channels()
        folder.cleanup()
    first, second = (json.loads(text) for text in told if text.startswith("["))
    return {"first %envinfo": first, "second %envinfo": second}


def peer(work: str) -> list[float] | None:
    done = subprocess.run([sys.executable, "-c", _PEER.format(work=work)], capture_output=True, text=True, check=False)
    return None if done.returncode else json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    processes = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    ours()  # fills the caches of the disk
    runs = [ours() for _ in range(processes)]
    spent = {name: [run[name] for run in runs] for name in runs[0]}
    for name, work in _PEERS.items():
        found = [peer(work) for _ in range(3)]
        if None in found:
            print(f"{name}: not installed here, left out")
        else:
            spent[name] = [each for each in found if each]
    least = min(cpu for cpu, _ in spent["first %envinfo"])
    print(f"{processes} kernels, milliseconds: least CPU, median CPU, least wall, median wall; ratio of the least CPU")
    for name, times in spent.items():
        cpu, wall = zip(*times, strict=True)
        figures = (min(cpu), statistics.median(cpu), min(wall), statistics.median(wall))
        print(f"{name:<30}{''.join(f'{figure:10.1f}' for figure in figures)}{min(cpu) / least:10.1f}")


if __name__ == "__main__":
    main()
