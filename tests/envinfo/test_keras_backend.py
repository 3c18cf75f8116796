"""Which framework Keras computes with."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.why.keras_backend import Backend, read_backend


def root(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "home/ada/.keras/keras.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return tmp_path


@pytest.mark.parametrize(
    ("environ", "backend"),
    [
        ({}, Backend("TensorFlow", "")),
        ({"KERAS_BACKEND": "torch"}, Backend("PyTorch", "KERAS_BACKEND")),
        ({"KERAS_BACKEND": "torch", "HOME": "/home/ada"}, Backend("PyTorch", "KERAS_BACKEND")),
        ({"HOME": "/home/ada"}, Backend("JAX", "keras.json")),
        ({"KERAS_HOME": "/home/ada/.keras"}, Backend("JAX", "keras.json")),
        ({"HOME": "/home/bob"}, Backend("TensorFlow", "")),
    ],
)
def test_backends(environ: Mapping[str, str], backend: Backend, tmp_path: Path) -> None:
    assert read_backend(root(tmp_path, '{"backend": "jax", "floatx": "float32"}'), environ) == backend


@pytest.mark.parametrize("content", ["{", "[" * 9000, "[]", '{"backend": 3}', '{"backend": "abacus"}', b"\xff\0", " "])
def test_a_broken_file_is_a_reason(content: str | bytes, tmp_path: Path) -> None:
    assert isinstance(read_backend(root(tmp_path, content), {"HOME": "/home/ada"}), Missing)


def test_an_unknown_backend_is_not_repeated(tmp_path: Path) -> None:
    found = read_backend(tmp_path, {"KERAS_BACKEND": "s3cret-token"})
    assert isinstance(found, Missing)
    assert "s3cret" not in found.reason
