"""The four arrays of a dataset: read from an ``.npz`` file or MNIST's four files, and checked."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO

from colab_magics.errors import BrokenFile, SourceDenied, SourceNotFound, UnknownFormat
from colab_magics.idx import read_idx
from colab_magics.transfer import paths

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

MOST_CLASSES = 1_000
"""As many as a gallery shows; a label far beyond would ask for as many names and outputs."""

_IDX_FILES = {
    "x_train": ("train-images-idx3-ubyte", "train-images.idx3-ubyte"),
    "y_train": ("train-labels-idx1-ubyte", "train-labels.idx1-ubyte"),
    "x_test": ("t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte"),
    "y_test": ("t10k-labels-idx1-ubyte", "t10k-labels.idx1-ubyte"),
}

DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    KeyError,
    RuntimeError,
    SyntaxError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
)
"""What numpy and zipfile raise on broken bytes; of a RuntimeError, encryption and unknown kinds of compression."""


def read(path: Path) -> dict[str, NDArray[Any]]:
    """Read x_train, y_train, x_test and y_test.

    ``path``: an ``.npz`` file, a folder with the four IDX files, or one of these files. Raises `SourceNotFound`,
    `SourceDenied`, `UnknownFormat` and `BrokenFile`.
    """
    found = paths.state(
        path,
        missing=f"There is no dataset at {path}: "
        "give a folder with the four MNIST files, an .npz file, or mnist or digits.",
    )
    if stat.S_ISDIR(found.st_mode):
        return _read_folder(path)
    if not stat.S_ISREG(found.st_mode):
        raise SourceNotFound(f"{path} is a device or a pipe: give a folder with the four MNIST files, or an .npz file.")
    if path.suffix.lower() == ".npz":
        return _read_npz(path)
    if path.name.removesuffix(".gz") in {name for names in _IDX_FILES.values() for name in names}:
        return _read_folder(path.parent)
    raise UnknownFormat(
        f"{path} is neither an .npz file nor one of MNIST's four, such as train-images-idx3-ubyte.gz: "
        "give one of these, or the folder that holds the four."
    )


def holds_idx(folder: Path) -> bool:
    """Is one of MNIST's four files in the folder?"""
    return any(
        (folder / f"{name}{end}").is_file() for names in _IDX_FILES.values() for name in names for end in ("", ".gz")
    )


def _read_folder(folder: Path) -> dict[str, NDArray[Any]]:
    arrays = {}
    for key, names in _IDX_FILES.items():
        found = [path for name in names for path in (folder / name, folder / f"{name}.gz") if path.is_file()]
        if not found:
            raise SourceNotFound(
                f"The folder {folder} has no {names[0]} or {names[0]}.gz: it must hold the four files of MNIST, "
                "or pictures in a subfolder for each class."
            )
        arrays[key] = read_idx(found[0])
    return arrays


def _read_npz(path: Path) -> dict[str, NDArray[Any]]:
    import numpy as np

    try:
        # Opened here: numpy leaves a file that it cannot read open.
        with path.open("rb") as file:
            _check_archive(file, path)
            with np.load(file, allow_pickle=False) as archive:
                missing = sorted(set(_IDX_FILES) - set(archive.files))
                if missing:
                    raise BrokenFile(
                        f"{path} has no array {', '.join(missing)}: it must hold x_train, y_train, x_test and y_test, "
                        f"and holds {', '.join(archive.files) or 'nothing'}."
                    )
                return {key: _member(archive, key, path) for key in _IDX_FILES}
    except PermissionError as error:
        raise SourceDenied(f"{path} may not be read: ask its owner, or name another file.") from error
    except MemoryError as error:
        raise BrokenFile(
            f"{path} promises more values than the memory holds: get the file again, or give a smaller one."
        ) from error
    except DAMAGE as error:
        if isinstance(error, BrokenFile):
            raise
        raise BrokenFile(f"{path} is damaged and cannot be read as an .npz file: {error}. Get it again.") from error


def _check_archive(file: BinaryIO, path: Path) -> None:
    head = file.read(6)
    file.seek(0)
    if head == b"\x93NUMPY":
        raise BrokenFile(
            f"{path} is a single array (.npy) and no .npz file: save the four with "
            "numpy.savez(path, x_train=..., y_train=..., x_test=..., y_test=...)."
        )
    if head[:4] not in (b"PK\3\4", b"PK\5\6") or not zipfile.is_zipfile(file):  # else numpy takes it for a pickle
        raise BrokenFile(f"{path} is damaged or no .npz file at all: get it again, or write it with numpy.savez.")
    file.seek(0)


def _member(archive: Mapping[str, NDArray[Any]], key: str, path: Path) -> NDArray[Any]:
    try:
        return archive[key]
    except ValueError as error:
        if "allow_pickle" not in str(error):  # numpy's advice would run the code of whoever made the file
            raise
        raise BrokenFile(
            f"{key} of {path} holds Python objects, which are not read: save it as an array of numbers."
        ) from error


def check(arrays: Mapping[str, NDArray[Any]], path: Path) -> None:
    """Refuse arrays that are not images and their classes. Raises `BrokenFile`."""
    for split in ("train", "test"):
        _check_split(split, arrays[f"x_{split}"], arrays[f"y_{split}"], path)
    if arrays["x_train"].shape[1:] != arrays["x_test"].shape[1:]:
        raise BrokenFile(f"The training and test images of {path} differ in shape: one of the files is the wrong one.")


def _check_split(split: str, images: NDArray[Any], labels: NDArray[Any], path: Path) -> None:
    import numpy as np

    if images.ndim not in (3, 4) or images.dtype.kind not in "uif":
        raise BrokenFile(
            f"x_{split} of {path} has shape {images.shape}, {images.dtype}: these are not images. "
            "It must be (n, height, width) or (n, height, width, channels), of numbers."
        )
    if labels.ndim != 1 or labels.dtype.kind not in "ui":
        raise BrokenFile(
            f"y_{split} of {path} has shape {labels.shape}, {labels.dtype}: labels are whole numbers. "
            "It must be (n,), the number of each image's class, counted from 0."
        )
    if len(images) != len(labels):
        raise BrokenFile(
            f"{path} has {len(images):,} {split} images and {len(labels):,} {split} labels: "
            "they must be as many. One of the files is the wrong one or damaged."
        )
    if not len(images) or labels.min() < 0:
        raise BrokenFile(f"The {split} split of {path} is empty or has negative labels: classes count from 0.")
    if 0 in images.shape:
        raise BrokenFile(
            f"x_{split} of {path} has shape {images.shape}: its images have no pixels. Get the file again."
        )
    if images.dtype.kind == "f" and not np.isfinite([images.min(), images.max()]).all():
        raise BrokenFile(
            f"x_{split} of {path} holds values that are not numbers (NaN or infinite): replace them first, "
            "such as with numpy.nan_to_num."
        )
    if labels.max() >= MOST_CLASSES:
        raise BrokenFile(
            f"The {split} labels of {path} go up to {labels.max():,}: classes are numbered from 0, "
            f"and there may be at most {MOST_CLASSES:,}."
        )
