"""Keeps the last readings of this kernel where they outlive it, and tells those of one that died."""

import atexit
import os
import secrets
import threading
import time
from pathlib import Path

from colab_magics.envinfo.monitor import died, identity
from colab_magics.envinfo.monitor.died import Died
from colab_magics.envinfo.monitor.pulse import PULSE, Pulse
from colab_magics.envinfo.monitor.records import PREFIX, SUFFIX, own_folder
from colab_magics.envinfo.monitor.residence import Residence
from colab_magics.envinfo.monitor.ringfile import Owner, RingFile
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.machine.kills import KillCount

CALM, TENSE = 5.0, 1.0
"""Seconds between two readings, and while memory is nearly full."""
_TENSE_FROM = 0.8


class Recorder:
    """Writes a reading every few seconds, beginning now. Raises OSError where no file can be made in ``folder``."""

    def __init__(self, folder: Path, root: Path = Path("/"), pulse: Pulse = PULSE) -> None:
        self.process = os.getpid()
        self.fault = ""
        self._pulse, self._lock = pulse, threading.Lock()
        self._kills = KillCount(root)
        self.ring = RingFile(folder / f"{PREFIX}{self.process}-{secrets.token_hex(4)}{SUFFIX}", self._owner(root))
        self._residence = Residence(root)
        pulse.add(self._beat, self._beat())

    def close(self) -> None:
        """Stop, and take the file away: the kernel goes on or ends well."""
        self._pulse.remove(self._beat)
        with self._lock:
            self.ring.remove()
            self._residence.close()
            self._kills.close()
        self._pulse.rest()

    def _owner(self, root: Path) -> Owner:
        started = identity.started(self.process, root)
        return Owner(
            self.process,
            0 if isinstance(started, Missing) else started,
            identity.boot(root),
            identity.session(),
            identity.digest(self._kills.place),
            time.time(),
        )

    def _beat(self) -> float:
        with self._lock:
            used, usable = self._residence.memory()
            try:
                self.ring.put(time.time(), used, usable, self._residence.process(), self._kills.read())
            except OSError as error:
                self.fault = f"the last readings of this kernel cannot be kept ({error.strerror})"
                self._pulse.remove(self._beat)
        is_known = not isinstance(used, Missing) and not isinstance(usable, Missing)
        return TENSE if is_known and used > _TENSE_FROM * usable else CALM  # type: ignore[operator]


_current: Recorder | None = None


def begin(folder: Path | None = None) -> Reading[Path]:
    """Keep the readings of this kernel from now on; give the file, or why there is none. Doing so twice is fine."""
    global _current
    if _current is None or _current.process != os.getpid():
        place = own_folder(folder)
        if isinstance(place, Missing):
            return place
        try:
            _current = Recorder(place)
        except OSError as error:
            return Missing(f"no file can be made for the last readings ({error.strerror})")
        atexit.register(close)
    return Missing(_current.fault) if _current.fault else _current.ring.path


def last_death(folder: Path | None = None) -> Reading[Died]:
    """Tell the last reading of this notebook's last kernel, if that ended without a goodbye. It is told once."""
    place = own_folder(folder)
    if isinstance(place, Missing):
        return place
    return died.last_death(place, None if _current is None else _current.ring.path)


def close() -> None:
    """Stop recording: this kernel ends well, or wants no more of it. Doing so twice is fine."""
    global _current
    recorder, _current = _current, None
    # A forked child that ends by itself must not say goodbye for its parent.
    if recorder is not None and recorder.process == os.getpid():
        recorder.close()
    atexit.unregister(close)
