"""What a browser says of a file before it sends any of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeGuard

from colab_magics.errors import BadOption
from colab_magics.transfer.cache import key_of
from colab_magics.transfer.remote import Version

_HEXADECIMAL = re.compile(r"[0-9a-f]{64}")
_LARGEST = 1 << 53  # bytes; a browser's numbers are exact up to here
_LONGEST_NAME = 1024  # characters


@dataclass(frozen=True, slots=True)
class Offer:
    """What the browser says of a file; if all four are the same, it is taken for the same file.

    ``size`` is in bytes, ``modified`` in ms since 1970, ``head`` the sha256 of the first block in hexadecimal.
    """

    name: str
    size: int
    modified: int
    head: str

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> Self:
        """Read it from a message. Raises `BadOption` for one that no panel of ours sends."""
        name, size, modified, head = (message.get(key) for key in ("name", "size", "modified", "head"))
        if (
            not isinstance(name, str)
            or len(name) > _LONGEST_NAME
            or not is_count(size)
            or not isinstance(modified, int)
            or not isinstance(head, str)
            or not _HEXADECIMAL.fullmatch(head)
        ):
            raise BadOption("This is no file that can be uploaded: choose it again.")
        return cls(name, size, modified, head)

    @property
    def key(self) -> str:
        """A name for it among those that are not whole yet."""
        return key_of("upload", self.name, str(self.size), str(self.modified), self.head)

    @property
    def version(self) -> Version:
        return Version(self.size, validator=f"{self.modified} {self.head}")


def is_count(value: object) -> TypeGuard[int]:
    """Is it a number of bytes?"""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST
