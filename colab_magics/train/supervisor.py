"""Runs the process of a training and writes down how it ended, which nobody would know once the kernel is gone.

``python -m colab_magics.train.supervisor FOLDER``, with the folder that `child` describes. ``end.json`` has the exit
``code`` as `subprocess` gives it, and whether processes were ended ``for_memory`` meanwhile, null where nothing counts
them.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from colab_magics.machine.kills import KillCount
from colab_magics.machine.reading import Missing
from colab_magics.train.files import write_json

END_FILE = "end.json"


def main(folder: Path) -> None:
    """Train there, and tell the end."""
    kills = KillCount()
    before = kills.read()
    # With the lock, which is the training's own should this process be ended alone.
    code = subprocess.call([sys.executable, "-m", "colab_magics.train.child", str(folder)], close_fds=False)
    after = kills.read()
    for_memory = None if isinstance(before, Missing) or isinstance(after, Missing) else after > before
    write_json(folder / END_FILE, {"code": code, "for_memory": for_memory})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
