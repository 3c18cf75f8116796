"""The line of plain pandas that makes the same frame, where there is one."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from colab_magics.ingest.request import Request
from colab_magics.transfer.resolve import resolve
from colab_magics.transfer.source import BucketObject, LocalPath, WebAddress, redacted

if TYPE_CHECKING:
    from colab_magics.ingest.request import Ingested

_CALLS = {
    "CSV": "pd.read_csv({})",
    "TSV": 'pd.read_csv({}, sep="\\t")',
    "JSON": "pd.read_json({})",
    "JSON lines": "pd.read_json({}, lines=True)",
    "Parquet": "pd.read_parquet({})",
    "Excel": "pd.read_excel({})",
}
_GZIPPED = " (gzip)"


def plain_line(request: Request, ingested: Ingested) -> str:
    """Return the line; nothing where an option, an encoding or anything else that a note tells of made a difference."""
    asked = replace(request, source="", name=None, endpoint=None, profile=None, anon=False, requester_pays=False)
    if ingested.notes or asked != Request(""):
        return ""
    place = _place(request.source)
    is_told = not ingested.format.endswith(_GZIPPED) or place.endswith(".gz")
    call = _CALLS.get(ingested.format.removesuffix(_GZIPPED), "") if place and is_told else ""
    return f"{request.name or 'df'} = {call.format(_argument(place, request))}" if call else ""


def _argument(place: str, request: Request) -> str:
    """Write the place as Python does, with how its store is reached."""
    named = json.dumps(place, ensure_ascii=False)
    if not place.startswith("s3://"):
        return named
    options: dict[str, object] = {"anon": True} if request.anon else {}
    options |= {"profile": request.profile} if request.profile else {}
    options |= {"requester_pays": True} if request.requester_pays else {}
    options |= {"endpoint_url": request.endpoint} if request.endpoint else {}
    return f"{named}, storage_options={options!r}" if options else named


def _place(text: str) -> str:
    """What pandas takes, too: a path, from this folder on if it is in it, or an address without secrets."""
    match resolve(text):
        case LocalPath(path):
            inside = Path(os.path.relpath(path))
            return str(path if ".." in inside.parts else inside)
        case WebAddress(url) | BucketObject(url) if redacted(url) == url:
            return url
        case _:
            return ""
