"""Whole installations with real installers in real environments, without a network."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from install.conftest import Environment, find_uv, is_running, make
from install.wheels import wheel

from colab_magics.install.snapshot import take

SECRET = "canary"  # each secret holds this word and a number


def step(*names: object, **wishes: Any) -> dict[str, Any]:
    return {"do": "install", "names": [str(name) for name in names], "wishes": {"no_index": True, **wishes}}


def test_versions_before_and_after(environment: Environment, tmp_path: Path) -> None:
    old, new = (
        wheel(tmp_path, "Some.Name", files={"some_name.py": ""}),
        wheel(tmp_path, "some_name", "2.0", requires=["newcomer"]),
    )
    wheel(tmp_path, "newcomer")
    first, second, third = environment.drive(
        step(old), step(new, find_links=str(tmp_path)), step(new, find_links=str(tmp_path))
    )
    assert first["changes"] == [{"name": "Some.Name", "before": "", "after": "1.0"}]
    assert first["named"] == [{"name": "Some.Name", "version": "1.0", "imports": ["some_name"]}]
    assert {(change["name"], change["before"], change["after"]) for change in second["changes"]} == {
        ("some_name", "1.0", "2.0"),
        ("newcomer", "", "1.0"),
    }
    assert (second["way"], second["restart"], second["conflicts"], second["warnings"]) == ("pip", [], [], [])
    assert third["changes"] == []
    assert third["named"] == [{"name": "some_name", "version": "2.0", "imports": ["some_name"]}]


def test_new_conflicts_only(environment: Environment, tmp_path: Path) -> None:
    for version in ("1.0", "2.0", "3.0"):
        wheel(tmp_path, "base-c", version)
    wheel(tmp_path, "old-c", requires=["base-c<2"])
    wheel(tmp_path, "late-c", requires=["base-c<3"])
    wheel(tmp_path, "lone-c", requires=["absent-c"])
    links = {"find_links": str(tmp_path)}
    environment.pip("install", "--no-index", "--no-deps", f"--find-links={tmp_path}", "lone-c")
    first, second, third, fourth = environment.drive(
        step("old-c", "base-c==1.0", **links),
        step("base-c==2.0", **links),
        step("late-c", **links),
        step("base-c==3.0", **links),
    )
    assert first["conflicts"] == []
    assert second["conflicts"] == ["old-c 1.0 needs base-c<2, and base-c is 2.0 now."]
    assert third["conflicts"] == []
    assert fourth["conflicts"] == ["late-c 1.0 needs base-c<3, and base-c is 3.0 now."]


def project(folder: Path, build: str) -> Path:
    """A project whose wheel is made by the statement ``build``."""
    folder.mkdir()
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (folder / "backend.py").write_text(f"def build_wheel(*_):\n    {build or 'pass'}\n")
    return folder


def failures(folder: Path) -> dict[str, tuple[dict[str, Any], str]]:
    for version in ("1.0", "2.0", "3.0"):
        wheel(folder, "many-f", version)
    wheel(folder, "future-f", python=">=3.99")
    wheel(folder, "left-f", requires=["many-f==1.0"])
    wheel(folder, "right-f", requires=["many-f==2.0"])
    other = wheel(folder, "other-f", tag="cp27-cp27m-win32")
    broken = folder / "broken_f-1.0-py3-none-any.whl"
    broken.write_bytes(b"PK\3\4 no zip")
    misnamed = folder / "misnamed.whl"
    misnamed.write_bytes(b"")
    unbuilt = project(folder / "unbuilt-f", "raise SystemExit('no')")
    no_backend = project(folder / "lone-f", "")
    (no_backend / "backend.py").unlink()
    command = "import subprocess; open('a.c', 'w').write('#include <none_such_f.h>'); subprocess.run(['cc', '-c', 'a.c'], check=True)"
    header = project(folder / "header-f", command)
    hashed = folder / "hashed.txt"
    hashed.write_text(f"many-f==1.0 --hash=sha256:{'0' * 64}\n")
    (folder / "garbled.txt").write_text("many-f ? 3\n")
    links = {"find_links": str(folder)}
    return {
        "no such package": (step("none-such-f", **links), "There is no package none-such-f where it was looked for"),
        "no such version": (step("many-f==9", **links), "There is no many-f==9: of the versions .* the newest are 3.0, 2.0, 1.0"),
        "another Python": (step("future-f", **links), "needs another Python .*3.99"),
        "another platform": (step(other), "other_f-1.0-cp27-cp27m-win32.whl was made for another Python"),
        "what excludes each other": (step("left-f", "right-f", **links), r"left-f.* and right-f.* exclude each other .*depends on many-f==1.0"),
        "a damaged wheel": (step(broken), "A wheel is damaged or misnamed"),
        "a misnamed wheel": (step(misnamed), "A wheel is damaged or misnamed"),
        "a build that fails": (step(unbuilt), "It has to be built from source, and the build failed"),
        "no tool to build": (step(no_backend), "the tool that builds it is missing"),
        "a missing header": (step(header), "none_such_f.h is missing: install the system package that brings this header"),
        "another checksum": (step(requirement=[str(hashed)], **links), "not what its checksum promises"),
        "a garbled file": (step(requirement=[str(folder / "garbled.txt")], **links), "This is no requirement"),
        "a dead index": (
            {"do": "install", "names": ["none-such-f"], "wishes": {"index_url": "http://127.0.0.1:9/simple"}},
            "The server cannot be reached",
        ),
        "an index without TLS": (
            {"do": "install", "names": ["none-such-f"], "wishes": {"index_url": "http://none-such.invalid/simple"}},
            "begins with http:// and is not trusted",
        ),
        "an unknown server": (
            {"do": "install", "names": ["none-such-f"], "wishes": {"index_url": "https://none-such.invalid/simple"}},
            "The server's name cannot be found",
        ),
    }  # fmt: skip


@pytest.fixture(scope="module")
def failed(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    cases = failures(tmp_path_factory.mktemp("failures"))
    came = environment.drive(*(step for step, _ in cases.values()), PIP_RETRIES="1", PIP_TIMEOUT="5")
    return {
        name: (result.get("error", "no error"), wanted)
        for (name, (_, wanted)), result in zip(cases.items(), came, strict=True)
    }


@pytest.mark.parametrize("name", [
    "no such package", "no such version", "another Python", "another platform", "what excludes each other", "a damaged wheel",
    "a misnamed wheel", "a build that fails", "no tool to build", "a missing header", "another checksum", "a garbled file", "a dead index", "an index without TLS", "an unknown server",
])  # fmt: skip
def test_a_failure_raises_with_its_reason(name: str, failed: dict[str, tuple[str, str]]) -> None:
    said, wanted = failed[name]
    assert re.search(wanted, said), said
    assert "\n" not in said
    assert said.startswith("pip did not succeed. ")


def test_a_failure_changes_nothing(environment: Environment, tmp_path: Path) -> None:
    before = sorted(environment.packages.iterdir())
    (came,) = environment.drive(step("none-such-g", wheel(tmp_path, "good-g")))
    assert "There is no package none-such-g" in came["error"]
    assert sorted(environment.packages.iterdir()) == before


SICK = {
    "absent": ("import absent_library", "ModuleNotFoundError: No module named 'absent_library'"),
    "divides": ("1 / 0", "ZeroDivisionError: division by zero"),
    "libgl": ("raise ImportError('libGL.so.1: cannot open shared object file')", "%install --apt libgl1"),
    "exits": ("import sys; sys.exit('go away')", "SystemExit: go away"),
    "crashes": ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "its import crashed Python (SIGSEGV)"),
    "garbled": ("def", "SyntaxError: "),
    "speaks": (
        "print('{' * 9); import os; os.write(2, b'x' * 99999); raise OSError('after it spoke')",
        "after it spoke",
    ),
}


def test_what_cannot_be_imported_raises(environment: Environment, tmp_path: Path) -> None:
    wheels = [wheel(tmp_path, f"sick-{name}", files={f"sick_{name}.py": source}) for name, (source, _) in SICK.items()]
    (came,) = environment.drive(step(*wheels, wheel(tmp_path, "sound-v")))
    for name, (_, sentence) in SICK.items():
        said = re.search(
            rf"sick-{name} 1.0 is installed, but  import sick_{name}  fails: (.*?)(?= sick-|$)", came["error"]
        )
        assert said, came["error"]
        assert sentence in said[1]
    assert "sound" not in came["error"]


def test_a_file_of_ones_own_that_hides_the_package(environment: Environment, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "hidden_h.py").write_text("")
    (came,) = environment.drive(
        {"do": "exec", "source": "import sys; sys.path.insert(0, '')"}, step(wheel(tmp_path, "hidden-h")), cwd=here
    )[1:]
    assert came["warnings"] == ["import hidden_h  takes hidden_h.py and not the package: rename that file."]


def test_a_condition_that_is_not_met(environment: Environment, tmp_path: Path) -> None:
    wheel(tmp_path, "left-out")
    (came,) = environment.drive(step("left-out; python_version < '3'", find_links=str(tmp_path)))
    assert came["changes"] == []
    assert came["notes"][0] == "left-out was left out: the condition behind the semicolon is not met here."


def test_what_one_imports_is_found_under_its_own_name(environment: Environment, tmp_path: Path) -> None:
    wheel(tmp_path, "umap-learn", "0.5", files={"umap/__init__.py": ""})
    (came,) = environment.drive(step("umap>=0.4", find_links=str(tmp_path), force_reinstall=True, no_deps=True))
    assert came["named"] == [{"name": "umap-learn", "version": "0.5", "imports": ["umap"]}]
    assert came["notes"][0] == "umap is what one imports; the package is called umap-learn."


def test_an_index_comes_beside_those_that_are_configured(environment: Environment, tmp_path: Path) -> None:
    """And of each only the host is shown: some services put a token in the path."""
    settings = tmp_path / "pip.conf"
    settings.write_text(
        "[global]\nindex-url = http://127.0.0.1:9/canary-i/simple\nextra-index-url = http://127.0.0.1:9/a/canary-a\n"
        "[install]\nextra-index-url = http://127.0.0.1:9/b/canary-b\n    http://127.0.0.1:9/c/canary-c\n"
    )
    wishes = {
        "extra_index_url": ["http://127.0.0.1:9/d/canary-d/simple/"],
        "find_links": "http://127.0.0.1:9/e/canary-e",
    }
    (came,) = environment.drive(
        {"do": "install", "names": ["none-such-i"], "wishes": wishes},
        PIP_CONFIG_FILE=str(settings),
        PIP_FIND_LINKS="http://127.0.0.1:9/f/canary-f",
        PIP_RETRIES="0",
        PIP_TIMEOUT="5",
    )
    said = "\n".join(came["events"])
    assert (
        "Looking in indexes: http://127.0.0.1:9/…, http://127.0.0.1:9/…, http://127.0.0.1:9/…, http://127.0.0.1:9/…"
        in said
    )
    assert "Looking in links: http://127.0.0.1:9/…, http://127.0.0.1:9/…" in said
    assert "canary" not in str(came)


def test_a_file_of_requirements(environment: Environment, tmp_path: Path) -> None:
    wheel(tmp_path, "listed-r")
    (tmp_path / "wanted.txt").write_text("listed-r  # a comment\n")
    (came,) = environment.drive(step(requirement=[str(tmp_path / "wanted.txt")], find_links=str(tmp_path)))
    assert [package["name"] for package in came["named"]] == ["listed-r"]


def test_what_cannot_be_imported_raises_each_time(environment: Environment, tmp_path: Path) -> None:
    """Also where a file, a folder or an address asks for it, and nothing is left to change."""
    for number in range(3):
        wheel(tmp_path, f"sick-r{number}", files={f"sick_r{number}.py": "import absent_library"})
    wheel(tmp_path, "sound-r", requires=["sick-r1"])
    (tmp_path / "inner.txt").write_text("sick-r0>=0.5  # a comment\n")
    (tmp_path / "outer.txt").write_text(f"--no-index\n--find-links {tmp_path}\n-r inner.txt\n")
    (tmp_path / "other.txt").write_text("sound-r\nsick-r2; python_version < '3'\n")
    source = project(tmp_path / "sick-p", "")
    (source / "backend.py").write_text(BACKEND)
    archive = shutil.make_archive(str(tmp_path / "release-1.0"), "gztar", tmp_path, "sick-p")
    by_file, by_folder = step(requirement=[str(tmp_path / "outer.txt")]), step(source)
    sound = step(requirement=[str(tmp_path / "other.txt")], find_links=str(tmp_path))
    asked = [by_file, by_file, by_folder, by_folder, step(archive), step(archive), sound, sound]
    came = environment.drive(*({**step} for step in asked))
    for result in came[:2]:
        assert "import sick_r0  fails: ModuleNotFoundError" in result["error"]
    for result in came[2:6]:
        assert "import sick_p  fails: ModuleNotFoundError" in result["error"]
    for result in came[6:]:
        assert [named["name"] for named in result["named"]] == ["sound-r"]


BACKEND = """
import zipfile

def build_wheel(folder, *_):
    with zipfile.ZipFile(folder + "/sick_p-1.0-py3-none-any.whl", "w") as wheel:
        info = "sick_p-1.0.dist-info/"
        wheel.writestr("sick_p.py", "import absent_library")
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: sick-p\\nVersion: 1.0\\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: hand\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "RECORD", f"sick_p.py,,\\n{info}METADATA,,\\n{info}WHEEL,,\\n{info}RECORD,,\\n")
    return "sick_p-1.0-py3-none-any.whl"
"""


def test_a_missing_system_part_is_installed(
    environment: Environment, tmp_path: Path, program: Callable[[str, str], Path]
) -> None:
    """As root, with an ``apt-get`` that notes how it was called and brings the program."""
    folder = program("apt-get", f'echo "$@" >> {tmp_path}/calls; echo "front $DEBIAN_FRONTEND" >> {tmp_path}/calls\n'
                     f"printf '#!/bin/sh\\n' > {tmp_path}/programs/dot; chmod +x {tmp_path}/programs/dot")  # fmt: skip
    program("dpkg-query", f"test -e {tmp_path}/programs/dot && printf 'graphviz\\tii \\t2.42\\n'")
    if os.geteuid() != 0 or shutil.which("dot") is not None:
        pytest.skip("only as root, and where graphviz is not installed")
    first, again = environment.drive(
        step(wheel(tmp_path, "pydot"), force_reinstall=True),
        step(tmp_path / "pydot-1.0-py3-none-any.whl"),
        PATH=os.environ["PATH"],
    )
    assert first["changes"][0] == {"name": "graphviz", "before": "", "after": "2.42"}
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls == ["-o DPkg::Lock::Timeout=300 -y -q install -- graphviz", "front noninteractive"]
    assert again["changes"] == []
    assert folder.joinpath("dot").exists()


def test_uv_where_there_is_no_pip(uv_environment: Environment, tmp_path: Path) -> None:
    for version in ("1.0", "2.0"):
        wheel(tmp_path, "base-u", version)
    wheel(tmp_path, "user-u", requires=["base-u<2"])
    path = f"{Path(str(find_uv())).parent}{os.pathsep}{os.environ['PATH']}"
    links = {"find_links": str(tmp_path)}
    first, _, second, third, fourth = uv_environment.drive(
        step("user-u", **links),
        {"do": "exec", "source": "import base_u"},
        step("base-u==2.0", **links),
        step("none-such-u", **links),
        step("base-u==9", **links),
        PATH=path,
    )
    assert first["way"] == "uv"
    assert {change["name"] for change in first["changes"]} == {"user-u", "base-u"}
    assert second["changes"] == [{"name": "base-u", "before": "1.0", "after": "2.0"}]
    assert second["restart"] == ["base_u"]
    assert second["conflicts"] == ["user-u needs base-u<2, and base-u is 2.0 now."]
    assert "There is no package none-such-u" in third["error"]
    assert "There is no base-u==9: ask for another version." in fourth["error"]


def test_neither_pip_nor_uv(tmp_path: Path) -> None:
    bare = make(tmp_path, with_pip=False)
    (came,) = bare.drive(step("anything"), PATH=str(tmp_path))
    assert "neither pip nor uv: run  %run -m ensurepip" in came["error"]


def test_an_interrupt_ends_the_installer(environment: Environment, tmp_path: Path) -> None:
    """A real process, a real SIGINT, a build that would take minutes: all is gone within a second."""
    note = f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(300)"
    source = project(tmp_path / "slow", note)
    script = f"""
import os, signal, sys, threading, time
sys.path += os.environ['COLAB_MAGICS_TEST_BESIDE'].split(os.pathsep)
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic('load_ext', 'colab_magics')
def interrupt():
    while not os.path.exists({str(tmp_path / "pid")!r}) or not open({str(tmp_path / "pid")!r}).read():
        time.sleep(0.05)
    print(time.time(), flush=True)
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt).start()
try:
    shell.run_line_magic('install', '--no-index {source}')
except KeyboardInterrupt:
    print(time.time())
"""
    done = subprocess.run(
        [str(environment.python), "-c", script],
        env=environment.environ(),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    sent, ended = [float(line) for line in done.stdout.splitlines() if line.replace(".", "").isdigit()]
    assert ended - sent < 15, done.stdout
    assert "stopped" in done.stdout
    assert not is_running(int((tmp_path / "pid").read_text()))


def test_what_takes_too_long_is_ended(environment: Environment, tmp_path: Path) -> None:
    source = project(tmp_path / "endless", "import time; time.sleep(300)")
    (came,) = environment.drive({**step(source), "timeout": 3.0})
    assert came["error"] == "pip did not end within 3.0 s and was ended: try again, or with a larger --timeout."


def test_this_interpreter_is_left_alone(environment: Environment, tmp_path: Path) -> None:
    """The tests work in environments of their own, and so does what they start."""
    before = take()
    (came,) = environment.drive(step(wheel(tmp_path, "alone-i"), force_reinstall=True))
    assert [change["name"] for change in came["changes"]] == ["alone-i"]
    assert take().distributions == before.distributions
    assert take([str(environment.packages)]).get("alone-i") is not None
    assert not environment.packages.is_relative_to(sys.prefix)


def test_no_secret_in_anything_that_a_real_installation_leaves(environment: Environment, tmp_path: Path) -> None:
    """Lines, events, errors, tracebacks and values of pip, of the magic and of its static form."""
    index = f"http://me:{SECRET}-1@127.0.0.1:9/simple?token={SECRET}-2"
    links = f"http://me:{SECRET}-3@127.0.0.1:9/wheels?sig={SECRET}-4"
    url = f"http://{SECRET}-5@127.0.0.1:9/a-1.0-py3-none-any.whl"
    git = f"git+http://x-oauth-basic:{SECRET}-6@127.0.0.1:9/a.git"
    environ = {
        "PIP_RETRIES": "1",
        "PIP_EXTRA_INDEX_URL": f"http://me:{SECRET}-7@127.0.0.1:9/more",
        "NETRC": str(tmp_path / "netrc"),
        "MY_TOKEN": f"{SECRET}-8-token",
    }
    (tmp_path / "netrc").write_text(f"machine 127.0.0.1\nlogin me\npassword {SECRET}-9\n")
    good = wheel(
        tmp_path,
        "good-secret",
        files={"good_secret.py": f"raise OSError('https://me:{SECRET}-1@host {SECRET}-8-token')"},
    )
    lines = [
        f"%install none-such --index-url {index}",
        f"%install none-such --extra-index-url {index} -f {links}",
        f"%install {url}",
        f"%install {git}",
        f"%install none-such --nope={index}",
        f"%install none-such --index-url '{index}",
        f"%install --index-url={index} --target {index}",
        f"%install --no-index '{good}'",
        f"%install =={index}",
        f"%install a[{index}",
        f"%install --check {url}",
        f"%%install --index-url {index}\nnone-such\n{url}",
        f"import colab_magics; colab_magics.install('none-such', index_url={index!r}, no_index=True)",
    ]
    steps: list[dict[str, Any]] = [{"do": "cell", "source": line} for line in lines]
    steps.append(
        {"do": "install", "names": ["none-such", git, url], "wishes": {"index_url": index, "find_links": links}}
    )
    came = environment.drive(*steps, **environ)
    for line, result in zip(lines, came, strict=False):
        said = result | {"printed": result["printed"].replace(line.partition("colab_magics.install(")[2] or "\0", "")}
        # What Python itself shows of a call is the person's own source.
        shown = (
            str(said) if "import colab" not in line else str({name: said[name] for name in ("error", "text", "html")})
        )
        assert SECRET not in shown, line
        assert result["error"] or "--check" in line
    assert SECRET not in str(came[-1])


def test_no_secret_in_what_a_successful_installation_leaves(environment: Environment, tmp_path: Path) -> None:
    """What is left out, and what another package warns of, are told although nothing failed."""
    unmet = f"@ https://me:{SECRET}-1@127.0.0.1:1/a-1.0-py3-none-any.whl ; python_version < '3'"
    here = tmp_path / f"https:me:{SECRET}-2-token"
    here.mkdir()
    (here / "warns_s.py").write_text("")
    hides = f"import sys; sys.path.insert(0, '{here}'); "
    path = wheel(tmp_path, "warns-s")
    fitz, other, warned = environment.drive(
        {"do": "cell", "source": f'got = %install "fitz {unmet}"'},
        {"do": "cell", "source": f'%install "Other[x] {unmet}"'},
        {"do": "cell", "source": f"{hides}got = get_ipython().run_line_magic('install', '--no-index {path}'); got"},
        MY_TOKEN=f"{SECRET}-2-token",
    )
    assert fitz["error"] == other["error"] == warned["error"] == ""
    assert "pymupdf was left out: the condition behind the semicolon is not met here." in fitz["text"]
    assert "other was left out" in other["text"]
    assert "rename that file" in warned["text"]
    assert SECRET not in str((fitz, other, warned))
