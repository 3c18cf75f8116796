"""The GPUs in words."""

from dataclasses import replace
from typing import Any

import pytest

from colab_magics.envinfo.gpu import sentences
from colab_magics.envinfo.gpu.device import Gpu, MigSlice, Processes
from colab_magics.envinfo.gpu.gpus import Gpus
from colab_magics.envinfo.reading import Missing, Reading

GB = 2**30
ONE = Gpu(0, "NVIDIA T4", memory_total=2**34, memory_used=2**30, utilization=0.42, temperature=61, power=70.5)
WHOLE = replace(
    ONE, power_limit=72.0, clock=1410, clock_limit=1980, mig="disabled", processes=Processes(0, 0, 0), is_visible=True
)
SILENT = Missing("it does not say")


def gpus(count: Reading[int], visible: Reading[str], number: int = 2) -> Gpus:
    devices = tuple(replace(ONE, index=index) for index in range(number))
    return Gpus(devices, "590.48.01", "13.1", visible, visible_count=count)


def test_the_row_of_a_gpu() -> None:
    assert sentences.cells(ONE) == ("0", "NVIDIA T4", "1.0 GB of 16.0 GB", "42 %", "61 °C", "70 W")


def test_the_row_of_a_gpu_that_tells_its_limits_and_shares_its_memory() -> None:
    row = sentences.cells(replace(ONE, power_limit=72.0, is_memory_shared=True))
    assert row[2] == "1.0 GB of 16.0 GB, shared with the CPU"
    assert row[5] == "70 W of 72 W"


def test_the_row_of_a_gpu_that_tells_nothing() -> None:
    row = sentences.cells(Gpu(3, SILENT))
    assert row == ("3", "unknown", "unknown of unknown", "unknown", "unknown", "unknown")
    assert len(row) == len(sentences.COLUMNS)


def test_gaps_are_told_together_when_the_reason_is_one() -> None:
    assert sentences.gaps(WHOLE) == ()
    assert sentences.gaps(replace(WHOLE, utilization=SILENT, power=SILENT)) == (
        "GPU 0 (utilization, power): it does not say.",
    )
    lost = Missing("the GPU has fallen off the bus: restart the machine")
    gpu = replace(WHOLE, index=1, name=lost, memory_total=lost, utilization=lost, temperature=SILENT, power=lost)
    assert sentences.gaps(gpu) == (
        "GPU 1 (name, memory, utilization, power): the GPU has fallen off the bus: restart the machine.",
        "GPU 1 (temperature): it does not say.",
    )


def test_a_memory_of_which_only_the_use_is_unknown() -> None:
    assert sentences.gaps(replace(WHOLE, memory_used=SILENT)) == ("GPU 0 (memory in use): it does not say.",)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"power_limit": SILENT}, "power limit"),
        ({"power": SILENT, "power_limit": SILENT}, "power"),
        ({"clock": SILENT}, "clock"),
        ({"clock_limit": SILENT}, "highest clock"),
        ({"mig": SILENT}, "MIG"),
        ({"mig": "enabled", "slices": (MigSlice("1g.8gb", SILENT),)}, "memory of its instances"),
        ({"is_visible": SILENT}, "whether it is visible"),
    ],
)
def test_nothing_is_left_out_without_a_reason(change: dict[str, Any], fields: str) -> None:
    assert sentences.gaps(replace(WHOLE, **change)) == (f"GPU 0 ({fields}): it does not say.",)


def test_a_reason_is_told_once_for_all_gpus() -> None:
    silent = [replace(WHOLE, index=index, power_limit=SILENT) for index in range(3)]
    assert sentences.gaps(*silent) == ("GPUs 0, 1, 2 (power limit): it does not say.",)
    (sentence,) = sentences.gaps(Gpu(0, "NVIDIA T4"))
    assert sentence.startswith("GPU 0 (memory, utilization, temperature, power, clock, MIG, memory by process): the")


@pytest.mark.parametrize("reason", ["this GPU has no MIG", "AMD's GPUs have no MIG", "Apple's GPUs have no MIG"])
def test_what_a_kind_of_gpu_never_has_is_not_told(reason: str) -> None:
    assert sentences.gaps(replace(WHOLE, mig=Missing(reason))) == ()


def test_why_the_driver_or_its_cuda_is_not_known() -> None:
    assert sentences.driver_gaps(gpus(2, "")) == ()
    assert sentences.driver_gaps(gpus(2, "")._replace(driver=SILENT)) == ("Driver: it does not say.",)
    assert sentences.driver_gaps(gpus(2, "")._replace(cuda=SILENT)) == ("CUDA of the driver: it does not say.",)
    both = gpus(2, "")._replace(driver=SILENT, cuda=SILENT)
    assert sentences.driver_gaps(both) == ("Driver and its CUDA: it does not say.",)
    amd = both._replace(devices=(replace(ONE, vendor="AMD"),))
    assert sentences.driver_gaps(amd) == ()


@pytest.mark.parametrize(
    ("count", "visible", "fact", "limit"),
    [
        (2, SILENT, "2 NVIDIA T4, driver 590.48.01, CUDA up to 13.1", ""),
        (2, "0,1", "2 NVIDIA T4, driver 590.48.01, CUDA up to 13.1", ""),
        (
            0,
            "",
            '2 NVIDIA T4, 0 visible because CUDA_VISIBLE_DEVICES is "", driver 590.48.01, CUDA up to 13.1',
            'Frameworks see no GPU: CUDA_VISIBLE_DEVICES is "".',
        ),
        (
            1,
            "1",
            '2 NVIDIA T4, 1 visible because CUDA_VISIBLE_DEVICES is "1", driver 590.48.01, CUDA up to 13.1',
            'Frameworks see 1 of 2 GPUs: CUDA_VISIBLE_DEVICES is "1".',
        ),
        (
            SILENT,
            "GPU-…",
            "2 NVIDIA T4, driver 590.48.01, CUDA up to 13.1",
            'Frameworks see only some GPUs: CUDA_VISIBLE_DEVICES is "GPU-…".',
        ),
    ],
)
def test_what_is_hidden(count: Reading[int], visible: Reading[str], fact: str, limit: str) -> None:
    assert sentences.fact(gpus(count, visible)) == fact
    assert sentences.limit(gpus(count, visible)) == limit


def test_the_variable_of_amd() -> None:
    hidden = gpus(1, "0")._replace(hidden_by="HIP_VISIBLE_DEVICES")
    assert sentences.limit(hidden) == 'Frameworks see 1 of 2 GPUs: HIP_VISIBLE_DEVICES is "0".'


def test_no_gpu() -> None:
    none = Gpus(SILENT, SILENT, SILENT, "0")
    assert sentences.names(none) == "no GPU"
    assert sentences.fact(none) == "no GPU: it does not say"
    assert sentences.limit(none) == ""


@pytest.mark.parametrize(
    ("gpu", "words"),
    [
        (ONE, ()),
        (replace(ONE, processes=Processes(0, 0, 0)), ()),
        (replace(ONE, clock=1410, clock_limit=1980), ("GPU 0 runs at 1,410 MHz of 1,980 MHz.",)),
        (replace(ONE, clock=1410), ("GPU 0 runs at 1,410 MHz.",)),
        (replace(ONE, is_visible=False), ("GPU 0 is hidden from frameworks.",)),
        (replace(ONE, is_visible=True), ()),
        (
            replace(ONE, processes=Processes(int(3.1 * GB), 2, 12 * GB)),
            ("GPU 0 memory: 3.1 GB by this process, 12.0 GB by 2 others.",),
        ),
        (
            replace(ONE, processes=Processes(0, 1, SILENT)),
            ("GPU 0 memory: an untold part by 1 other.",),
        ),
        (
            replace(ONE, processes=Processes(SILENT, SILENT, SILENT)),
            ("GPU 0 memory by process is not known: it does not say.",),
        ),
        (Gpu(0, SILENT, processes=Processes(SILENT, SILENT, SILENT)), ()),  # it is lost, which its gaps tell
        (
            replace(ONE, mig="enabled"),
            ("GPU 0 is in MIG mode and has no instance: frameworks see nothing of it.",),
        ),
        (
            replace(ONE, mig="enabled", slices=(MigSlice("MIG 1g.8gb", 8 * GB, GB), MigSlice(SILENT))),
            ("GPU 0 is in MIG mode with 2 instances: MIG 1g.8gb (1.0 GB of 8.0 GB), unknown (unknown of unknown).",),
        ),
    ],
)
def test_details(gpu: Gpu, words: tuple[str, ...]) -> None:
    assert sentences.details(gpu) == words
