"""`%install` and `%%install` in a real shell; what really installs does so in an environment of its own."""

import io
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from install.conftest import Environment
from install.wheels import wheel
from IPython.core.error import UsageError

import colab_magics
from colab_magics.errors import BadOption, InstallFailed
from colab_magics.install.events import Change, Ended, Installed, LineSaid, Named, PhaseBegan, Started
from colab_magics.install.panel import InstallPanel


def test_a_line(environment: Environment, tmp_path: Path) -> None:
    path = wheel(tmp_path, "magic-a")
    first, loaded, second, value = environment.drive(
        {"do": "cell", "source": f"got = %install --no-index {path}  # a comment"},
        {"do": "cell", "source": "import magic_a"},
        {"do": "cell", "source": f"%install --no-index {wheel(tmp_path, 'magic-a', '2.0')}"},
        {"do": "cell", "source": "got"},
    )
    assert first["error"] == loaded["error"] == ""
    assert first["text"].startswith(f"%install {path} · ✓ done with pip in ") or "…" in first["text"].splitlines()[0]
    assert "  1 new package\n" in first["text"]
    assert "import magic_a" in first["text"]
    assert "⚠ Restart the kernel to use what is installed now: magic_a was loaded before it changed." in second["text"]
    assert second["displayed"] == 1
    assert second["value"] == "Installed(magic-a 1.0 > 2.0; restart for magic_a)"
    assert "1 new package" in value["text"]


def test_a_cell(environment: Environment, tmp_path: Path) -> None:
    wheel(tmp_path, "magic-b", "1.5")
    wheel(tmp_path, "magic-c")
    source = f"%%install --no-index -f '{tmp_path}'\n# two\nmagic-b >= 1, < 2   # spaces are fine here\n\n\"magic-c\"\n--no-deps\n"
    (came,) = environment.drive({"do": "cell", "source": source})
    assert came["error"] == ""
    assert "2 new packages" in came["text"]
    assert "magic-b" in came["value"]


def test_a_failure_is_one_line_and_a_card(environment: Environment) -> None:
    failed, after = environment.drive(
        {"do": "cell", "source": "%install --no-index none-such-m"}, {"do": "cell", "source": "1 + 1"}
    )
    assert (failed["kind"], failed["value"]) == ("UsageError", "None")
    assert failed["error"].startswith("pip did not succeed. There is no package none-such-m")
    assert "✗ failed" in failed["text"]
    assert "ERROR: No matching distribution found for none-such-m" in failed["text"]
    assert "Traceback" not in failed["printed"]
    assert after["value"] == "2"


def test_versions_are_told_without_installing(shell: Any) -> None:
    ran = shell.run("found = %install --check numpy sklearn json none-such-m")
    assert ran.error is None
    numpy, sklearn, json, none = shell.namespace["found"].packages
    assert (numpy.installed, none.installed, json.remark) == (__import__("numpy").__version__, "", "part of Python")
    assert sklearn.name == "sklearn"
    assert "none-such-m  not installed" in ran.text
    assert len(ran.displayed) == 1


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("%install", "Name what to install"),
        ("%%install\n# nothing", "The cell names nothing to install"),
        ("%install --check", "Name what to look for"),
        ("%install pip install numpy", "leave out the words  pip install"),
        ("%install -q numpy", "%install does not take -q: %install shows one line of progress anyway"),
        (
            "%install --target=/x numpy",
            "does not take --target: it would put the package where this kernel does not look",
        ),
        ("%install --break-system-packages numpy", "it can break the operating system"),
        ("%install -e .", "%install does not take -e"),
        ("%install --upgrde numpy", "unknown option: --upgrde. Did you mean --upgrade?"),
        ("%install numpy --unknown=hunter2", "unknown option: --unknown. "),
        ("%install 'numpy", "A quotation mark is not closed"),
        ("%install json", "json is part of Python"),
        ("%install numpy >= 2", "A version stands without a name before it"),
        ("%install -r none.txt", "There is no file none.txt"),
        ("%install --timeout x numpy", "invalid float value"),
        ("%install --timeout -1 numpy", "--timeout"),
        ("%install --apt 'a;b'", "is no name of a system package"),
        ("%install --check https://host/a.whl", "--check takes names of packages"),
        ("%%install\nnumpy\n--target /x", "does not take --target"),
        ("%%install\nnumpy --hash=sha256:0", "only work in a file"),
    ],
)
def test_bad_input_is_one_sentence(shell: Any, line: str, sentence: str) -> None:
    ran = shell.run(line)
    assert type(ran.error) is UsageError
    assert sentence in str(ran.error)
    assert "\n" not in str(ran.error)
    assert "hunter2" not in str(ran.error)
    assert ran.displayed == []
    assert "Traceback" not in ran.stdout + ran.stderr


def test_a_working_folder_that_is_gone(shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    monkeypatch.syspath_prepend("")
    gone.rmdir()
    assert shell.run("found = %install --check numpy").error is None
    ran = shell.run("%install none-such-w")
    assert type(ran.error) is UsageError
    assert "choose another, as in  %cd ~  and try again" in str(ran.error)
    monkeypatch.chdir(tmp_path)


def test_the_function_raises_what_it_means() -> None:
    with pytest.raises(BadOption, match="json is part of Python"):
        colab_magics.install("json")
    with pytest.raises(ValueError, match="An option stands where the name"):
        colab_magics.install("--target=/x")


def test_the_function_shows_nothing_in_plain_python(capsys: pytest.CaptureFixture[str]) -> None:
    found = colab_magics.install("pip", check=True)
    assert repr(found).startswith("Versions(pip ")
    assert capsys.readouterr() == ("", "")


def test_help_and_completion(shell: Any) -> None:
    for line in ("%install -h", "%%install --help"):
        ran = shell.run(line)
        assert ran.stdout.startswith("usage: %install")
        assert "%install graphviz pydot" in ran.stdout
    assert {"--apt", "--check", "--upgrade"} <= set(shell.complete("%install x --"))


INSTALLED = Installed((Named("a", "1.0", ("a",)),), (Change("a", "", "1.0"),), (), (), (), (), 1.0, "pip")


def scripted(monkeypatch: pytest.MonkeyPatch, *events: object) -> None:
    """The stream of events is the seam between the work and what is seen: here it comes from a list."""

    def install_all(plan: object, redact: object):
        for event in events:
            if isinstance(event, BaseException):
                raise event
            yield event

    monkeypatch.setattr(import_module("colab_magics.install.magic"), "install_all", install_all)


def test_a_notebook_gets_one_panel_that_ends_at_rest(kernel_shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[InstallPanel, str, list[str]]] = []
    original = InstallPanel.tell

    def tell(panel: InstallPanel, *told: Any) -> None:
        original(panel, *told)
        seen.append((panel, panel.phase, panel.log))
        assert panel.card["parts"] == []

    monkeypatch.setattr(InstallPanel, "tell", tell)
    scripted(monkeypatch, Started("pip"), LineSaid("Collecting a"), PhaseBegan("building", "a"), Ended(INSTALLED))
    ran = kernel_shell.run("%install a")
    assert [phase for _, phase, _ in seen] == ["finding out what is needed"] * 2 + ["building from source a"]
    assert seen[-1][2] == ["Collecting a"]
    panel = seen[0][0]
    assert (panel.phase, panel.log, panel.card["big"]) == ("", [], "1 new package")
    static, live, *updates = ran.displayed
    assert "Not finished when this notebook was saved" in static["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in live
    assert ["1 new package" in update["text/html"] for update in updates] == [True]


@pytest.mark.parametrize(
    ("error", "words"),
    [(InstallFailed("The disk is full."), "The disk is full."), (KeyboardInterrupt(), "run the cell again before it is used"), (ZeroDivisionError("x"), "ZeroDivisionError")],
)  # fmt: skip
def test_every_bad_end_is_drawn(
    kernel_shell: Any, monkeypatch: pytest.MonkeyPatch, error: BaseException, words: str
) -> None:
    scripted(monkeypatch, Started("pip"), LineSaid("Collecting <b>a</b>"), error)
    ran = kernel_shell.run("%install a")
    assert words in ran.displayed[-1]["text/html"]
    assert "<b>a</b>" not in ran.html


def test_a_terminal_has_one_line_of_progress(shell: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    scripted(monkeypatch, Started("pip"), PhaseBegan("building", "a"), Ended(INSTALLED))
    colab_magics.install("a")
    assert terminal.getvalue().split("\r\x1b[K")[1:] == ["finding out what is needed", ""]


def test_an_interrupt_between_two_events_ends_the_work(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, and not when the traceback that IPython keeps is let go."""
    ended = []

    def install_all(plan: object, redact: object):
        try:
            yield Started("pip")
        finally:
            ended.append("installer")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(import_module("colab_magics.install.magic"), "install_all", install_all)
    monkeypatch.setattr(import_module("colab_magics.install.screen").Screen, "tell", interrupted)
    ran = shell.run("%install a")
    assert type(ran.error) is KeyboardInterrupt
    assert ended == ["installer"]
