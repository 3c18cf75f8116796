"""The seam to IPython, with a real shell and a slice of a few lines."""

import gc
import json
import re
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path
from typing import Any

import pytest

from colab_magics import MAGICS, _extension, _shell
from colab_magics.errors import ColabMagicsError


@pytest.fixture
def echo(shell: Any) -> Any:
    """The shell with `%echo` in place of our magics."""
    _extension.load(shell.ipython, {"echo": "echo_magic"}, {"echo_magic.Said": "echo_magic"})
    yield shell
    _extension.unload(shell.ipython)


def hooks(ipython: Any) -> dict[str, object]:
    """Everything in a shell that an extension can leave something in."""
    formatters = ipython.display_formatter
    return {
        "magics": {kind: sorted(names) for kind, names in ipython.magics_manager.magics.items()},
        "user_magics": sorted(vars(ipython.magics_manager.user_magics)),
        "formatters": len(formatters.ipython_display_formatter.deferred_printers),
        "types": len(formatters.ipython_display_formatter.type_printers),
        "mime": {name: len(item.deferred_printers) for name, item in formatters.formatters.items()},
        "matchers": len(ipython.Completer.custom_matchers),
        "events": {name: len(callbacks) for name, callbacks in ipython.events.callbacks.items()},
        "transformers": len(ipython.input_transformers_cleanup) + len(ipython.input_transformers_post),
        "namespace": sorted(name for name in ipython.user_ns if not name.startswith("_")),
    }


def test_unload_leaves_nothing(ipython: Any) -> None:
    before = hooks(ipython)
    ipython.run_line_magic("load_ext", "colab_magics")
    assert set(MAGICS) <= set(ipython.magics_manager.magics["line"]) & set(ipython.magics_manager.magics["cell"])
    ipython.run_line_magic("unload_ext", "colab_magics")
    assert hooks(ipython) == before


def test_unload_after_use_leaves_nothing(ipython: Any) -> None:
    before = hooks(ipython)
    ipython.run_line_magic("load_ext", "colab_magics")
    ipython.run_cell("%envinfo", silent=True)
    ipython.run_cell("%envinfo", silent=True)
    ipython.run_line_magic("unload_ext", "colab_magics")
    assert hooks(ipython) == before


def test_unload_closes_open_panels(kernel_shell: Any) -> None:
    from colab_magics._panel import _open

    gc.collect()
    known = set(_open)  # of other tests
    kernel_shell.run("%envinfo")
    (panel,) = set(_open) - known
    kernel_shell.run("%unload_ext colab_magics")
    assert panel.comm is None
    del panel
    gc.collect()
    assert set(_open) <= known


def test_unload_leaves_the_magics_of_others(shell: Any) -> None:
    shell.run("from IPython.core.magic import register_line_magic\n@register_line_magic\ndef envinfo(line): return 7")
    shell.run("%unload_ext colab_magics")
    assert shell.run("%envinfo").value == 7


def test_a_thousand_reloads_leave_nothing(shell: Any) -> None:
    def reload(times: int) -> None:
        for _ in range(times):
            shell.ipython.run_line_magic("reload_ext", "colab_magics")
        gc.collect()

    def held() -> tuple[int, int, int]:
        folder = Path("/proc/self/fd")
        return threading.active_count(), len(list(folder.iterdir())) if folder.exists() else 0, len(_shell.loaded)

    reload(20)
    before, resources, objects = hooks(shell.ipython), held(), len(gc.get_objects())
    reload(1000)
    assert hooks(shell.ipython) == before
    assert held() == resources
    assert len(gc.get_objects()) - objects < 200


def test_an_error_on_purpose_is_one_line(echo: Any) -> None:
    ran = echo.run("%echo --broken")
    assert ran.stderr == "UsageError: The echo is broken: say it yourself.\n"
    assert ran.stdout == ""
    assert not isinstance(ran.error, ColabMagicsError)
    assert echo.run("1 + 1").value == 2


def test_a_bug_keeps_its_traceback(echo: Any) -> None:
    ran = echo.run("%%echo\nint('x')")
    assert isinstance(ran.error, ValueError)
    assert "invalid literal for int" in ran.stdout


@pytest.mark.parametrize("line", ["%echo -h", "%echo hello --help", "%%echo -h\nraise SystemExit"])
def test_help_is_printed_and_the_kernel_lives(echo: Any, line: str) -> None:
    ran = echo.run(line)
    assert ran.error is None
    assert ran.stdout.startswith("usage: %echo")
    assert "how often" in ran.stdout
    assert echo.run("1 + 1").value == 2


def test_nothing_on_the_line_is_evaluated(echo: Any) -> None:
    echo.run("x = 'hello'\nitems = ['a']")
    for line, said in [
        ("$x", "hello"),
        ("{x}", "{x}"),
        ("$x.upper()", "$x.upper()"),
        ("$items[0]", "$items[0]"),
        ("{1+1}", "{1+1}"),
        ("$$x", "$$x"),
        ("~", "~"),
        ("*", "*"),
    ]:
        ran = echo.run(f"%echo {line}")
        assert ran.value.words == said


def test_a_variable_that_is_not_there(echo: Any) -> None:
    echo.run("images = 3")
    ran = echo.run("%echo $imagse")
    assert ran.stderr == "UsageError: There is no variable named imagse in this notebook. Did you mean images?\n"


@pytest.mark.parametrize(
    ("typed", "offered", "withheld"),
    [
        ("%echo --t", {"--times", "--tone"}, "--broken"),
        ("%%echo --t", {"--times", "--tone"}, "--broken"),
        ("said = %echo --ti", {"--times"}, "--tone"),
        ("%echo hello --tone ", {"calm", "loud"}, "--times"),
        ("%echo --tone l", {"loud"}, "calm"),
        ("x = 1\nsaid = %echo --ti", {"--times"}, "--tone"),
    ],
)
def test_completion(echo: Any, typed: str, offered: set[str], withheld: str) -> None:
    found = echo.complete(typed)
    assert offered <= set(found)
    assert withheld not in found


@pytest.mark.parametrize("typed", ["echo --ti", "a % echo --ti", "%other --ti", "# %echos --ti"])
def test_no_completion_elsewhere(echo: Any, typed: str) -> None:
    assert "--times" not in echo.complete(typed)


def test_completion_of_our_own_magics(shell: Any) -> None:
    assert "--epochs" in shell.complete("run = %train_mnist --ep")


def test_a_shown_value_is_not_displayed_twice(echo: Any) -> None:
    assert len(echo.run("%echo hello").displayed) == 1
    assert len(echo.run("said = %echo hello\nsaid").displayed) == 1
    assert len(echo.run("import echo_magic\necho_magic.echo('hello')").displayed) == 1


def test_a_shown_value_is_displayed_in_a_later_cell(echo: Any) -> None:
    echo.run("said = %echo hello")
    for _ in range(2):
        assert [bundle["text/plain"] for bundle in echo.run("said").displayed] == ["Echo\n  hello"]


def test_each_value_of_a_cell_is_displayed_once(echo: Any) -> None:
    assert len(echo.run("a = %echo one\nb = %echo two\na").displayed) == 2
    assert len(echo.run("%echo one\nimport echo_magic\necho_magic.Said('two')").displayed) == 2


def test_a_value_is_displayed_once_whatever_comes_from_a_page(echo: Any) -> None:
    heard = "get_ipython().events.trigger('post_execute')"  # as each message of a widget does, in a thread of its own
    assert len(echo.run(f"said = %echo hello\n{heard}\nsaid").displayed) == 1


def test_a_shown_value_can_go_when_its_cell_has_ended(echo: Any) -> None:
    echo.run("said = %echo hello")
    value = weakref.ref(echo.namespace["said"])
    echo.run("del said")
    gc.collect()
    assert value() is None


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("6 * 7", 42),
        ("x = 5\nx", 5),
        ("x = 5", None),
        ("6 * 7;", None),
        ("6 * 7 ;  # quiet", None),
        ("6 * 7  # no; not quiet;", 42),
        ("'ä;'", "ä;"),
        ("'ä';", None),
        ("(\n6 *\n7\n)", 42),
        ("for i in range(3): i", None),
        ("y = %echo quiet\ny.words", "quiet"),
        ("", None),
        ("# nothing", None),
    ],
)
def test_execute_returns_the_last_value(echo: Any, source: str, value: object) -> None:
    ran = echo.run(f"%%echo\n{source or ' '}")
    assert ran.error is None
    assert ran.value == value


@pytest.mark.parametrize("source", ["await f()", "x = [y async for y in f()]", "%time 1\nasync with f(): pass"])
def test_a_cell_that_awaits_is_refused_in_a_sentence(echo: Any, source: str) -> None:
    ran = echo.run(f"%%echo\n{source}")
    assert ran.stderr.startswith("UsageError: A magic's cell cannot use await outside of a function")
    assert ran.stdout == ""


def test_await_inside_a_function_is_fine(echo: Any) -> None:
    assert echo.run("%%echo\nasync def f(): await g()\n'await f()'").value == "await f()"


def test_execute_leaves_its_names_in_the_notebook(echo: Any) -> None:
    echo.run("%%echo\nfrom math import pi\ndef double(): return 2 * pi")
    assert echo.run("double()").value == pytest.approx(6.283, abs=1e-3)


def test_execute_shows_the_persons_own_lines(echo: Any) -> None:
    ran = echo.run("%%echo\ndef divide():\n    return 1 / 0\ndivide()")
    assert isinstance(ran.error, ZeroDivisionError)
    assert "return 1 / 0" in ran.stdout
    assert "_shell.py" not in ran.stdout
    numbers = re.findall(r"In ?\[(\d+)\]|<ipython-input-(\d+)", ran.stdout)
    assert len(numbers) == 3
    assert len(set(numbers)) == 1


def test_without_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    from colab_magics.card import Card

    monkeypatch.setattr(_shell, "current", lambda: None)
    assert _shell.namespace() == {}
    assert not _shell.has_kernel()
    _shell.assign("name", 1)
    _shell.show(Card("Nothing")).update(Card("Nothing"))
    with pytest.raises(RuntimeError, match="only be run inside IPython"):
        _shell.execute("1")


def test_a_static_card_can_be_brought_up_to_date(echo: Any) -> None:
    ran = echo.run(
        "from colab_magics import _shell\nfrom colab_magics.card import Card\n"
        "_shell.show(Card('first')).update(Card('second'))"
    )
    assert [bundle["text/plain"] for bundle in ran.displayed] == ["first", "second"]


@pytest.mark.parametrize("unloads", [False, True])
def test_the_first_panel_follows_its_card_when_the_kernel_is_free(unloads: bool) -> None:
    source = f"""
import asyncio, json, sys
from types import SimpleNamespace
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.history import HistoryAccessor
from IPython.core.interactiveshell import InteractiveShell
from ipykernel.comm import CommManager

HistoryAccessor.enabled = False
shell = InteractiveShell.instance()
shell.kernel = SimpleNamespace(comm_manager=CommManager())
shell.run_line_magic("load_ext", "colab_magics")
shell.display_pub = CapturingDisplayPublisher(parent=shell)

async def main():
    shell.run_cell("report = %envinfo")
    told = ["anywidget" in sys.modules, [sorted(output["data"]) for output in shell.display_pub.outputs]]
    if {unloads}:
        shell.run_line_magic("unload_ext", "colab_magics")
    await asyncio.sleep(0.5)
    updates = [output for output in shell.display_pub.outputs if output.get("update")]
    return [*told, [sorted(output["data"]) for output in updates]]

print(json.dumps(asyncio.run(main())))
"""
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    loaded, at_once, updates = json.loads(done.stdout.splitlines()[-1])
    assert not loaded
    assert at_once == [["text/html", "text/plain"], ["text/plain"]]
    view = ["application/vnd.jupyter.widget-view+json", "text/plain"]
    assert updates == ([] if unloads else [view])


def test_each_cell_is_told_with_its_source_number_and_fault(shell: Any) -> None:
    told: list[object] = []
    undo = _shell.each_cell(told.append, lambda number, raised: told.append((number, raised)))
    first = shell.ipython.execution_count
    shell.run("a = 1")
    shell.run("1 / 0")
    shell.run("if True print(1)")
    shell.ipython.run_cell("b = 2", silent=True)
    undo()
    undo()
    shell.run("c = 3")
    assert told == [
        "a = 1",
        (first, None),
        "1 / 0",
        (first + 1, "ZeroDivisionError"),
        "if True print(1)",
        (first + 2, "SyntaxError"),
    ]


def test_a_running_cell_is_known(shell: Any) -> None:
    shell.namespace["is_busy"] = _shell.is_busy
    assert shell.run("is_busy()").value is True
    assert not _shell.is_busy()
    for inner in ("1", "1 / 0", "if", ""):
        shell.run(f"get_ipython().run_cell({inner!r})\nbusy = is_busy()")
        assert shell.namespace["busy"] is True
        assert not _shell.is_busy()
    shell.run("1 / 0")
    assert not _shell.is_busy()
    shell.run("%reload_ext colab_magics\nbusy = is_busy()")
    assert shell.namespace["busy"] is True
    assert not _shell.is_busy()
    shell.ipython.run_line_magic("unload_ext", "colab_magics")
    assert shell.run("is_busy()").value is False


def test_what_is_done_soon_is_done_once(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the next cell, or in a thread while the same one goes on."""
    before, threads, done = hooks(shell.ipython), threading.active_count(), list[str]()
    monkeypatch.setattr(_shell, "_SOON", 60.0)
    undo = _shell.soon(lambda: done.append("at the next cell"))
    assert done == []
    shell.run("1")
    shell.run("2")
    assert done == ["at the next cell"]
    undo()
    monkeypatch.setattr(_shell, "_SOON", 0.05)
    undo = _shell.soon(lambda: done.append("in a thread"))
    time.sleep(0.3)
    shell.run("3")
    assert done == ["at the next cell", "in a thread"]
    undo()
    never = _shell.soon(lambda: done.append("never"))
    never()
    shell.run("4")
    assert done == ["at the next cell", "in a thread"]
    assert (hooks(shell.ipython), threading.active_count()) == (
        before | {"namespace": hooks(shell.ipython)["namespace"]},
        threads,
    )
