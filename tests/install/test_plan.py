"""Words and options as what the installers get to see."""

from pathlib import Path

import pytest

from colab_magics.errors import BadOption
from colab_magics.install.plan import Wishes, make
from colab_magics.install.snapshot import take
from colab_magics.install.way import Way

PIP, UV = Way("pip", ("pip",), tells_progress=True), Way("uv", ("uv",))


def nothing(folder: Path):
    return take([str(folder)])


def test_the_words_for_pip(tmp_path: Path) -> None:
    wishes = Wishes(
        upgrade=True, pre=True, no_deps=True, force_reinstall=True, no_index=True, find_links="-w/a b".removeprefix("-")
    )
    words = make(["numpy>=2", "sklearn"], wishes).command(PIP, nothing(tmp_path))
    assert words == (
        "pip", "install", "--no-input", "--progress-bar=raw", "--upgrade", "--pre", "--force-reinstall", "--no-deps", "--no-index",
        "--find-links=w/a b", "numpy>=2", "scikit-learn",
    )  # fmt: skip


def test_the_words_for_uv(tmp_path: Path) -> None:
    words = make(["numpy>=2", "b"], Wishes(upgrade=True, pre=True, force_reinstall=True)).command(UV, nothing(tmp_path))
    assert words[:4] == ("uv", "pip", "install", "--python")
    assert words[5:] == (
        "--upgrade-package=numpy",
        "--upgrade-package=b",
        "--prerelease=allow",
        "--reinstall",
        "numpy>=2",
        "b",
    )


def test_an_installed_variant_is_kept(tmp_path: Path) -> None:
    info = tmp_path / "opencv_python-4.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: opencv-python\nVersion: 4.1\n")
    plan = make(["cv2>=4"], Wishes())
    assert plan.command(PIP, nothing(tmp_path))[-1] == "opencv-python>=4"
    assert plan.notes(nothing(tmp_path)) == ("cv2 is what one imports; the package is called opencv-python.",)
    assert plan.command(PIP, nothing(tmp_path / "none"))[-1] == "opencv-python-headless>=4"


def test_system_packages() -> None:
    plan = make(["ffmpeg", "Poppler", "numpy"], Wishes())
    assert (plan.system, plan.names) == (("ffmpeg", "poppler-utils"), ("numpy",))
    plan = make(["libgl1", "graphviz=2.42-1"], Wishes(), apt=True)
    assert (plan.system, plan.names) == (("libgl1", "graphviz=2.42-1"), ())


@pytest.mark.parametrize(
    ("names", "settings", "sentence"),
    [
        ([], {}, "Name what to install"),
        (["pip", "install", "numpy"], {}, "leave out the words  pip install"),
        (["-o", "x"], {"apt": True}, "-o is no name of a system package"),
        (["a;b"], {"apt": True}, "a;b is no name of a system package"),
        (["Graphviz"], {"apt": True}, "is no name of a system package"),
        (["a"], {"timeout": 0}, "--timeout must be a number of seconds above 0"),
        (["a"], {"timeout": float("nan")}, "--timeout must be a number of seconds above 0"),
    ],
)
def test_what_is_refused(names: list[str], settings: dict, sentence: str) -> None:
    with pytest.raises(BadOption) as caught:
        make(names, Wishes(), **settings)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"requirement": ("none.txt",)}, "There is no file none.txt"),
        ({"constraint": ("none.txt",)}, "There is no file none.txt"),
        ({"index_url": "--x"}, "must be one word"),
        ({"extra_index_url": ("https://a https://b",)}, "must be one word"),
        ({"find_links": "a\nb"}, "must be one word"),
    ],
)
def test_options_that_are_refused(settings: dict, sentence: str) -> None:
    with pytest.raises(BadOption) as caught:
        Wishes(**settings)
    assert sentence in str(caught.value)


def test_a_plan_shows_no_word_that_may_hold_one() -> None:
    plan = make(["git+https://canary@host/a.git"], Wishes(index_url="https://me:canary@host", extra_index_url=("https://canary@h",), find_links="https://canary@h"))  # fmt: skip
    assert "canary" not in repr(plan)


def test_addresses_stay_out_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = make(
        ["a"],
        Wishes(
            index_url="https://me:canary@host", extra_index_url=("https://canary@h",), find_links="https://canary@h"
        ),
    )
    for name in ("pip", "uv"):
        words = plan.command(Way(name, (name,)), take(["."]))
        assert "canary" not in " ".join(words)
        assert len(plan.wishes.environ(Way(name, (name,)), {})) == 3


def test_more_indexes_come_after_those_that_are_configured() -> None:
    wishes = Wishes(index_url="https://i", extra_index_url=("https://a", "https://b"), find_links="https://f")
    assert wishes.adds_addresses
    assert wishes.environ(PIP, {"PIP_EXTRA_INDEX_URL": "https://c", "PIP_FIND_LINKS": "https://d"}) == {
        "PIP_INDEX_URL": "https://i",
        "PIP_EXTRA_INDEX_URL": "https://c https://a https://b",
        "PIP_FIND_LINKS": "https://d https://f",
    }
    assert wishes.environ(UV, {"UV_FIND_LINKS": "https://d"})["UV_FIND_LINKS"] == "https://d,https://f"
    assert Wishes(find_links="wheels").environ(PIP, {}) == {}
    assert not Wishes(index_url="https://i", find_links="wheels").adds_addresses
