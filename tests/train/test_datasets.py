"""Where a dataset is found, and what is said of a broken one."""

import gzip
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from colab_magics.errors import BrokenFile, SourceDenied, SourceError, SourceNotFound, UnknownFormat
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


@pytest.mark.parametrize("name", ["iris.csv", "mine.npz.bak", "x.gz"])
def test_a_file_that_is_none_of_these(files: dict[str, bytes], tmp_path: Path, name: str) -> None:
    folder = folder_of({**files, name: b"a,b\n1,2\n"}, tmp_path / "tiny")
    with pytest.raises(UnknownFormat, match="neither an .npz file nor one of MNIST's four.*the folder that holds"):
        datasets.find(str(folder / name))


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("~nouser/mnist", "names a home folder that is not there"),
        ("a" * 300, "cannot be a path"),
        ("/dev/null", "is a device or a pipe"),
    ],
)
def test_a_path_that_names_nothing(path: str, sentence: str) -> None:
    with pytest.raises(SourceNotFound, match=sentence):
        datasets.find(path)


def test_a_relative_path_is_named_by_its_folder(
    files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder_of(files, tmp_path / "tiny"))
    assert datasets.find(".").name == "tiny"


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


@pytest.mark.parametrize(
    ("pixels", "sentence"),
    [
        (np.zeros((3, 0, 2)), "its images have no pixels"),
        (np.zeros((3, 2, 2, 0)), "its images have no pixels"),
        (np.full((3, 2, 2), np.nan), r"not numbers \(NaN or infinite\): replace them first"),
        (np.full((3, 2, 2), np.inf), r"not numbers \(NaN or infinite\)"),
    ],
)
def test_images_without_pixels_or_numbers(pixels: np.ndarray, sentence: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "bad.npz", x_train=pixels, y_train=[0] * 3, x_test=pixels, y_test=[0] * 3)
    with pytest.raises(BrokenFile, match=sentence):
        datasets.find(str(tmp_path / "bad.npz"))


def test_an_npz_in_capitals(arrays: dict[str, np.ndarray], tmp_path: Path) -> None:
    with (tmp_path / "mine.NPZ").open("wb") as file:
        np.savez(file, **arrays)
    assert len(datasets.find(str(tmp_path / "mine.NPZ")).y_test) == 5


def test_floats_of_a_byte_are_scaled_and_it_is_said(arrays: dict[str, np.ndarray], tmp_path: Path) -> None:
    floats = {name: array.astype("float32") if name.startswith("x") else array for name, array in arrays.items()}
    np.savez(tmp_path / "mine.npz", **floats)
    dataset = datasets.find(str(tmp_path / "mine.npz"))
    assert np.allclose(dataset.x_test, arrays["x_test"] / 255)
    assert dataset.x_train.dtype == np.float32
    assert dataset.notes[0].startswith("The pixels were floats from 0 to 255, and were scaled")
    np.savez(tmp_path / "small.npz", **{**floats, "x_train": dataset.x_train, "x_test": dataset.x_test})
    assert datasets.find(str(tmp_path / "small.npz")).notes == ()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"\x80\x04K\x01.", b"hello"])
def test_a_damaged_npz(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "bad.npz").write_bytes(content)
    with pytest.raises(BrokenFile, match="damaged") as caught:
        datasets.find(str(tmp_path / "bad.npz"))
    assert "pickle" not in str(caught.value)


@pytest.mark.parametrize("seed", range(40))
def test_damaged_bytes_are_one_sentence(arrays: dict[str, np.ndarray], tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    path = tmp_path / "bad.npz"
    (np.savez_compressed if seed % 2 else np.savez)(path, **arrays)
    content = bytearray(path.read_bytes())
    for place in random.integers(0, len(content), 8):
        content[place] = random.integers(0, 256)
    path.write_bytes(content[: random.integers(1, len(content) + 1)] if seed % 4 == 0 else content)
    try:
        datasets.find(str(path))
    except BrokenFile as error:
        assert "pickle" not in str(error)


def test_an_npz_that_is_encrypted(arrays: dict[str, np.ndarray], tmp_path: Path) -> None:
    np.savez(tmp_path / "bad.npz", **arrays)
    content = bytearray((tmp_path / "bad.npz").read_bytes())
    for place in range(len(content) - 10):
        if content[place : place + 4] == b"PK\x01\x02":
            content[place + 8] |= 1  # the flag in the list of members
    (tmp_path / "bad.npz").write_bytes(content)
    with pytest.raises(BrokenFile, match="damaged"):
        datasets.find(str(tmp_path / "bad.npz"))


def test_an_npy_named_npz(arrays: dict[str, np.ndarray], tmp_path: Path) -> None:
    with (tmp_path / "bad.npz").open("wb") as file:
        np.save(file, arrays["x_train"])
    with pytest.raises(BrokenFile, match=r"a single array \(\.npy\).*numpy\.savez"):
        datasets.find(str(tmp_path / "bad.npz"))


def test_an_npz_that_promises_too_much(tmp_path: Path) -> None:
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (900000000000000,), }".ljust(117) + b"\n"
    with zipfile.ZipFile(tmp_path / "bad.npz", "w") as archive:
        for key in ("x_train", "y_train", "x_test", "y_test"):
            archive.writestr(f"{key}.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    with pytest.raises(BrokenFile, match="promises more values than the memory holds|damaged"):
        datasets.find(str(tmp_path / "bad.npz"))


def test_an_npz_that_may_not_be_read(
    arrays: dict[str, np.ndarray], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    np.savez(tmp_path / "mine.npz", **arrays)
    monkeypatch.setattr(Path, "open", refuse)  # root reads every file
    with pytest.raises(SourceDenied, match="may not be read: ask its owner"):
        datasets.find(str(tmp_path / "mine.npz"))


def test_an_npz_of_objects_is_not_unpickled(tmp_path: Path) -> None:
    objects = np.array([[[object()]]], dtype=object)
    np.savez(tmp_path / "bad.npz", x_train=objects, y_train=[0], x_test=objects, y_test=[0])
    with pytest.raises(BrokenFile, match="holds Python objects, which are not read: save it as an array of numbers"):
        datasets.find(str(tmp_path / "bad.npz"))
