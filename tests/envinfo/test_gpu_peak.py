"""The peak of each GPU while something lasts."""

from collections.abc import Callable

import pytest

from colab_magics.envinfo.costs.gpu_peak import GpuPeak, GpuWatch
from colab_magics.envinfo.gpu.live import LiveGpus
from colab_magics.envinfo.reading import Missing
from colab_magics.machine.nvml_load import Load
from tests.envinfo.nvml_driver import play
from tests.waiting import soon

MB = 2**20
GB = 2**30
LOST = Missing("the GPU has fallen off the bus: restart the machine")


def opened(names: tuple[str, ...], look: Callable[[], tuple[Load, ...]]) -> LiveGpus:
    return LiveGpus(names, look, lambda: None, patience=5, on_hang=lambda: None)


def watched(*looks: tuple[Load, ...]) -> tuple[GpuPeak, ...]:
    """Watch GPUs that tell one after another of ``looks``, and the last of them until the end."""
    left = list(looks)
    gpus = opened(
        tuple(f"GPU {place}" for place in range(len(looks[0]))), lambda: left.pop(0) if len(left) > 1 else left[0]
    )
    watch = GpuWatch(gpus)
    assert soon(lambda: len(left) <= 1)
    peaks = watch.end()
    gpus.close()
    return peaks


def test_the_highest_of_all_readings() -> None:
    (peak,) = watched(*((Load(used * GB, 80 * GB, 0.5),) for used in (1, 7, 2)))
    assert peak == GpuPeak("GPU 0", GB, 7 * GB, 80 * GB, 0.5)
    assert peak.source == "sampled, 20 times a second"


def test_utilization_is_the_mean() -> None:
    (peak,) = watched((Load(1, 9, 1.0),), (Load(1, 9, 0.0),))
    assert isinstance(peak.utilization, float)
    assert 0.0 < peak.utilization <= 0.5


def test_a_gpu_that_is_lost_meanwhile_keeps_what_was_seen_and_harms_no_other() -> None:
    well = Load(GB, 9 * GB, 0.25)
    first, second = watched((well, Load(3 * GB, 9 * GB, 0.5)), (well, Load(LOST, LOST, LOST)))
    assert first == GpuPeak("GPU 0", GB, GB, 9 * GB, 0.25)
    assert second == GpuPeak("GPU 1", 3 * GB, 3 * GB, 9 * GB, 0.5)


def test_a_gpu_that_never_told_has_reasons() -> None:
    (peak,) = watched((Load(LOST, LOST, LOST),))
    assert peak == GpuPeak("GPU 0", LOST, LOST, LOST, LOST)


def test_a_gpu_that_tells_late_has_no_beginning() -> None:
    (peak,) = watched((Load(LOST, LOST, LOST),), (Load(5, 9, 0.5),))
    assert peak == GpuPeak("GPU 0", LOST, 5, 9, 0.5)


@pytest.mark.parametrize(("scenario", "names"), [("two", 2), ("lost", 2), ("mig", 1), ("shared", 1)])
def test_a_cell_on_a_machine_with_a_driver(scenario: str, names: int) -> None:
    answer = play(
        scenario,
        """
import threading
from colab_magics.envinfo.costs.cost import measure
from colab_magics.envinfo.costs.cost_card import cost_card
with measure() as meter:
    time.sleep(0.12)
answer = {"gpus": plain(meter.cost.gpus), "card": cost_card(meter.cost).text(), "threads": threading.active_count()}
""",
    )
    assert len(answer["gpus"]) == names
    if scenario != "shared":
        assert answer["gpus"][0]["memory_peak"] == 3 * MB
        assert "  3.0 MB of 16.0 GB" in answer["card"]
        assert "sampled, 20 times a second)" in answer["card"]
    assert answer["threads"] == 1


def test_a_driver_that_hangs_while_a_cell_runs_costs_its_patience_once() -> None:
    answer = play(
        "ok",
        """
from colab_magics.envinfo.costs.cost import measure
with measure() as meter:
    time.sleep(0.1)
    os.environ["NVML_STUB"] = "hang later"
    time.sleep(0.1)
    end = time.monotonic()
answer = [time.monotonic() - end, meter.cost.wall, plain(meter.cost.gpus)]
""",
    )
    took, wall, (gpu,) = answer
    assert took < 15
    assert 0.2 <= wall < 2  # the driver's patience is not the cell's
    assert gpu["memory_peak"] == 3 * MB


def test_without_gpus_there_is_no_reading_and_no_thread() -> None:
    answer = play(
        "none",
        """
import threading
from colab_magics.envinfo.costs.cost import Meter
from colab_magics.envinfo.costs.instruments import find_instruments
found = find_instruments()
meter = Meter(found, is_passive=True)
threads = threading.active_count()
meter.stop()
answer = [meter.cost.gpus.reason, threads]
""",
    )
    assert "sees no GPU" in answer[0]
    assert answer[1] == 1
