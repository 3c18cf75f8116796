"""What frameworks were built for, from real wheels, from files like theirs, and from hostile ones."""

import subprocess
import sys
import sysconfig
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from envinfo.site_packages import jax, tensorflow, torch, wheel

from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.why.builds import Build, read_builds

REAL = Path(sysconfig.get_path("purelib"))


def read(*folders: Path) -> dict[str, Build]:
    return {build.framework: build for build in read_builds(folders)}


@pytest.mark.parametrize(
    ("framework", "distributions", "told"),
    [
        (
            "TensorFlow",
            ("tensorflow", "tensorflow-cpu"),
            "from tensorflow.python.platform.build_info import build_info as b; print(b.get('cuda_version', ''))",
        ),
        ("PyTorch", ("torch",), "import torch.version as v; print(v.cuda or '')"),
        ("JAX", ("jax",), "print('')"),
    ],
)
def test_the_wheels_of_this_environment(framework: str, distributions: tuple[str, ...], told: str) -> None:
    installed = {}
    for name in distributions:
        try:
            installed[name] = version(name)
        except PackageNotFoundError:
            continue
    if not installed:
        pytest.skip(f"{framework} is not installed here")
    build = read(REAL)[framework]
    assert build.distribution in installed
    assert build.version == installed[str(build.distribution)]
    # The one way to be sure is to import it, in another process.
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    cuda = done.stdout.splitlines()[-1].strip()
    assert (build.target, build.cuda) == ("CUDA", cuda) if cuda else build.target in ("CPU", "Metal", "ROCm")


@pytest.mark.parametrize("name", ["tensorflow", "tensorflow-gpu", "tf-nightly", "tensorflow-rocm"])
def test_tensorflow_for_cuda_by_any_name(name: str, tmp_path: Path) -> None:
    build = read(tensorflow(tmp_path, name))["TensorFlow"]
    assert (build.distribution, build.target, build.cuda, build.cudnn) == (name, "CUDA", "12.5.1", "9")
    assert build.label == f"{name} 2.20.0"


@pytest.mark.parametrize(("written", "cuda"), [("64_112", "11.2"), ("64_101", "10.1"), ("11.8", "11.8")])
def test_versions_as_windows_wheels_write_them(written: str, cuda: str, tmp_path: Path) -> None:
    build = read(tensorflow(tmp_path, cuda=written, cudnn="64_8"))["TensorFlow"]
    assert (build.cuda, build.cudnn) == (cuda, "8")


@pytest.mark.parametrize("name", ["tensorflow-cpu", "tf-nightly-cpu", "tensorflow-intel", "tensorflow-macos"])
def test_tensorflow_for_cpus(name: str, tmp_path: Path) -> None:
    build = read(tensorflow(tmp_path, name, cuda=None))["TensorFlow"]
    assert (build.distribution, build.target) == (name, "CPU")
    assert isinstance(build.cuda, Missing)


def test_a_dict_instead_of_an_ordered_dict(tmp_path: Path) -> None:
    info = (
        "build_info = {'cuda_version': '10.1', 'cudnn_version': '7', 'is_cuda_build': True, 'is_rocm_build': False}\n"
    )
    site = wheel(tmp_path, "tensorflow", "2.3.0", {"tensorflow/python/platform/build_info.py": info})
    assert read(site)["TensorFlow"].cuda == "10.1"


def test_the_halves_of_one_tensorflow_are_no_twins(tmp_path: Path) -> None:
    tensorflow(tmp_path, cuda=None)
    wheel(tmp_path, "tensorflow-intel", "2.20.0")
    wheel(tmp_path, "tensorflow-cpu-aws", "2.20.0")
    assert read(tmp_path)["TensorFlow"].twins == ()
    wheel(tmp_path, "tensorflow-cpu", "2.20.0")
    assert read(tmp_path)["TensorFlow"].twins == ("tensorflow-cpu",)


@pytest.mark.parametrize(
    ("cuda", "hip", "target"), [("12.4", None, "CUDA"), (None, "6.2.41134", "ROCm"), (None, None, "CPU")]
)
def test_pytorch(cuda: str | None, hip: str | None, target: str, tmp_path: Path) -> None:
    build = read(torch(tmp_path, cuda=cuda, hip=hip))["PyTorch"]
    assert build.target == target
    assert build.cuda == cuda or isinstance(build.cuda, Missing)


def test_pytorch_for_intel(tmp_path: Path) -> None:
    torch(tmp_path, "2.6.0+xpu", None)
    path = tmp_path / "torch/version.py"
    path.write_text(path.read_text().replace("xpu: Optional[str] = None", "xpu: Optional[str] = '20250000'"))
    assert read(tmp_path)["PyTorch"].target == "XPU"


def test_jax_by_its_plugins(tmp_path: Path) -> None:
    assert read(jax(tmp_path))["JAX"].target == "CPU"
    build = read(jax(tmp_path, plugin="cuda12"))["JAX"]
    assert (build.target, build.cuda) == ("CUDA", "12")
    assert dict(build.parts) == {"jaxlib": "0.7.2", "jax-cuda12-plugin": "0.7.2", "jax-cuda12-pjrt": "0.7.2"}
    assert read(jax(tmp_path, plugin="cuda13"))["JAX"].cuda == "13"


@pytest.mark.parametrize(
    ("name", "version", "target"),
    [("jax-rocm7-plugin", "0.7.1", "ROCm"), ("jax-metal", "0.1.1", "Metal"), ("libtpu", "0.0.23", "TPU")],
)
def test_jax_for_others(name: str, version: str, target: str, tmp_path: Path) -> None:
    assert read(wheel(jax(tmp_path), name, version))["JAX"].target == target


def test_jaxlib_that_was_built_for_cuda_itself(tmp_path: Path) -> None:
    wheel(tmp_path, "jax", "0.4.14", {"jax/__init__.py": ""})
    build = read(wheel(tmp_path, "jaxlib", "0.4.14+cuda11.cudnn86"))["JAX"]
    assert (build.target, build.cuda) == ("CUDA", "11")


def test_the_first_folder_wins_as_for_an_import(tmp_path: Path) -> None:
    user, system = tmp_path / "user", tmp_path / "system"
    torch(user, "2.6.0+cpu", None)
    torch(system, "2.6.0+cu124", "12.4")
    assert read(user, system)["PyTorch"].label == "torch 2.6.0+cpu"
    assert read(system, user)["PyTorch"].target == "CUDA"


def test_a_file_of_the_person_is_imported_first(tmp_path: Path) -> None:
    notebooks, site = tmp_path / "notebooks", torch(tmp_path / "site")
    notebooks.mkdir()
    (notebooks / "torch.py").write_text("raise SystemExit")
    assert read(notebooks, site)["PyTorch"].shadow == "torch.py"
    assert read(site, notebooks)["PyTorch"].shadow == ""


def test_nothing_is_installed(tmp_path: Path) -> None:
    for build in read(tmp_path, tmp_path / "gone", tmp_path / "python312.zip").values():
        assert not build.is_installed
        assert isinstance(build.version, Missing)


def test_files_without_a_record(tmp_path: Path) -> None:
    torch(tmp_path)
    for part in (tmp_path / "torch-2.6.0+cu124.dist-info").iterdir():
        part.unlink()
    (tmp_path / "torch-2.6.0+cu124.dist-info").rmdir()
    build = read(tmp_path)["PyTorch"]
    assert (build.target, build.cuda, build.label) == ("CUDA", "12.4", "torch")
    assert isinstance(build.version, Missing)


HOSTILE_FILES = {
    "syntax": "cuda = = 3",
    "nul": "cuda = '12.4'\0",
    "bytes": "\udcff\udcfe",
    "nested": "cuda = " + "(" * 30_000 + ")" * 30_000,
    "brackets": "cuda = " + "[" * 5_000 + "]" * 5_000,
    "minus": "cuda = " + "-" * 50_000 + "1",
    "sum": "cuda = " + "1+" * 20_000 + "1",
    "attributes": "cuda = a" + ".a" * 20_000,
    "huge": "#" * 70_000,
    "empty": "",
    "call": "cuda = __import__('os').system('exit 1')",
    "number": "cuda = 12.4\nhip = xpu = 3",
    "digits": "cuda = " + "9" * 6_000,
    "unhashable": "cuda = {[]: 1}",
    "escape": "cuda = '\\d'",
}


@pytest.mark.parametrize("name", HOSTILE_FILES)
def test_hostile_files_are_refused_with_a_reason(name: str, tmp_path: Path) -> None:
    content = HOSTILE_FILES[name].encode("utf-8", "surrogateescape")
    for site, file in (
        (torch(tmp_path), "torch/version.py"),
        (tensorflow(tmp_path), "tensorflow/python/platform/build_info.py"),
    ):
        (site / file).write_bytes(content.replace(b"cuda", b"build_info") if "tensor" in file else content)
    builds = read(tmp_path)
    assert isinstance(builds["TensorFlow"].target, Missing)
    if name == "escape":
        assert builds["PyTorch"].cuda == "\\d"
    else:
        assert isinstance(builds["PyTorch"].target, Missing)
        assert builds["PyTorch"].target.reason


def test_a_folder_where_a_file_should_be(tmp_path: Path) -> None:
    wheel(tmp_path, "torch", "2.6.0", {"torch/version.py/x": ""})
    assert isinstance(read(tmp_path)["PyTorch"].target, Missing)


def test_markup_and_terminal_codes_in_versions_are_short_text(tmp_path: Path) -> None:
    torch(tmp_path, cuda="\x1b[31m<script>alert(1)</script>" + "9" * 500)
    cuda = read(tmp_path)["PyTorch"].cuda
    assert isinstance(cuda, str)
    assert "\x1b" not in cuda
    assert len(cuda) <= 40


def test_the_folder_is_never_shown(tmp_path: Path) -> None:
    assert str(tmp_path) not in repr(read(torch(tmp_path)))
