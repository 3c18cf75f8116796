"""The files that a pattern names."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from colab_magics.errors import ColabMagicsError, SourceError, SourceNotFound
from colab_magics.transfer.local_paths import expand
from colab_magics.transfer.source import LocalPath, LocalPattern


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.csv", "a.csv", "a.tsv", ".hidden.csv", "deep/er/c.csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n")
    (tmp_path / "folder.csv").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.csv", ["a.csv", "b.csv"]),
        ("[ab].?sv", ["a.csv", "a.tsv", "b.csv"]),
        ("**/*.csv", ["a.csv", "b.csv", "deep/er/c.csv"]),
        ("*/er/*", ["deep/er/c.csv"]),
        (".*.csv", [".hidden.csv"]),
    ],
)
def test_files_come_in_the_order_of_their_names(folder: Path, pattern: str, names: list[str]) -> None:
    assert expand(LocalPattern(f"{folder}/{pattern}")) == tuple(LocalPath(folder / name) for name in names)


def test_a_relative_pattern_stays_relative(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert expand(LocalPattern("b*")) == (LocalPath(Path("b.csv")),)
    with pytest.raises(SourceNotFound, match=rf"No file matches z\*: it was looked for in {folder}\.$"):
        expand(LocalPattern("z*"))


def test_where_nothing_was_found_is_told(folder: Path) -> None:
    with pytest.raises(SourceNotFound, match=rf"No file matches .*: it was looked for in {folder}/deep\.$"):
        expand(LocalPattern(f"{folder}/deep/*/[x]/*.csv"))
    with pytest.raises(SourceNotFound, match=r"No file matches .*folder\.\*"):
        expand(LocalPattern(f"{folder}/folder.*"))


def test_there_may_be_too_many(folder: Path) -> None:
    assert len(expand(LocalPattern(f"{folder}/*.csv"), most=2)) == 2
    with pytest.raises(SourceError, match=r"More than 1 files match .*csv: write a narrower pattern"):
        expand(LocalPattern(f"{folder}/*.csv"), most=1)


@given(st.text(alphabet="ab*?[]!^-\\/\0\ud800é.", max_size=12).map("nowhere/{}".format))
@example("nowhere/[a-\0*")
def test_a_hostile_pattern_is_a_sentence(pattern: str) -> None:
    with pytest.raises(ColabMagicsError, match=r"matches|cannot be a pattern"):
        expand(LocalPattern(pattern))
