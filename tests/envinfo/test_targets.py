"""What a build was made for, by what its files say."""

import pytest

from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.why.targets import is_part_of_jax, jax_target, short, tensorflow_target, torch_target


@pytest.mark.parametrize("info", [None, {}, [], {"is_cuda_build": "yes"}, {"cuda_version": "12"}, {1: 2}])
def test_a_build_info_that_says_nothing(info: object) -> None:
    assert isinstance(tensorflow_target({"build_info": info}, has_metal=False).name, Missing)


def test_a_cuda_build_without_versions_is_one_still() -> None:
    target = tensorflow_target({"build_info": {"is_cuda_build": True, "cuda_version": 12}}, has_metal=False)
    assert target.name == "CUDA"
    assert target.cuda == Missing("build_info.py names no cuda_version")


def test_rocm_and_metal() -> None:
    info = {"is_cuda_build": False, "is_rocm_build": True}
    assert tensorflow_target({"build_info": info}, has_metal=True).name == "ROCm"
    assert tensorflow_target({"build_info": {"is_cuda_build": False}}, has_metal=True).name == "Metal"


def test_a_version_file_that_says_nothing() -> None:
    assert isinstance(torch_target({}).name, Missing)
    assert isinstance(torch_target({"cuda": 12.4}).name, Missing)


def test_the_newest_of_two_plugins() -> None:
    target = jax_target({"jaxlib": "0.7.2", "jax-cuda12-plugin": "0.7.2", "jax-cuda13-plugin": "0.7.2"})
    assert (target.name, target.cuda) == ("CUDA", "13")


def test_what_belongs_to_jax() -> None:
    assert is_part_of_jax("jax-cuda12-pjrt")
    assert not is_part_of_jax("jax-cuda12-plugin-extras")
    assert not is_part_of_jax("jax")


def test_a_version_is_one_short_line() -> None:
    assert short("2.6\n.0\x1b[2J" + "1" * 400) == "2.6 .0" + "1" * 34
