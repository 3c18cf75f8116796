"""The file that outlives a kernel: whole whatever happens, and nothing that is not one is taken for one."""

import os
import random
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from colab_magics.envinfo.monitor.ringfile import SIZE, Found, Owner, RingFile, read_ring
from colab_magics.envinfo.reading import Missing

OWNER = Owner(process=4242, started=99, boot=2**64 - 1, session=7, counter=3, began=1e9)
UNKNOWN = Missing("it does not tell")


def read(path: Path) -> Found:
    found = read_ring(path)
    assert isinstance(found, Found), found
    return found


def test_what_was_put_is_read(tmp_path: Path) -> None:
    ring = RingFile(tmp_path / "a.ring", OWNER)
    ring.put(100.5, 12, 24, 2**62, UNKNOWN)
    # A process that reads its own file would lose its lock on it; another one reads here.
    source = f"from pathlib import Path; from colab_magics.envinfo.monitor.ringfile import *; print(read_ring(Path({str(ring.path)!r})))"
    printed = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True).stdout
    assert f"owner={OWNER!r}" in printed
    assert "Record(number=1, at=100.5, used=12, usable=24, process=4611686018427387904" in printed
    assert "kills=Missing(reason='it was not known then')" in printed
    assert "is_held=True" in printed
    ring.remove()


def test_the_last_64_readings_are_kept_in_order(tmp_path: Path) -> None:
    ring = RingFile(tmp_path / "a.ring", OWNER)
    for number in range(1, 151):
        ring.put(float(number), number, 0, 0, 0)
    records = read(ring.path).records
    assert [record.used for record in records] == list(range(87, 151))
    assert ring.path.stat().st_size == SIZE


def test_only_its_user_may_read_it_whatever_the_mask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        ring = RingFile(tmp_path / "a.ring", OWNER)
    finally:
        os.umask(before)
    assert stat.S_IMODE(ring.path.stat().st_mode) == 0o600
    ring.remove()


def test_it_holds_numbers_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "canary-notebook.ipynb")
    ring = RingFile(tmp_path / "a.ring", OWNER)
    ring.put(1.0, 1, 1, 1, 1)
    content = ring.path.read_bytes()
    ring.remove()
    for secret in (b"canary", os.uname().nodename.encode(), str(Path.home()).encode()):
        assert secret not in content


def test_a_clean_end_leaves_nothing(tmp_path: Path) -> None:
    ring = RingFile(tmp_path / "a.ring", OWNER)
    ring.remove()
    ring.remove()
    ring.put(1.0, 1, 1, 1, 1)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_or_link_is_not_written_to(tmp_path: Path) -> None:
    target, link = tmp_path / "precious", tmp_path / "a.ring"
    target.write_text("precious")
    link.symlink_to(target)
    with pytest.raises(FileExistsError):
        RingFile(link, OWNER)
    with pytest.raises(FileExistsError):
        RingFile(target, OWNER)
    assert target.read_text() == "precious"


def test_a_kill_at_any_moment_leaves_it_readable(tmp_path: Path) -> None:
    source = (
        "import sys; from pathlib import Path; from colab_magics.envinfo.monitor.ringfile import *\n"
        "ring = RingFile(Path(sys.argv[1]), Owner(1, 2, 3, 4, 5, 6.0))\n"
        "number = 0\n"
        "while True:\n"
        "    number += 1\n"
        "    ring.put(float(number), number, 2 * number, 3 * number, 4 * number)\n"
        "    if number == 1: print('begun', flush=True)\n"
    )
    for attempt in range(8):
        path = tmp_path / f"{attempt}.ring"
        with subprocess.Popen([sys.executable, "-c", source, str(path)], stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "begun\n"
            time.sleep(random.uniform(0.0, 0.05))
            child.kill()
        found = read(path)
        assert found.is_held is False
        assert len(found.records) >= 1
        for record in found.records:
            assert isinstance(record.used, int)
            assert (record.at, record.usable, record.process, record.kills) == (
                float(record.used),
                2 * record.used,
                3 * record.used,
                4 * record.used,
            )


def test_a_damaged_record_is_no_record(tmp_path: Path) -> None:
    ring = RingFile(tmp_path / "a.ring", OWNER)
    for number in range(10):
        ring.put(float(number), number, 0, 0, 0)
    content = bytearray(ring.path.read_bytes())
    content[128 + 64 * 3 + 10] ^= 1  # one bit of the third
    other = tmp_path / "b.ring"
    other.write_bytes(content)
    assert [record.used for record in read(other).records] == [0, 1, 3, 4, 5, 6, 7, 8, 9]
    ring.remove()


def test_hostile_files_are_refused(tmp_path: Path) -> None:
    good = RingFile(tmp_path / "good", OWNER)
    content = good.path.read_bytes()
    refused = {
        "empty": b"",
        "short": content[:-1],
        "long": content + b"x",
        "garbage": random.Random(1).randbytes(SIZE),
        "zeros": bytes(SIZE),
        "other-magic": b"\1" * 128 + content[128:],
    }
    for name, text in refused.items():
        (tmp_path / name).write_bytes(text)
        assert isinstance(read_ring(tmp_path / name), Missing), name
    (tmp_path / "link").symlink_to(good.path)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "hard").hardlink_to(good.path)
    for name in ("link", "folder", "pipe", "hard", "none"):
        assert isinstance(read_ring(tmp_path / name), Missing), name
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(2**40)
    assert isinstance(read_ring(tmp_path / "huge"), Missing)
    good.remove()


def test_another_users_file_is_refused(tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can make another user's file")
    ring = RingFile(tmp_path / "a.ring", OWNER)
    os.chown(ring.path, 65534, 65534)
    assert read_ring(ring.path) == Missing("it is not a record of readings")
    ring.remove()


def test_a_forked_child_does_not_hold_the_file(tmp_path: Path) -> None:
    source = (
        "import os, sys, time; from pathlib import Path; from colab_magics.envinfo.monitor.ringfile import *\n"
        "ring = RingFile(Path(sys.argv[1]), Owner(1, 2, 3, 4, 5, 6.0))\n"
        "child = os.fork()\n"
        "if child == 0:\n    os.close(1); time.sleep(60); os._exit(0)\n"
        "print(child, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    path = tmp_path / "a.ring"
    done = subprocess.run([sys.executable, "-c", source, str(path)], stdout=subprocess.PIPE, text=True, check=False)
    orphan = int(done.stdout)
    try:
        os.kill(orphan, 0)  # it lives, and has the file open
        assert read(path).is_held is False
    finally:
        os.kill(orphan, 9)
