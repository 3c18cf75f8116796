"""CUDA_VISIBLE_DEVICES and its like, read as CUDA reads them."""

import pytest

from colab_magics.envinfo.gpu.device import Gpu, MigSlice
from colab_magics.envinfo.gpu.visible import see, shown
from colab_magics.envinfo.reading import Missing

UUIDS = ("GPU-aaaa1111-2222", "GPU-aaaa3333-4444", "GPU-bbbb5555-6666")
THREE = tuple(Gpu(index, "NVIDIA L4", uuid=uuid) for index, uuid in enumerate(UUIDS))


def seen(value: str | None, devices: tuple[Gpu, ...] = THREE, **environ: str) -> list[int]:
    """The GPUs that are visible, once it is sure that the count says the same."""
    variables = environ | ({} if value is None else {"CUDA_VISIBLE_DEVICES": value})
    marked, visibility = see(devices, variables)
    places = [gpu.index for gpu in marked if gpu.is_visible is True]
    assert visibility.count == len(places)
    assert all(isinstance(gpu.is_visible, bool) for gpu in marked)
    return places


@pytest.mark.parametrize(
    ("value", "places"),
    [
        (None, [0, 1, 2]),
        ("0", [0]),
        ("2,0", [0, 2]),
        (" 1 , 2 ", [1, 2]),
        ("0,1,2", [0, 1, 2]),
        ("", []),
        ("-1", []),
        ("-1,0", []),
        ("NoDevFiles", []),
        ("none", []),
        ("all", []),
        ("3", []),
        ("0,3,1", [0]),  # what stands behind the first invalid entry counts for nothing
        ("0,-1,1", [0]),
        ("1,,2", [1]),
        ("0,x,1", [0]),
        ("0,1,0", []),  # a GPU that stands there twice spoils the list
        ("1gpu,2", [1, 2]),  # as strtoul reads it
        ("+1", [1]),
        ("99999999999999999999", []),
        ("\N{ARABIC-INDIC DIGIT ONE}", []),  # a digit, but none of C's
        ("0x1", [0]),
        ("GPU-aaaa1", [0]),
        ("GPU-bbbb", [2]),
        ("GPU-bbbb,GPU-aaaa3333-4444", [1, 2]),
        ("GPU-aaaa", []),  # two begin so
        ("GPU-", []),
        ("GPU-cccc", []),
        ("GPU-bbbb,GPU-cccc,GPU-aaaa1", [2]),
        ("GPU-bbbb,0", [2]),
        ("0,GPU-bbbb", [0]),
        ("GPU-bbbb,GPU-bbbb5555", []),
        ("MIG-GPU-bbbb5555-6666/1/0", [2]),
    ],
)
def test_which_gpus_a_list_leaves(value: str | None, places: list[int]) -> None:
    assert seen(value) == places


SPLIT = (
    THREE[0],
    Gpu(
        1, "NVIDIA L4", mig="enabled", slices=(MigSlice("a", uuid="MIG-1a"), MigSlice("b", uuid="MIG-1b")), uuid="GPU-x"
    ),
)


@pytest.mark.parametrize(
    ("value", "places"),
    [("MIG-1a", [1]), ("MIG-1a,MIG-1b", [1]), ("MIG-1a,MIG-1a", []), ("MIG-2", []), ("MIG-1a,GPU-aaaa", [0, 1])],
)
def test_mig_instances(value: str, places: list[int]) -> None:
    assert seen(value, SPLIT) == places


def test_identifiers_that_the_source_does_not_tell() -> None:
    blind = (Gpu(0, "NVIDIA L4"), Gpu(1, "NVIDIA L4"))
    marked, visibility = see(blind, {"CUDA_VISIBLE_DEVICES": "GPU-aaaa"})
    assert isinstance(visibility.count, Missing)
    assert all(isinstance(gpu.is_visible, Missing) for gpu in marked)
    assert seen("1", blind) == [1]


def test_different_gpus_may_be_counted_otherwise() -> None:
    mixed = (Gpu(0, "NVIDIA T4"), Gpu(1, "NVIDIA L4"))
    marked, visibility = see(mixed, {"CUDA_VISIBLE_DEVICES": "0"})
    assert visibility.count == 1
    for gpu in marked:
        assert isinstance(gpu.is_visible, Missing)
        assert "CUDA_DEVICE_ORDER" in gpu.is_visible.reason
    assert seen("0", mixed, CUDA_DEVICE_ORDER="PCI_BUS_ID") == [0]
    assert seen("0,1", mixed) == [0, 1]
    assert seen("", mixed) == []


AMD = tuple(Gpu(index, "AMD Instinct MI300X", vendor="AMD") for index in range(4))


@pytest.mark.parametrize(
    ("environ", "places", "variable"),
    [
        ({}, [0, 1, 2, 3], "ROCR_VISIBLE_DEVICES"),
        ({"HIP_VISIBLE_DEVICES": "1"}, [1], "HIP_VISIBLE_DEVICES"),
        ({"ROCR_VISIBLE_DEVICES": "2,3"}, [2, 3], "ROCR_VISIBLE_DEVICES"),
        ({"ROCR_VISIBLE_DEVICES": "2,3", "HIP_VISIBLE_DEVICES": "1"}, [3], "HIP_VISIBLE_DEVICES"),
        ({"ROCR_VISIBLE_DEVICES": "2,3", "HIP_VISIBLE_DEVICES": "0,1"}, [2, 3], "ROCR_VISIBLE_DEVICES"),
        ({"CUDA_VISIBLE_DEVICES": "0"}, [0], "CUDA_VISIBLE_DEVICES"),
        ({"CUDA_VISIBLE_DEVICES": "0", "HIP_VISIBLE_DEVICES": "1"}, [1], "HIP_VISIBLE_DEVICES"),
        ({"HIP_VISIBLE_DEVICES": ""}, [], "HIP_VISIBLE_DEVICES"),
    ],
)
def test_amd_has_variables_of_its_own(environ: dict[str, str], places: list[int], variable: str) -> None:
    marked, visibility = see(AMD, environ)
    assert [gpu.index for gpu in marked if gpu.is_visible is True] == places
    assert visibility.variable == variable


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0,1", "0,1"),
        ("", ""),
        ("-1", "-1"),
        ("GPU-8f6a-12/3,MIG-77", "GPU-…,MIG-…"),
        ("8f6a1234-1111-2222-3333-444444444444", "…"),
        ("7" * 500, "7" * 200 + "…"),
        ("0, my-secret,GPU-8f6a", "0,…,GPU-…"),
        ("<b>", "…"),
        ("NoDevFiles", "NoDevFiles"),
    ],
)
def test_serial_numbers_are_not_shown(value: str, text: str) -> None:
    assert shown({"CUDA_VISIBLE_DEVICES": value}) == text
    assert see(THREE, {"CUDA_VISIBLE_DEVICES": value})[1].text == text


def test_a_variable_that_is_not_set() -> None:
    assert shown({}) == Missing("CUDA_VISIBLE_DEVICES is not set: every GPU is visible")
