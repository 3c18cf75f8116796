"""Reports as files."""

import json
import os
from pathlib import Path

import pytest

from colab_magics.envinfo.archive import SCHEMA, load, save
from colab_magics.errors import BrokenFile, OutputDenied, SourceDenied, SourceNotFound


def test_what_was_saved_is_read_again(tmp_path: Path) -> None:
    report = {"schema": SCHEMA, "cpu": {"model": "Ärger <b>"}}
    save(report, tmp_path / "a.json")
    assert load(tmp_path / "a.json") == report
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_saving_replaces_the_whole_file(tmp_path: Path) -> None:
    save({"schema": SCHEMA, "long": "x" * 9999}, tmp_path / "a.json")
    save({"schema": SCHEMA}, tmp_path / "a.json")
    assert load(tmp_path / "a.json") == {"schema": SCHEMA}


def test_a_folder_that_is_not_there_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(
        OutputDenied, match=r"cannot be written to a.json \(No such file or directory\): choose another"
    ):
        save({}, tmp_path / "none" / "a.json")
    assert not list(tmp_path.iterdir())


def test_a_target_that_is_a_folder_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    with pytest.raises(OutputDenied, match=r"cannot be written to a.json"):
        save({}, tmp_path / "a.json")
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no JSON that can be read"),
        (b"\xff\xfe\x00", "is no JSON that can be read"),
        (b"[" * 100_000, "is no JSON that can be read"),
        (b"[1]", "is JSON and no report"),
        (b'{"schema": 7}', "is JSON and no report"),
        (b'{"schema": "other/1"}', "is JSON and no report"),
        (
            b'{"schema": "colab_magics.envinfo/99"}',
            r"saved by another version of colab_magics \(colab_magics.envinfo/99",
        ),
        (b" " * (5 * 2**20), "is too large to be a saved report"),
    ],
)
def test_what_is_no_report(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(BrokenFile, match=message):
        load(tmp_path / "a.json")


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match=r"There is no saved report none.json: .*%envinfo --save a.json"):
        load(tmp_path / "none.json")
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(SourceNotFound, match="is no file with a saved report"):
            load(path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read every file")
def test_what_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"schema": SCHEMA}))
    (tmp_path / "a.json").chmod(0)
    with pytest.raises(SourceDenied, match="cannot be read"):
        load(tmp_path / "a.json")
