"""The card of ``%envinfo why-gpu``."""

from pathlib import Path

from envinfo.machines import Machine, gpu, refused, seen
from envinfo.site_packages import cuda_libraries, tensorflow, torch

from colab_magics.envinfo.why.why_card import why_card


def test_the_first_cause_is_largest_and_its_step_follows(tmp_path: Path) -> None:
    site = torch(tensorflow(tmp_path / "site", "tensorflow-cpu", "2.21.0", None), "2.6.0+cpu", None)
    card = why_card(seen(gpu()), Machine(tmp_path / "root").with_gpu().root, {}, [site])
    lines = card.text().splitlines()
    assert lines[0] == "Why no GPU? · ✗ something keeps it away"
    assert "TensorFlow is a CPU-only build" in lines[1]
    assert lines[2].strip().startswith("→ Run  %pip uninstall -y tensorflow-cpu")
    assert "  ✗ PyTorch is a CPU-only build (torch 2.6.0+cpu); the GPU and its driver are there." in lines
    assert "  Driver      550.54.14, runs CUDA up to 12.4" in lines
    assert "  JAX         not installed" in lines


def test_a_machine_without_a_gpu_is_nothing_wrong(tmp_path: Path) -> None:
    card = why_card(refused(), tmp_path, {}, [])
    assert (card.tone, card.state) == ("", "there is none to see")
    assert "This machine has no NVIDIA GPU." in card.text()


def test_all_is_well(tmp_path: Path) -> None:
    site = cuda_libraries(tensorflow(tmp_path / "site"))
    card = why_card(seen(gpu()), Machine(tmp_path / "root").with_gpu().root, {}, [site])
    assert card.tone == "ok"
    assert "built for CUDA 12.5.1, cuDNN 9" in card.text()


def test_doubt_is_told(tmp_path: Path) -> None:
    card = why_card(seen(gpu()), Machine(tmp_path / "root").with_gpu().root, {}, [tensorflow(tmp_path / "site")])
    assert "This is likely, not certain" in card.text()


def test_markup_in_a_version_stays_text(tmp_path: Path) -> None:
    site = torch(tmp_path / "site", cuda="13<img src=x>\x1b[31m")
    card = why_card(seen(gpu()), Machine(tmp_path / "root").with_gpu().root, {}, [site])
    assert "<img" not in card.html()
    assert "\x1b" not in card.text()
    assert "&lt;img" in card.html()
