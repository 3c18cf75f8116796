"""The report: everything that `%envinfo` found out, as one value."""

import os
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics.envinfo import summary
from colab_magics.envinfo.archive import SCHEMA
from colab_magics.envinfo.card import report_card
from colab_magics.envinfo.gpu.gpus import Gpus
from colab_magics.envinfo.gpu.sources import read_gpus
from colab_magics.envinfo.gpu.tpu import Tpu, read_tpus
from colab_magics.envinfo.probes.cpu import Cpu, counts, read_cpu
from colab_magics.envinfo.probes.disk import Disk, read_disk
from colab_magics.envinfo.probes.memory import Memory, ask_memory, read_memory
from colab_magics.envinfo.probes.packages import Package, read_packages
from colab_magics.envinfo.probes.platform import Platform, read_platform
from colab_magics.envinfo.probes.pressure import Pressure, read_pressure
from colab_magics.envinfo.probes.python import Python, read_python
from colab_magics.envinfo.probes.session import Session, read_session
from colab_magics.envinfo.reading import PRIVATE, Missing, Reading, is_there, plain
from colab_magics.machine.cgroup import find_groups

if TYPE_CHECKING:
    from colab_magics.envinfo.monitor.died import Died

_KEYS = {
    "gpu": ("gpus", "tpus"),
    "limits": ("cpu", "memory", "pressure"),
    "packages": ("packages",),
    "platform": ("platform", "session"),
    "disk": ("disk",),
}
"""What of the dictionary belongs to a part."""
_NOT_ASKED = Missing("no earlier kernel was asked for")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Report:
    """What this machine is, and what this process may use of it. It names no user, host, address or folder.

    ``verdicts`` are sentences about frameworks and GPUs, ``previous`` is the last reading of a kernel before this one
    that ended without a goodbye.
    """

    taken_at: datetime
    platform: Platform
    session: Session
    cpu: Cpu
    memory: Memory
    pressure: Pressure
    disk: Disk
    gpus: Gpus
    tpus: Reading[tuple[Tpu, ...]]
    python: Python
    packages: tuple[Package, ...]
    verdicts: tuple[str, ...] = ()
    previous: "Reading[Died]" = _NOT_ASKED
    asked: tuple[str, ...] = field(default=(), repr=False, metadata=PRIVATE)
    gpu_source: str = field(default="auto", repr=False, metadata=PRIVATE)

    def __repr__(self) -> str:
        from colab_magics.redaction import Redactor

        return f"Report({Redactor()(summary.headline(self))})"

    def to_dict(self, part: str = "all") -> dict[str, Any]:
        """Return the report, or one ``part``, as JSON has it: sizes in bytes, for each null its reason under "missing".

        Its form is written down in docs/envinfo-schema.md. Names of users and hosts, and secrets, are taken out.
        """
        from colab_magics.redaction import Redactor

        facts = Redactor(self.asked, people=True).all(plain(self))
        keys = ("taken_at", *_KEYS[part]) if part in _KEYS else facts
        missing = {key: reason for key, reason in facts.get("missing", {}).items() if key in keys}
        told = {key: facts[key] for key in keys if key != "missing"}
        return {"schema": SCHEMA, **told, **({"missing": missing} if missing else {})}

    def to_markdown(self, part: str = "all") -> str:
        """Return the report, or one ``part`` of it, as Markdown, ready for a bug report."""
        from colab_magics.envinfo.markdown import markdown

        return markdown(report_card(self, part, people=False))


def collect(
    *,
    root: Path = Path("/"),
    environ: Mapping[str, str] = os.environ,
    variables: Container[str] = (),
    gpu_source: str = "auto",
    asked: tuple[str, ...] = (),
    previous: "Reading[Died]" = _NOT_ASKED,
) -> Report:
    """Read everything once.

    ``variables`` are the names in the notebook, some of which tell where it runs; ``asked`` are packages to look up
    instead of those that matter to most.
    """
    is_linux = is_there(root / "proc/meminfo")
    groups = find_groups(root)
    platform = read_platform(root, environ, variables)
    gpus = read_gpus(environ, root=root, source=gpu_source)
    return Report(
        taken_at=datetime.now().astimezone(),
        platform=platform,
        session=read_session(root, environ, platform.name),
        cpu=read_cpu(root, *counts(), groups, environ),
        memory=read_memory(root, groups) if is_linux else ask_memory(),
        pressure=read_pressure(root, groups),
        disk=read_disk(Path(), root),
        gpus=gpus,
        tpus=read_tpus(root),
        python=read_python(),
        packages=read_packages(asked),
        verdicts=_verdicts(gpus, root, environ),
        previous=previous,
        asked=asked,
        gpu_source=gpu_source,
    )


def _verdicts(gpus: Gpus, root: Path, environ: Mapping[str, str]) -> tuple[str, ...]:
    from colab_magics.envinfo.why import headlines

    return headlines(gpus, root, environ)
