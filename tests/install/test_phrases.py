"""What lines of pip, uv and apt mean."""

import pytest

from colab_magics.install.events import BytesArrived, LineSaid, PhaseBegan
from colab_magics.install.phrases import heard


@pytest.mark.parametrize(
    ("line", "phase", "detail"),
    [
        ("Collecting numpy>=2", "finding", "numpy>=2"),
        ("  Downloading numpy-2.3.0-cp311-cp311-manylinux_2_28_x86_64.whl (16.9 MB)", "downloading", "numpy-2.3.0-cp311-cp311-manylinux_2_28_x86_64.whl (16.9 MB)"),
        ("  Preparing metadata (pyproject.toml): started", "building", ""),
        ("Building wheels for collected packages: a", "building", "collected packages: a"),
        ("Installing collected packages: a, b", "installing", "a, b"),
        ("Installed 3 packages in 2ms", "installing", "3 packages"),
        ("  Cloning https://host/a.git to /tmp/x", "downloading", "https://host/a.git"),
        ("Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend.", "waiting", ""),
        ("Setting up graphviz (2.42.2-7) ...", "system", "graphviz"),
    ],
)  # fmt: skip
def test_a_phase_begins(line: str, phase: str, detail: str) -> None:
    assert heard(line) == (PhaseBegan(phase, detail), LineSaid(line))


def test_progress_is_not_kept_as_a_line() -> None:
    assert heard("Progress 100 of 400") == (BytesArrived(100, 400),)


def test_other_lines() -> None:
    assert heard("  whatever") == (LineSaid("  whatever"),)
    assert heard("   ") == ()
