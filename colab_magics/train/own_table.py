"""Tables that a person has in memory, as a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption
from colab_magics.format import plural
from colab_magics.train import division
from colab_magics.train.columns import fitted, one
from colab_magics.train.datasets import Dataset
from colab_magics.train.own_classes import numbered

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from colab_magics.train.given import Given


def as_frame(value: Any) -> pd.DataFrame | None:
    """A DataFrame of pandas or Polars, or a table of Arrow, as one of pandas; None for what is none."""
    import pandas as pd

    if isinstance(value, pd.DataFrame):
        return value
    if hasattr(value, "columns") and hasattr(value, "compute"):
        raise BadOption("The table is one of Dask, and may be larger than the memory: give  df.compute().")
    if hasattr(value, "to_pandas") and (hasattr(value, "columns") or hasattr(value, "column_names")):
        found = value.to_pandas()
        return found if isinstance(found, pd.DataFrame) else None
    return None


def with_target(frames: Sequence[pd.DataFrame], target: str | None, given: Given, seed: int) -> Dataset:
    """A dataset of a table, or of one to learn from and one to test with; ``target`` is the column of the classes."""
    if target is None:
        names = ", ".join(map(str, frames[0].columns[:10]))
        raise BadOption(f"Which column of {given.name} is to be learnt? Say  --target COLUMN,  one of {names}.")
    tables, labels, missing = [], [], 0
    for frame in frames:
        column = one(frame, target)
        is_there = column.notna().to_numpy()
        missing += int((~is_there).sum())
        place = [str(name) for name in frame.columns].index(target)
        tables.append(frame.iloc[is_there, [number for number in range(frame.shape[1]) if number != place]])
        labels.append(column[is_there])
    steps = (f"{plural(missing, 'row')} without a {target} left out.",) if missing else ()
    return of(tables, labels, (given.name, target), given, seed, steps)


def of(
    tables: Sequence[pd.DataFrame],
    labels: Sequence[object],
    names: tuple[str, str],
    given: Given,
    seed: int,
    steps: tuple[str, ...] = (),
) -> Dataset:
    """A dataset of a table and the class of each row; or two of each, to learn from and to test with."""
    what, classes = names
    for table in tables:
        if not len(table):
            raise BadOption(f"{what} has no rows: there is nothing to learn from.")
    numbers, class_names = numbered(labels, classes)
    for table, y in zip(tables, numbers, strict=True):
        if len(table) != len(y):
            raise BadOption(
                f"{what} has {len(table):,} rows and {classes} has {len(y):,} labels: there must be one for each row."
            )
    if len(tables) == 1:
        train, test, step = division.divided(numbers[0], seed)
        steps = (*steps, step)
        tables, numbers = [tables[0].iloc[train], tables[0].iloc[test]], [numbers[0][train], numbers[0][test]]
    found = fitted(tables[0])
    x_train, x_test = (found.columns.encode(table) for table in tables)
    return Dataset(
        name=given.name,
        source="memory (DataFrame)",
        x_train=x_train,
        y_train=numbers[0],
        x_test=x_test,
        y_test=numbers[1],
        class_names=class_names,
        notes=division.unlearnt(numbers[0], numbers[1], class_names),
        preparation=(*steps, *found.steps),
        is_from_memory=True,
        columns=found.columns,
    )
