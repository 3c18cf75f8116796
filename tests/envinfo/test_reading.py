"""Values and reasons, and how they become JSON."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from colab_magics.envinfo.reading import Missing, Reading, field, number, plain, text


@dataclass(frozen=True, slots=True)
class Part:
    size: Reading[int]

    @property
    def double(self) -> Reading[int]:
        return self.size if isinstance(self.size, Missing) else 2 * self.size


@dataclass(frozen=True, slots=True)
class Whole:
    taken_at: datetime
    parts: tuple[Part, ...]


def test_plain() -> None:
    whole = Whole(datetime(2026, 11, 23, 9, tzinfo=UTC), (Part(3), Part(Missing("lost"))))
    assert plain(whole) == {
        "taken_at": "2026-11-23T09:00:00+00:00",
        "parts": [
            {"size": 3, "double": 6},
            {"size": None, "double": None, "missing": {"size": "lost", "double": "lost"}},
        ],
    }


def test_text_is_cut_and_stripped(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"  ab\xff cd\n")
    assert text(path) == "ab\N{REPLACEMENT CHARACTER} cd"
    assert text(path, size=4) == "ab"


@pytest.mark.parametrize(("name", "reason"), [("gone", "No such file or directory"), ("", "Is a directory")])
def test_text_that_cannot_be_read(tmp_path: Path, name: str, reason: str) -> None:
    path = tmp_path / name
    assert text(path) == Missing(f"{path.name} cannot be read ({reason})")


@pytest.mark.parametrize(("content", "expected"), [("12\n", 12), ("-1", None), ("", None), ("1 2", None)])
def test_number(tmp_path: Path, content: str, expected: int | None) -> None:
    path = tmp_path / "memory.max"
    path.write_text(content)
    assert number(path) == (Missing("memory.max holds no number") if expected is None else expected)


@pytest.mark.parametrize(
    ("line", "expected"),
    [("VmRSS:\t 8 kB", 8192), ("VmRSS 8", 8), ("VmRSS: lots kB", None), ("VmRSSx: 8 kB", None), ("VmRSS:", None)],
)
def test_field(tmp_path: Path, line: str, expected: int | None) -> None:
    path = tmp_path / "status"
    path.write_text(f"Other: 1\n{line}\n")
    assert field(path, "VmRSS") == (Missing("status has no line VmRSS") if expected is None else expected)


class Named(NamedTuple):
    size: Reading[int]
    parts: tuple[int, ...] = (1, 2)


def test_a_named_tuple_is_a_fact_and_no_list() -> None:
    assert plain((Named(3), Named(Missing("lost"), ()))) == [
        {"size": 3, "parts": [1, 2]},
        {"size": None, "parts": [], "missing": {"size": "lost"}},
    ]
