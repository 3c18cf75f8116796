"""Where bytes are, in every form that the person may name: ``name`` calls the file, ``shown`` tells no secrets.

`resolve` of ``colab_magics.transfer.resolve`` makes them of what was typed.
"""

from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath

from colab_magics.transfer.addresses import WebAddress, last_name, redacted
from colab_magics.transfer.hosted import DriveFile, DrivePath, DriveSheet, KaggleFile

__all__ = [
    "ArchiveMember", "BucketObject", "BucketPattern", "CloudObject", "DriveFile", "DrivePath", "DriveSheet",
    "KaggleFile", "LocalPath", "LocalPattern", "Source", "Upload", "WebAddress", "redacted",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class LocalPath:
    """A file of this machine."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def shown(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class LocalPattern:
    """Files of this machine, with ``*``, ``?``, ``[...]`` and ``**`` for any folders."""

    pattern: str

    @property
    def name(self) -> str:
        return PurePath(self.pattern).name

    @property
    def shown(self) -> str:
        return self.pattern


@dataclass(frozen=True, slots=True)
class BucketObject:
    """An object of an S3 store, as ``s3://bucket/key``; the key stands as it is, with nothing encoded."""

    url: str

    @property
    def name(self) -> str:
        return PurePosixPath(self.url).name

    @property
    def shown(self) -> str:
        return redacted(self.url)


@dataclass(frozen=True, slots=True)
class BucketPattern:
    """Objects of an S3 store, as ``s3://bucket/pattern``; an object of exactly that key comes first."""

    url: str

    @property
    def name(self) -> str:
        return PurePosixPath(self.url).name

    @property
    def shown(self) -> str:
        return redacted(self.url)


@dataclass(frozen=True, slots=True)
class CloudObject:
    """A file that fsspec reads by ``protocol``, with the help of ``library``, which is empty where none is needed."""

    url: str
    protocol: str
    library: str

    @property
    def name(self) -> str:
        return last_name(self.url)

    @property
    def shown(self) -> str:
        return redacted(self.url)

    def __repr__(self) -> str:
        return f"CloudObject({self.shown!r})"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that the person is asked for in the browser."""

    @property
    def name(self) -> str:
        return "upload"

    @property
    def shown(self) -> str:
        return "upload:"


SingleSource = (
    LocalPath
    | LocalPattern
    | WebAddress
    | BucketObject
    | BucketPattern
    | CloudObject
    | KaggleFile
    | DriveFile
    | DrivePath
    | DriveSheet
    | Upload
)


@dataclass(frozen=True, slots=True)
class ArchiveMember:
    """A file in a zip or tar ``archive``; ``member`` is its name or a pattern, as ``--member`` takes it."""

    archive: SingleSource
    member: str

    @property
    def name(self) -> str:
        return PurePosixPath(self.member).name

    @property
    def shown(self) -> str:
        return f"{self.member} in {self.archive.shown}"


Source = SingleSource | ArchiveMember
