"""The report in words."""

from dataclasses import replace

import pytest

from colab_magics.envinfo import summary
from colab_magics.envinfo.gpu.device import Gpu
from colab_magics.envinfo.gpu.gpus import Gpus
from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.report import Report

ONE = Gpu(0, "NVIDIA T4", memory_total=2**34, memory_used=2**30, utilization=0.42, temperature=61, power=70.5)


def test_what_a_limited_machine_says(limited: Report) -> None:
    assert summary.headline(limited) == "0.5 CPUs · 4.0 GB RAM · 2 GPUs"
    assert summary.place(limited) == "JupyterLab in Docker"
    assert dict(summary.facts(limited)) == {
        "CPU": "0.5 of 8 usable, AMD EPYC 7763",
        "RAM": "1.0 GB used of 4.0 GB, 200 MB by this process",
        "Disk": "31.0 GB free of 250 GB",
        "GPU": "2 GPUs, driver 590.48.01, CUDA up to 13.1",
        "Python": "3.13.1, CPython, virtual environment",
        "System": "Debian 12, Linux 6.1, x86_64",
    }


def test_which_rule_limits_it(limited: Report) -> None:
    cpu, memory, gpu = summary.limits(limited)
    assert cpu == "0.5 CPUs of 8 can be used at a time: cpu.max of a parent group sets a quota."
    assert memory.startswith("4.0 GB of 24.0 GB RAM can be used: memory.max sets a limit")
    assert gpu == 'Frameworks see only some GPUs: CUDA_VISIBLE_DEVICES is "0".'


def test_affinity_limits_it(limited: Report) -> None:
    report = replace(limited, cpu=limited.cpu._replace(quota=Missing("no quota is set")))
    assert summary.limits(report)[0] == "4 CPUs of 8 can be used: this process may not run on the others."


def test_what_an_unknown_machine_says(unknown: Report) -> None:
    assert summary.headline(unknown) == "1 CPU · unknown RAM · no GPU"
    assert summary.place(unknown) == "terminal"
    facts = dict(summary.facts(unknown))
    assert facts["RAM"] == "unknown; how much is in use is not known, it does not say"
    assert facts["Disk"] == "it does not say"
    assert facts["GPU"] == "no GPU: it does not say"
    assert summary.limits(unknown) == ()


@pytest.mark.parametrize(
    ("gpus", "words"),
    [
        ((ONE,), "NVIDIA T4"),
        ((ONE, replace(ONE, index=1)), "2 NVIDIA T4"),
        ((ONE, replace(ONE, name="NVIDIA L4")), "2 GPUs"),
        ((replace(ONE, name=Missing("x")),), "1 GPU"),
    ],
)
def test_gpus_in_the_headline(limited: Report, gpus: tuple[Gpu, ...], words: str) -> None:
    report = replace(limited, gpus=limited.gpus._replace(devices=gpus))
    assert summary.headline(report).endswith(f" · {words}")


@pytest.mark.parametrize("visible", ["", "-1"])
def test_every_gpu_hidden(limited: Report, visible: str) -> None:
    report = replace(limited, gpus=Gpus((ONE,), "1", "13.1", visible))
    assert summary.limits(report)[-1] == f'Frameworks see no GPU: CUDA_VISIBLE_DEVICES is "{visible}".'
