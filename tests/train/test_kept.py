"""All runs that are kept, by their names."""

import json
import math
import re
from pathlib import Path

import pytest

import colab_magics
from colab_magics.errors import BrokenFile, SourceNotFound, UnknownRun
from colab_magics.train import background
from colab_magics.train import runs as folders
from colab_magics.train.background import Background
from colab_magics.train.card import card as card_of
from colab_magics.train.kept import Runs
from colab_magics.train.run import Run
from tests.train.shelf import keep


def job(root: Path, name: str, last: str = "") -> Path:
    """A process in the background that has ended."""
    folder = root / ".background" / name
    folder.mkdir(parents=True)
    (folder / "request.json").write_text("{}")
    (folder / "events.jsonl").write_text(last)
    return folder


def test_a_mapping_of_all_runs_the_newest_first(runs_root: Path) -> None:
    keep(runs_root, "old", began=1e9)
    keep(runs_root, "new", [0.25], status="stopped", began=1.5e9, model="cnn")
    (runs_root / "notes").mkdir()
    runs = colab_magics.runs()
    assert (list(runs), len(runs), "old" in runs, "notes" in runs) == (["new", "old"], 2, True, False)
    old = runs["old"]
    assert isinstance(old, Run)
    assert (old.name, old.status, old.test_accuracy, len(old.history)) == ("old", "finished", 0.875, 3)
    assert old.attach() is old
    assert [run.status for run in runs.values() if isinstance(run, Run)] == ["stopped", "finished"]
    assert runs.get("other") is None
    with pytest.raises(UnknownRun, match="^There is no run named other in .*: there are new, old.$"):
        runs["other"]
    assert repr(runs) == f"Runs(2 in {runs_root})"
    keep(runs_root, "next")
    assert (len(runs), len(runs.anew())) == (2, 3)


def test_a_fit_of_ones_own_code_is_among_them(runs_root: Path) -> None:
    folder = keep(runs_root, "mine", status=None)
    config = {"kind": "fit", "model": "net", "model_sha256": "1", "epochs": 3, "batch_size": None}
    config |= {"learning_rate": 0.1, "keras": "3", "backend": "jax"}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "result.json").write_text('{"status": "finished", "cut": null, "seconds": 1.5, "notes": ["a note"]}')
    run = colab_magics.runs()["mine"]
    assert isinstance(run, Run)
    assert (run.status, run.notes, len(run.history), run.config.learning_rate) == ("finished", ("a note",), 3, 0.1)
    assert "Training net · ✓ done, 3 epochs in 1.5 s" in card_of(run).text()
    assert "mine  finished        net     87.50 %" in str(colab_magics.runs())
    with pytest.raises(SourceNotFound, match=r"fit of your own code, .*: try its model by {2}run.evaluate\(x, y\)"):
        _ = run.dataset
    with pytest.raises(SourceNotFound, match=r"fit of your own code, .*: try its model by {2}run.evaluate\(x, y\)"):
        run.report()
    with pytest.raises(SourceNotFound, match="could not save it, .* by {2}%%train --resume mine, {2}gives it back"):
        _ = run.model
    keep(runs_root, "other")
    runs = colab_magics.runs()
    told = runs.frame.loc["mine", ["dataset", "recipe", "batch_size", "seed", "best_val_accuracy"]]
    assert list(told.isna()) == [True, True, True, True, False]
    assert runs.differences.loc["mine", "batch_size"] is None
    assert runs.differences.loc["other", "batch_size"] == 128


def test_epochs_that_a_fit_passed_over_are_done(runs_root: Path) -> None:
    folder = keep(runs_root, "from the fifth", [0.5, 0.75], kind="fit", epochs=6)
    (folder / "history.csv").write_text("epoch,loss\n5,0.5\n6,0.25\n")
    runs = colab_magics.runs()
    assert runs.frame.epochs_done["from the fifth"] == 6
    assert "of 6" not in str(runs)


def test_what_ended_is_not_read_again_until_it_changes(runs_root: Path) -> None:
    folder = keep(runs_root, "first")
    keep(runs_root, "broken off", [0.5], status=None)
    runs = colab_magics.runs()
    (runs_root / "broken off" / "history.csv").write_text("epoch,loss\n1,0.5\n2,0.25\n")
    again = runs.anew()
    assert again["first"] is runs["first"]
    assert again.frame.epochs_done["broken off"] == 2
    (folder / "result.json").unlink()  # as where it is gone on with
    assert again.anew().frame.status["first"] == "broken off"


def test_no_run_and_no_folder_for_one(runs_root: Path) -> None:
    runs = colab_magics.runs()
    assert len(runs) == 0
    assert not runs_root.exists()
    assert runs.frame.empty
    assert runs.differences.empty
    assert "%train_mnist  makes the first" in str(runs)
    with pytest.raises(UnknownRun, match="^There is no run named it in [^:]*$"):
        runs["it"]


def test_a_root_that_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLAB_MAGICS_RUNS", "~nouser/runs")
    with pytest.raises(SourceNotFound, match="names a home folder that is not there"):
        colab_magics.runs()


def test_what_is_broken_is_there_and_says_why(runs_root: Path) -> None:
    for name, config in {"cut": '{"model": "ml', "list": "[]", "little": '{"model": "mlp"}'}.items():
        (runs_root / name).mkdir(parents=True)
        (runs_root / name / "config.json").write_text(config)
    (keep(runs_root, "strange") / "history.csv").write_bytes(b"\xff\x00")
    keep(runs_root, "good")
    runs = colab_magics.runs()
    assert runs.frame.status.to_dict() == {
        "good": "finished",
        **dict.fromkeys(["cut", "list", "little", "strange"], "unreadable"),
    }
    for name in ("cut", "list", "little", "strange"):
        with pytest.raises(BrokenFile, match=f"of the run {name} cannot be read"):
            runs[name]
        assert f"of the run {name} cannot be read" in runs.frame.reason[name]
        assert f"⚠ {name}: " in str(runs)


def test_one_that_goes_on_and_one_that_broke_off(runs_root: Path) -> None:
    keep(runs_root, "broken off", [0.5], status=None)
    with folders.locked(keep(runs_root, "going on", [0.5], status=None)):
        runs = colab_magics.runs()
    assert runs.frame.status.to_dict() == {"broken off": "broken off", "going on": "running"}
    run = runs["broken off"]
    assert isinstance(run, Run)
    assert math.isnan(run.test_accuracy)
    assert "50.00 %  1 of 3  1.5 s" in str(runs)


def test_trainings_in_the_background(runs_root: Path) -> None:
    failed = '{"kind": "Failed", "sentence": "There is no dataset."}\n'
    job(runs_root, "failed", failed)
    job(runs_root, "killed")
    keep(runs_root, "killed", [0.5], status=None)
    job(runs_root, "done", '{"kind": "Ended", "status": "finished"}\n')
    keep(runs_root, "done")
    job(runs_root, "resumed here")  # it was killed, and gone on with in a kernel
    keep(runs_root, "resumed here")
    runs = colab_magics.runs()
    assert runs.frame.status.to_dict() == {
        "failed": "failed",
        "killed": "killed",
        "done": "finished",
        "resumed here": "finished",
    }
    assert isinstance(runs["done"], Run)
    assert isinstance(runs["resumed here"], Run)
    for name in ("failed", "killed"):
        there = runs[name]
        assert isinstance(there, Background)
        assert there.attach() == background.attach(name)
    assert runs.frame.reason["failed"] == "There is no dataset."
    assert runs.frame.epochs_done["killed"] == 1


def test_one_that_trains_in_the_background_before_it_has_a_folder(runs_root: Path) -> None:
    folder = job(runs_root, "soon")
    lock = folder.with_name("soon.lock")
    lock.touch()
    import fcntl

    with lock.open("rb+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        runs = colab_magics.runs()
        assert runs.frame.status.to_dict() == {"soon": "running"}
        assert isinstance(runs["soon"], Background)


def test_names_that_others_gave(runs_root: Path) -> None:
    keep(runs_root, "<img src=x onerror=alert(1)>", dataset="<b>digits</b>", model="\x1b[31mred")
    keep(runs_root, os_name := "café\udcff")
    runs = colab_magics.runs()
    assert os_name in runs
    text = str(runs)
    assert "\x1b" not in text
    text.encode()  # nothing that no page could be sent
    from colab_magics.train.overview import card

    assert "<img src=x" not in card(runs).html()
    assert "<b>digits" not in card(runs).html()


def test_in_what_they_differ(runs_root: Path) -> None:
    keep(runs_root, "a", order=1)
    keep(runs_root, "b", order=2, learning_rate=0.1)
    keep(runs_root, "c", order=3, learning_rate=None, data_sha256="3" * 64)
    runs = colab_magics.runs()
    assert runs.differences.loc[["a", "b", "c"]].to_dict("list") == {
        "data_sha256": ["1" * 64, "1" * 64, "3" * 64],
        "learning_rate": [1e-3, 0.1, None],
    }
    text = str(runs)
    assert "In what they differ" in text
    assert "33333333 " in text
    assert "3" * 9 not in text


def test_what_differs_is_told_in_few_words(runs_root: Path) -> None:
    keep(runs_root, "few", class_names=["cat", "dog"])
    keep(runs_root, "many", class_names=[f"class {number}" for number in range(1000)])
    text = str(colab_magics.runs())
    assert "few   cat, dog" in text
    assert "many  class 0, class 1, class 2, class 3, cla…" in text


def test_a_learning_rate_that_differs_has_few_digits(runs_root: Path) -> None:
    keep(runs_root, "typed", learning_rate=0.01)
    keep(runs_root, "of 32 bits", learning_rate=0.0010000000474974513)
    text = str(colab_magics.runs())
    assert re.search(r"of 32 bits  0\.001\s", text)


def test_a_config_of_an_earlier_version_has_what_was_so_then(runs_root: Path) -> None:
    folder = keep(runs_root, "early")
    config = json.loads((folder / "config.json").read_text())
    del config["model_file"]
    (folder / "config.json").write_text(json.dumps(config))
    keep(runs_root, "late")
    assert list(colab_magics.runs().differences.columns) == []


def test_many_of_them_are_a_card_that_stays_small(runs_root: Path) -> None:
    from colab_magics.train.overview import card

    for number in range(40):
        keep(runs_root, f"run-{number:02}", [1 - 1 / at for at in range(2, 40)], began=1e9 + number, seed=number)
    runs = colab_magics.runs()
    assert len(runs.frame) == 40
    assert len(card(runs).html()) < 40_000
    assert "30 older runs more" in str(runs)
    assert "run-39" in str(runs)
    assert "run-29" not in str(runs)


def test_its_text_is_narrow(runs_root: Path) -> None:
    keep(runs_root, "digits-20261128-215407", dataset="scikit-learn digits")
    table = [line for line in str(Runs(runs_root, colab_magics.runs().entries)).splitlines() if "digits-2026" in line]
    assert len(table[0]) <= 110
    assert "87.50 %" in table[0]
