"""A gallery as a file: a page that needs no kernel, or one picture."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING

from colab_magics.durable import writing
from colab_magics.errors import BadOption, ColabMagicsError, OutputDenied
from colab_magics.format import plural, readable
from colab_magics.gallery import offline, poster
from colab_magics.options import positive
from colab_magics.transfer import paths

if TYPE_CHECKING:
    from colab_magics.gallery.items import Gallery
    from colab_magics.gallery.pages import Page

Tell = Callable[[int, int], None]
"""Takes how many pictures are written, and of how many: none at first, all at last."""

MOST_ON_A_PAGE = 100_000
"""Without a ``limit``: some ten megabytes of small grey pictures, which browsers open in a few seconds."""


def export(gallery: Gallery, path: str | Path, *, limit: int | None, tell: Tell) -> Path:
    """Write the pictures that are chosen now to ``path``, as `Gallery.export` says, and give its whole path."""
    if limit is not None:
        positive.check("limit", limit)
    target = _target(path)
    write = _writer(target)
    page = gallery.window(0, len(gallery) if limit is None else limit)
    count = len(page.indices)
    if not count:
        raise BadOption(f"There is nothing to export. {page.emptiness}")
    if write is poster.write and count > poster.MOST:
        raise BadOption(
            f"{plural(count, 'picture')} are too many for one PNG, which takes {poster.MOST}: choose fewer, export "
            f"to a name that ends with .html, or the first ones with  .export({_shown(target)!r}, limit={poster.MOST})."
        )
    if limit is None and count > MOST_ON_A_PAGE:
        raise BadOption(
            f"{plural(count, 'picture')} make a page that browsers open slowly: choose fewer, or export the first ones "
            f"with  .export({_shown(target)!r}, limit={MOST_ON_A_PAGE}),  or with a larger limit."
        )
    try:
        with writing(target) as file:
            write(file, gallery, page, tell)
    except ColabMagicsError:
        raise
    except OSError as error:
        raise _denied(target, error) from error
    tell(count, count)
    return target


def _target(path: str | Path) -> Path:
    try:
        os.fsencode(path)
    except UnicodeEncodeError as error:
        raise BadOption(f"{readable(str(path))} cannot be the name of a file here: choose another name.") from error
    if "\0" in str(path):
        raise BadOption("A file's name has no zero byte in it: choose another name.")
    return paths.absolute(paths.expanded(path))


def _writer(target: Path) -> Callable[[IO[bytes], Gallery, Page, Tell], None]:
    match target.suffix.lower():
        case ".html" | ".htm":
            return offline.write
        case ".png":
            return poster.write
    raise BadOption(
        f"A gallery cannot be exported as {_shown(target)}: name a file that ends with .html, for a page that "
        "works without a kernel, or with .png, for one picture."
    )


def _denied(target: Path, error: OSError) -> OutputDenied:
    reason = error.strerror or str(error)
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return OutputDenied(f"There is no folder {readable(str(target.parent))}: make it first, or choose another.")
    return OutputDenied(
        f"{_shown(target)} cannot be written to {readable(str(target.parent))} ({reason}): choose another folder, "
        "or make room there."
    )


def _shown(target: Path) -> str:
    return readable(target.name)
