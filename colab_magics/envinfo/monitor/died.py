"""An earlier kernel of the same notebook that ended without a goodbye: who, and what its last reading was."""

import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from colab_magics.envinfo.monitor import identity
from colab_magics.envinfo.monitor.records import PREFIX, SUFFIX
from colab_magics.envinfo.monitor.ringfile import Found, read_ring
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.envinfo.words import size_of
from colab_magics.format import size
from colab_magics.machine.kills import KillCount

NAME = re.compile(rf"{PREFIX}\d+-[0-9a-f]{{8}}{re.escape(SUFFIX)}")
_FULL = 0.9
_OLD = 7 * 86_400.0
_MOST_FILES = 20
_MOST_LOOKED_AT = 1000
_FRESH = 120.0
"""Seconds since its last reading, in which a kernel that cannot be asked may still live: on another machine perhaps,
with the same home folder."""


class Died(NamedTuple):
    """The last reading of a kernel before it ended: its time, and bytes.

    ``used`` of what was ``usable``, ``process`` of the kernel itself; ``kills`` is how many processes the system has
    ended since because memory ran out. Where Jupyter does not say which notebook is which, it may have been another's:
    ``is_own_notebook``.
    """

    when: datetime
    used: Reading[int]
    usable: Reading[int]
    process: Reading[int]
    kills: Reading[int]
    is_own_notebook: bool = True

    @property
    def is_memory_likely(self) -> bool:
        """Was memory nearly full, or was a process ended for it since?"""
        is_full = (
            not isinstance(self.used, Missing)
            and not isinstance(self.usable, Missing)
            and self.used > _FULL * self.usable
        )
        return is_full or (not isinstance(self.kills, Missing) and self.kills > 0)

    def sentence(self, now: datetime | None = None) -> str:
        """Tell it to the person."""
        now = now or datetime.now(self.when.tzinfo)
        day = "" if now.date() == self.when.date() else f"{self.when:%Y-%m-%d} "
        part = "" if isinstance(self.process, Missing) else f", {size(self.process)} of it by the kernel"
        cause = "It was probably ended for memory" if self.is_memory_likely else "It crashed, or was ended from outside"
        who = "The last kernel" if self.is_own_notebook else "A kernel"
        return (
            f"{who} ended without a goodbye, after {day}{self.when:%H:%M:%S}. "
            f"{size_of(self.used)} of {size_of(self.usable)} RAM were in use then{part}. {cause}."
        )


def last_death(folder: Path, own: Path | None = None, root: Path = Path("/")) -> Reading[Died]:
    """Find the last kernel of this notebook that ended without a goodbye, and take its file away: it is told once.

    ``folder`` holds the files, and ``own`` is that of this kernel. Files of other notebooks stay until those ask, a
    week at most.
    """
    now, session = time.time(), identity.session()
    ended = []
    for path, changed_at in _files(folder, own):
        found = read_ring(path)
        if isinstance(found, Missing):
            if abs(now - changed_at) > _OLD:
                _take_away(path)
        elif _has_ended(found, now, root):
            ended.append((path, found))
    ended.sort(key=lambda pair: _last_seen(pair[1]))
    ours = [(path, found) for path, found in ended if found.owner.session == session]
    others = [(path, found) for path, found in ended if found.owner.session != session]
    for path, _ in ours + others[:-_MOST_FILES]:
        _take_away(path)
    for path, found in others[-_MOST_FILES:]:
        if now - _last_seen(found) > _OLD:
            _take_away(path)
    told = [found for _, found in ours if found.records and now - _last_seen(found) <= _OLD]
    return _died(told[-1], root) if told else Missing("no kernel has ended without a goodbye")


def _files(folder: Path, own: Path | None) -> Iterator[tuple[Path, float]]:
    """Yield the plain files of our user with a name of ours, and when each was written last."""
    try:
        with os.scandir(folder) as entries:
            for entry, _ in zip(entries, range(_MOST_LOOKED_AT), strict=False):
                # The own file must not even be opened: closing it would end the lock on it.
                if NAME.fullmatch(entry.name) and (own is None or entry.name != own.name):
                    status = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(status.st_mode) and (not hasattr(os, "getuid") or status.st_uid == os.getuid()):
                        yield Path(entry.path), status.st_mtime
    except OSError:
        return  # there is no folder yet, or it is not ours to read: nothing was recorded there


def _take_away(path: Path) -> None:
    with suppress(OSError):  # a folder that may be read only: then it is told again
        path.unlink(missing_ok=True)


def _has_ended(found: Found, now: float, root: Path) -> bool:
    if found.is_held is True:
        return False
    is_fresh = now - _last_seen(found) < _FRESH
    if found.owner.boot != identity.boot(root):
        return not is_fresh
    if identity.started(found.owner.process, root) == found.owner.started:
        return False
    # Its number may belong to another container, of which we see no process: then only the lock tells.
    return found.is_held is False or not is_fresh


def _last_seen(found: Found) -> float:
    return found.records[-1].at if found.records else found.owner.began


def _died(found: Found, root: Path) -> Died:
    record = found.records[-1]
    return Died(
        datetime.fromtimestamp(record.at).astimezone(),
        record.used,
        record.usable,
        record.process,
        _kills_since(found, record.kills, root),
        is_own_notebook=found.owner.session != 0,
    )


def _kills_since(found: Found, before: Reading[int], root: Path) -> Reading[int]:
    count = KillCount(root)
    now = count.read()
    count.close()
    if isinstance(before, Missing) or isinstance(now, Missing):
        return before if isinstance(before, Missing) else now
    if found.owner.counter != identity.digest(count.place) or found.owner.boot != identity.boot(root) or now < before:
        return Missing("they are counted elsewhere now")
    return now - before
