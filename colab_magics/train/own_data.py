"""Data that a person has in memory, as a dataset: arrays, a table, or a `tf.data.Dataset`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption
from colab_magics.train import division, own_table, space, tf_data
from colab_magics.train.datasets import Dataset
from colab_magics.train.fault import said
from colab_magics.train.own_classes import numbered
from colab_magics.train.pixels import as_learnt

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from colab_magics.train.given import Given

_FORMS = (
    "give  X,y  or  X_train,y_train,X_test,y_test  of arrays, a DataFrame with  --target COLUMN,  a tf.data.Dataset, "
    "or a path"
)


def read(given: Given, target: str | None, seed: int) -> Dataset:
    """Read data in memory as a dataset.

    ``target`` is the column of a DataFrame that is to be learnt. Where no test data is given, ``seed`` says which
    samples are set aside for it. Raises `BadOption` for what cannot be learnt, `TooLarge` for what has no room.
    """
    values = given.values
    parts = tuple(values) if isinstance(values, (tuple, list)) else (values,)
    if 1 <= len(parts) <= 2:
        frames = [own_table.as_frame(part) for part in parts]
        if all(frame is not None for frame in frames) and (target is not None or len(frames) == 1):
            return own_table.with_target([frame for frame in frames if frame is not None], target, given, seed)
    if target is not None:
        raise BadOption(f"--target names a column of a DataFrame, and {given.name} is none: leave it out.")
    if 1 <= len(parts) <= 2 and all(map(tf_data.is_dataset, parts)):
        return _of_tf_data(parts, given, seed)
    if isinstance(values, (tuple, list)) and len(values) in (2, 4):
        return _of_arrays(tuple(values), given, seed)
    raise BadOption(f"{given.name} has the type {type(values).__name__}: {_FORMS}.")


def _of_tf_data(parts: Sequence[Any], given: Given, seed: int) -> Dataset:
    called = given.names or ("dataset", "dataset")
    pairs = [tf_data.read(part, name) for part, name in zip(parts, called, strict=False)]
    numbers, names = numbered([y for _, y in pairs], "y", tuple(getattr(parts[0], "class_names", ())))
    arrays = [samples(x, called[0]) for x, _ in pairs]
    step = f"Read once into memory: {sum(map(len, arrays)):,} samples."
    if len(pairs) == 1:
        return divided(given.name, "tf.data", arrays[0], numbers[0], names, seed, (step,))
    return assembled(given.name, "tf.data", (arrays[0], numbers[0], arrays[1], numbers[1]), names, (step,))


def _of_arrays(values: tuple[object, ...], given: Given, seed: int) -> Dataset:
    if len(values) == 2 and all(isinstance(part, tuple) and len(part) == 2 for part in values):
        values = (*values[0], *values[1])  # type: ignore[misc]  # as keras.datasets give it
    steps: tuple[str, ...] = ()
    if len(values) == 4 and _is_in_sklearns_order(values):
        values = (values[0], values[2], values[1], values[3])
        steps = ("Taken in the order of train_test_split: X_train, X_test, y_train, y_test.",)
    labels = given.names[1] if len(given.names) == 2 else "y"
    what = given.names[0] if len(given.names) == 2 else "X"
    tables = [own_table.as_frame(part) for part in values[::2]]
    if all(table is not None for table in tables):
        return own_table.of(
            [table for table in tables if table is not None], values[1::2], (what, labels), given, seed, steps
        )
    parts = [samples(part, what) for part in values[::2]]
    numbers, names = numbered(values[1::2], labels)
    for images, found in zip(parts, numbers, strict=True):
        if len(images) != len(found):
            raise BadOption(
                f"{what} has {len(images):,} samples and {labels} has {len(found):,} labels: "
                "there must be one label for each sample."
            )
    if len(parts) == 2:
        return assembled(given.name, "arrays", (parts[0], numbers[0], parts[1], numbers[1]), names, steps)
    return divided(given.name, "arrays", parts[0], numbers[0], names, seed, steps)


def _is_in_sklearns_order(values: Sequence[object]) -> bool:
    """Does the second look like samples, and not the third? As of X_train, X_test, y_train, y_test."""
    first, second, third = (tuple(getattr(value, "shape", ())) for value in values[:3])
    return len(first) > 1 and first[1:] == second[1:] != third[1:]


def samples(values: object, what: str) -> NDArray[Any]:
    """(n, columns), (n, h, w) or (n, h, w, channels) numbers, none of them missing. Raises `BadOption`."""
    import numpy as np

    if np.ma.is_masked(values):
        raise BadOption(f"{what} has masked values: fill them first, such as with {what}.filled(0).")
    try:
        found = np.asarray(values)
    except (TypeError, ValueError, RuntimeError) as error:
        raise BadOption(
            f"{what} cannot be read as one array: its samples must all have the same shape. ({said(error)})"
        ) from error
    if found.ndim == 0:
        way = f": give  {what}.toarray()" if hasattr(values, "toarray") else f": {_FORMS}"
        raise BadOption(f"{what} has the type {type(values).__name__} and is no array{way}.")
    if found.dtype.kind not in "buif":
        kind = "Python objects" if found.dtype.kind == "O" else "texts" if found.dtype.kind in "UST" else found.dtype
        raise BadOption(
            f"{what} holds {kind} and no numbers: make it an array of numbers, such as  X.astype('float32')."
        )
    _check_shape(found.shape, what)
    if found.dtype.kind == "f" and not max(-found.min(), found.max()) <= np.finfo("float32").max:
        raise BadOption(
            f"{what} holds values that are missing (NaN), infinite, or beyond what 32 bits hold: replace them first, "
            "such as with numpy.nan_to_num."
        )
    return found


def _check_shape(shape: tuple[int, ...], what: str) -> None:
    if not shape[0]:
        raise BadOption(f"{what} is empty, its shape is {shape}: there is nothing to learn from.")
    if len(shape) == 1:
        raise BadOption(f"{what} has the shape {shape}, one number for each sample: give  {what}.reshape(-1, 1).")
    if len(shape) > 4 or 0 in shape:
        raise BadOption(
            f"{what} has the shape {shape}: samples are rows (n, columns), or images (n, height, width) or "
            "(n, height, width, channels)."
        )
    if len(shape) == 4 and shape[1] in (1, 3, 4) and shape[3] not in (1, 3, 4):
        raise BadOption(
            f"{what} has the shape {shape}, with the channels first; here they come last: "
            f"give  {what}.transpose(0, 2, 3, 1)  (of a tensor of PyTorch,  {what}.permute(0, 2, 3, 1))."
        )


def divided(
    name: str,
    kind: str,
    x: NDArray[Any],
    y: NDArray[np.int64],
    class_names: tuple[str, ...],
    seed: int,
    steps: tuple[str, ...] = (),
) -> Dataset:
    """A dataset of samples, a part of which is set aside to test with."""
    space.check(x.nbytes, f"The samples of {name}, divided into those to learn from and those to test with,")
    train, test, step = division.divided(y, seed)
    return assembled(name, kind, (x[train], y[train], x[test], y[test]), class_names, (*steps, step))


def assembled(
    name: str,
    kind: str,
    arrays: tuple[NDArray[Any], NDArray[np.int64], NDArray[Any], NDArray[np.int64]],
    class_names: tuple[str, ...],
    steps: tuple[str, ...] = (),
) -> Dataset:
    """A dataset of what was in memory. Raises `BadOption` where training and test samples differ in shape."""
    x_train, y_train, x_test, y_test = arrays
    if x_train.shape[1:] != x_test.shape[1:]:
        raise BadOption(
            f"The training samples of {name} have the shape {x_train.shape[1:]} and the test samples "
            f"{x_test.shape[1:]}: they must have the same."
        )
    x_train, x_test, scaling = as_learnt(x_train, x_test)
    return Dataset(
        name=name,
        source=f"memory ({kind})",
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        class_names=class_names,
        preparation=steps,
        notes=(*scaling, *division.unlearnt(y_train, y_test, class_names)),
        is_from_memory=True,
    )
