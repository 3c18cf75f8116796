"""A library that hangs or crashes does so in a process of its own."""

import sys
import time
from pathlib import Path

import pytest
from reads import written

from colab_magics.errors import BrokenFile
from colab_magics.ingest import child
from colab_magics.ingest.formats import Format, Recognised
from colab_magics.ingest.reading import Reading
from colab_magics.ingest.task import Task


@pytest.fixture
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Task:
    monkeypatch.setattr(child, "PROGRAMS", tmp_path)
    monkeypatch.setattr(child, "PATIENCE", 1)
    return Task(written(tmp_path / "file", b"x"), "a.h5", Recognised(Format.HDF5), Reading(), tmp_path)


def test_it_is_told_and_answers(task: Task, tmp_path: Path) -> None:
    written(tmp_path / "program.py", "def main(order): return order")
    answer = child.ask(task, "program.py", rows=3)
    assert answer["path"] == str(tmp_path / "file")
    assert (answer["rows"], answer["seconds"], answer["folder"]) == (3, 1, str(tmp_path))
    assert answer["memory"] > 0


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        (
            "def main(order):\n    while True: pass",
            "a.h5 kept the library for HDF5 busy for 1 s without end: it is damaged",
        ),
        ("def main(order): __import__('os').abort()", "a.h5 is damaged: the library for HDF5 ended over it"),
        ("print('{')", "a.h5 is damaged"),
        ("def main(order): return object()", "a.h5 is damaged"),
    ],
)
def test_a_library_that_hangs_or_crashes(task: Task, tmp_path: Path, program: str, sentence: str) -> None:
    written(tmp_path / "program.py", program)
    started = time.monotonic()
    with pytest.raises(BrokenFile, match=sentence):
        child.ask(task, "program.py")
    assert time.monotonic() - started < 40


def test_what_lies_beside_it_is_not_taken_for_a_library(task: Task, tmp_path: Path) -> None:
    written(tmp_path / "json.py", "__name__ = 'another'")
    written(tmp_path / "program.py", "import json\ndef main(order): return {'json': json.__name__}")
    assert child.ask(task, "program.py") == {"json": "json"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_it_has_limits(task: Task, tmp_path: Path) -> None:
    kinds = ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_CORE")
    written(
        tmp_path / "program.py",
        f"import resource as r\ndef main(order): return {{k: r.getrlimit(getattr(r, k))[0] for k in {kinds}}}",
    )
    answer = child.ask(task, "program.py", memory=1 << 30)
    assert answer == {"RLIMIT_AS": 3 << 30, "RLIMIT_CPU": 2, "RLIMIT_FSIZE": 1 << 30, "RLIMIT_CORE": 0}
    written(tmp_path / "program.py", "def main(order): return {'size': len(bytes(8 << 30))}")
    assert child.ask(task, "program.py", memory=1 << 30) == {"fault": "error", "reason": "MemoryError: "}


def test_the_reason_is_one_line_without_the_path(task: Task, tmp_path: Path) -> None:
    assert child.reason(task, {"reason": f"OSError: {tmp_path / 'file'}\n  is bad."}) == "OSError: a.h5 is bad"
