"""Frames that are kept: the same again, or not kept at all."""

import os
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from colab_magics.ingest.frame_cache import FrameCache, content_of, key_of

pytest.importorskip("pyarrow", reason="frames are kept by pyarrow")

FRAMES = {
    "numbers": pd.DataFrame({"a": [1, 2, 3], "b": [1.5, np.nan, -0.0], "c": [True, False, True]}),
    "one column": pd.DataFrame({"a": [1, 2, 3]}),
    "text": pd.DataFrame({"a": ["x", np.nan, "ü"], "b": ["", "y", "z"]}),
    "dates": pd.DataFrame({"a": pd.to_datetime(["2020-01-01", None, "2021-02-03"], utc=True), "b": range(3)}),
    "unsigned": pd.DataFrame(
        {"a": np.array([1, 2**64 - 1, 3], dtype="uint64"), "b": np.array([1, 2, 3], dtype="int8")}
    ),
    "categories": pd.DataFrame({"a": pd.Categorical(["x", "y", "x"], ["y", "x", "z"], ordered=True)}),
    "numbers as names": pd.DataFrame(np.arange(6).reshape(3, 2)),
    "an index": pd.DataFrame({"a": [1, 2]}, index=pd.Index(["p", "q"], name="key")),
    "two levels": pd.DataFrame({"a": [1, 2]}, index=pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["i", "j"])),
    "no rows": pd.DataFrame({"a": pd.Series([], dtype="float64"), "b": pd.Series([], dtype="str")}),
    "lists": pd.DataFrame({"a": [[1, 2], [], [3]]}),
    "nullable": pd.DataFrame(
        {"a": pd.array([1, None, 3], dtype="Int64"), "b": pd.array(["x", None, "y"], dtype="string")}
    ),
}


@pytest.fixture
def cache(tmp_path: Path) -> FrameCache:
    return FrameCache(tmp_path / "frames", 1 << 30)


def keep(cache: FrameCache, key: str, frame: pd.DataFrame) -> None:
    thread = cache.keep(key, frame, {"notes": ["n"]})
    assert thread is not None
    thread.join()


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_is_the_same_again_or_was_not_kept(cache: FrameCache, name: str) -> None:
    keep(cache, "k", FRAMES[name])
    kept = cache.load("k")
    if name == "lists":
        assert kept is None  # they come back as arrays
        return
    assert kept is not None
    pd.testing.assert_frame_equal(kept.frame, FRAMES[name], check_exact=True)
    assert type(kept.frame.index) is type(FRAMES[name].index)
    assert kept.facts == {"notes": ["n"]}


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame({"a": [1, "x", 2.5]}, dtype=object),
        pd.DataFrame({"a": ["x", None]}, dtype=object),
        pd.DataFrame({"a": [1 + 2j]}),
        pd.DataFrame({"a": [{"b": 1}, {"c": 2}]}),
    ],
    ids=["names twice", "mixed", "text as objects", "complex", "objects"],
)
def test_what_arrow_does_not_have_is_not_kept(cache: FrameCache, frame: pd.DataFrame) -> None:
    keep(cache, "k", frame)
    assert cache.load("k") is None
    assert list(cache.folder.iterdir()) == []


@pytest.mark.parametrize("name", sorted(set(FRAMES) - {"lists", "no rows", "two levels"}))
def test_it_can_be_written_to(cache: FrameCache, name: str) -> None:
    keep(cache, "k", FRAMES[name])
    frame = cache.load("k").frame
    for place in range(frame.shape[1]):
        frame.iloc[0, place] = frame.iloc[-1, place]
    pd.testing.assert_frame_equal(cache.load("k").frame, FRAMES[name])


def test_what_the_person_does_meanwhile_is_not_kept(cache: FrameCache, monkeypatch: pytest.MonkeyPatch) -> None:
    begin, frame = threading.Event(), pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    write = FrameCache._write
    monkeypatch.setattr(FrameCache, "_write", lambda *words: (begin.wait(5), write(*words)))
    thread = cache.keep("k", frame, {})
    frame.loc[0, "a"] = 99.0
    frame["c"] = 1
    begin.set()
    thread.join()
    pd.testing.assert_frame_equal(cache.load("k").frame, pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]}))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"form": 2}', b'{"form": 3}', b"\xff", b"[" * 100_000])
def test_facts_that_are_none_are_no_frame(cache: FrameCache, content: bytes) -> None:
    keep(cache, "k", FRAMES["numbers"])
    (cache.folder / "k.json").write_bytes(content)
    assert cache.load("k") is None


@pytest.mark.parametrize("damage", ["short", "zeros", "gone"])
def test_a_damaged_file_is_no_frame(cache: FrameCache, damage: str) -> None:
    keep(cache, "k", FRAMES["numbers"])
    path = cache.folder / "k.arrow"
    if damage == "gone":
        path.unlink()
    else:
        size = path.stat().st_size
        path.write_bytes(bytes(size) if damage == "zeros" else path.read_bytes()[:-1])
    assert cache.load("k") is None


def test_the_limit_takes_what_was_used_longest_ago(cache: FrameCache) -> None:
    for key in "abc":
        keep(cache, key, FRAMES["numbers"])
        os.utime(cache.folder / f"{key}.json", (1000 + ord(key), 1000 + ord(key)))
    cache.load("a")
    cache.limit = int(2.5 * cache.size() / 3)
    cache.trim()
    assert sorted(path.name for path in cache.folder.iterdir()) == ["a.arrow", "a.json", "c.arrow", "c.json"]
    size = cache.size()
    assert cache.clear() == size > 0
    assert list(cache.folder.iterdir()) == []


def test_the_content_of_a_file_is_told_by_its_time(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n")
    assert content_of(path) is None  # it may be written again at the same time
    os.utime(path, (time.time() - 100, time.time() - 100))
    first = content_of(path)
    os.utime(path, (time.time() - 50, time.time() - 50))
    assert first != content_of(path) is not None


def test_every_option_makes_another_frame() -> None:
    keys = [key_of("c"), key_of("d"), key_of("c", {"sep": ";"}), key_of("c", {"sep": ","}), key_of("c", None, 1)]
    assert len(set(keys)) == len(keys)
    assert key_of("c", {"sep": ";"}) == keys[2]
