"""Where a dataset is found, and what is said of a broken one."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from colab_magics.errors import BrokenFile, SourceError, SourceNotFound
from colab_magics.train import datasets


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.astype("uint8").tobytes()


@pytest.fixture
def files() -> dict[str, bytes]:
    """The four files of a tiny dataset in MNIST's form: 20 and 5 images of 4x3, three classes."""
    random = np.random.default_rng(0)
    return {
        "train-images-idx3-ubyte": idx(random.integers(0, 256, (20, 4, 3))),
        "train-labels-idx1-ubyte": idx(np.arange(20) % 3),
        "t10k-images-idx3-ubyte": idx(random.integers(0, 256, (5, 4, 3))),
        "t10k-labels-idx1-ubyte": idx(np.arange(5) % 3),
    }


@pytest.fixture
def arrays() -> dict[str, np.ndarray]:
    """The arrays of a tiny dataset, as an ``.npz`` has them: 20 and 5 images of 4x3, three classes."""
    random = np.random.default_rng(0)
    return {
        "x_train": random.integers(0, 256, (20, 4, 3), "uint8"),
        "y_train": np.arange(20) % 3,
        "x_test": random.integers(0, 256, (5, 4, 3), "uint8"),
        "y_test": np.arange(5) % 3,
    }


def folder_of(files: dict[str, bytes], folder: Path) -> Path:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def nowhere(tmp_path: Path) -> dict[str, str]:
    """An environment in which Keras' cache is empty and every download is refused at once."""
    return {"KERAS_HOME": str(tmp_path / "keras")}


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "MNIST_URL", "http://127.0.0.1:9/mnist.npz")  # discard: nothing listens


@pytest.mark.parametrize("is_gzipped", [False, True])
def test_a_folder_with_the_four_files(files: dict[str, bytes], tmp_path: Path, is_gzipped: bool) -> None:
    if is_gzipped:
        files = {f"{name}.gz": gzip.compress(content) for name, content in files.items()}
    dataset = datasets.find(str(folder_of(files, tmp_path / "tiny")))
    assert dataset.name == "tiny"
    assert dataset.x_train.shape == (20, 4, 3)
    assert dataset.x_test.shape == (5, 4, 3)
    assert dataset.y_train.dtype == np.int64
    assert dataset.y_train.tolist() == [number % 3 for number in range(20)]
    assert dataset.class_names == ("0", "1", "2")


def test_one_of_the_four_files_names_them_all(files: dict[str, bytes], tmp_path: Path) -> None:
    folder = folder_of(files, tmp_path / "tiny")
    assert len(datasets.find(str(folder / "t10k-labels-idx1-ubyte")).y_test) == 5


def test_an_npz(arrays: dict[str, np.ndarray], tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    np.savez(path, **arrays)
    dataset = datasets.find(str(path))
    assert np.array_equal(dataset.x_test, arrays["x_test"])
    assert dataset.source == str(path)


def test_the_real_mnist_is_recognised(mnist_folder: Path) -> None:
    dataset = datasets.find(str(mnist_folder))
    assert dataset.name == "MNIST"
    assert dataset.x_train.shape == (60_000, 28, 28)
    assert dataset.y_test.shape == (10_000,)
    assert dataset.y_train[:9].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1]


@pytest.mark.usefixtures("dataset")
def test_digits_are_always_split_the_same_way() -> None:
    first, second = datasets.digits(), datasets.digits()
    assert len(first.x_train) + len(first.x_test) == 1797
    assert np.array_equal(first.x_test, second.x_test)
    assert first.x_train.max() == 255
    assert np.bincount(first.y_test).min() >= 34


@pytest.mark.usefixtures("dataset")
def test_the_variable_is_used_when_nothing_is_named(files: dict[str, bytes], tmp_path: Path) -> None:
    folder = folder_of(files, tmp_path / "tiny")
    assert datasets.find(environ={"COLAB_MAGICS_DATA": str(folder)}).name == "tiny"
    assert datasets.find("digits", environ={"COLAB_MAGICS_DATA": str(folder)}).name == "scikit-learn digits"


@pytest.mark.usefixtures("no_network", "dataset")
def test_without_a_network_the_digits_are_taken_and_it_is_said(nowhere: dict[str, str]) -> None:
    dataset = datasets.find(environ=nowhere)
    assert dataset.name == "scikit-learn digits"
    assert "MNIST cannot be reached" in dataset.notes[0]
    assert "--data" in dataset.notes[0]


@pytest.mark.usefixtures("no_network")
def test_mnist_by_name_is_never_replaced(nowhere: dict[str, str]) -> None:
    with pytest.raises(SourceError, match="mnist"):
        datasets.find("mnist", environ=nowhere)


@pytest.mark.usefixtures("no_network", "dataset")
def test_a_damaged_cache_is_not_used(nowhere: dict[str, str]) -> None:
    cached = Path(nowhere["KERAS_HOME"]) / "datasets" / "mnist.npz"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"half a download")
    assert datasets.find(environ=nowhere).name == "scikit-learn digits"
    assert cached.read_bytes() == b"half a download"


def test_keras_cache_is_used(
    nowhere: dict[str, str], arrays: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    cached = Path(nowhere["KERAS_HOME"]) / "datasets" / "mnist.npz"
    cached.parent.mkdir(parents=True)
    np.savez(cached, **arrays)
    monkeypatch.setattr(datasets, "MNIST_SHA256", datasets._sha256(cached))
    assert datasets.find(environ=nowhere).source == "Keras' cache"


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match=r"There is no dataset at .*missing"):
        datasets.find(str(tmp_path / "missing"))


def test_a_folder_without_the_files(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="has no train-images-idx3-ubyte"):
        datasets.find(str(tmp_path))


def test_a_truncated_file(files: dict[str, bytes], tmp_path: Path) -> None:
    files["train-images-idx3-ubyte"] = files["train-images-idx3-ubyte"][:-7]
    with pytest.raises(BrokenFile, match="train-images-idx3-ubyte"):
        datasets.find(str(folder_of(files, tmp_path / "tiny")))


def test_a_wrong_magic_number(files: dict[str, bytes], tmp_path: Path) -> None:
    files["t10k-labels-idx1-ubyte"] = b"\x00\x00\x99" + files["t10k-labels-idx1-ubyte"][3:]
    with pytest.raises(BrokenFile, match="t10k-labels-idx1-ubyte"):
        datasets.find(str(folder_of(files, tmp_path / "tiny")))


def test_counts_that_differ(files: dict[str, bytes], tmp_path: Path) -> None:
    files["train-labels-idx1-ubyte"] = idx(np.arange(19) % 3)
    with pytest.raises(BrokenFile, match="20 train images and 19 train labels"):
        datasets.find(str(folder_of(files, tmp_path / "tiny")))


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({}, "has no array x_test, x_train, y_test, y_train"),
        ({"x_train": np.zeros((3, 2)), "y_train": np.zeros(3, int)}, "has no array x_test, y_test"),
        (
            {"x_train": np.zeros((3, 2)), "y_train": [0] * 3, "x_test": np.zeros((3, 2)), "y_test": [0] * 3},
            "these are not images",
        ),
        (
            {"x_train": np.zeros((3, 2, 2)), "y_train": [0.5] * 3, "x_test": np.zeros((3, 2, 2)), "y_test": [0] * 3},
            "labels are whole numbers",
        ),
        (
            {"x_train": np.zeros((3, 2, 2)), "y_train": [0] * 3, "x_test": np.zeros((3, 4, 4)), "y_test": [0] * 3},
            "differ in shape",
        ),
        (
            {
                "x_train": np.zeros((3, 2, 2)),
                "y_train": [0, 1, 2**62],
                "x_test": np.zeros((3, 2, 2)),
                "y_test": [0] * 3,
            },
            "at most 1,000",
        ),
        (
            {
                "x_train": np.zeros((0, 2, 2)),
                "y_train": np.zeros(0, int),
                "x_test": np.zeros((0, 2, 2)),
                "y_test": np.zeros(0, int),
            },
            "is empty",
        ),
    ],
)
def test_an_npz_that_does_not_fit(arrays: dict[str, object], sentence: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "bad.npz", **arrays)
    with pytest.raises(BrokenFile, match=sentence):
        datasets.find(str(tmp_path / "bad.npz"))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"\x80\x04K\x01."])
def test_a_damaged_npz(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "bad.npz").write_bytes(content)
    with pytest.raises(BrokenFile, match="damaged"):
        datasets.find(str(tmp_path / "bad.npz"))


def test_an_npz_of_objects_is_not_unpickled(tmp_path: Path) -> None:
    objects = np.array([[[object()]]], dtype=object)
    np.savez(tmp_path / "bad.npz", x_train=objects, y_train=[0], x_test=objects, y_test=[0])
    with pytest.raises(BrokenFile, match="damaged"):
        datasets.find(str(tmp_path / "bad.npz"))
