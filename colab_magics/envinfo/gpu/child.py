"""The first question to a driver, asked by a child process: if the driver's library crashes, only the child dies."""

import importlib.util
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from colab_magics.envinfo.gpu.answer import decode
from colab_magics.envinfo.gpu.device import Found
from colab_magics.envinfo.reading import Missing, Reading

# The child looks for modules in its standard library first, and runs no start-up file of the person's.
_SOURCE = "import sys; sys.path += sys.argv[2:]; from colab_magics.envinfo.gpu.errand import run; run(int(sys.argv[1]))"


@dataclass(frozen=True, slots=True)
class Failed:
    """The driver could not be asked, and ``why`` says why in words for the person."""

    why: str


def ask_child() -> Reading[Found] | Failed:
    """Ask NVML in a child process. It blocks until the child answers or ends, so call it in a thread."""
    python, folders = interpreter(), _folders()
    if isinstance(python, Missing):
        return python
    if isinstance(folders, Missing):
        return folders
    command = [python, "-I", "-S", "-c", _SOURCE, str(os.getpid()), *folders]
    try:
        child = subprocess.Popen(  # no shell, and our own arguments
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # an interrupt of the notebook is not for it
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        return Failed(f"no process could be started to ask the NVIDIA driver ({error.strerror})")
    with child:
        line = child.stdout.readline() if child.stdout else b""
    return _answer(line, child.returncode)


def interpreter() -> Reading[str]:
    """Find the Python that runs this; an application that embeds Python is no Python."""
    path = Path(sys.executable or "")
    if getattr(sys, "frozen", False) or not path.name.lower().startswith(("python", "pypy")):
        return Missing("this Python is part of another application and cannot be started on its own")
    return str(path)


def _folders() -> Reading[list[str]]:
    """Find the folders of this package and of nvidia-ml-py."""
    found = importlib.util.find_spec("pynvml")
    if found is None or found.origin is None:
        return Missing("there is an NVIDIA driver, but nvidia-ml-py is not installed: %pip install nvidia-ml-py")
    origin = Path(found.origin)
    # The module is one file; a folder of that name is an old one, which may stand before it on the path and works too.
    return [str(Path(__file__).parents[3]), str(origin.parents[1 if origin.name == "__init__.py" else 0])]


def _answer(line: bytes, returncode: int) -> Reading[Found] | Failed:
    try:
        return decode(line)
    except ValueError:
        if returncode < 0:
            return Failed(f"NVIDIA's library crashed the process that asked it ({_signal(-returncode)})")
        return Failed(f"the process that asked the NVIDIA driver ended without an answer (exit code {returncode})")


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
