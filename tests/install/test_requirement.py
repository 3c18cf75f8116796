"""Words read as requirements; what no installer should see is refused."""

from pathlib import Path

import pytest
from hostile import HOSTILE

from colab_magics.errors import BadOption
from colab_magics.install.requirement import read


@pytest.mark.parametrize(
    ("word", "text", "name"),
    [
        ("numpy", "numpy", "numpy"),
        ("  Some_Odd.Name ", "Some_Odd.Name", "some-odd-name"),
        ("numpy>=2,<3", "numpy>=2,<3", "numpy"),
        ("numpy >= 2, < 3", "numpy>= 2, < 3", "numpy"),
        ("a[b,c]==1.*", "a[b,c]==1.*", "a"),
        ("a~=1.0; python_version < '3.13'", "a~=1.0; python_version < '3.13'", "a"),
        ("a @ https://host/a.whl", "a@ https://host/a.whl", "a"),
        ("a (>=1)", "a(>=1)", "a"),
        (
            "https://host/some_a-1.0-py3-none-any.whl?x=1#sha256=0",
            "https://host/some_a-1.0-py3-none-any.whl?x=1#sha256=0",
            "some-a",
        ),
        ("git+https://host/a.git@main#egg=Some_B", "git+https://host/a.git@main#egg=Some_B", "some-b"),
        ("git+https://host/a.git", "git+https://host/a.git", ""),
        ("https://host/a-b-1.0.tar.gz", "https://host/a-b-1.0.tar.gz", ""),
        ("https://host/release-1.0.zip#egg=a_b", "https://host/release-1.0.zip#egg=a_b", "a-b"),
        ("sklearn>=1.2", "scikit-learn>=1.2", "scikit-learn"),
        ("PIL", "pillow", "pillow"),
        ("cv2", "opencv-python-headless", "opencv-python-headless"),
        ("yaml==6.0", "pyyaml==6.0", "pyyaml"),
    ],
)
def test_what_is_read(word: str, text: str, name: str) -> None:
    wanted = read(word)
    assert (wanted.text, wanted.name) == (text, name)


def test_the_persons_own_word_is_kept() -> None:
    assert (read("sklearn").typed, read("scikit-learn").typed) == ("sklearn", "")


def test_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "my_a-1.0-py3-none-any.whl").touch()
    (tmp_path / "project").mkdir()
    for word in ("my_a-1.0-py3-none-any.whl", "./my_a-1.0-py3-none-any.whl"):
        assert (read(word).text, read(word).name) == ("./my_a-1.0-py3-none-any.whl", "my-a")
    assert read("~/my_a-1.0-py3-none-any.whl").text == str(tmp_path / "my_a-1.0-py3-none-any.whl")
    assert (read("./project").text, read("./project[dev]").text, read("./project").name) == (
        "./project",
        "./project[dev]",
        "",
    )


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("--target=/x", "An option stands where the name"),
        ("-e", "An option stands where the name"),
        ("", "must be a line of printable text"),
        ("numpy\n--target=/x", "must be a line of printable text"),
        ("a\0b", "must be a line of printable text"),
        (">=2", "A version stands without a name before it"),
        ("json", "json is part of Python and already here"),
        ("Asyncio", "Asyncio is part of Python and already here"),
        ("none.whl", "There is no file or folder none.whl"),
        ("./none", "There is no file or folder ./none"),
        ("a==1 --hash=sha256:0", "only work in a file"),
        ("numpy pandas", "This is not a requirement: numpy pandas"),
        ("a;b&&c|d" + "$(x)" + "`y`/", "There is no file or folder"),
        ("_x", "This is not a requirement"),
    ],
)
def test_what_is_refused(word: str, sentence: str) -> None:
    with pytest.raises(BadOption, match="^[^\n]+$") as caught:
        read(word)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("word", HOSTILE)
def test_hostile_words_are_one_thing_or_refused(word: str) -> None:
    try:
        wanted = read(word)
    except BadOption:
        return
    assert not wanted.text.startswith("-")
    assert wanted.text.isprintable()
