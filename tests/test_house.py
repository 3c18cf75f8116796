"""The house keeps its own rules."""

import inspect
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import colab_magics
from colab_magics.options import HelpAsked

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "colab_magics"
HEAVY = ("tensorflow", "keras", "torch", "jax", "pandas", "numpy", "psutil", "pynvml", "PIL", "anywidget", "ipywidgets")


def slices() -> list[str]:
    return [module.split(".")[1] for module in colab_magics.MAGICS.values()]


def tracked() -> Iterator[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if names.returncode:
        pytest.skip("this is not a git checkout")
    for name in names.stdout.split("\0"):
        if name and (ROOT / name).is_file():
            yield ROOT / name


def test_exact_exports() -> None:
    assert sorted(colab_magics.__all__) == dir(colab_magics)
    assert dir(colab_magics) == [
        "LiveRun",
        "envinfo",
        "fun",
        "gallery",
        "ingest",
        "install",
        "load_ipython_extension",
        "runs",
        "train",
        "train_mnist",
        "unload_ipython_extension",
    ]


@pytest.mark.parametrize("name", colab_magics.MAGICS)
def test_a_public_name_is_the_function_and_not_the_slice(name: str) -> None:
    import_module(colab_magics.MAGICS[name])
    function = getattr(colab_magics, name)
    assert inspect.isfunction(function)
    assert function.__name__ == name
    assert function.__doc__


@pytest.mark.parametrize("name", colab_magics.MAGICS)
def test_the_line_and_the_function_take_the_same_options(name: str) -> None:
    module = import_module(colab_magics.MAGICS[name])
    parameters = inspect.signature(getattr(module, name)).parameters.values()
    keywords = {parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY}
    options = {action.dest for action in module.PARSER._actions if action.option_strings} - {"help"}
    first = {parameter.name for parameter in parameters if parameter.kind is parameter.POSITIONAL_OR_KEYWORD}
    only_on_a_line = {"as_", "runs"}  # what = and colab_magics.runs() do in Python
    assert keywords <= options <= keywords | first | only_on_a_line


@pytest.mark.parametrize("name", colab_magics.MAGICS)
@pytest.mark.parametrize("line", ["-h", "-hh", "$asked"])
def test_every_line_may_ask_for_help(name: str, line: str) -> None:
    with pytest.raises(HelpAsked, match=f"usage: %{name}"):
        import_module(colab_magics.MAGICS[name]).PARSER.parse_line(line, {"asked": "-h"})


def test_loading_imports_nothing_heavy() -> None:
    source = (
        "import sys; from IPython.core.interactiveshell import InteractiveShell as S; s = S.instance();"
        "before = set(sys.modules); s.run_line_magic('load_ext', 'colab_magics');"
        f"print([name for name in {HEAVY!r} if name in set(sys.modules) - before])"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_importing_the_package_does_not_import_ipython() -> None:
    source = "import sys, colab_magics; print('IPython' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("slice_", slices())
def test_a_slice_has_all_its_rooms(slice_: str) -> None:
    for file in ("__init__.py", "magic.py", "panel.py", "card.py"):
        assert (PACKAGE / slice_ / file).is_file()
    assert (ROOT / "js" / slice_ / "panel.ts").is_file()
    assert (PACKAGE / "static" / f"{slice_}.js").is_file()
    assert (ROOT / "tests" / slice_ / "test_magic.py").is_file()
    example = "first_model" if slice_ == "train" else slice_
    assert (ROOT / "examples" / f"{example}.ipynb").is_file()


@pytest.mark.parametrize("slice_", slices())
def test_the_tests_mirror_the_code(slice_: str) -> None:
    known = {path.stem for path in (PACKAGE / slice_).rglob("*.py")}
    for path in (ROOT / "tests" / slice_).rglob("test_*.py"):
        assert path.stem.removeprefix("test_") in known, f"{path.name} tests no file of that name"


@pytest.mark.parametrize("slice_", slices())
def test_nouns_know_no_notebook(slice_: str) -> None:
    for path in (PACKAGE / slice_).rglob("*.py"):
        if path.name not in ("magic.py", "live_magic.py", "live.py", "panel.py", "screen.py"):
            known = re.search(
                r"import _shell|_panel\b|_screen\b|_extension\b|\.(magic|panel|screen) import", path.read_text()
            )
            assert known is None, f"{path.relative_to(ROOT)}: {known}"


def panels() -> list[tuple[str, str]]:
    paths = sorted((ROOT / "js").glob("*/*panel.ts"))
    return [(path.parent.name, path.name) for path in paths if path.parent.name not in ("shared", "node_modules")]


@pytest.mark.parametrize(("slice_", "file"), panels())
def test_traits_and_the_type_of_the_state_name_the_same_keys(slice_: str, file: str) -> None:
    from anywidget import AnyWidget

    module = import_module(f"colab_magics.{slice_}.panel")
    wanted = (slice_ if file == "panel.ts" else file.removesuffix(".panel.ts")) + "panel"
    panel = next(value for name, value in vars(module).items() if name.lower() == wanted)
    source = "\n".join(path.read_text() for path in sorted((ROOT / "js" / slice_).glob("*.ts")))
    own = (ROOT / "js" / slice_ / file).read_text()
    body = re.search(r"type State = \{(.*?)\n\};", own, re.DOTALL) or re.search(
        r"type State = \{(.*?)\n\};", source, re.DOTALL
    )
    assert body is not None, f"js/{slice_}/{file} has no `type State = {{ ... }}`"
    keys = set(re.findall(r"^  (\w+)\??:", body[1], re.MULTILINE))
    synced = {name for name in panel.class_traits(sync=True) if name not in AnyWidget.class_traits(sync=True)}
    assert keys == synced


def test_committed_bundles_equal_a_fresh_build(tmp_path: Path) -> None:
    if shutil.which("node") is None or not (ROOT / "js" / "node_modules").is_dir():
        pytest.skip("Node or js/node_modules is missing: run  make js  once")
    subprocess.run(["node", "build.mjs", "--out", str(tmp_path)], cwd=ROOT / "js", check=True, capture_output=True)
    fresh = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    committed = {path.name: path.read_bytes() for path in (PACKAGE / "static").iterdir()}
    assert sorted(fresh) == sorted(committed)
    for name, content in fresh.items():
        assert committed[name] == content, f"{name} is not what js/ builds: run  make js"


def test_a_wheel_is_made_without_node_and_holds_the_bundles(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    words = [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path)]
    subprocess.run(words, cwd=ROOT, env={"PATH": str(tmp_path)}, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {f"colab_magics/static/{path.name}" for path in (PACKAGE / "static").iterdir()} <= {*names}
    assert "colab_magics/py.typed" in names
    assert not [name for name in names if not name.startswith("colab_magics")]
    (sdist,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert {"js/build.mjs", "js/package-lock.json", "colab_magics/static/train.js", "LICENSE"} <= inside


def test_bundles_are_small_and_ask_nothing_of_other_hosts() -> None:
    bundles = {path.name: path.read_bytes() for path in (PACKAGE / "static").glob("*.js")}
    in_exports_only = len(bundles["offline.js"])
    assert in_exports_only < 5 * 1024
    assert sum(map(len, bundles.values())) - in_exports_only < 80 * 1024  # kB as in `format.size`
    for name, text in bundles.items():
        hosts = set(re.findall(r"https?://([\w.-]+)", text.decode())) - {"127.0.0.1", "www.w3.org"}
        assert not hosts, f"{name} names {hosts}"


def test_the_dependencies_are_the_agreed_ones() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    def names(requirements: list[str]) -> list[str]:
        return [re.split(r"[\[<>=~! ]", requirement)[0] for requirement in requirements]

    assert names(project["dependencies"]) == [
        "ipython", "ipywidgets", "anywidget", "psutil", "nvidia-ml-py", "pandas", "numpy", "pillow", "urllib3",
        "platformdirs", "fsspec", "s3fs",
    ]  # fmt: skip
    assert list(project["optional-dependencies"]) == [
        "keras",
        "train",
        "formats",
        "engines",
        "big",
        "drive",
        "gputil",
        "all",
    ]
    assert not any("tensorflow" in line for line in project["optional-dependencies"]["all"])
    contributing = (ROOT / "CONTRIBUTING.md").read_text()
    for name in names(project["dependencies"]):
        assert f"`{name}`" in contributing, f"CONTRIBUTING.md does not say what {name} is for"


def test_only_magics_and_the_shell_speak() -> None:
    quiet = [
        path for path in PACKAGE.rglob("*.py") if path.name not in ("_shell.py", "_screen.py", "magic.py", "screen.py")
    ]
    for path in quiet:
        assert not re.search(r"(?<![\w.])(print|display)\(", path.read_text()), f"{path} speaks"


def test_nothing_becomes_markup_in_the_front_end() -> None:
    for path in (ROOT / "js").glob("*/*.ts"):
        if "node_modules" not in path.parts and not path.name.endswith(".test.ts"):
            assert not re.search(
                r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", path.read_text()
            ), path


def test_the_tree_names_no_machine_and_no_registry() -> None:
    # Written in pieces, so that this file does not name them either.
    hosts = ["pypi" + ".org", "python" + "hosted.org", "registry" + ".npmjs", "deb" + ".debian"]
    places = ["/" + "root/", "/" + "work/"]
    for path in tracked():
        if path.suffix in (".png", ".gz") or path.name == Path(__file__).name:
            continue
        text = path.read_text(encoding="utf-8")
        for word in [*hosts, *(place for place in places if path.suffix != ".js")]:
            assert word not in text, f"{path.relative_to(ROOT)} names {word}"


def test_notebooks_are_stored_without_outputs() -> None:
    for path in (ROOT / "examples").glob("*.ipynb"):
        for cell in json.loads(path.read_text())["cells"]:
            assert not cell.get("outputs"), path
            assert cell.get("execution_count") is None, path


def test_readme_and_contributing_stay_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120
    assert len((ROOT / "CONTRIBUTING.md").read_text().splitlines()) <= 60
