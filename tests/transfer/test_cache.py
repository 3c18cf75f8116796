"""The cache's own keeping: its limit, its manifests, what it says of itself."""

import json
import os
import stat
import threading
import time
from pathlib import Path

import pytest

from colab_magics.errors import BadOption
from colab_magics.transfer.cache import DEFAULT_LIMIT, Cache, default_cache, key_of
from colab_magics.transfer.events import Downloaded
from colab_magics.transfer.remote import Version


def add(
    cache: Cache, key: str, body: bytes = b"x" * 100, name: str = "a.csv", access: dict[str, str] | None = None
) -> Path:
    target = cache.new_target()
    target.write_bytes(body)
    got = Downloaded(
        target, len(body), "ab" * 32, f"https://h/{name}", 1.0, "text/csv", version=Version(len(body), '"1"')
    )
    return cache.add(key, name, got, access).path


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache", limit=250)


def test_a_file_is_found_again(cache: Cache) -> None:
    path = add(cache, "k1", b"body")
    entry = Cache(cache.folder).find("k1")
    assert (entry.path, entry.size, entry.name, entry.source) == (path, 4, "a.csv", "https://h/a.csv")
    assert entry.version == Version(4, '"1"')
    assert abs(entry.fetched_at - time.time()) < 60
    assert path.suffix == ".csv"


def test_how_its_store_was_reached_is_kept(cache: Cache) -> None:
    add(cache, "k1", access={"endpoint": "https://store.example.org"})
    assert cache.find("k1").access == {"endpoint": "https://store.example.org"}
    add(cache, "k2")
    assert cache.find("k2").access == {}


def test_only_its_owner_may_look(cache: Cache) -> None:
    add(cache, "k1")
    assert stat.S_IMODE(cache.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((cache.folder / "k1").stat().st_mode) == 0o700


def test_the_limit_takes_what_was_used_longest_ago(cache: Cache) -> None:
    for place, key in enumerate(("k1", "k2")):
        add(cache, key)
        os.utime(cache.folder / key / "manifest.json", (1000 + place, 1000 + place))
    cache.use(cache.find("k1"))
    add(cache, "k3")
    assert [entry.key for entry in cache.entries()] == ["k3", "k1"]
    assert not (cache.folder / "k2").exists()


def test_a_file_beyond_the_limit_stays_until_the_next(cache: Cache) -> None:
    add(cache, "k1", b"x" * 1000)
    assert cache.find("k1") is None or cache.find("k1").size == 1000
    add(cache, "k2")
    assert [entry.key for entry in cache.entries()] == ["k2"]


def test_clearing_tells_how_much(cache: Cache) -> None:
    add(cache, "k1")
    add(cache, "k2")
    assert cache.clear() == 200
    assert cache.entries() == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b"null",
        json.dumps({"form": 1}).encode(),
        json.dumps({"form": 1, "key": "k1", "path": "../../x", "mark": []}).encode(),
    ],
)
def test_a_manifest_that_is_none_is_no_file(cache: Cache, content: bytes) -> None:
    add(cache, "k1")
    (cache.folder / "k1" / "manifest.json").write_bytes(content)
    assert cache.find("k1") is None
    assert cache.entries() == []
    assert add(cache, "k1").exists()


def test_a_manifest_of_a_later_form_is_not_read(cache: Cache) -> None:
    add(cache, "k1")
    manifest = cache.folder / "k1" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"form": 1', '"form": 2'))
    assert cache.find("k1") is None


def test_the_environment_says_where_and_how_much(tmp_path: Path) -> None:
    environ = {"COLAB_MAGICS_CACHE": str(tmp_path / "c"), "COLAB_MAGICS_CACHE_LIMIT": "1.5 GB"}
    cache = default_cache(environ)
    assert (cache.folder, cache.limit) == (tmp_path / "c" / "files", 3 << 29)
    assert default_cache({"COLAB_MAGICS_CACHE": str(tmp_path / "c")}).limit == DEFAULT_LIMIT
    with pytest.raises(BadOption, match="COLAB_MAGICS_CACHE_LIMIT must be a size, such as 10GB: much is no size"):
        default_cache({**environ, "COLAB_MAGICS_CACHE_LIMIT": "much"})


def test_a_cache_that_cannot_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="Not a directory|File exists"):
        Cache(tmp_path / "file" / "cache")


def test_a_key_tells_nothing_and_keeps_sources_apart() -> None:
    keys = {key_of("web", "https://me:canary@h/a"), key_of("web", "https://h/a"), key_of("web", "https://", "h/a")}
    assert len(keys) == 3
    assert all(len(key) == 32 and key.isalnum() for key in keys)


def test_what_nobody_can_go_on_with_is_swept_up(cache: Cache) -> None:
    unfinished = cache.folder / "unfinished"
    for name, age in {
        "old.part": 4000,
        "new.part": 10,
        "old.whole": 4000,
        "kept.part": 4000,
        "kept.journal": 4000,
    }.items():
        (unfinished / name).write_bytes(b"")
        os.utime(unfinished / name, (time.time() - age, time.time() - age))
    add(cache, "k1")
    assert sorted(path.name for path in unfinished.iterdir()) == ["kept.journal", "kept.part", "new.part"]
    cache.clear()
    assert [path.name for path in unfinished.iterdir()] == ["new.part"]


def test_a_file_without_a_manifest_is_cleared(cache: Cache) -> None:
    path = add(cache, "k1")
    (cache.folder / "k1" / "manifest.json").unlink()
    assert cache.clear() == 0
    assert not path.parent.exists()


def test_a_file_that_still_gets_its_manifest_is_not_cleared(cache: Cache) -> None:
    path = add(cache, "k1")
    (cache.folder / "k1" / "manifest.json").unlink()
    with cache.locked("k1", threading.Event()):
        cache.clear()
        assert path.exists()


@pytest.mark.parametrize(("hours", "is_kept"), [(0, True), (2, False)])
def test_a_file_without_a_manifest_goes_after_an_hour(
    cache: Cache, monkeypatch: pytest.MonkeyPatch, hours: int, is_kept: bool
) -> None:
    path = add(cache, "k1")
    (cache.folder / "k1" / "manifest.json").unlink()
    now = time.time() + 3600 * hours
    monkeypatch.setattr(time, "time", lambda: now)
    add(cache, "k2")
    assert path.exists() == is_kept
