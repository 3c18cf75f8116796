"""The dataset that a training asks for: from a path, from somewhere known by name, or from memory."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from colab_magics import interrupts
from colab_magics.errors import BadOption
from colab_magics.train.datasets import Dataset, find
from colab_magics.train.events import DataArrived, Event

if TYPE_CHECKING:
    from collections.abc import Callable

    from colab_magics.train.given import Given
    from colab_magics.train.request import Request


def dataset_of(request: Request, data: Given | Dataset | None, tell: Callable[[Event], None]) -> Dataset:
    """Find what ``request`` names, or read ``data``, which is in memory; with what is to be said of it.

    Raises what `datasets.find` and `own_data.read` raise.
    """
    with interrupts.held():
        import_module("numpy")
    if isinstance(data, Dataset):
        return data
    if data is not None:
        with interrupts.held():
            import_module("pandas")
            from colab_magics.train import own_data

        return own_data.read(data, request.target, request.seed or 0)
    if request.target is not None:
        raise BadOption("--target names a column of a DataFrame: give that with  --data df.")
    dataset = find(
        request.data,
        on_progress=lambda progress: tell(DataArrived(progress.done, progress.total)),
        seed=request.seed or 0,
    )
    return replace(dataset, notes=(request.note, *dataset.notes)) if request.note else dataset
