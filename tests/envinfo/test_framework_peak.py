"""GPU memory as the frameworks count it, told by stand-ins at the one seam: what lies in `sys.modules`."""

import subprocess
import sys
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import pytest

from colab_magics.envinfo.costs.framework_peak import FrameworkPeak, TensorFlowMark, TorchMark, watch_frameworks
from colab_magics.envinfo.reading import Missing

MB = 2**20


class Torch:
    """`torch`, as far as memory goes: two GPUs, each with what is in use and its mark."""

    def __init__(self, *, is_initialized: bool = True) -> None:
        self.cuda = self
        self.started = is_initialized
        self.used, self.marks = [100 * MB, 50 * MB], [900 * MB, 60 * MB]
        self.resets = 0

    def is_initialized(self) -> bool:
        return self.started

    def device_count(self) -> int:
        assert self.started, "counting starts the driver"
        return 2

    def max_memory_allocated(self, gpu: int) -> int:
        assert self.started
        return self.marks[gpu]

    def reset_peak_memory_stats(self, gpu: int) -> None:
        self.resets += 1
        self.marks[gpu] = self.used[gpu]

    def spike(self, gpu: int, to: int) -> None:
        self.marks[gpu] = max(self.marks[gpu], to)


class TensorFlow:
    """`tensorflow`, as far as memory goes: one GPU."""

    def __init__(self, gpus: int = 1) -> None:
        self.config = self.experimental = self
        self.gpus, self.peak = gpus, 700 * MB

    def list_logical_devices(self, kind: str) -> list[object]:
        assert kind == "GPU"
        return [object()] * self.gpus

    def get_memory_info(self, name: str) -> dict[str, int]:
        assert name == "GPU:0"
        return {"current": 10 * MB, "peak": self.peak}

    def reset_memory_stats(self, name: str) -> None:
        self.peak = 10 * MB


@pytest.fixture(autouse=True)
def nothing_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("torch", "tensorflow", "tensorflow.python.eager.context"):
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> Torch:
    stand_in = Torch()
    monkeypatch.setitem(sys.modules, "torch", stand_in)  # type: ignore[arg-type]
    return stand_in


def load_tensorflow(monkeypatch: pytest.MonkeyPatch, context: object, gpus: int = 1) -> TensorFlow:
    stand_in = TensorFlow(gpus)
    monkeypatch.setitem(sys.modules, "tensorflow", stand_in)  # type: ignore[arg-type]
    monkeypatch.setitem(
        sys.modules,
        "tensorflow.python.eager.context",
        SimpleNamespace(_context=context),  # type: ignore[arg-type]
    )
    return stand_in


def told(watches: Any) -> list[FrameworkPeak]:
    return [peak for watch in watches if (peak := watch.end()) is not None]


def test_nothing_loaded_tells_nothing() -> None:
    assert told(watch_frameworks(may_reset=True)) == []


def test_pytorch_that_may_be_reset_tells_the_peak_of_the_fullest_gpu(torch: Torch) -> None:
    watches = watch_frameworks(may_reset=True)
    torch.spike(0, 300 * MB)
    torch.spike(1, 400 * MB)
    assert told(watches) == [FrameworkPeak("PyTorch", 400 * MB)]


def test_a_passive_watch_leaves_the_persons_marks_alone(torch: Torch) -> None:
    watches = watch_frameworks(may_reset=False)
    torch.spike(0, 300 * MB)
    below = Missing("it stayed below the 900 MB that PyTorch had reached before")
    assert told(watches) == [FrameworkPeak("PyTorch", below)]
    watches = watch_frameworks(may_reset=False)
    torch.spike(0, 950 * MB)
    assert told(watches) == [FrameworkPeak("PyTorch", 950 * MB)]
    assert torch.resets == 0


def test_an_inner_measurement_takes_nothing_from_the_outer(torch: Torch) -> None:
    outer = watch_frameworks(may_reset=True)
    torch.spike(0, 800 * MB)
    inner = watch_frameworks(may_reset=True)
    torch.spike(0, 200 * MB)
    assert told(inner) == [FrameworkPeak("PyTorch", 200 * MB)]
    assert told(outer) == [FrameworkPeak("PyTorch", 800 * MB)]


def test_pytorch_without_cuda_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", Torch(is_initialized=False))  # type: ignore[arg-type]
    assert told(watch_frameworks(may_reset=True)) == []


def test_pytorch_that_the_code_itself_started_needs_no_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = Torch(is_initialized=False)
    monkeypatch.setitem(sys.modules, "torch", torch)  # type: ignore[arg-type]
    watches = watch_frameworks(may_reset=False)
    torch.started = True
    assert told(watches) == [FrameworkPeak("PyTorch", 900 * MB)]


def test_a_module_that_is_half_loaded_or_broken_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace())  # type: ignore[arg-type]
    assert TorchMark.is_running() is False
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=SimpleNamespace()))  # type: ignore[arg-type]
    assert TorchMark.is_running() is False
    monkeypatch.setitem(sys.modules, "torch", None)  # type: ignore[arg-type]  # as a failed import leaves it
    assert TorchMark.is_running() is False


def test_a_gpu_that_fell_off_is_a_reason(torch: Torch, monkeypatch: pytest.MonkeyPatch) -> None:
    watches = watch_frameworks(may_reset=True)

    def lost(gpu: int) -> int:
        raise RuntimeError("CUDA error: device-side assert triggered")

    monkeypatch.setattr(torch, "max_memory_allocated", lost)
    monkeypatch.setattr(torch, "reset_peak_memory_stats", lost)
    reason = Missing("PyTorch does not tell (RuntimeError)")
    assert told(watches) == [FrameworkPeak("PyTorch", reason)]
    assert told(watch_frameworks(may_reset=True)) == [FrameworkPeak("PyTorch", reason)]


def test_tensorflow_once_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    tensorflow = load_tensorflow(monkeypatch, SimpleNamespace(_initialized=True))
    watches = watch_frameworks(may_reset=True)
    tensorflow.peak = 300 * MB
    assert told(watches) == [FrameworkPeak("TensorFlow", 300 * MB)]


@pytest.mark.parametrize("context", [None, SimpleNamespace(_initialized=False), SimpleNamespace()])
def test_tensorflow_that_does_not_run_is_not_asked(monkeypatch: pytest.MonkeyPatch, context: object) -> None:
    load_tensorflow(monkeypatch, context)
    monkeypatch.setattr(TensorFlow, "list_logical_devices", lambda *_: pytest.fail("asking starts TensorFlow"))
    assert told(watch_frameworks(may_reset=True)) == []


def test_tensorflow_without_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    load_tensorflow(monkeypatch, SimpleNamespace(_initialized=True), gpus=0)
    assert TensorFlowMark.is_running() is False


_REAL = """
import sys
{imports}
from colab_magics.envinfo.costs.framework_peak import MARKS, watch_frameworks
watches = watch_frameworks(may_reset=True)
print([watch.end() for watch in watches], [mark.is_running() for mark in MARKS], {started})
"""


def run_real(imports: str, started: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _REAL.format(imports=imports, started=started)],
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    return done.stdout.strip().splitlines()[-1]


def test_watching_imports_no_framework() -> None:
    answer = run_real("", "sorted({'torch', 'tensorflow', 'jax', 'numpy', 'psutil'} & sys.modules.keys())")
    assert answer == "[None, None] [False, False] []"


def test_the_real_pytorch_is_left_asleep() -> None:
    if find_spec("torch") is None:
        pytest.skip("PyTorch is not installed")
    assert run_real("import torch", "torch.cuda.is_initialized()") == "[None, None] [False, False] False"


def test_the_real_tensorflow_is_left_asleep_and_known_when_awake() -> None:
    if find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed")
    imports = "import tensorflow as tf, tensorflow.python.eager.context"
    asleep = "sys.modules['tensorflow.python.eager.context']._context"
    assert run_real(imports, f"getattr({asleep}, '_initialized', False)").endswith("[False, False] False")
    # The two names that are not public: where they change, this says so.
    assert run_real(f"{imports}; tf.constant(1)", f"{asleep}._initialized").endswith("[False, False] True")
