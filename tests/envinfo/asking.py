"""Asking a script in place of nvidia-smi."""

import os
from dataclasses import fields
from pathlib import Path

from colab_magics.envinfo.gpu.device import Found, Gpu
from colab_magics.envinfo.gpu.nvidia_smi import read_nvidia_smi
from colab_magics.envinfo.reading import Missing
from tests.envinfo.fake_nvidia_smi import put_script

MIB = 2**20

FULL = "GPU-0, NVIDIA L4, 23034, 512, 37, 41, 33.50, 72.00, 72.00, 1200, 2040, 550.54.15, [N/A]"


def environ(folder: Path) -> dict[str, str]:
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def answer(tmp_path: Path, script: str, *, timeout: float = 10, interpreter: str = "/bin/sh") -> Found | Missing:
    return read_nvidia_smi(environ(put_script(tmp_path / "bin", script, interpreter=interpreter)), timeout=timeout)


def says(text: str | bytes, tmp_path: Path, then: str = "") -> str:
    """A script that says this to the query for GPUs, and nothing to anything else."""
    said = tmp_path / "said"
    said.write_bytes(text.encode() if isinstance(text, str) else text)
    return f'case "$1" in --query-gpu=*) cat "{said}"; {then or ":"};; esac'


def found(tmp_path: Path, text: str | bytes, then: str = "") -> Found:
    result = answer(tmp_path, says(text, tmp_path, then))
    assert isinstance(result, Found), result
    return result


def reason(result: object) -> str:
    assert isinstance(result, Missing), result
    return result.reason


def readings(gpu: Gpu) -> dict[str, object]:
    return {item.name: getattr(gpu, item.name) for item in fields(Gpu)}
