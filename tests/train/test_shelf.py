"""The checkpoints of a run on the disk, whole, damaged and half written; a training that goes on is in test_checkpoint."""

from pathlib import Path

import numpy as np
import pytest

from colab_magics.errors import BadOption
from colab_magics.train.checkpoint import State
from colab_magics.train.shelf import Shelf


def state(epoch: int, step: int = 0) -> State:
    return State(epoch, step, {"0": np.arange(epoch)}, [], [], 1.0)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path / "checkpoints")
    for epoch in (1, 2):
        shelf.write(state(epoch))
    return shelf


def gone_on_with(shelf: Shelf) -> tuple[int, tuple[str, ...]]:
    found, notes = shelf.last("it", "begin it anew.")
    assert found is not None
    np.testing.assert_array_equal(found.arrays["0"], np.arange(found.epoch))
    return found.epoch, notes


def test_the_newest_is_gone_on_with(shelf: Shelf) -> None:
    assert gone_on_with(shelf) == (2, ())


@pytest.mark.parametrize("left", ["000003-00000000.npz", ".000003-00000000.npz.part", ".000003-00000000.json.part"])
def test_a_save_that_was_not_finished_is_told_once(shelf: Shelf, left: str) -> None:
    if "json" in left:
        (shelf.folder / "000003-00000000.npz").write_bytes(b"all of it")
    (shelf.folder / left).write_bytes(b"half of it")
    sentence = "The save of the checkpoint 000003-00000000 was not finished, and the one before it was taken."
    assert gone_on_with(shelf) == (2, (sentence,))
    assert gone_on_with(shelf) == (2, ())


def test_a_manifest_that_is_gone_is_as_a_save_that_was_not_finished(shelf: Shelf) -> None:
    (shelf.folder / "000002-00000000.json").unlink()
    (shelf.folder / ".000001-00000009.npz.part").touch()
    epoch, (later, newer) = gone_on_with(shelf)
    assert (epoch, later[:40], newer[:40]) == (
        1,
        "The save of the checkpoint 000002-000000",
        "The save of the checkpoint 000001-000000",
    )


def test_what_is_older_than_the_one_taken_is_not_told(shelf: Shelf) -> None:
    (shelf.folder / ".000001-00000009.npz.part").touch()
    (shelf.folder / "000001-00000000.json").unlink()
    assert gone_on_with(shelf) == (2, ())


def test_damage_and_a_save_that_was_not_finished_are_both_told(shelf: Shelf) -> None:
    (shelf.folder / ".000003-00000000.npz.part").touch()
    (shelf.folder / "000002-00000000.npz").write_bytes(b"")
    epoch, (unfinished, damaged) = gone_on_with(shelf)
    assert epoch == 1
    assert unfinished.startswith("The save of the checkpoint 000003-00000000 was not finished")
    assert damaged.startswith("The checkpoint 000002-00000000 is damaged")


def test_where_none_is_whole(shelf: Shelf) -> None:
    for path in shelf.folder.glob("*.npz"):
        path.write_bytes(b"")
    with pytest.raises(BadOption, match="Every checkpoint of the run it is damaged: begin it anew."):
        shelf.last("it", "begin it anew.")
    empty = Shelf(shelf.folder / "none")
    assert empty.last("it", "") == (None, ())
