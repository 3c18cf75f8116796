"""Where the loader would find a library."""

from pathlib import Path

import pytest
from envinfo.machines import Machine

from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.why.libraries import Libraries


def libraries(machine: Machine, path: str = "") -> Libraries:
    return Libraries(machine.root, {"LD_LIBRARY_PATH": path} if path else {})


@pytest.mark.parametrize("folder", ["usr/lib/x86_64-linux-gnu", "usr/lib64", "usr/lib/wsl/lib", "usr/lib64-nvidia"])
def test_in_folders_of_the_system(folder: str, tmp_path: Path) -> None:
    found = libraries(Machine(tmp_path).library("libcuda.so", folder=folder))
    assert found.finds("libcuda.so.1")
    assert not found.finds("libcuda.so.2")
    assert found.version("libcuda.so.1") == "550.54.14"


def test_by_the_path_and_by_the_cache(tmp_path: Path) -> None:
    machine = Machine(tmp_path).write("opt/cuda/lib64/libcudnn.so.9")
    assert not libraries(machine).finds("libcudnn.so.9")
    assert libraries(machine, "/gone::/opt/cuda/lib64").finds("libcudnn.so.9")
    machine.write("etc/ld.so.cache", b"glibc-ld.so.cache1.1\0libcudnn.so.9\0/opt/x/libcudnn.so.9\0")
    assert libraries(machine).finds("libcudnn.so.9")
    assert not libraries(machine).finds("libcudnn.so")


def test_the_real_cache_of_this_system() -> None:
    here = Libraries(Path("/"), {})
    if not Path("/etc/ld.so.cache").exists():
        pytest.skip("this system has no cache of libraries")
    assert here.finds("libc.so.6")
    assert not here.finds("libno-such-thing.so.1")


def test_in_folders_of_a_framework(tmp_path: Path) -> None:
    machine = Machine(tmp_path).write("site/torch/lib/libcudart-d0da41ae.so.11.0")
    assert libraries(machine).finds_any("libcudart", [tmp_path / "site/torch/lib"])
    assert not libraries(machine).finds_any("libcublas", [tmp_path / "site/torch/lib"])


def test_a_stub_counts_only_where_it_comes_first(tmp_path: Path) -> None:
    machine = Machine(tmp_path).library("libcuda.so").write("cuda/lib64/stubs/libcuda.so.1")
    stubs, real = "/cuda/lib64/stubs/", "/usr/lib/x86_64-linux-gnu"
    assert libraries(machine, f"{stubs}:{real}").stub("libcuda.so.1")
    assert not libraries(machine, f"{real}:{stubs}").stub("libcuda.so.1")
    assert not libraries(machine).stub("libcuda.so.1")
    assert not libraries(machine, stubs).stub("libnvidia-ml.so.1")


def test_a_stub_folder_without_the_name_that_is_loaded_does_no_harm(tmp_path: Path) -> None:
    machine = Machine(tmp_path).library("libcuda.so").write("cuda/lib64/stubs/libcuda.so")
    assert not libraries(machine, "/cuda/lib64/stubs").stub("libcuda.so.1")


def test_versions_that_cannot_be_told(tmp_path: Path) -> None:
    assert isinstance(libraries(Machine(tmp_path)).version("libcuda.so.1"), Missing)
    assert isinstance(libraries(Machine(tmp_path).write("usr/lib/libcuda.so.1")).version("libcuda.so.1"), Missing)


@pytest.mark.parametrize("path", ["\0", ":::", "/a" * 3000, "../..", "/etc/passwd"])
def test_a_path_of_nonsense(path: str, tmp_path: Path) -> None:
    assert not libraries(Machine(tmp_path), path).finds("libcuda.so.1")
