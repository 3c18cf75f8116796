"""What a training takes of the machine."""

import time

import pytest
from envinfo.nvml_driver import play

from colab_magics.train import meter
from colab_magics.train.meter import Meter


def test_a_process_that_computes_and_one_that_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meter, "PERIOD", 0.2)
    one = Meter()
    assert one.read() is None
    end = time.monotonic() + 0.3
    while time.monotonic() < end:
        pass
    busy = one.read()
    time.sleep(0.3)
    idle = one.read()
    assert busy is not None
    assert idle is not None
    assert idle.cpu < 0.1 < busy.cpu < 1.5  # other processes may leave it less than a whole one
    assert busy.cpus > 0
    assert busy.memory > 10 << 20
    assert busy.used is not None
    assert busy.usable is not None
    assert 0 < busy.used < busy.usable
    assert (busy.gpu, busy.gpu_used, busy.gpu_total) == (None, None, None)


def test_the_gpu_that_keras_computes_on() -> None:
    source = """
from types import SimpleNamespace as Some
sys.modules["keras"] = Some(
    backend=Some(backend=lambda: "jax"), distribution=Some(list_devices=lambda: ["gpu:0", "gpu:1"])
)
from colab_magics.train import meter
meter.PERIOD = 0.0
answer = plain(meter.Meter().read())
"""
    answer = play("ok", source)
    assert (answer["gpu"], answer["gpu_used"], answer["gpu_total"]) == (0.42, 3 * 2**20, 16384 * 2**20)
    assert play("ok", source.replace("gpu:", "cpu:"))["gpu_total"] is None
    assert play("driver", source)["gpu_total"] is None
