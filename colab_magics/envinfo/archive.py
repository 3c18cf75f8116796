"""Reports as files: one written whole or not at all, and read back without trusting it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from colab_magics.envinfo.reading import is_there
from colab_magics.errors import BrokenFile, DownloadFailed, OutputDenied, SourceDenied, SourceNotFound

SCHEMA = "colab_magics.envinfo/1"
"""Name and version of a report's dictionary; the number grows when a key changes its meaning or goes away."""

_LARGEST = 4 * 2**20
"""Bytes: a report has about 10 kB."""


def save(report: Mapping[str, Any], path: Path) -> None:
    """Write a report's dictionary as JSON; the file is there in full or not at all. Raises `OutputDenied`."""
    from colab_magics.transfer.landing import Landing

    content = json.dumps(report, indent=1, ensure_ascii=False) + "\n"
    try:
        with Landing(path) as landing:
            landing.write(content.encode())
            landing.publish(None)
    except DownloadFailed as error:
        why = error.__cause__.strerror if isinstance(error.__cause__, OSError) else error
        raise OutputDenied(f"The report cannot be written to {path.name} ({why}): choose another folder.") from error


def load(path: Path) -> dict[str, Any]:
    """Read what `save` wrote. Raises `SourceNotFound`, `SourceDenied` or `BrokenFile`."""
    again = "make one with  %envinfo --save a.json"
    if is_there(path) and not path.is_file():  # a pipe would be waited for
        raise SourceNotFound(f"{path.name} is no file with a saved report: {again}.")
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise SourceNotFound(f"There is no saved report {path.name}: {again}.") from error
    except OSError as error:
        raise SourceDenied(f"The report {path.name} cannot be read ({error.strerror or error}).") from error
    if len(content) > _LARGEST:
        raise BrokenFile(f"{path.name} is too large to be a saved report: {again}.")
    try:
        report = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BrokenFile(f"{path.name} is no JSON that can be read: {again}.") from error
    name, _, version = SCHEMA.partition("/")
    found = report.get("schema") if isinstance(report, dict) else None
    if not isinstance(found, str) or found.partition("/")[0] != name:
        raise BrokenFile(f"{path.name} is JSON and no report of %envinfo: {again}.")
    if found.partition("/")[2] != version:
        raise BrokenFile(f"{path.name} was saved by another version of colab_magics ({found[:60]}): {again}.")
    return dict(report)
