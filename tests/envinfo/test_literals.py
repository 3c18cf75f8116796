"""Plain values of a Python file, without running it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.why.literals import read_literals


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ("a = 1\nb: str = 'x'\nc = d = None", {"a": 1, "b": "x", "c": None, "d": None}),
        ("a = 1\na = 2", {"a": 2}),
        ("import collections\na = collections.OrderedDict([('x', [1]), ('y', False)])", {"a": {"x": [1], "y": False}}),
        ("from collections import OrderedDict\na = OrderedDict({'x': 1})", {"a": {"x": 1}}),
        ("a = open('x')\nb = dict(x=1)\nc = f(1)\nd = 3", {"d": 3}),
        ("a: int\nb[0] = 1\nc.d = 2\n(e, f) = 1, 2", {}),
        ("if True:\n    a = 1\ndef b():\n    c = 2", {}),
        ("a = dict([1, 2])\nb = 1", None),
    ],
)
def test_values(source: str, values: dict[str, object] | None, tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text(source)
    read = read_literals(tmp_path / "x.py")
    assert read == values if values is not None else isinstance(read, Missing)


def test_nothing_is_run(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w')\nx = [open({str(tmp_path / 'run')!r}, 'w')]")
    assert read_literals(tmp_path / "x.py") == {}
    assert not (tmp_path / "run").exists()


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "big.py").write_text("a = 1\n" * 20_000)
    assert read_literals(tmp_path / "big.py") == Missing("big.py is larger than such a file can be")
    assert read_literals(tmp_path / "gone.py") == Missing("gone.py cannot be read (No such file or directory)")
    assert isinstance(read_literals(tmp_path), Missing)


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_are_values_or_a_reason(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.py"
    path.write_bytes(content)
    assert isinstance(read_literals(path), dict | Missing)
