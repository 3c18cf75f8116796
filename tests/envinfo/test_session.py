"""How long this session has run, and what is stated about its end."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from colab_magics.envinfo.probes import session as session_probe
from colab_magics.envinfo.probes.session import read_session
from colab_magics.envinfo.reading import Missing, Reading, text

Grow = Callable[[Mapping[str, str]], Path]
HUB = {"JUPYTERHUB_API_URL": "http://hub:8081/api"}
SLURM = {"SLURM_JOB_ID": "77"}


def test_a_real_process_tells_its_age() -> None:
    source = """
import json
from pathlib import Path
from colab_magics.envinfo.probes.session import read_session
session = read_session(Path("/"), {}, "terminal")
print(json.dumps([session.kernel_started.timestamp(), session.machine_started.timestamp()]))
"""
    before = time.time()
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    kernel, machine = json.loads(done.stdout)
    assert before - 1 < kernel < time.time() + 1
    assert machine < kernel


def test_a_name_with_brackets_in_the_table_of_processes(grow: Grow) -> None:
    row = " ".join(["7 (a) b) R", *["0"] * 18, "6000", "0"])
    session = read_session(grow({"proc/uptime": "100.00 1.0\n", "proc/self/stat": row, "proc/1/stat": row}), {}, "")
    assert isinstance(session.kernel_started, datetime)
    assert abs(session.kernel_started - (datetime.now(UTC) - timedelta(seconds=40))) < timedelta(seconds=5)


def test_a_container_whose_uptime_is_its_own(grow: Grow) -> None:
    row = " ".join(["7 (python) R", *["0"] * 18, str(100 * 86_400 * os.sysconf("SC_CLK_TCK")), "0"])
    session = read_session(grow({"proc/uptime": "3600.00 1.0\n", "proc/self/stat": row, "proc/1/stat": row}), {}, "")
    for moment in (session.kernel_started, session.machine_started):
        assert isinstance(moment, Missing)
        assert "begin in the future" in moment.reason


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="this system has no such clock")
def test_the_clock_of_this_system_is_asked_and_not_the_uptime_of_a_container(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(path: Path, size: int = -1) -> Reading[str]:
        return "3.00 1.0" if path.name == "uptime" else text(path, size)

    before = read_session(Path("/"), {}, "").kernel_started
    monkeypatch.setattr(session_probe, "text", read)
    after = read_session(Path("/"), {}, "").kernel_started
    assert isinstance(before, datetime)
    assert isinstance(after, datetime)
    assert abs(after - before) < timedelta(seconds=1)


@pytest.mark.parametrize("stat", ["", "1 (x)", "1 (x) " + "0 " * 18 + "many", "1 (x) " + "0 " * 19 + "9" * 400])
def test_times_that_cannot_be_read(grow: Grow, stat: str) -> None:
    session = read_session(grow({"proc/uptime": "100.00 1.0", "proc/self/stat": stat}), {}, "")
    assert session.kernel_started == Missing("the times in /proc cannot be read")
    assert session.machine_started == Missing("stat cannot be read (No such file or directory)")


@pytest.mark.parametrize("place", ["Google Colab", "Kaggle", "Binder", "GitHub Codespaces", "Colab Enterprise"])
def test_a_service_states_its_limit_with_source_and_day(tmp_path: Path, place: str) -> None:
    (stated,) = read_session(tmp_path, {}, place).stated
    assert "." in stated.source
    assert datetime.fromisoformat(stated.read_on)
    assert "left" not in stated.sentence


@pytest.mark.parametrize(
    ("environ", "sentences"),
    [
        ({**HUB, "CPU_LIMIT": "0.5", "MEM_LIMIT": str(2**30)}, ["0.5 CPUs", "1.0 GB of memory"]),
        ({**HUB, "CPU_LIMIT": "1.0"}, ["grants 1 CPU."]),
        ({"CPU_LIMIT": "1.0", "MEM_LIMIT": "5"}, []),
        ({**HUB, "CPU_LIMIT": "<b>", "MEM_LIMIT": "nan"}, []),
        ({**HUB, "CPU_LIMIT": "inf", "MEM_LIMIT": "-1"}, []),
        ({**SLURM, "SLURM_CPUS_PER_TASK": "4", "SLURM_MEM_PER_NODE": "16384"}, ["4 CPUs", "16.0 GB of memory"]),
        ({**SLURM, "SLURM_JOB_END_TIME": "1795000000"}, ["ends this job at 2026-11-1"]),
        ({**SLURM, "SLURM_JOB_END_TIME": "9" * 300}, []),
        ({"SLURM_CPUS_PER_TASK": "4"}, []),
    ],
)
def test_what_hubs_and_schedulers_grant(tmp_path: Path, environ: dict[str, str], sentences: list[str]) -> None:
    stated = read_session(tmp_path, environ, "JupyterLab").stated
    assert len(stated) == len(sentences)
    for found, words in zip(stated, sentences, strict=True):
        assert words in found.sentence
        assert found.source in environ
