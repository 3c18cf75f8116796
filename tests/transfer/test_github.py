"""What stands behind a pointer of Git LFS."""

import pytest

from colab_magics.transfer.github import large_file
from colab_magics.transfer.source import WebAddress

RAW = "https://raw.githubusercontent.com"


@pytest.mark.parametrize(
    ("url", "content"),
    [
        (f"{RAW}/o/r/main/d/a%20b.csv", "https://media.githubusercontent.com/media/o/r/main/d/a%20b.csv"),
        (f"{RAW}/o/r/main/a.csv?token=x%2B", "https://media.githubusercontent.com/media/o/r/main/a.csv?token=x%2B"),
        (f"{RAW}/o/r/main", None),
        ("https://media.githubusercontent.com/media/o/r/main/a.csv", None),
        ("https://u:p@raw.githubusercontent.com/o/r/main/a.csv", None),
        ("https://h/o/r/main/a.csv", None),
        ("http://[broken", None),
    ],
)
def test_the_content_behind_a_pointer(url: str, content: str | None) -> None:
    assert large_file(WebAddress(url)) == (content and WebAddress(content))
