"""What the child process does that asks the driver first: `child` starts it, and nothing else imports this."""

import faulthandler
import os
import sys

from colab_magics.envinfo.gpu.answer import encode
from colab_magics.envinfo.gpu.nvml import read_nvml

_LIFETIME = 30.0
"""Seconds after which a process whose driver hangs ends itself; by then nobody waits for it."""


def run(pid: int) -> None:
    """Ask NVML for the process ``pid`` and write one line to standard output."""
    output = os.dup(1)
    os.dup2(2, 1)  # the driver's library may print, too
    _leave_no_core()
    faulthandler.dump_traceback_later(_LIFETIME, exit=True)
    with os.fdopen(output, "w", encoding="utf-8") as file:
        file.write(encode(read_nvml(pid=pid)) + "\n")
    os._exit(0)  # the clean-up of the driver's library could hang or crash


def _leave_no_core() -> None:
    """Let a crash of the driver write no file of hundreds of megabytes."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
