"""Which modules stand for a package."""

from pathlib import Path

import pytest

from colab_magics.install.snapshot import take
from colab_magics.install.verification import main_modules


@pytest.mark.parametrize(
    ("name", "files", "wanted"),
    [
        ("numpy", ["numpy/__init__.py", "numpy/core/__init__.py"], ("numpy",)),
        ("pyyaml", ["yaml/__init__.py", "_yaml/__init__.py"], ("yaml",)),
        ("protobuf", ["google/protobuf/__init__.py", "google/_upb/_message.abi3.so"], ("google.protobuf",)),
        ("opencv-python-headless", ["cv2/__init__.py"], ("cv2",)),
        ("attrs", ["attr/__init__.py", "attrs/__init__.py"], ("attrs",)),
        ("odd", ["tests/__init__.py", "a.py", "b.py"], ("a", "b")),
        ("only-tests", ["tests/__init__.py"], ("tests",)),
        ("stubs", ["requests-stubs/__init__.pyi"], ()),
    ],
)
def test_main_modules(tmp_path: Path, name: str, files: list[str], wanted: tuple[str, ...]) -> None:
    info = tmp_path / f"{name}-1.dist-info"
    info.mkdir()
    (info / "RECORD").write_text("".join(f"{file},sha256=x,1\n" for file in files))
    assert main_modules(take([str(tmp_path)]).distributions[name]) == wanted
