"""The interpreter that runs this."""

import platform
import sys
from pathlib import Path
from typing import NamedTuple

from colab_magics.envinfo.reading import is_there


class Python(NamedTuple):
    """Version and implementation, and the kind of environment: its path would tell who works here."""

    version: str
    implementation: str
    environment: str


def read_python() -> Python:
    """Describe the running interpreter."""
    if is_there(Path(sys.prefix) / "conda-meta"):
        environment = "conda environment"
    else:
        environment = "virtual environment" if sys.prefix != sys.base_prefix else "system installation"
    return Python(platform.python_version(), platform.python_implementation(), environment)
