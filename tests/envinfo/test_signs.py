"""Signs of a driver, looked for without loading or starting anything."""

import subprocess
import sys
from pathlib import Path

import pytest

from colab_magics.envinfo.gpu.signs import container_hint, driver_sign
from colab_magics.envinfo.reading import Missing

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the places are those of Linux")


@pytest.mark.parametrize(
    "place",
    [
        "dev/nvidiactl",
        "dev/nvidia0",
        "dev/dxg",
        "proc/driver/nvidia/version",
        "usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1",
        "usr/lib/wsl/lib/libnvidia-ml.so.1",
        "usr/lib64-nvidia/libnvidia-ml.so.1",
    ],
)
def test_each_place(tmp_path: Path, place: str) -> None:
    assert isinstance(driver_sign({}, tmp_path), Missing)
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).touch()
    assert not isinstance(driver_sign({}, tmp_path), Missing)


def test_the_persons_own_folders(tmp_path: Path) -> None:
    library = tmp_path / "own/libnvidia-ml.so.1"
    library.parent.mkdir()
    library.touch()
    environ = {"LD_LIBRARY_PATH": f":/nonexistent:{library.parent}"}
    assert driver_sign(environ, tmp_path) == str(library)


def test_the_cache_of_the_loader(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    cache = tmp_path / "etc/ld.so.cache"
    cache.write_bytes(b"glibc-ld.so.cache1.1\0\xff/opt/x/libm.so.6\0/opt/x/libnvidia-ml.so\0")
    assert isinstance(driver_sign({}, tmp_path), Missing)
    cache.write_bytes(b"\xff\0libnvidia-ml.so.1\0/opt/driver/libnvidia-ml.so.1\0")
    assert driver_sign({}, tmp_path) == "/etc/ld.so.cache"


def test_a_link_that_leads_nowhere_is_no_library(tmp_path: Path) -> None:
    (tmp_path / "usr/lib64").mkdir(parents=True)
    (tmp_path / "usr/lib64/libnvidia-ml.so.1").symlink_to("gone")
    assert isinstance(driver_sign({}, tmp_path), Missing)


@pytest.mark.parametrize(("value", "is_told"), [("void", True), ("none", True), ("all", False), ("0", False)])
def test_a_containers_own_variable_is_a_hint(value: str, is_told: bool) -> None:
    assert bool(container_hint({"NVIDIA_VISIBLE_DEVICES": value})) is is_told


def test_looking_imports_nothing_costly() -> None:
    source = (
        "import sys; from colab_magics.envinfo.gpu.sources import read_gpus; from pathlib import Path;"
        "read_gpus({}, root=Path('/nonexistent'));"
        "print([name for name in ('subprocess', 'ctypes', 'pynvml', 'threading', 'socket', 'selectors', 'json')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-I", "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in ("[]", "['threading']")
