"""The model of a GPU: what it does not know has a reason, and identifiers stay inside."""

from dataclasses import fields

from colab_magics.envinfo.gpu.device import Gpu, MigSlice, Processes
from colab_magics.envinfo.gpu.gpus import UNTOLD, Gpus
from colab_magics.envinfo.reading import Missing, plain

SERIAL = "GPU-8f6a1234-1111-2222-3333-444444444444"


def test_a_gpu_of_which_only_the_name_is_known_has_a_reason_for_everything_else() -> None:
    told = plain(Gpu(0, "NVIDIA T4"))
    gaps = {name for name, value in told.items() if value is None}
    assert (
        gaps
        == set(told["missing"])
        == {item.name for item in fields(Gpu)}
        - {
            "index",
            "name",
            "vendor",
            "is_memory_shared",
            "slices",
            "processes",
            "uuid",
        }
    )
    assert set(told["missing"].values()) == {UNTOLD.reason}
    assert plain(Processes())["missing"].keys() == {"own_memory", "others", "others_memory"}


def test_identifiers_are_in_no_output() -> None:
    gpu = Gpu(0, "NVIDIA T4", slices=(MigSlice("MIG 1g.8gb", uuid=SERIAL.replace("GPU", "MIG")),), uuid=SERIAL)
    nothing = Missing("it does not say")
    gpus = Gpus((gpu,), nothing, nothing, nothing)
    for output in (repr(gpus), str(plain(gpus))):
        assert "8f6a1234" not in output
        assert "NVIDIA T4" in output
