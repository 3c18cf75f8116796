"""Bytes that arrive land under a name of their own and get their final name only when they are whole."""

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from colab_magics.errors import ChecksumMismatch, DownloadFailed
from colab_magics.format import size as in_words


class Landing:
    """A temporary file beside ``target``; `publish` gives it its name, the end of the ``with`` removes what is left.

    Every method raises `DownloadFailed` on trouble with the disk.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        with self._faults_named():
            descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".landing-", suffix=".part")
        self._path = Path(name)
        self._file = os.fdopen(descriptor, "wb")
        self.restart()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        with contextlib.suppress(OSError):  # a full disk fails again on the flush of close
            self._file.close()
        with contextlib.suppress(OSError):  # another program may have removed the folder meanwhile
            self._path.unlink(missing_ok=True)

    def restart(self) -> None:
        """Forget what has arrived so far."""
        with self._faults_named():
            self._file.seek(0)
            self._file.truncate()
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, chunk: bytes) -> None:
        with self._faults_named():
            self._file.write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def expect(self, count: int) -> None:
        """Find out before the first byte whether the disk has room for ``count`` bytes."""
        with self._faults_named():
            free = shutil.disk_usage(self.target.parent).free
        if count > free:
            raise DownloadFailed(
                f"{in_words(count)} do not fit on the disk of {self.target.parent}, which has {in_words(free)} free: "
                "make room and try again."
            )

    def publish(self, sha256: str | None) -> None:
        """Make the bytes durable, then give them their name in one step. Raises `ChecksumMismatch`."""
        if sha256 is not None and self.sha256 != sha256.lower():
            raise ChecksumMismatch(
                f"What arrived for {self.target.name} is not the file that was promised: its sha256 is {self.sha256}, "
                f"expected was {sha256.lower()}. Ask its owner which is right; nothing was kept."
            )
        with self._faults_named():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._path.replace(self.target)

    @contextlib.contextmanager
    def _faults_named(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            folder = self.target.parent
            raise DownloadFailed(
                f"{self.target.name} cannot be written to {folder}: {error.strerror or error}."
            ) from error
