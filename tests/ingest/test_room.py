"""The memory that is left, of the machine and of the container."""

from pathlib import Path

import psutil
import pytest

from colab_magics.ingest import room
from colab_magics.ingest.room import available


def tree(tmp_path: Path, files: dict[str, str], membership: str) -> tuple[Path, Path]:
    for name, content in files.items():
        path = tmp_path / "groups" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (tmp_path / "cgroup").write_text(membership)
    return tmp_path / "groups", tmp_path / "cgroup"


@pytest.mark.parametrize("table", ["/proc/meminfo", "/no such table"])
def test_of_this_machine(monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    monkeypatch.setattr(room, "_MEMINFO", Path(table))
    assert 0 < (available() or 0) <= psutil.virtual_memory().total


@pytest.mark.parametrize(
    ("files", "membership", "left"),
    [
        (
            {
                "a/b/memory.max": "1000\n",
                "a/b/memory.current": "700\n",
                "a/b/memory.stat": "anon 1\ninactive_file 200\n",
            },
            "0::/a/b\n",
            500,
        ),
        (
            {
                "a/b/memory.max": "max\n",
                "a/memory.max": "900\n",
                "a/memory.current": "950\n",
                "a/memory.stat": "inactive_file 10\n",
            },
            "0::/a/b\n",
            0,
        ),
        (
            {
                "memory/x/memory.limit_in_bytes": "1000\n",
                "memory/x/memory.usage_in_bytes": "100\n",
                "memory/x/memory.stat": "total_inactive_file 50\n",
            },
            "5:cpu:/x\n4:memory:/x\n",
            950,
        ),
    ],
)
def test_of_a_container(tmp_path: Path, files: dict[str, str], membership: str, left: int) -> None:
    assert available(*tree(tmp_path, files, membership)) == left


@pytest.mark.parametrize("membership", ["", "0::/\n", "nonsense", "0::/../../x\n"])
def test_without_limits_it_is_the_machine(tmp_path: Path, membership: str) -> None:
    assert available(*tree(tmp_path, {"memory.max": "max\n"}, membership)) == pytest.approx(
        psutil.virtual_memory().available, rel=0.2
    )
