"""How a process ended, by what lies in its folder."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from colab_magics.train.ending import how_it_ended, last_line

GB = 2**30


def measured(used: Any, usable: Any) -> str:
    return json.dumps({"at": 1.0, "kind": "Measured", "used": used, "usable": usable}) + "\n"


STEP = '{"at": 2.0, "kind": "StepEnded"}\n'


@pytest.mark.parametrize(
    ("end", "told", "words"),
    [
        ({"code": -9, "for_memory": True}, "", "was ended by the system because memory ran out"),
        ({"code": -9, "for_memory": False}, "", "was killed, perhaps for want of memory"),
        ({"code": -9, "for_memory": None}, measured(4 * GB, 16 * GB) + STEP, "was killed, perhaps for want of memory"),
        (
            {"code": -9, "for_memory": False},
            measured(4 * GB, 16 * GB) + measured(15 * GB, 16 * GB) + STEP + '{"at": 3.0, "ki',
            "was killed, probably for want of memory: 15.0 GB of 16.0 GB were in use",
        ),
        ({"code": -9}, measured(None, None) + "[]\nnonsense\n", "was killed, perhaps for want of memory"),
        ({"code": -signal.SIGSEGV, "for_memory": False}, "", "was ended by SIGSEGV (Fatal: it fell over)"),
        ({"code": 1, "for_memory": False}, "", "broke off (Fatal: it fell over)"),
        ({"code": [1]}, "", "broke off (Fatal: it fell over)"),
        ({}, "", "broke off (Fatal: it fell over)"),
    ],
)
def test_in_words(tmp_path: Path, end: dict[str, Any], told: str, words: str) -> None:
    (tmp_path / "end.json").write_text(json.dumps(end))
    (tmp_path / "events.jsonl").write_text(told)
    (tmp_path / "output.txt").write_text("Traceback\nFatal: it fell over\n\n")
    assert how_it_ended(tmp_path) == words


def test_of_an_empty_folder(tmp_path: Path) -> None:
    assert how_it_ended(tmp_path) == "broke off"
    assert last_line(tmp_path) == {}


@pytest.mark.parametrize(("told", "kind"), [(STEP, "StepEnded"), (STEP + '{"kind": "Ended"', None), ("", None)])
def test_the_last_line(tmp_path: Path, told: str, kind: str | None) -> None:
    (tmp_path / "events.jsonl").write_text(told)
    assert last_line(tmp_path).get("kind") == kind
