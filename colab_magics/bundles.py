"""The built JavaScript that lies beside the code."""

from __future__ import annotations

from pathlib import Path

from colab_magics.errors import MissingBundle

_STATIC = Path(__file__).parent / "static"


def read(name: str) -> str:
    """Read one bundle. Raises `MissingBundle` if it is not built."""
    path = _STATIC / f"{name}.js"
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise MissingBundle(f"The panel {path.name} is not built: run  make js  (it needs Node 20).") from error
