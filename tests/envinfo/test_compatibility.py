"""Which CUDA runs on which driver."""

import pytest

from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.envinfo.why.compatibility import can_run, numbers, oldest_driver

SILENT = Missing("-")


@pytest.mark.parametrize(
    ("cuda", "driver_cuda", "driver", "expected"),
    [
        ("12.4", "12.4", SILENT, True),
        ("12.9", "12.2", SILENT, True),
        ("12", "13.0", SILENT, True),
        ("11.8", "12.4", SILENT, True),
        ("13.0", "12.9", SILENT, False),
        ("12.5.1", "11.8", SILENT, False),
        ("10.2", "10.1", SILENT, False),
        ("10.1", "10.1", SILENT, True),
        ("12.4", SILENT, "525.60.13", True),
        ("12.4", SILENT, "525.60.11", False),
        ("13.0", SILENT, "580.65.06", True),
        ("13.0", SILENT, "575.57.08", False),
        ("11.8", SILENT, "450.80.02", True),
        ("11.0", SILENT, "450.51.06", False),
        ("12.4", "broken", "470.256.02", False),
    ],
)
def test_can_run(cuda: str, driver_cuda: Reading[str], driver: Reading[str], expected: bool) -> None:
    assert can_run(cuda, driver_cuda, driver) is expected


@pytest.mark.parametrize("cuda", ["", "cu124", "99.1", "9.0"])
def test_what_cannot_be_told(cuda: str) -> None:
    assert isinstance(can_run(cuda, SILENT, "550.54.14"), Missing)
    assert isinstance(can_run("12.4", SILENT, SILENT), Missing)


def test_the_oldest_driver() -> None:
    assert oldest_driver("12.9") == "525.60.13"
    assert oldest_driver("13") == "580.65.06"
    assert oldest_driver("11.8") == "450.80.02"
    assert isinstance(oldest_driver("x"), Missing)


def test_numbers() -> None:
    assert numbers("12.4.1rc2") == (12, 4, 1)
    assert numbers("9" * 5000) == (int("9" * 9),)
    assert numbers("v1") == ()
