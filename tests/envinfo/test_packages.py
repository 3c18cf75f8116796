"""The packages that matter, on disk and in this process."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from colab_magics.envinfo.probes.packages import PACKAGES, Package, read_packages
from colab_magics.envinfo.reading import Missing


def install(site: Path, folder: str, record: str) -> None:
    (site / folder).mkdir()
    (site / folder / "METADATA").write_text(record)


def found(name: str, site: Path) -> Package:
    return next(package for package in read_packages(folders=[str(site)]) if package.name == name)


def pretend_loaded(monkeypatch: pytest.MonkeyPatch, module: str, version: str) -> None:
    monkeypatch.setitem(sys.modules, module, ModuleType(module))
    monkeypatch.setattr(sys.modules[module], "__version__", version, raising=False)


def test_a_variant_brings_the_package(tmp_path: Path) -> None:
    install(tmp_path, "torch-2.13.0+cpu.dist-info", "Version: 2.13.0+cpu\n")
    install(tmp_path, "tensorflow_cpu-2.21.0.dist-info", "Version: 2.21.0\n")
    assert (found("tensorflow", tmp_path).version, found("tensorflow", tmp_path).distribution) == (
        "2.21.0",
        "tensorflow-cpu",
    )
    assert found("torch", tmp_path).version == "2.13.0+cpu"


def test_a_damaged_record(tmp_path: Path) -> None:
    install(tmp_path, "numpy-2.0.dist-info", "")
    assert found("numpy", tmp_path).version == Missing("its record names no version")
    assert found("numpy", tmp_path).distribution == "numpy"


def test_nothing_installed(tmp_path: Path) -> None:
    packages = read_packages(folders=[str(tmp_path)])
    assert [package.name for package in packages] == list(PACKAGES)
    assert {package.version for package in packages} == {Missing("not installed")}


@pytest.mark.parametrize(
    ("on_disk", "loaded", "needs_restart"),
    [
        ("2.21.0", "2.20.0", True),
        ("2.21.0", "2.21.0", False),
        ("4.10.0.84", "4.10.0", False),
        ("4.10.0.84", "4.10", False),
    ],
)
def test_a_version_changed_under_a_running_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on_disk: str, loaded: str, needs_restart: bool
) -> None:
    install(tmp_path, f"opencv_python-{on_disk}.dist-info", f"Version: {on_disk}\n")
    pretend_loaded(monkeypatch, "cv2", loaded)
    package = found("opencv", tmp_path)
    assert (package.loaded, package.needs_restart) == (loaded, needs_restart)


def test_names_that_a_person_asks_for(tmp_path: Path) -> None:
    install(tmp_path, "PyYAML-6.0.dist-info", "Version: 6.0\n")
    install(tmp_path, "odd_name-1.0.dist-info", "Version: 1.0\n")
    (tmp_path / "odd_name-1.0.dist-info" / "top_level.txt").write_text("oddly\n")
    packages = read_packages(["yaml", "oddly", "nothing"], folders=[str(tmp_path)])
    assert [(package.name, package.version) for package in packages] == [
        ("yaml", "6.0"),
        ("oddly", "1.0"),
        ("nothing", Missing("not installed")),
    ]


@pytest.mark.parametrize(
    ("distribution", "modules", "module"),
    [
        ("matplotlib", "mpl_toolkits matplotlib pylab", "matplotlib"),
        ("matplotlib", "", "matplotlib"),
        ("setuptools", "_distutils_hack pkg_resources setuptools", "setuptools"),
        ("opencv_python", "cv2", "cv2"),
        ("odd_name", "_inner oddly", "_inner"),
    ],
)
def test_the_module_that_tells_what_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, distribution: str, modules: str, module: str
) -> None:
    install(tmp_path, f"{distribution}-1.0.dist-info", "Version: 1.0\n")
    (tmp_path / f"{distribution}-1.0.dist-info" / "top_level.txt").write_text(modules)
    for other in modules.split():
        monkeypatch.setitem(sys.modules, other, ModuleType(other))
    pretend_loaded(monkeypatch, module, "0.9")
    (package,) = read_packages([distribution.replace("_", "-")], folders=[str(tmp_path)])
    assert (package.loaded, package.needs_restart) == ("0.9", True)


def test_a_module_that_tells_no_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "silent-1.0.dist-info", "Version: 1.0\n")
    monkeypatch.setitem(sys.modules, "silent", ModuleType("silent"))
    (package,) = read_packages(["silent"], folders=[str(tmp_path)])
    assert package.loaded == Missing("imported, and tells no version")
    assert not package.needs_restart


def test_a_broken_installation_leaves_two_records(tmp_path: Path) -> None:
    install(tmp_path, "numpy-2.0.dist-info", "Version: 2.0\n")
    install(tmp_path, "numpy-2.1.dist-info", "Version: 2.1\n")
    package = found("numpy", tmp_path)
    assert (package.version, package.records) == ("2.1", 2)
