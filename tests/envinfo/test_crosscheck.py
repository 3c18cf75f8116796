"""Where sources disagree, and where they only seem to."""

from dataclasses import replace

import pytest

from colab_magics.envinfo.gpu.crosscheck import disagreements
from colab_magics.envinfo.gpu.device import Found, Gpu
from colab_magics.envinfo.reading import Missing

MIB = 2**20
ONE = Gpu(0, "NVIDIA L4", memory_total=23034 * MIB, memory_used=512 * MIB, utilization=0.5, uuid="GPU-1")
FOUND = Found((ONE,), "590.48.01", "13.1")


@pytest.mark.parametrize(
    "other",
    [
        FOUND,
        FOUND._replace(devices=(replace(ONE, memory_total=23034 * MIB - MIB, memory_used=576 * MIB, utilization=0.1),)),
        FOUND._replace(driver=Missing("?"), cuda="12.9"),
        FOUND._replace(devices=(Gpu(0, Missing("?")),)),
    ],
)
def test_what_is_no_disagreement(other: Found) -> None:
    assert disagreements({"nvml": FOUND, "gputil": other}) == ()


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (FOUND._replace(devices=(ONE, ONE)), "nvml tells of 1 GPU, gputil of 2 GPUs."),
        (FOUND._replace(driver="1.2"), 'The driver is "590.48.01" for nvml and "1.2" for gputil.'),
        (
            FOUND._replace(devices=(replace(ONE, name="NVIDIA T4"),)),
            'GPU 0 is "NVIDIA L4" for nvml and "NVIDIA T4" for gputil.',
        ),
        (
            FOUND._replace(devices=(replace(ONE, memory_total=23000 * MIB),)),
            "GPU 0 has 23,034 MB of memory for nvml and 23,000 MB for gputil.",
        ),
        (
            FOUND._replace(devices=(replace(ONE, memory_used=577 * MIB),)),
            "GPU 0 has 512 MB in use for nvml and 577 MB for gputil.",
        ),
    ],
)
def test_what_is_one(other: Found, sentence: str) -> None:
    assert disagreements({"nvml": FOUND, "gputil": other}) == (sentence,)


def test_one_per_cent_of_a_large_memory_is_noise() -> None:
    full, fuller = (replace(ONE, memory_used=used * MIB) for used in (20_000, 20_199))
    assert disagreements({"a": Found((full,)), "b": Found((fuller,))}) == ()
    fullest = replace(ONE, memory_used=20_300 * MIB)
    assert len(disagreements({"a": Found((full,)), "b": Found((fullest,))})) == 1


def test_gpus_in_another_order_are_the_same_gpus() -> None:
    two = replace(ONE, index=1, name="NVIDIA T4", uuid="GPU-2")
    turned = Found((replace(two, index=0), replace(ONE, index=1)))
    assert disagreements({"nvml": Found((ONE, two)), "nvidia-smi": turned}) == ()


def test_three_sources_are_compared_pair_by_pair() -> None:
    odd = FOUND._replace(driver="1.2")
    assert len(disagreements({"nvml": FOUND, "nvidia-smi": FOUND, "gputil": odd})) == 2
