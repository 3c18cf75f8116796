"""Datasets of Kaggle: ``kaggle://`` addresses and pages of datasets."""

import re
from urllib.parse import SplitResult

from colab_magics.errors import SourceError
from colab_magics.transfer.addresses import asked, redacted
from colab_magics.transfer.source import KaggleFile

_HANDLE = re.compile(
    r"([A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(?:@(\d{1,9})|/versions/(\d{1,9}))?(?:/(.*?[^/]))??(?:@(\d{1,9}))?/?",
    re.DOTALL | re.ASCII,
)
_PAGE = re.compile(r"/datasets/([\w.-]+/[\w.-]+)(?:/versions/(\d{1,9})|/[^/]*)?", re.ASCII)
_CHOICE = re.compile(r"/(?:datasets(?:/[^/]*)?|(?:competitions|c)/.*)", re.DOTALL)


def resolve_kaggle(text: str) -> KaggleFile:
    """Read ``kaggle://owner/dataset[/file][@version]``. Raises `SourceError` where no dataset is named."""
    found = _HANDLE.fullmatch(text.partition("://")[2])
    if found is None or found[1].startswith("competitions/"):
        raise SourceError(f"{redacted(text)} names no dataset of Kaggle: write kaggle://owner/dataset/file.csv.")
    version = found[2] or found[3] or found[5]
    return KaggleFile(found[1], found[4] or "", int(version) if version else None)


def dataset_of_page(parts: SplitResult) -> KaggleFile | None:
    """Return what a page of a dataset shows: the file of ``?select=``, or all; None for what is no such page.

    Raises `SourceError` for lists of datasets, and for competitions, whose rules have to be accepted first.
    """
    path = parts.path.rstrip("/")
    if found := _PAGE.fullmatch(path):
        version = found[2] or asked(parts, "datasetVersionNumber")
        number = int(version) if re.fullmatch(r"[0-9]{1,9}", version) else None
        return KaggleFile(found[1], asked(parts, "select"), number)
    if _CHOICE.fullmatch(path):
        raise SourceError(
            f"{redacted(parts.geturl())} is no dataset: open the page of one, or download the file in the browser."
        )
    return None
