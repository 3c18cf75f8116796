"""The child process that asks the driver first."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.envinfo.nvml_driver import play

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the driver is a stub for POSIX systems")


def test_an_old_package_in_place_of_the_module(tmp_path: Path) -> None:
    module = importlib.util.find_spec("pynvml")
    assert module is not None
    assert module.origin is not None
    package = tmp_path / "pynvml"
    package.mkdir()
    shutil.copy(module.origin, package / "nvml.py")
    (package / "__init__.py").write_text("from .nvml import *\n")
    answer = play("ok", PYTHONPATH=os.pathsep.join([str(tmp_path), *sys.path]))
    assert not answer["refusals"]
    assert answer["devices"]
