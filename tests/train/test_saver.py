"""Checkpoints now and then: in another thread, never at the cost of the training or of the last good one."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from colab_magics.train.checkpoint import State
from colab_magics.train.saver import Saver
from colab_magics.train.shelf import Shelf


def state(epoch: int) -> State:
    return State(epoch, 0, {"0": np.arange(5.0) + epoch}, [], [{"loss": 0.5}] * epoch, 1.0)


class SlowShelf(Shelf):
    """A disk that answers when it is told to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.goes_on = threading.Event()

    def write(self, state: State) -> None:
        self.goes_on.wait(10)
        super().write(state)


def never() -> State:
    raise AssertionError("nothing is to be saved now")


def test_nothing_is_saved_before_its_time(tmp_path: Path) -> None:
    saver = Saver(Shelf(tmp_path), interval=1000)
    saver.offer(never)
    saver.finish(lambda: state(3))
    found, _ = Shelf(tmp_path).newest()
    assert found is not None
    assert (found.epoch, found.rows) == (3, [{"loss": 0.5}] * 3)
    np.testing.assert_array_equal(found.arrays["0"], np.arange(5.0) + 3)


def test_the_training_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    shelf = SlowShelf(tmp_path)
    saver = Saver(shelf, interval=0)
    saver.offer(lambda: state(1))
    saver.offer(never)  # the first is not there yet
    shelf.goes_on.set()
    saver.join()
    assert shelf.newest()[0] is not None


def test_what_is_asked_for_is_written_behind_the_training(tmp_path: Path) -> None:
    shelf = SlowShelf(tmp_path)
    saver = Saver(shelf, interval=1000)
    asked = state(1)
    saver.ask(lambda: asked)
    assert saver.is_busy
    assert saver.ended() is None
    saver.offer(never)
    shelf.goes_on.set()
    saver.join()
    assert saver.ended() is asked
    assert saver.ended() is None
    assert saver.fault is None
    assert shelf.newest()[0] is not None


def test_what_is_asked_for_is_told_where_it_fails(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    saver = Saver(Shelf(tmp_path / "file" / "checkpoints"), interval=1000)
    saver.ask(lambda: state(1))
    saver.join()
    assert saver.ended() is not None
    assert saver.fault == "Not a directory"


def of_loss(epoch: int, loss: float) -> State:
    return State(epoch, 0, {"0": np.arange(5.0)}, [], [{"val_loss": loss}] * epoch, 1.0)


def test_the_best_goes_before_the_next_save(tmp_path: Path) -> None:
    saver = Saver(Shelf(tmp_path), interval=1000)
    for epoch, loss in enumerate([0.5, 0.3, 0.4, 0.6, 0.7], start=1):
        is_best = loss in {0.5, 0.3}
        saver.offer(lambda epoch=epoch, loss=loss: of_loss(epoch, loss), is_best=is_best)  # type: ignore[misc]
    assert list(tmp_path.iterdir()) == []
    saver.ask(lambda: of_loss(6, 0.8))
    for epoch in range(7, 9):
        saver.finish(lambda epoch=epoch: of_loss(epoch, 0.9))  # type: ignore[misc]
    assert sorted(path.name[:6] for path in tmp_path.glob("*.npz")) == ["000002", "000007", "000008"]


def test_a_best_that_was_not_written_is_tried_again(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "file" / "checkpoints")
    (tmp_path / "file").touch()
    saver = Saver(shelf, interval=1000)
    saver.offer(lambda: of_loss(1, 0.3), is_best=True)
    saver.finish(lambda: of_loss(2, 0.4))
    assert saver.fault is not None
    shelf.folder = tmp_path / "checkpoints"
    saver.finish(lambda: of_loss(3, 0.5))
    assert sorted(path.name[:6] for path in shelf.folder.glob("*.npz")) == ["000001", "000003"]


def test_a_save_that_fails_leaves_the_last_one(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "checkpoints")
    saver = Saver(shelf, interval=0)
    saver.finish(lambda: state(1))
    whole, shelf.folder = shelf.folder, tmp_path / "file" / "checkpoints"
    (tmp_path / "file").touch()
    saver.finish(lambda: state(2))
    assert saver.fault == "Not a directory"
    shelf.folder = whole
    found, notes = shelf.newest()
    assert found is not None
    assert (found.epoch, notes) == (1, ())
    saver.finish(lambda: state(3))
    assert saver.fault is None


def test_two_are_kept(tmp_path: Path) -> None:
    saver = Saver(Shelf(tmp_path), interval=0)
    for epoch in range(1, 5):
        saver.finish(lambda epoch=epoch: state(epoch))  # type: ignore[misc]
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"00000{epoch}-00000000.{suffix}" for epoch in (3, 4) for suffix in ("json", "npz")]


def test_what_takes_long_is_done_rarely(tmp_path: Path) -> None:
    class Slow(Shelf):
        def write(self, state: State) -> None:
            time.sleep(0.05)
            super().write(state)

    saver = Saver(Slow(tmp_path), interval=0)
    saver.offer(lambda: state(1))
    saver.join()
    saver.offer(never)


def test_what_a_kill_has_left_and_what_is_damaged_goes(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    for epoch in (1, 2, 3):
        shelf.write(state(epoch))
    (tmp_path / "000003-00000000.npz").write_bytes(b"damaged")
    for name in (".000002-00000005.npz.part", ".000002-00000005.json.part", "000002-00000007.npz"):
        (tmp_path / name).touch()
    found, (note,) = shelf.newest()
    assert found is not None
    assert "000003-00000000 is damaged" in note
    shelf.clear(found)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000002-00000000.json", "000002-00000000.npz"]
    shelf.clear(None)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16", "int8", "uint32", "bool"])
def test_every_type_comes_back(tmp_path: Path, dtype: str, make: Callable[[str], np.ndarray]) -> None:
    shelf = Shelf(tmp_path)
    shelf.write(State(0, 1, {"0": make(dtype)}, [], [], 0.0))
    found, _ = shelf.newest()
    assert found is not None
    assert found.arrays["0"].dtype == make(dtype).dtype
    assert found.arrays["0"].tobytes() == make(dtype).tobytes()


@pytest.fixture
def make() -> Callable[[str], np.ndarray]:
    ml_dtypes = pytest.importorskip("ml_dtypes", reason="Keras, which brings bfloat16, is not installed")

    def array(dtype: str) -> np.ndarray:
        return np.array([0, 1, 3], dtype=getattr(ml_dtypes, dtype, dtype))

    return array
