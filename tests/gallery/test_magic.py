"""`%gallery` in a real shell: line, cell, function, help, completion, and one sentence for what is wrong."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hostile import HOSTILE

import colab_magics
from colab_magics.errors import BadImages, BadOption, ColabMagicsError
from colab_magics.gallery import magic
from colab_magics.gallery.magic import PARSER


@pytest.fixture
def notebook(shell: Any, run: Any) -> Any:
    """The shell with a run and its arrays as variables."""
    predictions = run.predictions
    shell.namespace.update(
        run=run,
        images=predictions.images,
        labels=predictions.labels,
        guesses=predictions.predicted,
        shares=predictions.probabilities,
        names=predictions.class_names,
    )
    return shell


def test_a_run_opens_with_nine_training_images(notebook: Any) -> None:
    ran = notebook.run("%gallery run")
    assert ran.error is None
    assert "First 9 of 50 training images" in ran.text
    assert ran.value.shown.indices.tolist() == list(range(9))


@pytest.mark.parametrize(
    ("line", "title", "count"),
    [
        ("run --view correct", "First 9 of 36 correct test images", 9),
        ("run --view wrong", "4 wrong test images", 4),
        ("--view wrong run", "4 wrong test images", 4),
        ("run --view class 3 --n 4", "First 4 of 10 test images of class three", 4),
        ("--view class three run", "First 9 of 10 test images of class three", 9),
        ("run --view 'class three'", "First 9 of 10 test images of class three", 9),
        ("run --view=class 3 --n 4", "First 4 of 10 test images of class three", 4),
        ("--view=class three run", "First 9 of 10 test images of class three", 9),
        ("run --view=wrong", "4 wrong test images", 4),
        ("images", "First 9 of 40 images", 9),
        ("images labels --predicted guesses --view wrong", "4 wrong images", 4),
        ("images, labels --predicted guesses --view wrong", "4 wrong images", 4),
        ("images labels --probabilities shares --view wrong", "4 wrong images", 4),
        ("images labels --class-names names --view class two", "First 9 of 10 images of class two", 9),
        ("$images --n 1000", "40 images", 40),
        ("run --view wrong --sort loss", "4 wrong test images", 4),
        ("run --view confusion", "First 9 of 40 test images", 9),
        ("run --view confusion zero one", "2 test images of zero taken for one", 2),
        ("--view confusion 0 1, two three run", "4 test images of zero taken for one, and of 1 more cell", 4),
        ("run --view=confusion zero '*' --sort margin", "First 9 of 10 test images of zero taken for any class", 9),
        ("run --view 'confusion zero one'", "2 test images of zero taken for one", 2),
    ],
)
def test_lines(notebook: Any, line: str, title: str, count: int) -> None:
    ran = notebook.run(f"%gallery {line}")
    assert ran.error is None
    assert ran.text.splitlines()[0].startswith(title)
    assert len(ran.value.shown.indices) == count


def test_captions_in_the_terminal(notebook: Any) -> None:
    assert "  ✗ predicted one, true zero ·\N{NO-BREAK SPACE}85.00 %" in notebook.run("%gallery run --view wrong").text
    assert "  ✓ one correct ·\N{NO-BREAK SPACE}85.00 %" in notebook.run("%gallery run --view correct").text


@pytest.mark.parametrize("line", ["photos", "photos/", "$folder", "folder", "'photos'", "$text"])
def test_a_folder(notebook: Any, photos: Path, line: str) -> None:
    notebook.namespace.update(folder=photos, text=str(photos))
    ran = notebook.run(f"%gallery {line}")
    assert ran.value.class_names == ("cat", "dog")
    assert "5 images" in ran.text


def test_columns_of_a_table_are_named_on_the_line(notebook: Any, photos: Path) -> None:
    files = sorted(photos.rglob("*.*"))
    table = pd.DataFrame({"file": [str(file) for file in files], "kind": [file.parent.name for file in files]})
    notebook.namespace["table"] = table
    assert notebook.run("%gallery table kind --view class dog").text.startswith("2 images of class dog")


def test_a_folder_with_a_space(notebook: Any, photos: Path) -> None:
    photos.rename(photos.parent / "my photos")
    assert len(notebook.run("%gallery 'my photos/cat'").value) == 3


@pytest.mark.parametrize(
    ("cell", "title"),
    [
        ("%%gallery\nimages", "First 9 of 40 images"),
        ("%%gallery --view wrong\nrun", "4 wrong test images"),
        ("%%gallery --view class 1\nkeep = labels < 3\nimages[keep], labels[keep]", "First 9 of 10 images of class 1"),
        (
            "%%gallery --view wrong --predicted guessed\nguessed = labels * 0\nimages, labels",
            "First 9 of 30 wrong images",
        ),
        ("%%gallery --n 2\n[images[0], images[1], images[2]]", "First 2 of 3 images"),
    ],
)
def test_cells(notebook: Any, cell: str, title: str) -> None:
    ran = notebook.run(cell)
    assert ran.error is None
    assert ran.text.splitlines()[0].startswith(title)


def test_a_cell_that_fails_shows_its_own_error(notebook: Any) -> None:
    assert isinstance(notebook.run("%%gallery\n1 / 0").error, ZeroDivisionError)


def test_the_gallery_is_shown_once(notebook: Any) -> None:
    assert len(notebook.run("%gallery run").displayed) == 1
    assert len(notebook.run("g = %gallery run").displayed) == 1
    assert len(notebook.run("g").displayed) == 1


def test_a_notebook_gets_the_static_form_and_the_panel(notebook: Any) -> None:
    notebook.ipython.kernel = object()
    static, live = notebook.run("g = %gallery run --view wrong").displayed
    assert "✗ predicted one, true zero" in static["text/html"]
    assert "<script" not in static["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in live
    assert len(static["text/html"]) < 25_000


def test_a_hundred_galleries_leave_nothing(notebook: Any) -> None:
    from colab_magics._panel import _open

    notebook.ipython.kernel = object()
    before = len(_open)
    for _ in range(20):
        notebook.run("g = %gallery run")
    notebook.run("%reload_ext colab_magics")
    assert len([panel for panel in _open if panel.comm is not None]) <= before


def test_pictures_are_found_by_their_own_names(notebook: Any) -> None:
    notebook.run("own = [f'scan {number}' for number in range(40)]\ng = %gallery images labels --names own")
    gallery = notebook.namespace["g"]
    gallery.search = "SCAN 3"
    assert gallery.indices.tolist() == [3, *range(30, 40)]
    gallery.selected = [31]
    assert gallery.selection().name.tolist() == ["scan 31"]


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("%gallery", "name what to show: a run, images, or a folder"),
        ("%gallery imags", "There is no variable named imags in this notebook. Did you mean images?"),
        ("%gallery nowhere/at/all", "There is no folder nowhere/at/all: check the spelling."),
        ("%gallery images --predicted gusses", "no variable named gusses in this notebook. Did you mean guesses?"),
        ("%gallery images lables", "no variable named lables in this notebook. Did you mean labels?"),
        ("%gallery images --predictions guesses", "unknown option: --predictions. Did you mean --predicted?"),
        ("%gallery run --view wrogn", "There is no view 'wrogn': .* Did you mean wrong?"),
        ("%gallery run --view class", "expected one argument|needs the name or number"),
        ("%gallery run --view class seven", "There is no class seven: .*the 4 classes are zero, one, two, three"),
        ("%gallery run --view", "--view: expected one argument"),
        ("%gallery run wrong", "no variable named wrong in this notebook. For the view, write  --view wrong"),
        ("%gallery confusion", "For the view, write  --view confusion"),
        ("%gallery images --labels labels", "the labels follow the images without an option, as in  %gallery images l"),
        ("%gallery images --labels=labels", "the labels follow the images without an option"),
        ("%gallery run --n 0", "0 is not a whole number of 1 or more"),
        ("%gallery run --n many", "many is not a whole number of 1 or more"),
        ("%gallery 'run", "quotation mark is not closed"),
        ("%gallery images --view wrong", "The view wrong needs predictions: show a run, or pass predicted="),
        ("%gallery images --view class 1", "The view class needs labels"),
        ("%gallery images labels --view correct", "The view correct needs predictions"),
        ("%gallery images guesses --predicted shares", r"predicted have the shape \(40, 4\)"),
        ("%gallery images names", "not whole class numbers|4 labels"),
        ("%gallery labels", r"The images have the shape \(40,\)"),
        ("%gallery run labels", "A run brings its own labels: leave labels out"),
        (
            "%gallery run.predictions",
            r"no folder run\.predictions, and no variable .* as in  images = run\.predictions",
        ),
        ("%gallery images labels[:3]", r"labels\[:3\] is not the name of a variable, .* as in  values = labels\[:3\]"),
        ("%gallery images --names names", "There are 40 images and 4 names: they must be as many"),
        ("%gallery run --names names", "A run brings its own names: leave names out"),
        ("%gallery __import__('os')", "There is no folder"),
        ("%%gallery images\nimages", "shows what its cell ends with: leave images out of the line"),
        ("%%gallery\nx = images", "this cell ends without a value."),
        ("%%gallery\nimages;\n", "this cell ends without a value, or with a ; that hides it."),
        ("%%gallery\nimages, labels[:3]", "There are 40 images and 3 labels"),
        ("%%gallery\nimages * float('nan')", r"not numbers \(NaN or infinite\)"),
    ],
)
def test_what_is_wrong_is_one_line(notebook: Any, cell: str, sentence: str) -> None:
    ran = notebook.run(cell)
    lines = ran.stderr.strip().splitlines()
    assert type(ran.error).__name__ == "UsageError"
    assert len(lines) == 1
    with pytest.raises(ColabMagicsError, match=sentence):
        raise ColabMagicsError(lines[0])
    assert ran.displayed == []
    assert notebook.run("1 + 1").value == 2


def test_a_gallery_is_no_source(notebook: Any) -> None:
    notebook.run("g = %gallery run")
    with pytest.raises(
        BadOption, match=r"a gallery already: a cell that ends with its name shows it again, .*  \.view"
    ):
        magic.gallery(notebook.namespace["g"])


def test_nothing_on_the_line_is_evaluated(notebook: Any) -> None:
    notebook.run("%gallery {touched:=1} $touched __import__")
    assert "touched" not in notebook.namespace


@pytest.mark.parametrize("line", ["-h", "--help", "run -h"])
def test_help(notebook: Any, line: str) -> None:
    ran = notebook.run(f"%gallery {line}")
    assert ran.error is None
    for word in ("usage: %gallery", "--view VIEW", "--predicted NAME", "%gallery run --view wrong"):
        assert word in ran.stdout


def test_question_mark(notebook: Any) -> None:
    found = notebook.ipython.object_inspect("%gallery")
    assert found["found"]
    assert "--view VIEW" in found["docstring"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("%gallery run --v", {"--view"}),
        ("%gallery run --p", {"--predicted", "--probabilities"}),
        ("g = %gallery run --view w", {"wrong"}),
        ("%%gallery --view ", {"first", "correct", "wrong", "class"}),
    ],
)
def test_completion(notebook: Any, line: str, expected: set[str]) -> None:
    assert expected <= set(notebook.complete(line))


def test_every_option_is_an_argument_of_the_function() -> None:
    import inspect

    parameters = inspect.signature(colab_magics.gallery).parameters
    assert {action.dest for action in PARSER._actions} - {"help"} == set(parameters)
    keyword_only = {name for name, each in parameters.items() if each.kind is each.KEYWORD_ONLY}
    assert keyword_only == {
        *("predicted", "probabilities", "class_names", "names"),
        *("view", "sort", "n", "export"),
    }


def test_the_function_works_without_a_shell(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    gallery = colab_magics.gallery(run, view="wrong", n=2)
    assert gallery.indices.tolist() == [0, 10, 20, 30]
    assert len(gallery.shown.indices) == 2
    assert capsys.readouterr() == ("", "")


def test_the_function_raises_our_errors(run: Any) -> None:
    with pytest.raises(BadImages, match="There are no images to show"):
        colab_magics.gallery([])
    with pytest.raises(BadOption, match="There is no view"):
        colab_magics.gallery(run, view="nothing")
    with pytest.raises(BadOption, match="n is 0"):
        colab_magics.gallery(run, n=0)


def test_importing_the_door_is_cheap() -> None:
    heavy = "numpy", "pandas", "PIL", "anywidget", "ipywidgets", "tensorflow"
    code = f"import sys, colab_magics.gallery.magic; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_no_name_in_the_notebook_becomes_markup(notebook: Any) -> None:
    count = len(HOSTILE)
    notebook.namespace.update(
        many=np.zeros((count, 2, 2)),
        classes=np.arange(count),
        others=np.roll(np.arange(count), 1),
        hostile=HOSTILE,
    )
    notebook.ipython.kernel = object()
    ran = notebook.run("g = %gallery many classes --predicted others --class-names hostile --view wrong --n 40")
    assert ran.error is None
    for bundle in ran.displayed:
        html = bundle.get("text/html", "").lower()
        assert not any(
            tag in html for tag in ("<script", "<svg", "<iframe", "<a ", "<input", "<link", "<meta", "<base")
        )


def test_a_line_writes_what_it_shows(notebook: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = notebook.run("%gallery run --view wrong --export 'my mistakes.html'")
    assert ran.error is None
    assert "4 wrong test images" in ran.text
    assert re.search(r"4 pictures in my mistakes\.html, [\d.]+ kB\.", ran.text)
    assert (tmp_path / "my mistakes.html").read_text().startswith("<!doctype html>")


def test_what_cannot_be_written_is_one_sentence_below_the_pictures(notebook: Any) -> None:
    ran = notebook.run("%gallery run --view wrong --export mistakes.pdf")
    assert "4 wrong test images" in ran.text
    assert "A gallery cannot be exported as mistakes.pdf: name a file that ends with .html" in str(ran.error)


def test_a_long_export_tells_how_far_it_is(notebook: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 100, 2))
    monkeypatch.setattr(magic.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(magic._shell, "has_kernel", lambda: True)
    notebook.namespace["tell"] = magic._Progress()
    ran = notebook.run("for done in (0, 400, 800, 1000): tell(done, 1000)")
    assert ran.error is None
    told = [output["text/plain"] for output in ran.displayed]
    assert told == [
        "Exporting: 400 of 1,000 pictures …",
        "Exporting: 800 of 1,000 pictures …",
        "Exported 1,000 pictures.",
    ]
