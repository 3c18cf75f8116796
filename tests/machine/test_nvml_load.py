"""The load of the GPU that a process computes on."""

import pytest
from envinfo.nvml_driver import play

FIRST = """
from colab_magics.machine.nvml_load import first_gpu
read = first_gpu(os.environ)
answer = plain(read if isinstance(read, Missing) else read())
"""
GOOD = {"memory_used": 3 * 2**20, "memory_total": 16384 * 2**20, "utilization": 0.42}


@pytest.mark.parametrize("visible", [None, "1", " 0 ,1", "GPU-00000002-1111-2222-3333-444444444444"])
def test_the_first_that_cuda_counts(visible: str | None) -> None:
    assert play("two", FIRST, **({} if visible is None else {"CUDA_VISIBLE_DEVICES": visible})) == GOOD


@pytest.mark.parametrize("visible", ["", "-1", "none"])
def test_no_gpu_is_visible(visible: str) -> None:
    assert "reason" in play("two", FIRST, CUDA_VISIBLE_DEVICES=visible)


def test_no_driver() -> None:
    assert "not loaded" in play("driver", FIRST)["reason"]
