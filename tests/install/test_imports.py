"""Imports that work, fail, hang and crash, each in another process."""

import sys
import time
from pathlib import Path

import pytest
from install.conftest import is_running

from colab_magics.install.imports import Tried, Trying, attempt

MODULES = {
    "good": "",
    "failing": "raise RuntimeError('two\\nlines')",
    "crashing": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "hanging": "import time; time.sleep(60)",
    "leaving": "import os; os._exit(7)",
    "loud": "import os; os.write(1, b'{}' * 100000)",
    "stuck": "import atexit, threading, time; threading.Thread(target=time.sleep, args=(60,)).start()",
    "package.inner": "",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, source in MODULES.items():
        path = tmp_path / f"{name.replace('.', '/')}_t.py".replace("package/", "package_t/")
        path.parent.mkdir(exist_ok=True)
        path.write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_each_outcome(folder: Path) -> None:
    """After a crash or a hang the others are still tried; the path is this process' own."""
    names = [
        "good_t",
        "failing_t",
        "crashing_t",
        "hanging_t",
        "leaving_t",
        "loud_t",
        "stuck_t",
        "package_t.inner_t",
        "none_t",
    ]
    started = time.monotonic()
    outcomes = {found.module: found for found in attempt(names, patience=2.0) if isinstance(found, Tried)}
    assert time.monotonic() - started < 40
    assert list(outcomes) == names
    assert {name for name in names if not outcomes[name].fault} == {"good_t", "loud_t", "stuck_t", "package_t.inner_t"}
    assert outcomes["good_t"].origin == str(folder / "good_t.py")
    assert outcomes["failing_t"].fault == "RuntimeError: two"
    assert outcomes["crashing_t"].fault == "its import crashed Python (SIGSEGV)"
    assert outcomes["hanging_t"].fault == "its import did not end within 2 s"
    assert outcomes["leaving_t"].fault == "its import crashed Python (status 7)"
    assert outcomes["none_t"].fault == "ModuleNotFoundError: No module named 'none_t'"
    assert not set(names) & sys.modules.keys()


def test_progress_is_told_while_it_hangs(folder: Path) -> None:
    told = list(attempt(["hanging_t"], patience=1.0))
    assert sum(isinstance(item, Trying) for item in told) >= 4


def test_leaving_early_ends_the_process(folder: Path) -> None:
    trying = attempt(["hanging_t"])
    next(trying)
    started = time.monotonic()
    trying.close()
    assert time.monotonic() - started < 15


@pytest.mark.parametrize("end", ["raise RuntimeError", "time.sleep(60)"])
def test_what_an_import_has_started_is_ended_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    source = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({str(tmp_path / "pid")!r}, "w").write(str(child.pid))
{end}
"""
    (tmp_path / "starting_t.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    trying = attempt(["starting_t"])
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        next(trying)
    assert is_running(int((tmp_path / "pid").read_text())) or end.startswith("raise")
    trying.close()
    time.sleep(0.2)
    assert not is_running(int((tmp_path / "pid").read_text()))
