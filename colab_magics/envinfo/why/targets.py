"""What a build was made for, told from what the frameworks' own files and records say."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.format import printable

_NOT_CUDA = Missing("it was not built for CUDA")
_UNTOLD = Missing("it does not tell")
_JAX_PLUGIN = re.compile(r"jax-(cuda|rocm)(\d{1,3})-(?:plugin|pjrt)|jax-metal")
_JAXLIB_CUDA = re.compile(r"\+cuda(\d{2})")


class Target(NamedTuple):
    """``name`` is "CPU", "CUDA", "ROCm", "Metal", "XPU" or "TPU"; the versions are as the build has them."""

    name: Reading[str]
    cuda: Reading[str] = _NOT_CUDA
    cudnn: Reading[str] = _NOT_CUDA


def tensorflow_target(facts: Mapping[str, Any], *, has_metal: bool) -> Target:
    """Read ``tensorflow/python/platform/build_info.py``, which TensorFlow's build writes."""
    info = facts.get("build_info")
    if not isinstance(info, dict) or not isinstance(info.get("is_cuda_build"), bool):
        return Target(Missing("build_info.py does not say what it was built for"))
    if info["is_cuda_build"]:
        return Target("CUDA", _version(info, "cuda_version"), _version(info, "cudnn_version"))
    if info.get("is_rocm_build") is True:
        return Target("ROCm")
    return Target("Metal" if has_metal else "CPU")


def torch_target(facts: Mapping[str, Any]) -> Target:
    """Read ``torch/version.py``, which PyTorch's build writes."""
    if isinstance(facts.get("cuda"), str):
        return Target("CUDA", short(facts["cuda"]), _UNTOLD)
    for name, target in (("hip", "ROCm"), ("xpu", "XPU")):
        if isinstance(facts.get(name), str):
            return Target(target)
    if facts.get("cuda", "absent") is None:
        return Target("CPU")
    return Target(Missing("version.py does not say what it was built for"))


def jax_target(parts: Mapping[str, str]) -> Target:
    """Tell from names and versions of the distributions that belong to JAX: https://docs.jax.dev/en/latest/installation.html."""
    if "jaxlib" not in parts:
        return Target(Missing("jaxlib is not installed beside it"))
    plugins = [match for match in map(_JAX_PLUGIN.fullmatch, parts) if match]
    built_in = _JAXLIB_CUDA.search(parts["jaxlib"])  # until 0.4.30 jaxlib itself was built for CUDA
    cuda = [match[2] for match in plugins if match[1] == "cuda"] + ([built_in[1]] if built_in else [])
    if cuda:
        return Target("CUDA", max(cuda), _UNTOLD)
    if plugins:
        return Target("ROCm" if plugins[0][1] == "rocm" else "Metal")
    return Target("TPU" if "libtpu" in parts else "CPU")


def is_part_of_jax(distribution: str) -> bool:
    """Is this the name of a distribution that JAX computes with?"""
    return distribution in ("jaxlib", "libtpu") or _JAX_PLUGIN.fullmatch(distribution) is not None


def short(version: str) -> str:
    """Cut a version to what one can be; it comes from a file that anybody may have written."""
    return " ".join(printable(version[:200]).split())[:40]


def _version(info: Mapping[Any, Any], name: str) -> Reading[str]:
    """Read "12.5.1"; Windows has "64_112" for CUDA 11.2 and "64_8" for cuDNN 8."""
    version = info.get(name)
    if not isinstance(version, str) or not version.strip():
        return Missing(f"build_info.py names no {name}")
    digits = version.removeprefix("64_")
    if digits == version or len(digits) < 3:
        return short(digits)
    return short(f"{digits[:-1]}.{digits[-1]}")
