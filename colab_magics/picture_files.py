"""Picture files in folders: which they are, how they are opened without trust, and what is wrong with one."""

from __future__ import annotations

import errno
import os
import struct
import threading
import warnings
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from colab_magics.errors import SourceDenied

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP")
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp"})
MOST_PIXELS = 64_000_000
"""A picture of more pixels is not decoded: a small file can ask for gigabytes of memory."""

DAMAGE = (OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, OverflowError, struct.error, zlib.error)
"""What Pillow's decoders raise on broken bytes, beside `Image.DecompressionBombError`."""

_filters = threading.Lock()  # the warning filters belong to the whole process


def pictures(folder: Path) -> Iterator[Path]:
    """The picture files that lie in a folder, in the order of their names. Raises `SourceDenied`."""
    named = (entry for entry in _listed(folder) if Path(entry).suffix.lower() in SUFFIXES)
    return (Path(entry) for entry in named if _leads_to(os.DirEntry.is_file, entry))


def folders(folder: Path) -> Iterator[Path]:
    """The folders that lie in a folder, in the order of their names. Raises `SourceDenied`."""
    return (Path(entry) for entry in _listed(folder) if _leads_to(os.DirEntry.is_dir, entry))


def opened(path: Path) -> Image.Image:
    """Open a picture, of which nothing is decoded yet. Raises what `fault` tells."""
    if path.stat().st_size == 0:
        raise OSError("the file is empty")
    with _filters, warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # refused by our own, lower limit
        picture = Image.open(path, formats=FORMATS)
    if picture.width * picture.height > MOST_PIXELS:
        picture.close()
        raise Image.DecompressionBombError
    return picture


def fault(error: Exception) -> str:
    """Why a picture cannot be read, from what was raised."""
    if isinstance(error, Image.DecompressionBombError):
        return f"it has more than {MOST_PIXELS // 1_000_000} million pixels"
    if isinstance(error, UnidentifiedImageError):
        return "its bytes are not those of a jpg, png, gif, bmp or webp picture"
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return f"the file is damaged ({error})"


def flat(picture: Image.Image) -> Image.Image:
    """Make it grey (L) or RGB, what is transparent white."""
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    if picture.mode not in {"L", "RGB"}:
        picture = picture.convert("L" if picture.mode == "1" else "RGB")
    return picture


def _leads_to(is_of_kind: Callable[[os.DirEntry[str]], bool], entry: os.DirEntry[str]) -> bool:
    try:
        return is_of_kind(entry)
    except OSError as error:
        if error.errno == errno.ELOOP:  # a link that leads around in a circle, as good as one that leads nowhere
            return False
        raise SourceDenied(
            f"It cannot be found out what {entry.path} is ({error.strerror}): ask its owner, or take it away."
        ) from error


def _listed(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            visible = [entry for entry in entries if not entry.name.startswith(".")]
    except OSError as error:
        raise SourceDenied(
            f"The folder {folder} may not be read ({error.strerror}): ask its owner, or change its permissions."
        ) from error
    return sorted(visible, key=lambda entry: entry.name)
