"""System parts, with programs of our own on the PATH where real ones would change the machine."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from colab_magics.errors import InstallFailed
from colab_magics.install import apt, system
from colab_magics.install.events import Change

Program = Callable[[str, str], Path]


@pytest.fixture
def user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Someone without the rights of root."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)


def install(*packages: str) -> tuple[Change, ...]:
    events = apt.install_parts(packages, 20, str)
    while True:
        try:
            next(events)
        except StopIteration as end:
            return end.value


def dpkg(program: Program, tmp_path: Path) -> None:
    """A database of packages that ``apt-get`` can write to."""
    program("dpkg-query", f"cat {tmp_path}/installed 2>/dev/null || true")


def test_root_needs_no_sudo(program: Program, root: None) -> None:
    folder = program("apt-get", "")
    assert system.way() == (str(folder / "apt-get"),)


def test_sudo_without_a_password(program: Program, user: None, tmp_path: Path) -> None:
    """The settings go through sudo, which keeps none of the environment."""
    dpkg(program, tmp_path)
    program(
        "apt-get", f'echo "$DEBIAN_FRONTEND $@" > {tmp_path}/calls; printf "a\\tii \\t1.2\\n" > {tmp_path}/installed'
    )
    program("sudo", 'test "$1" = -n && shift && exec env -i PATH="$PATH" "$@"')
    assert install("a") == (Change("a", "", "1.2"),)
    assert (tmp_path / "calls").read_text() == "noninteractive -o DPkg::Lock::Timeout=300 -y -q install -- a\n"


@pytest.mark.parametrize("script", ["exit 1", "echo 'a password is required' >&2; exit 1", "exec sleep 60"])
def test_no_rights_name_the_line_to_run(
    program: Program, user: None, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "_SUDO_PATIENCE", 0.5)
    program("apt-get", "exit 1")
    program("sudo", script)
    with pytest.raises(InstallFailed, match="in a terminal run  sudo apt-get install -y graphviz libgl1$"):
        install("graphviz", "libgl1")


def test_lists_are_fetched_when_a_package_is_unknown(program: Program, root: None, tmp_path: Path) -> None:
    dpkg(program, tmp_path)
    program(
        "apt-get",
        f'echo "$@" >> {tmp_path}/calls\ncase "$*" in *update) touch {tmp_path}/lists;; *) test -e {tmp_path}/lists '
        f'|| {{ echo "E: Unable to locate package a"; exit 100; }}; printf "a\\tii \\t2\\n" > {tmp_path}/installed;; esac',
    )
    assert install("a") == (Change("a", "", "2"),)
    assert [line.split()[-1] for line in (tmp_path / "calls").read_text().splitlines()] == ["a", "update", "a"]


def test_a_failure_names_its_reason(program: Program, root: None, tmp_path: Path) -> None:
    dpkg(program, tmp_path)
    program("apt-get", "echo 'E: dpkg was interrupted, you must manually run'; exit 100")
    with pytest.raises(InstallFailed, match="apt-get did not succeed. .* sudo dpkg --configure -a"):
        install("a")


def test_a_success_that_is_none(program: Program, root: None, tmp_path: Path) -> None:
    dpkg(program, tmp_path)
    program("apt-get", f'printf "b\\tii \\t1\\na\\trc \\t1\\n" > {tmp_path}/installed')
    with pytest.raises(InstallFailed, match="apt-get reported success, and a is not installed"):
        install("a", "b")


@pytest.mark.parametrize("installed", ["", "b\\tii \\t1\\t\\n"])
def test_nothing_where_all_should_be_is_no_success(
    program: Program, root: None, tmp_path: Path, installed: str
) -> None:
    program("dpkg-query", f"printf '{installed}'; exit 2")
    program("apt-get", "exit 0")
    with pytest.raises(InstallFailed, match="apt-get reported success, and a is not installed"):
        install("a")


@pytest.mark.parametrize(
    ("said", "row", "change"),
    [
        ("", "lib0t64\\tii \\t2.80\\tlib0 (= 2.80), other\\n", Change("lib0t64", "", "2.80")),
        ("", "lib0t64\\tii \\t2.80\\tother, lib0\\n", Change("lib0t64", "", "2.80")),
        ("Note, selecting 'real' instead of 'lib0'", "real\\tii \\t3\\t\\n", Change("real", "", "3")),
    ],
)
def test_another_name_for_it_counts(
    program: Program, root: None, tmp_path: Path, said: str, row: str, change: Change
) -> None:
    """As libglib2.0-0 is libglib2.0-0t64 since Ubuntu 24.04."""
    dpkg(program, tmp_path)
    program("apt-get", f'echo "{said}"; printf "{row}" > {tmp_path}/installed')
    assert install("lib0") == (change,)
    assert install("lib0") == ()


def test_a_database_that_does_not_answer(program: Program, root: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "_DPKG_PATIENCE", 0.3)
    program("dpkg-query", "exec sleep 60")
    program("apt-get", "exit 0")
    with pytest.raises(InstallFailed, match="dpkg-query does not answer"):
        install("a")


def test_the_line_is_the_systems_own(program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(program("brew", "")))
    assert system.line([system.DOT, system.POPPLER]) == "brew install graphviz poppler"
    program("dnf", "")
    assert system.line([system.FFMPEG]) == "sudo dnf install -y ffmpeg-free"
    program("apt-get", "")
    assert system.line([system.TESSERACT], ["git"]) == "sudo apt-get install -y tesseract-ocr git"


def test_what_packages_need(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(program("ffmpeg", "")))
    assert system.missing_for(["graphviz", "pydot", "pydub", "numpy"]) == (system.DOT,)
    program("dot", "")
    assert system.missing_for(["graphviz", "pydot", "pydub", "numpy"]) == ()


def test_a_library_is_looked_for_and_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = system.Part("libnone-such.so.1", "a", "a", "a")
    assert not part.is_here
    (tmp_path / "libnone-such.so.1").touch()
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    assert part.is_here


def test_the_real_apt_takes_our_words() -> None:
    """Only a simulation, which changes nothing and needs no rights."""
    if system.shutil.which("apt-get") is None:
        pytest.skip("there is no apt-get")
    words = [*system.install_words(["apt-get", "--simulate"], ["dpkg"])]
    done = subprocess.run(
        words, env={**os.environ, **system.ENVIRON}, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "Reading package lists" in done.stdout


def test_the_real_dpkg_tells_versions() -> None:
    if system.shutil.which("dpkg-query") is None:
        pytest.skip("there is no dpkg-query")
    found = system.installed()
    assert found is not None
    versions = system.versions(["dpkg:amd64", "none-such-package"], found)
    assert list(versions) == ["dpkg"]
    assert versions["dpkg"][0].isdigit()
    assert system.absent(["dpkg=1", "none-such-package"], found) == ["none-such-package"]
