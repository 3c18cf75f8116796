"""A training in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from colab_magics.train.child import _Lines
from colab_magics.train.request import Request

pytestmark = pytest.mark.train


def ran(tmp_path: Path, request: Request, *, stop: bool = False) -> tuple[int, list[dict[str, Any]]]:
    folder = tmp_path / "job"
    folder.mkdir()
    (folder / "request.json").write_text(json.dumps({**request.as_json(), "model": "mlp"}))
    if stop:
        (folder / "stop").touch()
    environment = {**os.environ, "COLAB_MAGICS_RUNS": str(tmp_path / "runs")}
    done = subprocess.run([sys.executable, "-m", "colab_magics.train.child", folder], env=environment, check=False)
    return done.returncode, [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


def test_a_stop_file_ends_it_with_what_it_has(tmp_path: Path) -> None:
    code, told = ran(tmp_path, Request(data="digits", epochs=50, name="there"), stop=True)
    assert code == 0
    times = [line.pop("at") for line in told]
    assert 0 <= times[0] < times[-1] < 300  # of a clock that began with it
    assert times == sorted(times)
    assert told[-1] == {"kind": "Ended", "status": "stopped", "directory": str(tmp_path / "runs" / "there")}
    assert "Stopped" in [line["kind"] for line in told]
    assert (tmp_path / "runs" / "there" / "model.keras").is_file()


def test_it_says_why_it_fails(tmp_path: Path) -> None:
    code, told = ran(tmp_path, Request(data="nowhere/at/all"))
    assert code == 1
    assert told[-1]["kind"] == "Failed"
    assert "There is no dataset at nowhere/at/all" in told[-1]["sentence"]


def test_what_the_disk_has_no_room_for_is_told_later(tmp_path: Path, no_room: Callable[..., Any]) -> None:
    with (tmp_path / "events.jsonl").open("ab", buffering=0) as file:
        lines = _Lines(file)
        lines.write({"kind": "one"})
        with no_room(20):
            lines.write({"kind": "two"})
            lines.write({"kind": "three"})
            assert lines.fault == "File too large"
        lines.write({"kind": "four"})
    assert lines.fault is None
    told = [json.loads(line)["kind"] for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert told == ["one", "two", "three", "four"]
