"""Names of files that strangers chose, made safe for this disk."""

import re

_LONGEST = 80  # characters; every file system takes 255 bytes, and a prefix or suffix may still be added
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._-]")
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def safe(name: str) -> str:
    """Return a name that is a file's on every system and stays in its folder; its end, the suffix, is kept.

    The same name always gives the same answer; two names may give one. What is a device on Windows gets a ``_``
    before it (https://learn.microsoft.com/windows/win32/fileio/naming-a-file).
    """
    plain = _NOT_PLAIN.sub("_", name).rstrip(".")[-_LONGEST:].lstrip(".-") or "fetched"
    return f"_{plain}" if _DEVICE.match(plain) else plain
