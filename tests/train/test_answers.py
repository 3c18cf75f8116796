"""A model's answers, kept in a file."""

import io
from pathlib import Path

import numpy as np
import pytest

from colab_magics.errors import BrokenFile, SourceNotFound
from colab_magics.predictions import Predictions
from colab_magics.train.answers import read_answers, write_answers

LABELS = np.array([0, 1, 1, 2])
PREDICTED = np.array([0, 1, 2, 2])
NAMES = ("zero", "<b>eins</b>", "zwei\udcff")


def predictions(*, sure: bool = True) -> Predictions:
    rows = np.full((4, 3), 0.1, "float32")
    rows[np.arange(4), PREDICTED] = 0.8
    return Predictions(np.zeros((4, 8, 8), "uint8"), LABELS, PREDICTED, rows if sure else None, NAMES)


@pytest.mark.parametrize("sure", [True, False])
def test_they_are_as_they_were(tmp_path: Path, sure: bool) -> None:
    written = predictions(sure=sure)
    write_answers(tmp_path / "it.npz", written)
    found = read_answers(tmp_path / "it.npz")
    assert found.class_names == NAMES
    assert found.confusion.equals(written.confusion)
    assert found.report().equals(written.report())
    assert len(found.images) == 4
    if sure:
        assert written.probabilities is not None
        assert found.probabilities is not None
        assert np.array_equal(found.probabilities, written.probabilities)
    else:
        assert found.probabilities is None
    assert [path.name for path in tmp_path.iterdir()] == ["it.npz"]


def test_none_are_there(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match=r"no predictions at .*: get them by {2}run.evaluate\(\)"):
        read_answers(tmp_path / "it.npz")


def archive(**changed: object) -> bytes:
    arrays = {"labels": LABELS, "predicted": PREDICTED, "class_names": np.frombuffer(b'["a", "b", "c"]', "uint8")}
    content = io.BytesIO()
    np.savez(content, **{**arrays, **changed})  # type: ignore[arg-type]
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\3\4",
        archive()[:-40],
        archive(labels=np.array([0, 1, 1, 3])),
        archive(labels=np.array([0, 1])),
        archive(predicted=np.array([-1, 1, 1, 1])),
        archive(probabilities=np.zeros((4, 2))),
        archive(class_names=np.frombuffer(b"[", "uint8")),
        archive(class_names=np.frombuffer(b"3", "uint8")),
        archive(labels=np.array([{}, 1, 1, 2], dtype=object)),
        archive(labels=np.array(["a", "b", "c", "d"])),
    ],
)
def test_damage_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "it.npz").write_bytes(content)
    with pytest.raises(BrokenFile, match=r"it.npz is damaged \(.+\): get the predictions anew by {2}run.evaluate\(\)"):
        read_answers(tmp_path / "it.npz")


def test_the_good_one_is_read(tmp_path: Path) -> None:
    (tmp_path / "it.npz").write_bytes(archive())
    assert read_answers(tmp_path / "it.npz").accuracy == 0.75
