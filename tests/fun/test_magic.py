"""`%fun`: off until typed, one sentence for another pet, and gone with all that it showed."""

from typing import Any

import pytest
from IPython.core.error import UsageError

import colab_magics
from colab_magics import _panel
from colab_magics._extension import Door
from colab_magics.errors import BadOption
from colab_magics.fun import magic
from colab_magics.fun.pets import PETS

VIEW = "application/vnd.jupyter.widget-view+json"
NOTHING = {"text/html": "", "text/plain": ""}


def open_panels() -> list[Any]:
    return [panel for panel in _panel._open if panel.comm is not None and type(panel).__name__ == "FunPanel"]


@pytest.mark.parametrize("name", PETS)
def test_a_pet_walks_below_the_cell(kernel_shell: Any, name: str) -> None:
    ran = kernel_shell.run(f"%fun {name}")
    assert (ran.error, ran.value) == (None, None)
    still, live = ran.displayed
    assert f"A {name}, standing still" in still["text/html"]
    assert VIEW in live
    (panel,) = open_panels()
    assert (panel.pet, panel.sparks, panel.until) == (name, "", 0)
    assert len(panel.shapes) == len(PETS[name].shapes)


def test_sparks_alone_and_with_a_pet(kernel_shell: Any) -> None:
    assert "Sparks fly at an epoch" in kernel_shell.run("%fun --power").html
    assert {panel.pet for panel in open_panels() if panel.sparks} == {""}
    kernel_shell.run("%fun crab --power")
    assert {panel.pet for panel in open_panels() if panel.sparks} == {"", "crab"}


def test_off_takes_all_of_it_away(kernel_shell: Any) -> None:
    for line in ("%fun corgi", "%fun kitty", "%fun --power"):
        kernel_shell.run(line)
    assert len(open_panels()) == 3
    ran = kernel_shell.run("%fun off")
    assert open_panels() == []
    assert ran.displayed == [NOTHING] * 6  # in place of what was there
    assert kernel_shell.run("%fun off").displayed == []


def test_off_where_one_output_holds_both_forms(kernel_shell: Any) -> None:
    kernel_shell.namespace["__vsc_ipynb_file__"] = "notebook.ipynb"
    (both,) = kernel_shell.run("%fun corgi").displayed
    assert VIEW in both
    assert kernel_shell.run("%fun off").displayed == [NOTHING]


def test_each_pet_is_at_one_place(kernel_shell: Any) -> None:
    for _ in range(5):
        kernel_shell.run("%fun corgi")
    assert len(open_panels()) == 1
    kernel_shell.run("%fun corgi --power")
    (panel,) = open_panels()
    assert panel.sparks


def test_unloading_takes_it_away(kernel_shell: Any) -> None:
    kernel_shell.run("%fun corgi")
    kernel_shell.run("%unload_ext colab_magics")
    assert open_panels() == []
    assert magic._out == {}


def test_a_cell_runs_with_it_and_gives_its_value(kernel_shell: Any) -> None:
    kernel_shell.namespace["look"] = lambda: [panel.pet for panel in open_panels()]
    ran = kernel_shell.run("%%fun kitty\nseen = look()\n6 * 7")
    assert ran.value == 42
    assert kernel_shell.namespace["seen"] == ["kitty"]
    assert open_panels() == []


def test_a_cell_that_fails_ends_it_too(kernel_shell: Any) -> None:
    ran = kernel_shell.run("%%fun kitty --power\n1 / 0")
    assert isinstance(ran.error, ZeroDivisionError)
    assert open_panels() == []


def test_it_can_be_typed_inside_of_its_own_cell(kernel_shell: Any) -> None:
    assert kernel_shell.run("%%fun kitty\n%fun off\n%fun kitty").error is None
    assert len(open_panels()) == 1  # that of the line, which the cell's end leaves alone


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("%fun dog", "%fun knows no pet of the name 'dog': there are corgi, kitty or crab, and %fun off ends it."),
        ("%fun '<img src=x>'", "%fun knows no pet of the name '<img src=x>': there are corgi, kitty or crab"),
        ("%fun", "%fun takes a pet, corgi, kitty or crab, or --power for sparks; %fun off ends it."),
        ("%fun corgi kitty", "there are too many words"),
        ("%fun corgi --powr", "Did you mean --power?"),
        ("%%fun off\n1", "%%fun off has nothing to show while its cell runs"),
        ("%%fun dog\n1 / 0", "%fun knows no pet of the name 'dog'"),
    ],
)
def test_bad_input_is_one_sentence(kernel_shell: Any, line: str, sentence: str) -> None:
    ran = kernel_shell.run(line)
    assert type(ran.error) is UsageError
    assert sentence in str(ran.error)
    assert "\n" not in str(ran.error)
    assert ran.displayed == []
    assert open_panels() == []


def test_a_terminal_gets_a_line(shell: Any) -> None:
    ran = shell.run("%fun corgi")
    assert ran.text.strip() == "U^o^U · The corgi sits down beside you; in a notebook it would walk."
    assert "Sparks need a notebook" in shell.run("%fun --power").text
    assert shell.run("%fun off").text == ""
    assert shell.run("%%fun crab\n6 * 7").value == 42


def test_names_are_completed(shell: Any) -> None:
    assert {"corgi", "kitty", "crab", "off"} <= set(shell.complete("%fun "))
    assert "--power" in shell.complete("%fun corgi --p")


def test_the_function_does_the_same(kernel_shell: Any) -> None:
    kernel_shell.run("import colab_magics; colab_magics.fun('crab', power=True)")
    assert [panel.pet for panel in open_panels()] == ["crab"]
    colab_magics.fun("off")
    assert open_panels() == []
    with pytest.raises(BadOption, match="knows no pet of the name 'Corgi'"):
        colab_magics.fun("Corgi")


def test_help_names_the_pets(shell: Any) -> None:
    assert "corgi, kitty or crab; or off" in (Door("fun", "colab_magics.fun.magic").__doc__ or "")
