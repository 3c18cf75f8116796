"""Find a training dataset: the person's own files, MNIST, or the digits that scikit-learn brings."""

from __future__ import annotations

import hashlib
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics import interrupts
from colab_magics.errors import SourceDenied, SourceError
from colab_magics.extras import need
from colab_magics.format import readable
from colab_magics.predictions import sample_noun
from colab_magics.train import arrays
from colab_magics.train.pixels import as_learnt
from colab_magics.transfer import paths
from colab_magics.transfer.fetch import download
from colab_magics.transfer.refusals import PATIENCE, Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from colab_magics.train.columns import Columns
    from colab_magics.transfer.events import Progress

DATA_VARIABLE = "COLAB_MAGICS_DATA"

# Where Keras itself gets MNIST, and what it must be: keras.datasets.mnist.load_data.
MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
MNIST_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"

# MD5 of the uncompressed train-images-idx3-ubyte, as published for the original: names the data, secures nothing.
_MNIST_IMAGES_MD5 = "6bbc9ace898e44ae57da46a324031adb"

DIGITS = "scikit-learn digits"

# Nobody named MNIST and the embedded digits are there: a machine without a network should not wait long.
_SHORT_PATIENCE = Patience(connect=5, stall=15, attempts=2)

_SCALED = "The pixels were floats from 0 to 255, and were scaled to 0 to 1, as those of whole numbers are."


@dataclass(frozen=True, eq=False, slots=True)
class Dataset:
    """Images, or the rows of a table, and labels in two splits.

    ``x_train`` and ``x_test``: (n, h, w) or (n, h, w, channels), or (n, columns), uint8 or float. ``y_train`` and
    ``y_test``: (n,) int64 from 0 to ``len(class_names) - 1``. ``source`` says where the data came from, and
    ``is_from_memory`` that it is nowhere else; ``preparation`` what was done to it, and ``notes`` what the person
    should know about the choice.
    """

    name: str
    source: str
    x_train: NDArray[np.generic]
    y_train: NDArray[np.int64]
    x_test: NDArray[np.generic]
    y_test: NDArray[np.int64]
    class_names: tuple[str, ...]
    notes: tuple[str, ...] = ()
    preparation: tuple[str, ...] = ()
    is_from_memory: bool = False
    columns: Columns | None = None
    """Of a table: how its rows became numbers; ``columns.encode(df)`` does the same to others."""

    def __repr__(self) -> str:
        shape = "x".join(str(side) for side in self.x_train.shape[1:])
        return f"Dataset({self.name}, {len(self.x_train):,} + {len(self.x_test):,} {self.noun}s of {shape})"

    @property
    def noun(self) -> str:
        """What one sample is: an image, or a row."""
        return sample_noun(self.x_train)


def find(
    data: str | None = None,
    environ: Mapping[str, str] = os.environ,
    on_progress: Callable[[Progress], None] | None = None,
    seed: int = 0,
) -> Dataset:
    """Find the dataset to train on.

    ``data`` is a folder or file with the four IDX files (gzipped or not), an ``.npz`` with x_train, y_train, x_test and
    y_test, a folder with pictures in a subfolder for each class, of which ``seed`` sets a part aside to test with (see
    `image_folder.read`), or a name: ``mnist`` or ``digits``. Without it: the environment variable
    ``COLAB_MAGICS_DATA``, which holds the same; MNIST in Keras' own cache; MNIST downloaded to there and verified; and,
    with no way to reach it, the embedded digits, which the dataset's notes say. Raises `SourceNotFound` or `BrokenFile`
    for what was named and cannot be used.
    """
    named = data or environ.get(DATA_VARIABLE)
    if named and named.lower() == "digits":
        return digits()
    if named and named.lower() != "mnist":
        return from_path(paths.expanded(named), seed=seed)
    try:
        return mnist(environ, on_progress, PATIENCE if named else _SHORT_PATIENCE)
    except SourceError as error:
        if named:
            raise
        return digits(
            f"MNIST cannot be reached from here, so this run uses scikit-learn's small digits. ({error}) "
            f"To use your own copy, give  --data FOLDER  or set {DATA_VARIABLE}."
        )


def mnist(
    environ: Mapping[str, str] = os.environ,
    on_progress: Callable[[Progress], None] | None = None,
    patience: Patience = PATIENCE,
) -> Dataset:
    """MNIST from Keras' cache, downloaded to there first if it is missing or damaged.

    60,000 and 10,000 images of 28x28 uint8 (Y. LeCun, C. Cortes, C. Burges). Raises `SourceError` when it cannot
    be downloaded.
    """
    home = environ.get("KERAS_HOME")
    path = (Path(home) if home else Path.home() / ".keras") / "datasets" / "mnist.npz"
    if _sha256(path) == MNIST_SHA256:
        return from_path(path, source="Keras' cache")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SourceDenied(f"The folder {path.parent} cannot be made: {error.strerror}.") from error
    download(MNIST_URL, path, sha256=MNIST_SHA256, on_progress=on_progress, patience=patience)
    return from_path(path, source="downloaded and verified")


def digits(*notes: str) -> Dataset:
    """The 1,797 handwritten digits of 8x8 that scikit-learn brings (E. Alpaydin, C. Kaynak, UCI 1998).

    Split 4 to 1, with the same share of every class and always the same way. Images are uint8, 0 to 255.
    """
    with interrupts.held():
        need("sklearn", by="The embedded dataset of %train_mnist", extra="train")
        from sklearn.datasets import load_digits
        from sklearn.model_selection import train_test_split

    bunch = load_digits()
    images = (bunch.images * (255 / 16)).round().astype("uint8")
    labels = bunch.target.astype("int64")
    x_train, x_test, y_train, y_test = train_test_split(images, labels, test_size=0.2, random_state=0, stratify=labels)
    return Dataset(
        name=DIGITS,
        source="embedded in scikit-learn",
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        class_names=tuple(str(name) for name in bunch.target_names),
        notes=notes,
    )


def from_path(path: Path, *, source: str | None = None, seed: int = 0) -> Dataset:
    """Read a dataset from an ``.npz`` file, a folder of pictures or with the four IDX files, or one of these files."""
    if os.path.isdir(path) and not arrays.holds_idx(path):  # noqa: PTH112 (the same, and without pathlib's errors)
        with interrupts.held():
            from colab_magics.train import image_folder

        if image_folder.holds_classes(path):
            return image_folder.read(path, seed)
    found = arrays.read(path)
    arrays.check(found, path)
    name = _recognised(found) or readable(paths.absolute(path).name)
    return _dataset(name, source or str(path), found)


def _dataset(name: str, source: str, found: dict[str, NDArray[Any]]) -> Dataset:
    y_train, y_test = found["y_train"].astype("int64"), found["y_test"].astype("int64")
    classes = 1 + int(max(y_train.max(), y_test.max()))
    x_train, x_test = found["x_train"], found["x_test"]
    notes: tuple[str, ...] = (_SCALED,)
    if is_of_bytes(x_train):
        x_train, x_test = x_train / 255, x_test / 255
    else:
        x_train, x_test, notes = as_learnt(x_train, x_test)
    return Dataset(
        name=name,
        source=source,
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        class_names=tuple(str(number) for number in range(classes)),
        notes=notes,
    )


def is_of_bytes(images: NDArray[Any]) -> bool:
    """Are these floats that hold a byte's values, 0 to 255?"""
    return images.dtype.kind == "f" and bool(images.min() >= 0 and 128 <= images.max() <= 255)


def _recognised(found: dict[str, NDArray[Any]]) -> str | None:
    images = found["x_train"]
    if images.shape != (60_000, 28, 28) or images.dtype != "uint8":
        return None
    digest = hashlib.md5(struct.pack(">4I", 2051, *images.shape), usedforsecurity=False)
    digest.update(images.tobytes())
    return "MNIST" if digest.hexdigest() == _MNIST_IMAGES_MD5 else None


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
