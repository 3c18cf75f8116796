"""A check that cannot be done is told; what real ones say is in ``test_installation.py``."""

from pathlib import Path

import pytest

from colab_magics.install import conflicts
from colab_magics.install.conflicts import Conflicts
from colab_magics.install.snapshot import take
from colab_magics.install.way import Way


def script(tmp_path: Path, text: str) -> Way:
    path = tmp_path / "pip"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return Way("pip", (str(path),))


def test_a_check_that_hangs_or_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conflicts, "_PATIENCE", 0.3)
    nothing = take([str(tmp_path)])
    for way in (script(tmp_path, "exec sleep 60"), Way("pip", (str(tmp_path / "none"),))):
        (said,) = Conflicts(way, nothing).new(["a"])
        assert said.startswith("Whether the other packages still fit could not be found out")


def test_a_first_check_that_hangs_fails_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conflicts, "_PATIENCE", 0.3)
    uv = Way("uv", script(tmp_path, "exec sleep 60").words)
    asked = Conflicts(uv, take([str(tmp_path)]))
    assert asked.new([]) == ()
    (said,) = asked.new(["a"])
    assert said.startswith("Whether the other packages still fit could not be found out")


@pytest.mark.parametrize("text", ["exit 2", "kill -9 $$", "echo 'Traceback (most recent call last):'; exit 1"])
def test_a_check_that_crashes_is_told(tmp_path: Path, text: str) -> None:
    (said,) = Conflicts(script(tmp_path, text), take([str(tmp_path)])).new(["a"])
    assert said.startswith("Whether the other packages still fit could not be found out")


def test_other_lines_are_no_conflicts(tmp_path: Path) -> None:
    way = script(tmp_path, "echo 'No broken requirements found.'; echo 'WARNING: a 1.0 is odd'; exit 1")
    assert Conflicts(way, take([str(tmp_path)])).new(["a"]) == ()


def test_nothing_is_asked_where_nothing_changed(tmp_path: Path) -> None:
    way = script(tmp_path, f"touch {tmp_path}/asked")
    assert Conflicts(way, take([str(tmp_path)])).new([]) == ()
    assert not (tmp_path / "asked").exists()


def test_each_kind_of_conflict(tmp_path: Path) -> None:
    """The earlier state is asked for with the old metadata in front of the path."""
    info = tmp_path / "site" / "b-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Name: b\nVersion: 1.0\n")
    way = script(
        tmp_path,
        f"""
case "$PYTHONPATH" in *colab-magics-install-*)
    cat "${{PYTHONPATH%%:*}}"/b-1.0.dist-info/METADATA > {tmp_path}/old
    echo "old 1.0 requires B, which is not installed."; exit 1;;
esac
echo "old 1.0 requires B, which is not installed."
echo "late 2.0 has requirement b[x]<2,>=1; python_version > '3', but you have b 3.0."
echo "other 1.0 has requirement z<2, but you have z 3.0."
exit 1""",
    )
    said = Conflicts(way, take([str(tmp_path / "site")])).new(["b"])
    assert said == ("late 2.0 needs b[x]<2,>=1; python_version > '3', and b is 3.0 now.",)
    assert (tmp_path / "old").read_text() == "Name: b\nVersion: 1.0\n"
