"""Everything that the rules look at, read from files and variables."""

from pathlib import Path

from envinfo.machines import UUID, Machine, gpu, refused, seen
from envinfo.site_packages import tensorflow
from hostile import HOSTILE

from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.why.rules import explain
from colab_magics.envinfo.why.situation import read_situation


def test_what_is_read(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "root").with_gpu().write(".dockerenv")
    environ = {"CUDA_VISIBLE_DEVICES": "0", "HF_TOKEN": "hf_secret", "NVIDIA_VISIBLE_DEVICES": "all"}
    here = read_situation(seen(gpu()), machine.root, environ, [tensorflow(tmp_path / "site")], modules=("torch",))
    assert here.has_libcuda
    assert here.library_driver == here.hardware.driver == "550.54.14"
    assert (here.container, here.is_in_container, here.is_wsl) == ("Docker", True, False)
    assert {node.name for node in here.nodes} == {"/dev/nvidiactl", "/dev/nvidia0", "/dev/nvidia-uvm"}
    assert here.build("TensorFlow").target == "CUDA"
    assert here.loaded == {"PyTorch"}
    assert set(here.environ) == {"CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES"}


def test_no_secret_is_kept_or_shown(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "root").with_gpu()
    environ = {"CUDA_VISIBLE_DEVICES": f"{UUID[:-4]}ffff", "HF_TOKEN": "hf_secret", "LD_LIBRARY_PATH": "/home/ada/lib"}
    here = read_situation(seen(gpu()), machine.root, environ, [tensorflow(tmp_path / "home/ada/site")])
    told = repr(here) + repr(explain(here))
    for secret in (UUID[:20], "hf_secret", "ada", str(tmp_path)):
        assert secret not in told


def test_on_other_systems_no_library_of_linux_is_missed(tmp_path: Path) -> None:
    here = read_situation(seen(gpu()), tmp_path, {}, [tensorflow(tmp_path)], system="Windows")
    assert here.lacks == {}


def test_hostile_variables_raise_nothing(tmp_path: Path) -> None:
    names = (
        "CUDA_VISIBLE_DEVICES",
        "LD_LIBRARY_PATH",
        "JAX_PLATFORMS",
        "KERAS_BACKEND",
        "HOME",
        "NVIDIA_VISIBLE_DEVICES",
    )
    machine = Machine(tmp_path / "root").with_gpu()
    for text in (*HOSTILE, "9" * 5000, "0," * 5000, "-", "\0"):
        verdicts = explain(read_situation(seen(gpu()), machine.root, dict.fromkeys(names, str(text)), []))
        assert verdicts
        assert all(len(verdict.sentence) < 500 for verdict in verdicts)


def test_this_machine_as_it_is() -> None:
    verdicts = explain(read_situation(refused()))
    assert verdicts
    assert all(verdict.cause and verdict.sentence for verdict in verdicts)


def test_a_machine_that_tells_nothing(tmp_path: Path) -> None:
    here = read_situation(refused(), tmp_path / "gone", {}, [tmp_path / "gone"])
    assert (here.nodes, here.devices, here.stubs) == ((), (), ())
    assert isinstance(here.visibility, Missing)
