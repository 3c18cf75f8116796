"""Files that a service keeps under its own names: Kaggle's datasets, Google's Drive and Sheets."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import quote

from colab_magics.transfer.addresses import WebAddress, redacted

DOWNLOADS = "https://drive.usercontent.google.com"
SHEETS = "https://docs.google.com"
"""Where Google gives to everybody what is shared by link."""


@dataclass(frozen=True, slots=True)
class KaggleFile:
    """A ``file`` of the ``dataset`` ``owner/name`` at Kaggle, or all of it as a zip archive; None: newest version."""

    dataset: str
    file: str = ""
    version: int | None = None

    @property
    def name(self) -> str:
        return PurePosixPath(self.file).name or f"{PurePosixPath(self.dataset).name}.zip"

    @property
    def shown(self) -> str:
        file = f"/{self.file}" if self.file else ""
        return redacted(f"kaggle://{self.dataset}{file}{'' if self.version is None else f'@{self.version}'}")

    @property
    def download(self) -> WebAddress:
        """Where it is fetched; private datasets want a user name and a key besides."""
        file = f"/{quote(self.file)}" if self.file else ""
        version = "" if self.version is None else f"?dataset_version_number={self.version}"
        url = f"https://www.kaggle.com/api/v1/datasets/download/{self.dataset}{file}{version}"
        return WebAddress(url, self.name)


@dataclass(frozen=True, slots=True)
class DriveFile:
    """A file of Google Drive by its id; ``resource_key`` opens the older of the shared ones.

    ``is_workbook``: if it is a Google sheet, all its tables are wanted.
    """

    id: str
    resource_key: str = field(default="", repr=False)
    is_workbook: bool = False

    @property
    def name(self) -> str:
        return self.id

    @property
    def shown(self) -> str:
        return f"drive://{self.id}"

    @property
    def download(self) -> WebAddress:
        """Where a file is fetched that everybody with the link may read, without Drive's question about viruses."""
        key = f"&resourcekey={self.resource_key}" if self.resource_key else ""
        url = f"{DOWNLOADS}/download?id={self.id}&export=download&confirm=t{key}"
        return WebAddress(url, self.name)


@dataclass(frozen=True, slots=True)
class DrivePath:
    """A file of the person's own Google Drive, by its path from "My Drive"; ``is_workbook`` as of `DriveFile`."""

    path: str
    is_workbook: bool = False

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    @property
    def shown(self) -> str:
        return redacted(f"drive://{self.path}")


@dataclass(frozen=True, slots=True)
class DriveSheet:
    """One table of a Google Sheets document: the one numbered ``gid``, or the first; or an Excel workbook of all."""

    id: str
    gid: str = ""
    resource_key: str = field(default="", repr=False)
    is_workbook: bool = False

    @property
    def form(self) -> str:
        """How Google is to write it."""
        return "xlsx" if self.is_workbook else "csv"

    @property
    def name(self) -> str:
        return f"{self.id}.{self.form}"

    @property
    def shown(self) -> str:
        return f"{SHEETS}/spreadsheets/d/{self.id}"

    @property
    def download(self) -> WebAddress:
        """Where it is fetched if everybody with the link may read it."""
        key = f"&resourcekey={self.resource_key}" if self.resource_key else ""
        gid = f"&gid={self.gid}" if self.gid else ""
        return WebAddress(f"{SHEETS}/spreadsheets/d/{self.id}/export?format={self.form}{gid}{key}", self.name)
