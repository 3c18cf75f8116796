"""Versions from the records of installed distributions, and from nothing else."""

import sys
from pathlib import Path

import pytest

from colab_magics.envinfo.probes.packages import PACKAGES, Package, read_packages
from colab_magics.envinfo.reading import Missing


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of installed packages."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    return tmp_path


def install(site: Path, folder: str, record: str | bytes, name: str = "METADATA") -> None:
    (site / folder).mkdir()
    (site / folder / name).write_bytes(record if isinstance(record, bytes) else record.encode())


def found(name: str) -> Package:
    return next(package for package in read_packages() if package.name == name)


def test_a_variant_brings_the_package(site: Path) -> None:
    install(site, "tensorflow_cpu-2.21.0.dist-info", "Metadata-Version: 2.1\nName: tensorflow-cpu\nVersion: 2.21.0\n")
    assert found("tensorflow") == Package("tensorflow", "2.21.0", "tensorflow-cpu")


def test_the_usual_distribution_comes_first(site: Path) -> None:
    for name in ("tensorflow_intel", "tensorflow"):
        install(site, f"{name}-2.18.0.dist-info", f"Name: {name}\nVersion: 2.18.0\n")
    assert found("tensorflow").distribution == "tensorflow"


def test_a_record_of_an_old_installer(site: Path) -> None:
    install(site, "opencv_python_headless-4.9.egg-info", "Name: opencv-python-headless\nVersion: 4.9\n", "PKG-INFO")
    assert found("opencv").version == "4.9"


@pytest.mark.parametrize("record", ["", "Name: numpy\n\nVersion: 9 is what the description says\n", b"\xff\xfeVersion"])
def test_a_damaged_record(site: Path, record: str | bytes) -> None:
    install(site, "numpy-2.0.dist-info", record)
    assert found("numpy") == Package("numpy", Missing("its record names no version"), "numpy")


def test_a_record_that_is_gone(site: Path) -> None:
    (site / "numpy-2.0.dist-info").mkdir()
    assert found("numpy").version == Missing("its record names no version")


def test_nothing_installed(site: Path) -> None:
    assert [package.name for package in read_packages()] == list(PACKAGES)
    assert {package.version for package in read_packages()} == {Missing("not installed")}
