"""Reads a local file as ``%ingest`` does, without fetching and without a card."""

import time
from pathlib import Path
from typing import Any

import pandas as pd

from colab_magics.ingest.engine import parse
from colab_magics.ingest.reading import reading
from colab_magics.ingest.request import Ingested, Request
from colab_magics.transfer.local import LocalFile

WISHES = {"columns", "where", "head", "sample", "seed", "sep", "encoding", "dtype", "parse_dates", "backend"} | {
    "member",
    "table",
    "sheet",
}


def ingest_file(path: Path, name: str | None = None, forced: str | None = None, **options: Any) -> Ingested:
    wishes = {key: value for key, value in options.items() if key in WISHES}
    others = {key: value for key, value in options.items() if key not in WISHES}
    size = 0 if path.is_dir() else path.stat().st_size
    file = LocalFile(path, name or path.name, str(path), size)
    return parse(Request(str(path), None, forced, reading(**wishes, reader=others)), file, time.monotonic())


def ingested(path: Path, name: str | None = None, **options: Any) -> tuple[pd.DataFrame, tuple[str, ...]]:
    got = ingest_file(path, name, **options)
    return got.frame, got.notes


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
