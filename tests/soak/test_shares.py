"""A small share of the soaks that are quick; `make soak-ingest` and `make soak-train` run all of them, and for long."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
SHARES = {
    "downloads": (8,),
    "flips": (3,),
    "interrupts": (4,),
    "crowd": (1,),
    "disks": (5, 2),
    "hostile_names": (50,),
    "archives": ("slip 0", "symlink and a file", "two layers"),
    "readers": (12, 7),
    "trainings": (6,),
    "full_disks": (4,),
    "resumes": (1,),
    "stops": (3,),
    "damaged_checkpoints": (40,),
    "panels": (20, 10),
}
TRAINING = ("trainings", "full_disks", "resumes", "stops", "damaged_checkpoints")
READERS = ("pyarrow", "openpyxl", "python_calamine", "lxml", "h5py", "pyreadstat", "duckdb")
KERAS = ("keras", "tensorflow", "tensorboard", "sklearn")


@pytest.mark.skipif(os.name == "nt", reason="the soaks fork")
@pytest.mark.parametrize("script", SHARES)
def test_a_small_share(script: str) -> None:
    if script == "flips":
        pytest.importorskip("moto.server")
    needed = READERS if script == "readers" else KERAS if script in TRAINING else ()
    missing = [name for name in needed if find_spec(name) is None]
    if missing or (script in ("archives", "readers", *TRAINING) and not Path("/proc/self/statm").exists()):
        pytest.skip(f"not installed: {', '.join(missing)}" if missing else "only Linux tells what these look at")
    words = [sys.executable, str(FOLDER / f"{script}.py"), *map(str, SHARES[script])]
    environ = {**os.environ, "PYTHONPATH": str(FOLDER.parent)}
    done = subprocess.run(words, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
