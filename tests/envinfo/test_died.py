"""Whose end was no good one, what is told of it, and what is left alone."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from colab_magics.envinfo.monitor import identity
from colab_magics.envinfo.monitor.died import Died, last_death
from colab_magics.envinfo.monitor.ringfile import Owner, RingFile
from colab_magics.envinfo.reading import Missing
from colab_magics.machine.kills import KillCount

GB = 2**30
NONE = Missing("no kernel has ended without a goodbye")
WHEN = datetime(2026, 11, 24, 9, 12, 31, tzinfo=UTC)
DAY = 86_400.0


@pytest.fixture(autouse=True)
def notebook(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/me/a.ipynb")
    return


def leave(
    folder: Path,
    name: str = "kernel-1-00000000.ring",
    *,
    age: float = 10.0,
    used: int = 4 * GB,
    boot: int | None = None,
    session: int | None = None,
    process: int = 2**22 + 1,
    started: int = 1,
    kills: int = 0,
    counter: int = 0,
    records: int = 1,
) -> Path:
    """Leave the file of a kernel that is no more; its number is higher than any that Linux gives."""
    at = time.time() - age
    owner = Owner(
        process,
        started,
        identity.boot() if boot is None else boot,
        identity.session() if session is None else session,
        counter,
        at,
    )
    ring = RingFile(folder / name, owner)
    for _ in range(records):
        ring.put(at, used, 8 * GB, GB, kills)
    assert ring._open is not None
    os.close(ring._open)
    os.utime(ring.path, (at, at))
    return ring.path


def test_a_death_is_told_once(tmp_path: Path) -> None:
    path = leave(tmp_path)
    death = last_death(tmp_path)
    assert isinstance(death, Died)
    assert (death.used, death.usable, death.process) == (4 * GB, 8 * GB, GB)
    assert abs(death.when.timestamp() - (time.time() - 10)) < 2
    assert not path.exists()
    assert last_death(tmp_path) == NONE


def test_of_several_the_last_is_told_and_all_are_taken_away(tmp_path: Path) -> None:
    for number, age in enumerate((500.0, 20.0, 900.0)):
        leave(tmp_path, f"kernel-{number}-0000000{number}.ring", age=age, used=number * GB)
    death = last_death(tmp_path)
    assert isinstance(death, Died)
    assert death.used == GB
    assert list(tmp_path.iterdir()) == []


def test_the_own_file_is_left_alone(tmp_path: Path) -> None:
    own = leave(tmp_path)
    assert last_death(tmp_path, own) == NONE
    assert own.exists()


def test_a_kernel_that_lives_is_not_dead(tmp_path: Path) -> None:
    source = (
        "import sys; from pathlib import Path; from colab_magics.envinfo.monitor import recorder\n"
        "print(recorder.begin(Path(sys.argv[1])), flush=True); sys.stdin.read(1)\n"
    )
    words = [sys.executable, "-c", source, str(tmp_path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        path = Path(child.stdout.readline().strip())
        assert path.exists()
        assert last_death(tmp_path) == NONE
        assert path.exists()
        child.kill()
    assert isinstance(last_death(tmp_path), Died)


def test_a_process_with_the_number_of_a_dead_kernel_is_another_one(tmp_path: Path) -> None:
    own = identity.started(os.getpid())
    assert isinstance(own, int)
    leave(tmp_path, process=os.getpid(), started=own - 1)
    assert isinstance(last_death(tmp_path), Died)
    # The lock was lost, as on a drive without locks: the number and its start still say that it lives.
    leave(tmp_path, process=os.getpid(), started=own)
    assert last_death(tmp_path) == NONE


def test_a_kernel_on_another_machine_with_the_same_home_may_live(tmp_path: Path) -> None:
    path = leave(tmp_path, boot=5, age=30.0)
    assert last_death(tmp_path) == NONE
    path.unlink()
    leave(tmp_path, boot=5, age=600.0)
    assert isinstance(last_death(tmp_path), Died)


def test_another_notebook_is_told_of_its_own_death(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leave(tmp_path, session=identity.session({"JPY_SESSION_NAME": "/home/me/b.ipynb"}))
    assert last_death(tmp_path) == NONE
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/me/b.ipynb")
    assert isinstance(last_death(tmp_path), Died)


def test_without_names_of_notebooks_it_is_any_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leave(tmp_path)
    own = last_death(tmp_path)
    monkeypatch.delenv("JPY_SESSION_NAME")
    leave(tmp_path)
    other = last_death(tmp_path)
    assert isinstance(own, Died)
    assert isinstance(other, Died)
    assert own.sentence().startswith("The last kernel ended without a goodbye")
    assert other.sentence().startswith("A kernel ended without a goodbye")


def test_old_files_go_untold(tmp_path: Path) -> None:
    leave(tmp_path, age=8 * DAY)
    leave(tmp_path, "kernel-2-00000000.ring", age=8 * DAY, session=5)
    assert last_death(tmp_path) == NONE
    assert list(tmp_path.iterdir()) == []


def test_at_most_twenty_of_other_notebooks_stay(tmp_path: Path) -> None:
    for number in range(30):
        leave(tmp_path, f"kernel-{number}-00000000.ring", age=100.0 + number, session=5)
    assert last_death(tmp_path) == NONE
    assert {path.name for path in tmp_path.iterdir()} == {f"kernel-{number}-00000000.ring" for number in range(20)}


def test_a_kernel_that_died_before_its_first_reading_has_nothing_to_tell(tmp_path: Path) -> None:
    leave(tmp_path, records=0)
    assert last_death(tmp_path) == NONE
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_ours_is_neither_followed_nor_taken_away(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    real = leave(outside)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "kernel-1-aaaaaaaa.ring").symlink_to(real)
    (folder / "kernel-2-aaaaaaaa.ring").mkdir()
    os.mkfifo(folder / "kernel-3-aaaaaaaa.ring")
    (folder / "kernel-4-aaaaaaaa.ring").write_bytes(b"garbage")
    (folder / "notes.txt").write_text("mine")
    (folder / "kernel-5-aaaaaaaa.ring.txt").write_text("mine")
    leave(folder, "kernel-6-aaaaaaaa.ring")
    before = {path.name for path in folder.iterdir()}
    assert isinstance(last_death(folder), Died)
    assert before - {path.name for path in folder.iterdir()} == {"kernel-6-aaaaaaaa.ring"}
    assert real.exists()


def test_garbage_with_our_name_goes_after_a_week(tmp_path: Path) -> None:
    path = tmp_path / "kernel-4-aaaaaaaa.ring"
    path.write_bytes(b"garbage")
    os.utime(path, (time.time() - 8 * DAY,) * 2)
    assert last_death(tmp_path) == NONE
    assert not path.exists()


@pytest.mark.parametrize("at", [float("inf"), float("-inf"), float("nan"), 1e18, -1.0, 2e10])
def test_a_time_that_cannot_be_is_not_told(tmp_path: Path, at: float) -> None:
    for name, began in (("kernel-1-00000000.ring", time.time()), ("kernel-2-00000000.ring", at)):
        ring = RingFile(tmp_path / name, Owner(2**22 + 1, 1, identity.boot(), identity.session(), 0, began))
        ring.put(at, GB, 8 * GB, GB, 0)
        assert ring._open is not None
        os.close(ring._open)
        os.utime(ring.path, (time.time() + 8 * DAY,) * 2)
    assert last_death(tmp_path) == NONE
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_taken_away_is_told_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leave(tmp_path)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    assert isinstance(last_death(tmp_path), Died)


def test_no_folder_is_no_death(tmp_path: Path) -> None:
    assert last_death(tmp_path / "none") == NONE


def test_kills_since_the_last_reading_are_counted(tmp_path: Path) -> None:
    count = KillCount()
    now, counter = count.read(), identity.digest(count.place)
    count.close()
    if isinstance(now, Missing):
        pytest.skip("this system does not count them")
    leave(tmp_path, kills=0, counter=counter)
    death = last_death(tmp_path)
    assert isinstance(death, Died)
    assert death.kills == now
    leave(tmp_path, kills=0, counter=counter + 1)
    elsewhere = last_death(tmp_path)
    assert isinstance(elsewhere, Died)
    assert elsewhere.kills == Missing("they are counted elsewhere now")


@pytest.mark.parametrize(
    ("used", "kills", "is_likely"),
    [
        (int(7.5 * GB), 0, True),
        (int(7.0 * GB), 0, False),
        (GB, 1, True),
        (GB, Missing("unknown"), False),
        (Missing("unknown"), Missing("unknown"), False),
        (Missing("unknown"), 2, True),
    ],
)
def test_memory_is_named_only_where_it_is_probable(used: int | Missing, kills: int | Missing, is_likely: bool) -> None:
    death = Died(WHEN, used, 8 * GB, GB, kills)
    assert death.is_memory_likely is is_likely
    assert ("probably ended for memory" in death.sentence()) is is_likely


def test_the_sentence() -> None:
    death = Died(WHEN, int(12.4 * GB), int(12.7 * GB), int(11.9 * GB), 0)
    assert death.sentence(WHEN + timedelta(minutes=2)) == (
        "The last kernel ended without a goodbye, after 09:12:31. "
        "12.4 GB of 12.7 GB RAM were in use then, 11.9 GB of it by the kernel. It was probably ended for memory."
    )
    silent = Died(WHEN, Missing("x"), Missing("x"), Missing("x"), Missing("x"))
    assert silent.sentence(WHEN + timedelta(days=1)) == (
        "The last kernel ended without a goodbye, after 2026-11-24 09:12:31. "
        "unknown of unknown RAM were in use then. It crashed, or was ended from outside."
    )
