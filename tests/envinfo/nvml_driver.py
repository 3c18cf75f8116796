"""The stub of NVIDIA's driver library, built once, and Python processes that meet it."""

import atexit
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

_REPORT = "\nprint(json.dumps(answer))"
_READ = """
from colab_magics.envinfo.gpu.sources import read_gpus
answer = {**plain(read_gpus(os.environ, source="nvml")), "imported": "pynvml" in sys.modules}
"""
_IMPORTS = """
import json, os, sys, time
from colab_magics.envinfo.reading import Missing, plain
"""


@functools.cache
def driver() -> Path:
    """Build a folder with a libnvidia-ml.so.1 that plays the scenario in NVML_STUB."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("a C compiler on Linux is needed to build the stub of NVIDIA's library")
    folder = Path(tempfile.mkdtemp(prefix="nvml-stub-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    source = Path(__file__).with_name("nvml_stub.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", folder / "libnvidia-ml.so.1", source], check=True)
    return folder


def play(scenario: str, source: str = _READ, *, folder: Path | None = None, **environ: str) -> dict[str, Any]:
    """Run ``source``, which sets ``answer``, in a new process with the stub, and return the answer."""
    inherited = {name: value for name, value in os.environ.items() if not name.endswith("_VISIBLE_DEVICES")}
    surroundings = {**inherited, "LD_LIBRARY_PATH": str(folder or driver()), "NVML_STUB": scenario, **environ}
    done = subprocess.run(
        [sys.executable, "-c", _IMPORTS + source + _REPORT],
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def askers(log: Path) -> list[int]:
    """The processes that started NVML, one number for each time."""
    return [int(line) for line in log.read_text().split()] if log.exists() else []
