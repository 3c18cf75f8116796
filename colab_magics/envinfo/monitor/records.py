"""Where kernels leave their last readings, and whether any lie there."""

import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

from colab_magics.envinfo.reading import Missing, Reading

PREFIX, SUFFIX = "kernel-", ".ring"


def any_left(folder: Path | None = None) -> bool:
    """Has any kernel left a record? It is cheap to ask, and most machines have none."""
    place = own_folder(folder)
    if isinstance(place, Missing):
        return False
    try:
        with os.scandir(place) as entries:
            return any(entry.name.startswith(PREFIX) and entry.name.endswith(SUFFIX) for entry in entries)
    except OSError:  # then none can be told
        return False


def own_folder(folder: Path | None = None) -> Reading[Path]:
    """Make sure of a folder that is this user's alone, by default where the system keeps such files."""
    try:
        place = _default(os.environ) if folder is None else folder
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = place.lstat()
        if not stat.S_ISDIR(status.st_mode) or (hasattr(os, "getuid") and status.st_uid != os.getuid()):
            return Missing("the folder for the last readings is a link, or another user's")
        if hasattr(os, "getuid") and stat.S_IMODE(status.st_mode) != 0o700:
            place.chmod(0o700)
    except OSError as error:
        return Missing(f"there is no folder for the last readings ({error.strerror})")
    except RuntimeError:
        return Missing("there is no folder for the last readings (this user has no home)")
    return place


def _default(environ: Mapping[str, str]) -> Path:
    """Follow the XDG Base Directory Specification, and elsewhere the system's own custom."""
    for name in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME"):
        place = Path(environ.get(name, ""))
        if place.is_absolute() and (name == "XDG_STATE_HOME" or os.access(place, os.W_OK)):
            return place / "colab_magics"
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or Path("~").expanduser()) / "colab_magics"
    if sys.platform == "darwin":
        return Path("~/Library/Application Support/colab_magics").expanduser()
    return Path("~/.local/state/colab_magics").expanduser()
