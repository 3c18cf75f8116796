"""The report: everything that `%envinfo` found out, as one value."""

import os
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from colab_magics.envinfo import summary
from colab_magics.envinfo.card import report_card
from colab_magics.envinfo.gpu.device import Gpus
from colab_magics.envinfo.gpu.sources import read_gpus
from colab_magics.envinfo.markdown import markdown
from colab_magics.envinfo.probes.cpu import Cpu, counts, read_cpu
from colab_magics.envinfo.probes.disk import Disk, read_disk
from colab_magics.envinfo.probes.memory import Memory, ask_memory, read_memory
from colab_magics.envinfo.probes.packages import Package, read_packages
from colab_magics.envinfo.probes.platform import Platform, read_platform
from colab_magics.envinfo.probes.python import Python, read_python
from colab_magics.envinfo.reading import plain

SCHEMA = "colab_magics.envinfo/1"
"""Name and version of what `Report.to_dict` returns; the number grows when a key changes its meaning or goes away."""


@dataclass(frozen=True, slots=True)
class Report:
    """What this machine is, and what this process may use of it. It names no user, host, address or folder."""

    taken_at: datetime
    platform: Platform
    cpu: Cpu
    memory: Memory
    disk: Disk
    gpus: Gpus
    python: Python
    packages: tuple[Package, ...]

    def __repr__(self) -> str:
        return f"Report({summary.headline(self)})"

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON has it: sizes in bytes, and for each null its reason under "missing" beside it."""
        return {"schema": SCHEMA, **plain(self)}

    def to_markdown(self) -> str:
        """Return the report as Markdown, ready for a bug report."""
        return markdown(report_card(self))


def collect(
    *, root: Path = Path("/"), environ: Mapping[str, str] = os.environ, variables: Container[str] = ()
) -> Report:
    """Read everything once; ``variables`` are the names in the notebook, some of which tell where it runs."""
    is_linux = (root / "proc/meminfo").exists()
    return Report(
        taken_at=datetime.now().astimezone(),
        platform=read_platform(root, environ, variables),
        cpu=read_cpu(root, *counts()),
        memory=read_memory(root) if is_linux else ask_memory(),
        disk=read_disk(Path()),
        gpus=read_gpus(environ),
        python=read_python(),
        packages=read_packages(),
    )
