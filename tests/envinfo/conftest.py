"""File systems of other machines, and a report that knows everything."""

from datetime import UTC, datetime, timedelta

import pytest

from colab_magics.envinfo.gpu.device import Gpu
from colab_magics.envinfo.gpu.gpus import Gpus
from colab_magics.envinfo.probes.cpu import Cpu
from colab_magics.envinfo.probes.disk import Disk, Space
from colab_magics.envinfo.probes.memory import Memory
from colab_magics.envinfo.probes.packages import Package
from colab_magics.envinfo.probes.platform import Platform
from colab_magics.envinfo.probes.pressure import Pressure
from colab_magics.envinfo.probes.python import Python
from colab_magics.envinfo.probes.session import Session, Stated
from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.report import Report
from colab_magics.machine.cgroup import Limit

GB = 2**30
NOON = datetime(2026, 11, 23, 9, 12, 33, tzinfo=UTC)


@pytest.fixture
def limited() -> Report:
    """Half a CPU, a memory limit and two GPUs, one of which tells little."""
    silent, lost = Missing("this GPU does not tell"), Missing("the GPU has fallen off the bus: restart the machine")
    return Report(
        taken_at=NOON,
        platform=Platform("JupyterLab", "Docker", ("jupyter-lab", "/.dockerenv"), "Debian 12", "Linux 6.1", "x86_64"),
        session=Session(
            NOON - timedelta(minutes=3),
            NOON - timedelta(days=2, hours=5),
            (
                Stated("JupyterHub grants 1 CPU.", "CPU_LIMIT"),
                Stated("It ends after 12 hours.", "example.com", "2026-11-23"),
            ),
        ),
        cpu=Cpu("AMD EPYC 7763", 8, 4, Limit(0.5, "cpu.max of a parent group")),
        memory=Memory(24 * GB, Limit(4 * GB, "memory.max"), GB, 200 * 2**20),
        pressure=Pressure(),
        disk=Disk(
            250 * GB,
            31 * GB,
            (
                Space("working folder", 250 * GB, 31 * GB, 9_000_000, is_writable=True, is_shared=False),
                Space("temporary files", 250 * GB, 31 * GB, Missing("no limit"), is_writable=False, is_shared=True),
                Space("shared memory", 64 * 2**20, 64 * 2**20, 9_000, is_writable=True, is_shared=False),
            ),
        ),
        gpus=Gpus(
            (
                Gpu(
                    0,
                    "NVIDIA H100",
                    memory_total=80 * GB,
                    memory_used=GB,
                    utilization=silent,
                    temperature=41,
                    power=silent,
                ),
                Gpu(1, lost, memory_total=lost, utilization=lost, temperature=lost, power=lost),
            ),
            "590.48.01",
            "13.1",
            "0",
        ),
        tpus=Missing("no TPU was seen"),
        python=Python("3.13.1", "CPython", "virtual environment"),
        packages=(
            Package("tensorflow", "2.21.0", "tensorflow-cpu"),
            Package("keras", Missing("its record names no version"), "keras"),
            Package("torch", Missing("not installed"), Missing("not installed")),
        ),
    )


@pytest.fixture
def unknown() -> Report:
    """A machine that tells next to nothing."""
    silent = Missing("it does not say")
    return Report(
        taken_at=NOON,
        platform=Platform("terminal", silent, (), "Windows", "Windows 11", "ARM64"),
        session=Session(silent, silent, ()),
        cpu=Cpu(silent, 1, silent, silent),
        memory=Memory(silent, silent, silent, silent),
        pressure=Pressure(),
        disk=Disk(silent, silent),
        gpus=Gpus(silent, silent, silent, silent),
        tpus=silent,
        python=Python("3.12.1", "PyPy", "system installation"),
        packages=(),
    )
