"""Environments of their own, made once, in which packages really come and go."""

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DRIVER = Path(__file__).with_name("driver.py")
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Environment:
    """A virtual environment beside this project and what it needs; ``home`` is empty, and no setting of pip is left."""

    folder: Path
    home: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def packages(self) -> Path:
        (found,) = self.folder.glob("lib/python*/site-packages")
        return found

    def environ(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "PYTHON"))}
        beside = os.pathsep.join(entry for entry in sys.path if entry.endswith("site-packages"))
        own = {
            "COLAB_MAGICS_TEST_BESIDE": beside,
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "PIP_CONFIG_FILE": os.devnull,
        }
        return {
            **kept,
            **own,
            "UV_NO_CONFIG": "1",
            "UV_OFFLINE": "1",
            "IPYTHONDIR": str(self.home / ".ipython"),
            **more,
        }

    def drive(self, *steps: dict[str, Any], cwd: Path | None = None, timeout: float = 120, **environ: str) -> list[Any]:
        """Do the steps of ``driver.py`` one after the other in one new process; give what came of each."""
        done = subprocess.run(
            [str(self.python), str(DRIVER)],
            input=json.dumps(steps),
            capture_output=True,
            text=True,
            cwd=cwd or self.home,
            env=self.environ(**environ),
            timeout=timeout,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def pip(self, *words: str) -> None:
        """What is to be there before a test."""
        done = subprocess.run(
            [str(self.python), "-m", "pip", *words], env=self.environ(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def make(folder: Path, *, with_pip: bool) -> Environment:
    environment = Environment(folder / "env", folder / "home")
    environment.home.mkdir(parents=True)
    venv.create(environment.folder, with_pip=with_pip, symlinks=True)
    (environment.packages / "zz_project.pth").write_text(f"{ROOT}\n")
    return environment


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A virtual environment with pip."""
    return make(tmp_path_factory.mktemp("install"), with_pip=True)


@pytest.fixture(scope="session")
def uv_environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """One without pip, whose installer is uv."""
    if find_uv() is None:
        pytest.skip("uv is not installed: put it on the PATH, or name it in COLAB_MAGICS_TEST_UV")
    return make(tmp_path_factory.mktemp("uv"), with_pip=False)


def find_uv() -> str | None:
    beside = Path(sys.executable).with_name("uv")
    return os.environ.get("COLAB_MAGICS_TEST_UV") or shutil.which("uv") or (str(beside) if beside.exists() else None)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Puts a program of the given name and shell script in front of the PATH; give its folder."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def add(name: str, script: str) -> Path:
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return folder

    return add


def is_running(pid: int) -> bool:
    """Is there a process of this number that is more than a dead one nobody has asked for yet?"""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
