"""The list of what needs a restart, exact for packages that really come, change and go."""

import subprocess
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from install.conftest import Environment
from install.wheels import wheel

Files = Mapping[str, str | bytes]


@dataclass(frozen=True)
class Case:
    """Packages before and after, by name and version with their files; what is loaded, and what then needs a restart.

    ``kind``: "change" installs what is named anew; "again" forces it under the same version.
    """

    before: Mapping[str, tuple[str, Files]]
    after: Mapping[str, tuple[str, Files]]
    load: str
    expected: frozenset[str]
    kind: Literal["change", "again"] = "change"
    requires: Mapping[str, str] = field(default_factory=dict)
    indirect: frozenset[str] = frozenset()


def case(before: Any, after: Any, load: str, expected: str = "", **settings: Any) -> Case:
    return Case(before, after, load, frozenset(expected.split()), **settings)


def extension() -> tuple[str, bytes]:
    """A real C extension: one of Python's own, under another package."""
    folder = Path(sysconfig.get_config_var("DESTSHARED"))
    path = min(folder.glob("_[a-z]*.so"), key=lambda path: path.stat().st_size)
    return path.name, path.read_bytes()


EXT, BINARY = extension()
EXT_NAME = EXT.partition(".")[0]
CASES = {
    "upgraded": case({"r01": ("1.0", {"r01.py": "a = 1"})}, {"r01": ("2.0", {"r01.py": "a = 2"})}, "r01", "r01"),
    "upgraded and not loaded": case({"r02": ("1.0", {"r02.py": ""})}, {"r02": ("2.0", {"r02.py": "2"})}, ""),
    "downgraded": case({"r03": ("2.0", {"r03/__init__.py": "2"})}, {"r03": ("1.0", {"r03/__init__.py": ""})}, "r03", "r03"),
    "new": case({}, {"r04": ("1.0", {"r04.py": ""})}, ""),
    "another build of the version": case({"r05": ("1.0", {"r05.py": ""})}, {"r05": ("1.0+cpu", {"r05.py": "2"})}, "r05", "r05"),
    "a member of a namespace": case(
        {"r06-x": ("1.0", {"r06/x/__init__.py": ""}), "r06-y": ("1.0", {"r06/y/__init__.py": ""})},
        {"r06-x": ("2.0", {"r06/x/__init__.py": "2"})},
        "r06.x r06.y",
        "r06.x",
    ),
    "a sibling in a namespace": case(
        {"r07-x": ("1.0", {"r07/x.py": ""}), "r07-y": ("1.0", {"r07/y.py": ""})},
        {"r07-x": ("2.0", {"r07/x.py": "2"})},
        "r07.y",
    ),
    "a submodule alone": case(
        {"r08": ("1.0", {"r08/a/b.py": "", "r08/a/c.py": ""})},
        {"r08": ("1.1", {"r08/a/b.py": "2", "r08/a/c.py": ""})},
        "r08.a.b",
        "r08.a.b",
    ),
    "another name to import": case(
        {"r09-dist": ("1.0", {"r09mod/__init__.py": ""})}, {"r09-dist": ("2.0", {"r09mod/__init__.py": "2"})}, "r09mod", "r09mod"
    ),
    "two top levels": case(
        {"r10": ("1.0", {"r10a.py": "", "r10b/__init__.py": ""})},
        {"r10": ("2.0", {"r10a.py": "2", "r10b/__init__.py": "2"})},
        "r10a r10b",
        "r10a r10b",
    ),
    "two top levels, one loaded": case(
        {"r11": ("1.0", {"r11a.py": "", "r11b.py": ""})}, {"r11": ("2.0", {"r11a.py": "2", "r11b.py": "2"})}, "r11b", "r11b"
    ),
    "what comes along": case(
        {"r12": ("1.0", {"r12.py": ""}), "r12-base": ("1.0", {"r12_base.py": ""})},
        {"r12": ("2.0", {"r12.py": ""}), "r12-base": ("2.0", {"r12_base.py": "2"})},
        "r12_base",
        "r12_base",
        requires={"r12": "r12-base>=2"},
        indirect=frozenset({"r12-base"}),
    ),
    "a C extension": case(
        {"r13": ("1.0", {"r13/__init__.py": "", f"r13/{EXT}": BINARY})},
        {"r13": ("2.0", {"r13/__init__.py": "", f"r13/{EXT}": BINARY + b"\0"})},
        f"r13.{EXT_NAME}",
        "r13",
    ),
    "the same name from elsewhere": case(
        {"r14-dist": ("1.0", {"r14.py": ""})}, {"r14-dist": ("2.0", {"r14.py": "2"})}, "r14"
    ),
    "a submodule that goes": case(
        {"r15": ("1.0", {"r15/__init__.py": "", "r15/old.py": ""})}, {"r15": ("2.0", {"r15/__init__.py": ""})}, "r15.old", "r15"
    ),
    "a module that becomes a package": case(
        {"r16": ("1.0", {"r16.py": ""})}, {"r16": ("2.0", {"r16/__init__.py": ""})}, "r16", "r16"
    ),
    "loaded under another name": case(
        {"r17": ("1.0", {"r17.py": ""})}, {"r17": ("2.0", {"r17.py": "2"})}, "r17 as r17_alias", "r17_alias"
    ),
    "without modules": case({"r18": ("1.0", {"r18_data/a.txt": ""})}, {"r18": ("2.0", {"r18_data/a.txt": "2"})}, ""),
    "an editable project that becomes a wheel": case({}, {"r19": ("2.0", {"r19.py": "2"})}, "r19", "r19"),
    "there already": case({"r20": ("1.0", {"r20.py": ""})}, {"r20": ("1.0", {"r20.py": ""})}, "r20"),
    "an odd spelling": case({"R21.Odd_name": ("1.0", {"r21.py": ""})}, {"r21-odd-name": ("2.0", {"r21.py": "2"})}, "r21", "r21"),
    "deep packages": case(
        {"r22": ("1.0", {"r22/__init__.py": "", "r22/a/__init__.py": "", "r22/a/b.py": ""})},
        {"r22": ("2.0", {"r22/__init__.py": "", "r22/a/__init__.py": "", "r22/a/b.py": "2"})},
        "r22.a.b",
        "r22",
    ),
    "the same again": case({"s01": ("1.0", {"s01.py": ""})}, {"s01": ("1.0", {"s01.py": ""})}, "s01", kind="again"),
    "the same version with another content": case(
        {"s02": ("1.0", {"s02.py": ""})}, {"s02": ("1.0", {"s02.py": "2"})}, "s02", "s02", kind="again"
    ),
    "another content where nothing is loaded": case(
        {"s03": ("1.0", {"s03/__init__.py": "", "s03/a.py": ""})},
        {"s03": ("1.0", {"s03/__init__.py": "", "s03/a.py": "2"})},
        "s03",
        kind="again",
    ),
    "another content of a file of data": case(
        {"s04": ("1.0", {"s04/__init__.py": "", "s04/a.txt": ""})},
        {"s04": ("1.0", {"s04/__init__.py": "", "s04/a.txt": "2"})},
        "s04",
        kind="again",
    ),
    "one of two top levels": case(
        {"s05": ("1.0", {"s05a.py": "", "s05b.py": ""})},
        {"s05": ("1.0", {"s05a.py": "", "s05b.py": "2"})},
        "s05a s05b",
        "s05b",
        kind="again",
    ),
    "overwritten by another package": case(
        {"s06": ("1.0", {"s06/__init__.py": ""})}, {"s06-headless": ("1.0", {"s06/__init__.py": "2"})}, "s06", "s06", kind="again"
    ),
    "overwritten with the same": case(
        {"s07": ("1.0", {"s07/__init__.py": ""})}, {"s07-headless": ("1.0", {"s07/__init__.py": ""})}, "s07", kind="again"
    ),
    "a C extension with the same content": case(
        {"s08": ("1.0", {f"s08/{EXT}": BINARY})}, {"s08": ("1.0", {f"s08/{EXT}": BINARY})}, f"s08.{EXT_NAME}", kind="again"
    ),
}  # fmt: skip

LOAD = """
import importlib, importlib.util, sys
for word in {words!r}:
    importlib.import_module(word)
for word, name in {aliases!r}:
    spec = importlib.util.find_spec(word)
    spec = importlib.util.spec_from_file_location(name, spec.origin)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules[name] = module
"""


def built(case: Case, packages: Mapping[str, tuple[str, Files]], folder: Path) -> dict[str, Path]:
    requires = case.requires if packages is case.after else {}
    return {
        name: wheel(folder, name, version, files=files, requires=[requires[name]] if name in requires else [])
        for name, (version, files) in packages.items()
    }


@pytest.fixture(scope="module")
def restarts(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What each kind of installation said, in one process that had loaded what the cases load."""
    folder = tmp_path_factory.mktemp("wheels")
    before = [path for case in CASES.values() for path in built(case, case.before, folder / "before").values()]
    editable(environment, folder / "project")
    environment.pip("install", "--no-index", "--no-deps", *map(str, before))
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "r14.py").write_text("")
    words = [word for case in CASES.values() for word in case.load.split() if " as " not in case.load]
    aliases = [case.load.split(" as ") for case in CASES.values() if " as " in case.load]
    steps: list[dict[str, Any]] = [
        {"do": "exec", "source": f"import sys; sys.path.insert(0, {str(elsewhere)!r}); import r14; del sys.path[0]"},
        {"do": "exec", "source": LOAD.format(words=words, aliases=aliases)},
    ]
    for kind, wishes in (("change", {}), ("again", {"force_reinstall": True, "no_deps": True})):
        names = []
        for case in CASES.values():
            if case.kind == kind:
                paths = built(case, case.after, folder / kind)
                names += [str(path) for name, path in paths.items() if name not in case.indirect]
        steps.append(
            {"do": "install", "names": names, "wishes": {"no_index": True, "find_links": str(folder / kind), **wishes}}
        )
    *_, change, again = environment.drive(*steps)
    assert "error" not in change, change["error"]
    assert "error" not in again, again["error"]
    return {"change": set(change["restart"]), "again": set(again["restart"])}


def editable(environment: Environment, project: Path) -> None:
    """What an editable installation leaves in the environment."""
    (project / "src").mkdir(parents=True)
    (project / "src" / "r19.py").write_text("")
    (environment.packages / "__editable__.r19-1.0.pth").write_text(f"{project / 'src'}\n")
    info = environment.packages / "r19-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: r19\nVersion: 1.0\n")
    (info / "INSTALLER").write_text("pip\n")
    (info / "direct_url.json").write_text(f'{{"dir_info": {{"editable": true}}, "url": "{project.as_uri()}"}}')
    names = ("METADATA", "INSTALLER", "direct_url.json", "RECORD")
    rows = ["__editable__.r19-1.0.pth,,", *(f"r19-1.0.dist-info/{name},," for name in names)]
    (info / "RECORD").write_text("\n".join(rows) + "\n")


@pytest.mark.parametrize("name", CASES)
def test_each_case(name: str, restarts: dict[str, set[str]]) -> None:
    mine = {word.partition(".")[0].split(" ")[0] for word in (*CASES[name].load.split(), *CASES[name].expected)}
    said = {module for module in restarts[CASES[name].kind] if module.partition(".")[0] in mine}
    assert said == CASES[name].expected


def test_nothing_else_is_said(restarts: dict[str, set[str]]) -> None:
    """But for what an earlier installation has left stale, which is so still."""
    expected: set[str] = set()
    for kind, said in restarts.items():
        expected |= {module for case in CASES.values() if case.kind == kind for module in case.expected}
        assert said == expected
    assert len(CASES) >= 28


def test_what_goes_needs_a_restart(environment: Environment, tmp_path: Path) -> None:
    environment.pip("install", "--no-index", str(wheel(tmp_path, "gone")), str(wheel(tmp_path, "stays")))
    uninstall = "import gone, stays, subprocess, sys; subprocess.run([sys.executable, '-m', 'pip', 'uninstall', '-qy', 'gone'], check=True)"
    *_, said = environment.drive(
        {"do": "exec", "source": "import gone, stays"},
        {"do": "snapshot"},
        {"do": "exec", "source": uninstall},
        {"do": "restart"},
    )
    assert said == ["gone"]
    environment.pip("uninstall", "-qy", "stays")


def test_what_is_loaded_counts_and_not_what_changed_just_now(environment: Environment, tmp_path: Path) -> None:
    """Again the newer one: still to restart. Back to the one that is loaded, or loaded anew: no more."""
    files = {version: {"back_b/__init__.py": version, "back_b/more.py": version} for version in ("1.0", "2.0")}
    one, two = (wheel(tmp_path, "back-b", version, files=content) for version, content in files.items())
    environment.pip("install", "--no-index", str(one), str(wheel(tmp_path, "other-b")))
    install = {
        version: {"do": "install", "names": [str(path)], "wishes": {"no_index": True}}
        for version, path in (("1", one), ("2", two))
    }
    other = {"do": "install", "names": ["other-b"], "wishes": {"no_index": True}}
    load = {"do": "exec", "source": "import back_b"}
    anew = {"do": "exec", "source": "import back_b, importlib; importlib.reload(back_b)"}
    deeper = {"do": "exec", "source": "import back_b.more"}
    steps = [load, install["2"], install["2"], other, install["1"], install["2"], anew, other, deeper, install["1"]]
    said = [came and came["restart"] for came in environment.drive(*({**step} for step in steps))]
    stale, fine = ["back_b"], []
    assert said == [None, stale, stale, stale, fine, stale, None, fine, None, stale]


def test_only_the_outermost_of_two_packages(environment: Environment, tmp_path: Path) -> None:
    old = [
        wheel(tmp_path, "outer-o", files={"outer_o/__init__.py": ""}),
        wheel(tmp_path, "inner-o", files={"outer_o/inner.py": ""}),
    ]
    new = [
        wheel(tmp_path, name, "2.0", files={file: "2"})
        for name, file in (("outer-o", "outer_o/__init__.py"), ("inner-o", "outer_o/inner.py"))
    ]
    environment.pip("install", "--no-index", *map(str, old))
    wishes = {"no_index": True}
    *_, came = environment.drive(
        {"do": "exec", "source": "import outer_o.inner"},
        {"do": "install", "names": list(map(str, new)), "wishes": wishes},
    )
    assert came["restart"] == ["outer_o"]


def test_what_the_screen_itself_loads_counts(environment: Environment, tmp_path: Path) -> None:
    """As anywidget and ipywidgets do, which the first panel of a kernel loads."""
    first, second = (wheel(tmp_path, "screen-w", version) for version in ("1.0", "2.0"))
    environment.pip("install", "--no-index", str(first))
    wishes = {"no_index": True}
    (came,) = environment.drive({"do": "install", "names": [str(second)], "wishes": wishes, "opens": "import screen_w"})
    assert came["restart"] == ["screen_w"]


def test_a_package_without_a_record(environment: Environment, tmp_path: Path) -> None:
    """What conda and Debian leave: a name, a version and the top levels."""
    info = environment.packages / "old_style-1.0.egg-info"
    info.mkdir()
    (info / "PKG-INFO").write_text("Name: old-style\nVersion: 1.0\n")
    (info / "top_level.txt").write_text("old_style\n")
    (environment.packages / "old_style.py").write_text("")
    change = f"import pathlib; p = pathlib.Path({str(info)!r}, 'PKG-INFO'); p.write_text(p.read_text().replace('1.0', '1.1'))"
    *_, first, _, then = environment.drive(
        {"do": "exec", "source": "import old_style"},
        {"do": "snapshot"},
        {"do": "restart"},
        {"do": "exec", "source": change},
        {"do": "restart"},
    )
    assert (first, then) == ([], ["old_style"])
    (environment.packages / "old_style.py").unlink()
    subprocess.run(["rm", "-r", str(info)], check=True)
