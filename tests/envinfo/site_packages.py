"""Folders of packages as pip leaves them: the files by which a framework's build is told, with what stands in them."""

from collections.abc import Collection, Mapping
from pathlib import Path

_LICENCE = "# Licensed under the Apache License, Version 2.0\n" * 12
_LIBRARIES = {
    "cuda_runtime": "cudart.so.12",
    "cublas": "cublas.so.12 cublasLt.so.12",
    "cufft": "cufft.so.11",
    "cusolver": "cusolver.so.11",
    "cusparse": "cusparse.so.12",
    "cudnn": "cudnn.so.9",
}


def wheel(site: Path, name: str, version: str, files: Mapping[str, str] | None = None) -> Path:
    """Install a distribution of these files, with its record."""
    record = site / f"{name.replace('-', '_')}-{version}.dist-info" / "METADATA"
    for path, content in {record: f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n"}.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    for inside, content in (files or {}).items():
        (site / inside).parent.mkdir(parents=True, exist_ok=True)
        (site / inside).write_text(content)
    return site


def tensorflow(
    site: Path, name: str = "tensorflow", version: str = "2.20.0", cuda: str | None = "12.5.1", cudnn: str = "9"
) -> Path:
    """Install TensorFlow for a version of CUDA, or for CPUs (None), as the wheels of 2.20 and 2.21 are."""
    facts = [("is_cuda_build", cuda is not None), ("is_rocm_build", False), ("is_tensorrt_build", False)]
    if cuda is not None:
        facts = [
            ("cpu_compiler", "clang 18"),
            ("cuda_compute_capabilities", ["sm_60", "compute_90"]),
            ("cuda_version", cuda),
            ("cudnn_version", cudnn),
            *facts,
        ]
    info = f'{_LICENCE}"""Auto-generated."""\nimport collections\n\nbuild_info = collections.OrderedDict({facts!r})\n'
    files = {"tensorflow/__init__.py": "raise SystemExit", "tensorflow/python/platform/build_info.py": info}
    return wheel(site, name, version, files)


def torch(site: Path, version: str = "2.6.0+cu124", cuda: str | None = "12.4", hip: str | None = None) -> Path:
    """Install PyTorch for a version of CUDA, of ROCm, or for CPUs."""
    lines = (
        "from typing import Optional",
        "__all__ = ['__version__', 'debug', 'cuda', 'git_version', 'hip', 'xpu']",
        f"__version__ = {version!r}",
        "debug = False",
        f"cuda: Optional[str] = {cuda!r}",
        "git_version = '2236df1770800ffea5697b11b0bb0d910b2e59e1'",
        f"hip: Optional[str] = {hip!r}",
        "xpu: Optional[str] = None",
    )
    return wheel(
        site, "torch", version, {"torch/__init__.py": "raise SystemExit", "torch/version.py": "\n".join(lines)}
    )


def jax(site: Path, version: str = "0.7.2", plugin: str | None = None, plugin_version: str | None = None) -> Path:
    """Install JAX, and its CUDA plugin ("cuda12") where one is named."""
    wheel(site, "jax", version, {"jax/__init__.py": "raise SystemExit"})
    wheel(site, "jaxlib", version, {"jaxlib/__init__.py": ""})
    for half in ("plugin", "pjrt") if plugin else ():
        wheel(site, f"jax-{plugin}-{half}", plugin_version or version)
    return site


def cuda_libraries(site: Path, without: Collection[str] = ()) -> Path:
    """Lay the libraries of NVIDIA's wheels for CUDA 12 beside the frameworks, but for those ``without``."""
    for folder, names in _LIBRARIES.items():
        for name in names.split():
            if f"lib{name}" not in without:
                path = site / "nvidia" / folder / "lib" / f"lib{name}"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"\x7fELF")
    return site
