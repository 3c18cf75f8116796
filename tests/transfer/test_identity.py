"""Which addresses are the same source."""

import pytest

from colab_magics.transfer.identity import canonical


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://h/a.csv?b=1&c=2", "https://h/a.csv?b=1&c=2"),
        ("https://h/a.csv#part", "https://h/a.csv"),
        (
            "https://b.s3.amazonaws.com/k?X-Amz-Credential=C&X-Amz-Date=D&X-Amz-Expires=9&X-Amz-Signature=abc&versionId=7",
            "https://b.s3.amazonaws.com/k?versionId=7",
        ),
        (
            "https://a.blob.core.windows.net/c/f?sp=r&st=1&se=2&spr=https&sv=3&sr=b&sig=x",
            "https://a.blob.core.windows.net/c/f",
        ),
        ("https://h/a?expires=soon&policy=x", "https://h/a?expires=soon&policy=x"),
        ("https://me:pw@h/a", "https://me:pw@h/a"),
        ("https://h/a?q=%2F%20+", "https://h/a?q=%2F%20+"),
    ],
)
def test_signatures_are_no_part_of_it(url: str, same: str) -> None:
    assert canonical(url) == same
