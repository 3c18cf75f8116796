"""Which libraries of CUDA a build misses."""

from pathlib import Path

import pytest
from envinfo.machines import Machine
from envinfo.site_packages import cuda_libraries, jax, tensorflow, torch

from colab_magics.envinfo.why.builds import read_builds
from colab_magics.envinfo.why.libraries import Libraries
from colab_magics.envinfo.why.needs import lacking

ALL = "cudart.so.12 cublas.so.12 cublasLt.so.12 cufft.so.11 cusolver.so.11 cusparse.so.12 cudnn.so.9"


def lacks(site: Path, framework: str, environ: dict[str, str] | None = None, root: Path | None = None) -> set[str]:
    (build,) = (build for build in read_builds([site]) if build.framework == framework)
    return set(lacking(build, Libraries(root or site / "root", environ or {})))


def test_tensorflow_without_its_extra(tmp_path: Path) -> None:
    assert lacks(tensorflow(tmp_path), "TensorFlow") == {f"lib{name}" for name in ALL.split()}


@pytest.mark.parametrize("name", ALL.split())
def test_tensorflow_without_one(name: str, tmp_path: Path) -> None:
    site = cuda_libraries(tensorflow(tmp_path), without=[f"lib{name}"])
    assert lacks(site, "TensorFlow") == {f"lib{name}"}


def test_wheels_in_another_folder_do_not_help(tmp_path: Path) -> None:
    cuda_libraries(tmp_path / "system")
    assert len(lacks(tensorflow(tmp_path / "user"), "TensorFlow")) == 7


def test_an_environment_of_conda(tmp_path: Path) -> None:
    site = tensorflow(tmp_path / "env/lib/python3.12/site-packages")
    for name in ALL.split():
        (tmp_path / "env/lib" / f"lib{name}").touch()
    assert lacks(site, "TensorFlow") == set()


def test_libraries_on_the_path(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "root")
    for name in ALL.split():
        machine.write(f"usr/local/cuda/lib64/lib{name}")
    site = tensorflow(tmp_path / "site")
    assert lacks(site, "TensorFlow", {"LD_LIBRARY_PATH": "/usr/local/cuda/lib64"}, machine.root) == set()
    assert len(lacks(site, "TensorFlow", {}, machine.root)) == 7


def test_cuda_11_and_13_have_other_numbers(tmp_path: Path) -> None:
    assert "libcudart.so.11.0" in lacks(tensorflow(tmp_path / "a", cuda="11.8", cudnn="8"), "TensorFlow")
    assert "libcudart.so.13" in lacks(torch(tmp_path / "b", "2.9.0+cu130", "13.0"), "PyTorch")


def test_the_folder_of_cuda_13(tmp_path: Path) -> None:
    site = torch(tmp_path, "2.9.0+cu130", "13.0")
    for path in ("cu13/lib/libcudart.so.13", "cu13/lib/libcublas.so.13", "cudnn/lib/libcudnn.so.9"):
        (site / "nvidia" / path).parent.mkdir(parents=True, exist_ok=True)
        (site / "nvidia" / path).touch()
    assert lacks(site, "PyTorch") == set()


def test_builds_that_need_none(tmp_path: Path) -> None:
    site = jax(torch(tensorflow(tmp_path, cuda=None), "2.6.0+cpu", None))
    assert [lacks(site, name) for name in ("TensorFlow", "PyTorch", "JAX")] == [set(), set(), set()]


def test_an_unknown_cuda_is_not_guessed_at(tmp_path: Path) -> None:
    assert lacks(tensorflow(tmp_path, cuda="17.0"), "TensorFlow") == set()
