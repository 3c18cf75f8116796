"""GPUtil as a second opinion: imported without distutils, asked of the same captures, and all its failures."""

import importlib.util
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from colab_magics.envinfo.gpu.device import Found
from colab_magics.envinfo.gpu.gpus import UNTOLD
from colab_magics.envinfo.gpu.gputil import read_gputil
from colab_magics.envinfo.gpu.nvidia_smi import read_nvidia_smi
from colab_magics.envinfo.reading import Missing
from tests.envinfo.fake_nvidia_smi import OWN, Capture, captures, put, put_script

MIB = 2**20
REPLAYS = [(path, state) for path in captures() for state in Capture.read(path).states]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fakes are scripts of a POSIX shell")
needs_gputil = pytest.mark.skipif(importlib.util.find_spec("GPUtil") is None, reason="GPUtil is not installed")


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for an nvidia-smi, first on the PATH of this process: GPUtil looks nowhere else."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return tmp_path / "bin"


def reason(result: object) -> str:
    assert isinstance(result, Missing), result
    return result.reason


@needs_gputil
@pytest.mark.parametrize(("capture", "state"), REPLAYS, ids=lambda value: getattr(value, "stem", value))
def test_it_agrees_with_our_reader(capture: Path, state: str, path: Path) -> None:
    put(path, capture, state)
    ours, theirs = read_nvidia_smi(os.environ, timeout=30), read_gputil(os.environ, timeout=30)
    assert isinstance(ours, Found), ours
    assert isinstance(theirs, Found), theirs
    assert theirs.driver == ours.driver
    for our, their in zip(ours.devices, theirs.devices, strict=True):
        assert (their.index, their.uuid) == (our.index, our.uuid)
        facts = {"memory_total": MIB, "memory_used": MIB, "utilization": 0.01, "temperature": 1}
        if "," in str(our.name):  # to GPUtil a comma ends a name, and what follows is shifted
            facts.pop("temperature")
            assert str(our.name).startswith(f"{their.name},")
        elif isinstance(our.name, Missing):
            assert isinstance(their.name, Missing)
        else:
            assert their.name == our.name
        for name, step in facts.items():
            mine, other = getattr(our, name), getattr(their, name)
            if isinstance(mine, Missing) or (our.is_memory_shared and name.startswith("memory")):
                assert reason(other) == "GPUtil could not read a number in nvidia-smi's answer"
            else:
                assert abs(mine - other) <= step, name
        assert their.power == their.clock == UNTOLD


@needs_gputil
@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo No devices were found; exit 6", "the NVIDIA driver is there and sees no GPU"),
        ('echo "NVIDIA-SMI has failed because it couldn\'t communicate with the NVIDIA driver."; exit 9', "not loaded"),
        ("echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18", "was updated since"),
        ("echo 'Failed to initialize NVML: Unknown Error'; exit 255", "a container may have lost its GPU"),
        (
            "echo 'Unable to determine the device handle for GPU 0000:0B:00.0: GPU is lost.'; exit 15",
            "fallen off the bus",
        ),
        ("echo 'Field \"gpu_serial\" is not a valid field to query.'; exit 2", "raised ValueError"),
        ("echo '0, GPU-0, 37, 0, 0, 0, 550.54, NVIDIA L4, 1, Disabled, Disabled, 41'", "raised ZeroDivisionError"),
        ("echo '0, GPU-0, 37'", "raised IndexError"),
        ("printf '\\377\\376'", "raised UnicodeDecodeError"),
        ("exit 0", "GPUtil sees no GPU"),
    ],
)
def test_its_failures_become_reasons(script: str, words: str, path: Path) -> None:
    put_script(path, script)
    assert words in reason(read_gputil(os.environ, timeout=30))


@needs_gputil
def test_a_hang_is_met_once_and_then_not_again(path: Path, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    put_script(path, f"echo $$ > {pid}; exec sleep 300")
    begun = time.monotonic()
    assert reason(read_gputil(os.environ, timeout=1)) == "GPUtil gave no answer in 1 s: nvidia-smi may be stuck"
    assert 1 <= time.monotonic() - begun < 60
    threads = threading.active_count()
    begun = time.monotonic()
    assert "GPUtil still waits for an answer of nvidia-smi" in reason(read_gputil(os.environ, timeout=60))
    assert time.monotonic() - begun < 30
    assert threading.active_count() == threads
    os.kill(int(pid.read_text()), 9)
    put(path, OWN / "old_driver.txt", "load")
    for _ in range(100):  # until the thread has noticed
        result = read_gputil(os.environ, timeout=30)
        if isinstance(result, Found):
            break
        time.sleep(0.05)
    assert isinstance(result, Found)


@needs_gputil
def test_no_nvidia_smi_is_told_without_importing_it(tmp_path: Path) -> None:
    code = (
        "import sys; from colab_magics.envinfo.gpu.gputil import read_gputil\n"
        "print(read_gputil({'PATH': sys.argv[1]}).reason, 'GPUtil' in sys.modules)"
    )
    assert (
        run(code, str(tmp_path)) == "GPUtil asks nvidia-smi: nvidia-smi is not here: the NVIDIA driver brings it False"
    )


def test_what_to_install_where_it_is_not(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    put(path, OWN / "old_driver.txt", "load")
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if not Path(entry, "GPUtil").exists()])
    monkeypatch.delitem(sys.modules, "GPUtil", raising=False)
    assert '%pip install "colab-magics[gputil]"' in reason(read_gputil(os.environ))


def test_a_module_of_that_name_that_cannot_be_imported(
    monkeypatch: pytest.MonkeyPatch, path: Path, tmp_path: Path
) -> None:
    put(path, OWN / "old_driver.txt", "load")
    (tmp_path / "GPUtil.py").write_text("raise OSError('no such luck')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "GPUtil", raising=False)
    assert reason(read_gputil(os.environ, timeout=30)) == "GPUtil cannot be imported (OSError: no such luck)"


# The import, in a process of its own each time.

_LOAD = "import json, sys; from colab_magics.envinfo.gpu.gputil import import_gputil\n"
_TELL = "\nprint(json.dumps([module for module in ('distutils', 'setuptools', 'GPUtil') if module in sys.modules]))"


def run(code: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.strip()


@needs_gputil
def test_it_is_imported_without_distutils_and_leaves_none_behind() -> None:
    tell = "\nassert import_gputil().GPUtil.spawn.find_executable('python-of-nobody') is None"
    assert json.loads(run(_LOAD + "import_gputil()" + tell + _TELL)) == ["GPUtil"]


@needs_gputil
def test_a_distutils_in_use_is_left_alone() -> None:
    code = "import types; mine = sys.modules['distutils'] = types.ModuleType('distutils'); mine.spawn = 7\n"
    check = "\nassert sys.modules['distutils'] is mine and sys.modules['GPUtil.GPUtil'].spawn == 7"
    assert json.loads(run(_LOAD + code + "import_gputil()" + check + _TELL)) == ["distutils", "GPUtil"]


@needs_gputil
def test_a_setuptools_in_use_serves() -> None:
    if importlib.util.find_spec("setuptools") is None:
        pytest.skip("setuptools is not installed")
    check = "\nassert 'setuptools' in sys.modules['GPUtil.GPUtil'].spawn.__file__"
    assert json.loads(run("import setuptools\n" + _LOAD + "import_gputil()" + check + _TELL))[-1] == "GPUtil"


@needs_gputil
def test_a_setuptools_that_lends_no_distutils() -> None:
    code = "import types; sys.modules['setuptools'] = types.ModuleType('setuptools')\n"
    assert "GPUtil" in json.loads(run(_LOAD + code + "import_gputil()" + _TELL))


@needs_gputil
def test_many_threads_import_it_at_once() -> None:
    code = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(8) as pool: modules = list(pool.map(lambda _: import_gputil(), range(8)))\n"
        "assert len(set(map(id, modules))) == 1"
    )
    assert json.loads(run(_LOAD + code + _TELL)) == ["GPUtil"]
