"""The sentences for the main card."""

import subprocess
import sys
from pathlib import Path

from envinfo.machines import GB, Machine, gpu, refused, seen
from envinfo.site_packages import cuda_libraries, jax, tensorflow, torch

from colab_magics.envinfo.why import headlines


def test_a_cpu_only_build_beside_a_gpu(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "root").with_gpu()
    site = tensorflow(tmp_path / "site", "tensorflow-cpu", "2.21.0", None)
    (sentence,) = headlines(seen(gpu()), machine.root, {}, [site])
    assert sentence == ("TensorFlow is a CPU-only build (tensorflow-cpu 2.21.0); the GPU and its driver are there.")


def test_a_gpu_without_a_driver(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "root").pci("NVIDIA")
    assert headlines(refused(), machine.root, {}, []) == (
        "There is an NVIDIA GPU in this machine, but no driver for it.",
    )


def test_at_most_three(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "root").with_gpu()
    site = jax(torch(tensorflow(tmp_path / "site", cuda=None), "2.6.0+cpu", None))
    assert len(headlines(seen(gpu(memory_used=24 * GB)), machine.root, {}, [site])) == 3


def test_none_where_all_is_well_or_told_elsewhere(tmp_path: Path) -> None:
    machine, site = Machine(tmp_path / "root").with_gpu(), cuda_libraries(tensorflow(tmp_path / "site"))
    assert headlines(seen(gpu()), machine.root, {}, [site]) == ()
    assert headlines(seen(gpu()), machine.root, {"CUDA_VISIBLE_DEVICES": ""}, [site]) == ()
    assert headlines(seen(gpu(vendor="AMD")), machine.root, {}, [site]) == ()


def test_an_ordinary_machine_reads_nothing_of_frameworks(tmp_path: Path) -> None:
    machine = Machine(tmp_path).pci("Intel", "0x030000").pci("AMD", "0x030000")
    source = (
        "import sys; from pathlib import Path; from colab_magics.envinfo.gpu.gpus import Gpus\n"
        "from colab_magics.envinfo.reading import Missing; from colab_magics.envinfo.why import headlines\n"
        "no = Missing('no driver')\n"
        "print(headlines(Gpus(no, no, no, no), Path(sys.argv[1]), {}))\n"
        "print([name for name in sys.modules if name.startswith('colab_magics.envinfo.why.')])"
    )
    done = subprocess.run([sys.executable, "-c", source, str(machine.root)], capture_output=True, text=True, check=True)
    said, modules = done.stdout.splitlines()
    assert said == "()"
    assert modules == "['colab_magics.envinfo.why.glance', 'colab_magics.envinfo.why.hardware']"
