"""Wheels made by hand: a wheel is a zip of modules with METADATA, WHEEL and RECORD, and pip asks for no more."""

import base64
import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

# A time in the past, the same in every wheel: what differs is the content.
_TIME = (2020, 2, 2, 0, 0, 0)


def wheel(
    folder: Path,
    name: str,
    version: str = "1.0",
    *,
    files: Mapping[str, str | bytes] | None = None,
    requires: Sequence[str] = (),
    python: str = "",
    tag: str = "py3-none-any",
    build: str = "",
) -> Path:
    """Write a wheel into ``folder`` and give its path; by default it brings one module that tells its version."""
    module = name.replace("-", "_").lower()
    contents = dict(files) if files is not None else {f"{module}.py": f"__version__ = {version!r}\n"}
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    headers = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    headers += [f"Requires-Python: {python}"] if python else []
    headers += [f"Requires-Dist: {requirement}" for requirement in requires]
    contents[f"{info}/METADATA"] = "\n".join(headers) + "\n\nA package for a test.\n"
    contents[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: {tag}\n"
    rows = [f"{path},{_hash(_bytes(content))},{len(_bytes(content))}" for path, content in contents.items()]
    contents[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,"]) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "-".join(filter(None, [name.replace("-", "_"), version, build, f"{tag}.whl"]))
    with zipfile.ZipFile(path, "w") as archive:
        for inner, content in contents.items():
            archive.writestr(zipfile.ZipInfo(inner, _TIME), _bytes(content))
    return path


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _hash(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
