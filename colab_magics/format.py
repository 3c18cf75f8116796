"""Numbers and text as a person reads them; the twin of ``js/shared/format.ts``."""

import re

# ANSI sequences and control characters, all but tab and newline: they would act on a terminal.
_CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)\s*([kMGTmgtK]?)(?:i?[bB]|bytes)?")


def printable(text: str) -> str:
    """Take out everything that would act on a terminal instead of being read."""
    return _CONTROL.sub("", text)


def readable(name: str) -> str:
    """A file's name as text: its bytes that are no UTF-8 (PEP 383) are replaced by a mark."""
    return re.sub("[\ud800-\udfff]+", "\N{REPLACEMENT CHARACTER}", name)


def size(count: float) -> str:
    """A number of bytes, in powers of 1024: ``4.2 GB``."""
    for unit in ("bytes", "kB", "MB", "GB"):
        digits = 0 if unit == "bytes" or abs(count) >= 99.95 else 1
        if abs(round(count, digits)) < 1024:
            return f"{count:.{digits}f} {unit}"
        count /= 1024
    return f"{count:.1f} TB"


def size_of(text: str) -> int:
    """The number of bytes that `size` would show so: ``500 MB``, ``10GB``, ``4096``. Raises `ValueError`."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text} is no size")
    power = "kmgt".find(found[2].lower()) + 1 if found[2] else 0
    return int(float(found[1]) * 1024**power)


def percent(ratio: float) -> str:
    """A ratio of 0 to 1: ``98.31 %``."""
    return f"{100 * ratio:.2f} %"


def number(count: int) -> str:
    """A whole number with separators: ``60,000``."""
    return f"{count:,}"


def plural(count: int, noun: str, nouns: str | None = None) -> str:
    """A number and its noun: ``1 image``, ``9 images``."""
    return f"{number(count)} {noun if count == 1 else nouns or noun + 's'}"


def duration(seconds: float) -> str:
    """A time in seconds: ``12 ms``, ``0.8 s``, ``42 s``, ``3 min 05 s``, ``2 h 03 min``."""
    if 0 < seconds < 0.0995:
        return f"{max(1, round(1000 * seconds))} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 1:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"
