"""The libraries of CUDA that a framework's build loads, and which of them are not to be found."""

from collections.abc import Iterator
from pathlib import Path

from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.why.builds import Build
from colab_magics.envinfo.why.compatibility import numbers
from colab_magics.envinfo.why.libraries import Libraries

# The version in the file names of CUDA's libraries, by CUDA's major version: "CUDA Toolkit Major Component Versions" in
# https://docs.nvidia.com/cuda/cuda-toolkit-release-notes/index.html; the order is the one in which TensorFlow asks for
# them (TryDlopenCUDALibraries in tsl/platform/default/dlopen_checker.cc of https://github.com/openxla/xla).
_VERSIONS = {
    11: {"cudart": "11.0", "cublas": "11", "cublasLt": "11", "cufft": "10", "cusolver": "11", "cusparse": "11"},
    12: {"cudart": "12", "cublas": "12", "cublasLt": "12", "cufft": "11", "cusolver": "11", "cusparse": "12"},
    13: {"cudart": "13", "cublas": "13", "cublasLt": "13", "cufft": "12", "cusolver": "12", "cusparse": "12"},
}
_FEW = ("cudart", "cublas")
"""What PyTorch and JAX surely load: both may have the others built in."""


def lacking(build: Build, libraries: Libraries) -> tuple[str, ...]:
    """Name the libraries that a CUDA build on Linux needs and that are neither beside it nor in the system."""
    if build.target != "CUDA" or isinstance(build.cuda, Missing) or isinstance(build.folder, Missing):
        return ()
    versions = _VERSIONS.get(next(iter(numbers(build.cuda)), 0))
    if versions is None:
        return ()
    places = tuple(_places(build, build.folder))
    wanted = versions if build.framework == "TensorFlow" else {name: versions[name] for name in _FEW}
    lost = [
        f"lib{name}.so.{version}"
        for name, version in wanted.items()
        if not _is_there(build, libraries, f"lib{name}", version, places)
    ]
    cudnn = "" if isinstance(build.cudnn, Missing) else f".{build.cudnn.partition('.')[0]}"
    if not (libraries.finds(f"libcudnn.so{cudnn}", places) if cudnn else libraries.finds_any("libcudnn", places)):
        lost.append(f"libcudnn.so{cudnn}")
    return tuple(lost)


def _is_there(build: Build, libraries: Libraries, stem: str, version: str, places: tuple[Path, ...]) -> bool:
    if libraries.finds(f"{stem}.so.{version}", places):
        return True
    # PyTorch's older wheels bring them along under a name with a hash: libcudart-d0da41ae.so.11.0.
    return build.framework == "PyTorch" and libraries.finds_any(stem, [places[0]])


def _places(build: Build, folder: Path) -> Iterator[Path]:
    """Yield the folders that a build searches by itself: its own, NVIDIA's wheels beside it, the environment's."""
    yield folder / "torch/lib"
    try:
        yield from sorted(folder.glob("nvidia/*/lib"))
    except OSError:  # a folder that may not be read has nothing for the framework either
        return
    yield from folder.parents[1:2]  # lib/python3.12/site-packages is in lib, where conda keeps its libraries
