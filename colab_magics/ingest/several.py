"""The files of a pattern, read to one frame."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from colab_magics.errors import BadOption, BrokenFile
from colab_magics.format import plural
from colab_magics.ingest.names import listed
from colab_magics.ingest.request import Ingested, Request

if TYPE_CHECKING:
    from colab_magics.transfer.local import LocalFile

_MOST_NOTES = 20


def check(request: Request, files: Sequence[LocalFile]) -> None:
    """Refuse options that mean one file. Raises `BadOption`."""
    what = f"{request.shown} names {plural(len(files), 'file')}"
    refuse_parts(request, what)
    if request.sha256 is not None:
        raise BadOption(f"--sha256 takes one file, and {what}.")


def refuse_parts(request: Request, what: str) -> None:
    """Refuse options that mean rows of one file; ``what`` says why there are several. Raises `BadOption`."""
    for option, value in {"--head": request.reading.head, "--sample": request.reading.sample}.items():
        if value is not None:
            raise BadOption(f"{option} takes one file, and {what}.")


def join(parts: Sequence[Ingested], request: Request, started: float) -> Ingested:
    """Put frames below each other, in the order of the files, with their rows numbered anew.

    ``started`` is when the work began (monotonic). Raises `BrokenFile` where one has other columns than the first.
    """
    import pandas as pd

    first = parts[0]
    for part in parts[1:]:
        extra = [str(name) for name in part.frame.columns if name not in first.frame.columns]
        missing = [str(name) for name in first.frame.columns if name not in part.frame.columns]
        if extra or missing:
            what = f"has a column {listed(extra[:5])}" if extra else f"has no column {listed(missing[:5])}"
            raise BrokenFile(
                f"{part.source} {what}, other than {first.source}: read them apart, or choose --columns that all have."
            )
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    notes = dict.fromkeys(f"{part.source}: {note}" for part in parts for note in part.notes)
    return Ingested(
        frame,
        request.name,
        f"{request.shown} ({plural(len(parts), 'file')})",
        first.format,
        sum(part.size for part in parts),
        time.monotonic() - started,
        tuple(notes)[:_MOST_NOTES],
    )
