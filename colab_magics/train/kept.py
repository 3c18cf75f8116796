"""All runs that are kept: each by its name, and all in one table."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from colab_magics.errors import BrokenFile, UnknownRun
from colab_magics.train import background, table
from colab_magics.train import runs as folders
from colab_magics.train.child import REQUEST_FILE
from colab_magics.train.stored import read
from colab_magics.train.table import Entry

if TYPE_CHECKING:
    import pandas as pd

    from colab_magics.train.background import Background
    from colab_magics.train.run import Run


@dataclass(frozen=True, eq=False, slots=True)
class Runs(Mapping[str, "Run | Background"]):
    """All runs under one folder as they were when it was read, the newest first.

    ``runs["name"]`` is the `Run`, read again from its folder, or the `Background` of one that trains, or failed, in
    the background. As the last line of a cell it is shown: a table, and curves over each other.
    """

    root: Path
    entries: tuple[Entry, ...]

    def __repr__(self) -> str:
        return f"Runs({len(self)} in {self.root})"

    def __str__(self) -> str:
        from colab_magics.train.overview import card

        return card(self).text()

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __getitem__(self, name: str) -> Run | Background:
        """Raises `UnknownRun`, and `BrokenFile` where its folder is damaged or of a newer version."""
        entry = next((entry for entry in self.entries if entry.name == name), None)
        if entry is None:
            known = f": there are {', '.join(self.names[:10])}" if self.names else ""
            raise UnknownRun(f"There is no run named {name} in {self.root}{known}.")
        value = entry.job or entry.run
        if value is None:
            raise BrokenFile(entry.reason)
        return value

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(entry.name for entry in self.entries)

    @property
    def frame(self) -> pd.DataFrame:
        """One row for each run, by its name: how it was trained, and what came of it.

        ``status``: finished, stopped, running, broken off (to be gone on with by ``--resume``), failed, killed, or
        unreadable, for which ``reason`` says why; ``epochs_done``: whole epochs; accuracies from 0 to 1; ``seconds``
        of training; ``began``: the time; ``folder``: where all that it left lies. What a run does not tell is missing.
        """
        return table.frame(self.entries)

    @property
    def differences(self) -> pd.DataFrame:
        """One row for each run, and a column for each field of the configs in which they differ."""
        return table.differences(self.entries)

    def anew(self) -> Runs:
        """The same read again, but for runs that ended and are as they were."""
        return read_all(self.root, {entry.name: entry for entry in self.entries})


def runs(environ: Mapping[str, str] = os.environ) -> Runs:
    """All runs under ``COLAB_MAGICS_RUNS``, or ``runs`` in the working directory, the newest first.

    A mapping of names to runs, whose ``frame`` is a DataFrame of all of them, and whose ``differences`` is one of what
    was asked for differently. Raises `SourceNotFound` for a folder that cannot be.
    """
    return read_all(folders.root(environ))


def read_all(root: Path, before: Mapping[str, Entry] = MappingProxyType({})) -> Runs:
    """All runs under a folder; what is known from ``before`` of one that ended stays."""
    jobs = {job.name: job for job in background.jobs(root)}
    names = {folder.name for folder in folders.under(root)} | set(jobs)
    entries = filter(None, (_entry(root / name, jobs.get(name), before.get(name)) for name in names))
    return Runs(root, tuple(sorted(entries, key=lambda entry: (entry.began, entry.name), reverse=True)))


def _entry(folder: Path, job: Background | None, before: Entry | None) -> Entry | None:
    """None for a run that is gone, be it since a moment ago."""
    ended = _stamp(folder / folders.RESULT_FILE)
    is_same = before is not None and before.run is not None and before.job is None and ended == before.ended
    if is_same and ended is not None:
        return before
    config, request = folder / folders.CONFIG_FILE, None if job is None else job.folder / REQUEST_FILE
    began = _time(config) or (None if request is None else _time(request))
    if began is None:
        return None
    run, status, reason = None, "unreadable", ""
    if config.is_file():
        try:
            run = read(folder)
            status = run.status
            reason = " ".join(run.notes) if status == "failed" else ""
        except BrokenFile as error:
            reason = str(error)
    if job is not None and status not in ("finished", "stopped"):
        now = job.status
        if now == "running" or not reason:
            return Entry(folder.name, folder, began, now, job.reason, run, job)
    return Entry(folder.name, folder, began, status, reason, run, ended=ended)


def _stamp(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def _time(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime).astimezone().replace(microsecond=0)
    except OSError:
        return None
