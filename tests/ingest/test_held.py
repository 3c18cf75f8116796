"""What a lazy value reads later stays while this process lives, and no longer, even if it is killed."""

import os
from pathlib import Path

import pytest
from reads import written

from colab_magics.ingest.engines import held as module
from colab_magics.ingest.engines.held import held, held_folder
from colab_magics.transfer.local import LocalFile
from colab_magics.transfer.locking import try_lock


@pytest.fixture(autouse=True)
def _as_in_a_new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_folders", [])


def test_a_file_of_the_cache_gets_a_name_that_stays(tmp_path: Path) -> None:
    path = written(tmp_path / "data", "a\n1\n")
    kept = held(LocalFile(path, "what [ever]*.csv", "", 4, sha256="0"), held_folder())
    path.unlink()
    assert kept.read_text() == "a\n1\n"
    assert kept.name == "source.csv"


def test_the_file_of_the_person_stays_where_it_is(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "a\n1\n")
    assert held(LocalFile(path, "a.csv", "", 4), held_folder()) == path


def test_what_a_killed_process_left_goes(cache_folder: Path) -> None:
    first = held_folder().parent
    stale, living = (first.parent / f"colab-magics-held-{name}" for name in ("stale", "living"))
    for folder in (stale, living):
        folder.mkdir()
        written(folder / "lock", "")
    lock = os.open(living / "lock", os.O_RDWR)
    assert try_lock(lock)
    module._folders.clear()
    held_folder()
    assert (stale.exists(), living.exists(), first.exists()) == (False, True, True)
    os.close(lock)


def test_the_end_of_the_process_removes_it(cache_folder: Path) -> None:
    root = held_folder().parent
    module._remove(root, os.getpid() + 1)  # a child that was forked
    assert root.exists()
    module._remove(root, os.getpid())
    assert not root.exists()
