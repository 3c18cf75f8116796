"""The table of all runs that are kept."""

import threading
from pathlib import Path

import pytest

import colab_magics
from colab_magics.train import runs as runs_module
from colab_magics.train.control import Control
from colab_magics.train.events import Event, StepEnded
from colab_magics.train.request import Request
from colab_magics.train.table import COLUMNS, runs
from colab_magics.train.training import train

keras = pytest.importorskip("keras", reason="Keras or its backend is not installed")


@pytest.mark.train
def test_every_run_is_a_row() -> None:
    first = train(
        None, Request(epochs=2, data="digits", seed=3, name="first"), tell=lambda event: None, control=Control()
    )
    stop = threading.Event()

    def tell(event: Event) -> None:
        if isinstance(event, StepEnded):
            stop.set()

    train(None, Request(epochs=9, data="digits", name="second", learning_rate=0.01), tell=tell, control=Control(stop))
    table = colab_magics.runs()
    assert list(table.columns) == list(COLUMNS)
    assert sorted(table.index) == ["first", "second"]
    row = table.loc["first"]
    assert (row.status, row.epochs_done, row.seed, row.model) == ("finished", 2, 3, "mlp")
    assert row.test_accuracy == first.test_accuracy
    assert row.best_val_accuracy == first.history.val_accuracy.max()
    assert Path(row.folder) == first.directory
    assert table.loc["second", "status"] == "stopped"
    assert table.loc["second", "learning_rate"] == 0.01
    assert table.loc["second", "epochs_done"] == 0  # it was cut


def test_what_is_broken_is_a_row_and_not_an_error(runs_root: Path) -> None:
    assert runs().empty
    for name, config in {"cut": '{"model": "ml', "list": "[]", "begun": '{"model": "mlp"}', "going on": "{}"}.items():
        (runs_root / name).mkdir(parents=True)
        (runs_root / name / "config.json").write_text(config)
    (runs_root / "begun" / "history.csv").write_text("epoch,val_accuracy\n1,none\n2,0.5\n")
    (runs_root / "list" / "history.csv").write_bytes(b"\xff\x00")
    (runs_root / "notes").mkdir()
    with runs_module.locked(runs_root / "going on"):
        table = runs()
    assert table.status.to_dict() == {
        "cut": "unreadable",
        "list": "unreadable",
        "begun": "broken off",
        "going on": "running",
    }
    assert (table.loc["begun", "epochs_done"], table.loc["begun", "best_val_accuracy"]) == (2, 0.5)
    assert table.loc["begun", "test_accuracy"] is None or table.test_accuracy.isna()["begun"]
