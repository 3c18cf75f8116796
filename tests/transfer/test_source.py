"""What the person typed, and what it names."""

from pathlib import Path

import pytest

from colab_magics.errors import SourceError, SourceNotFound
from colab_magics.transfer.source import BucketObject, LocalPath, WebAddress, redacted, resolve

RAW = "https://raw.githubusercontent.com"


@pytest.mark.parametrize(
    ("text", "source", "name"),
    [
        ("data.csv", LocalPath(Path("data.csv")), "data.csv"),
        (" my file.csv ", LocalPath(Path("my file.csv")), "my file.csv"),
        ("/a/b.csv", LocalPath(Path("/a/b.csv")), "b.csv"),
        ("~/b.csv", LocalPath(Path.home() / "b.csv"), "b.csv"),
        ("C:\\a.csv", LocalPath(Path("C:\\a.csv")), Path("C:\\a.csv").name),
        ("file:///a/b%20c.csv", LocalPath(Path("/a/b c.csv")), "b c.csv"),
        ("file://localhost/a.csv", LocalPath(Path("/a.csv")), "a.csv"),
        ("https://h/a/b%20c.csv?x=1#y", WebAddress("https://h/a/b%20c.csv?x=1#y"), "b c.csv"),
        ("HTTP://h.org", WebAddress("HTTP://h.org"), "h.org"),
        ("https://github.com/o/r/blob/main/d/a.csv", WebAddress(f"{RAW}/o/r/main/d/a.csv"), "a.csv"),
        ("https://github.com/o/r/blob/main/a.csv?raw=true", WebAddress(f"{RAW}/o/r/main/a.csv?raw=true"), "a.csv"),
        ("https://www.github.com/o/r/raw/main/a.csv#L3", WebAddress(f"{RAW}/o/r/main/a.csv#L3"), "a.csv"),
        ("https://github.com/o/r", WebAddress("https://github.com/o/r"), "r"),
        ("https://evil.org/github.com/o/r/blob/m/a", WebAddress("https://evil.org/github.com/o/r/blob/m/a"), "a"),
        ("s3://bucket/a/b.csv", BucketObject("s3://bucket/a/b.csv"), "b.csv"),
        ("s3a://bucket/b.csv", BucketObject("s3://bucket/b.csv"), "b.csv"),
    ],
)
def test_what_is_named(text: str, source: object, name: str) -> None:
    got = resolve(text)
    assert got == source
    assert got.name == name


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The source is empty: name a file"),
        ("  ", "The source is empty"),
        ("data/*.csv", r"data/\*.csv is a pattern, and patterns are not read yet: name one file"),
        ("part-[0-9].csv", "is a pattern"),
        ("s3://b/*.csv", "is a pattern.*: name one object"),
        ("s3://bucket", "s3://bucket names no object: write s3://bucket/path/to/file"),
        ("s3://bucket/folder/", "names no object"),
        ("gs://b/a.csv", "gs:// addresses are not read yet: give a path"),
        ("ftp://u:canary@h/a.csv", "ftp:// addresses are not read yet"),
        ("file://server/a.csv", "file://server/a.csv is on another machine"),
    ],
)
def test_what_is_not_read(text: str, sentence: str) -> None:
    with pytest.raises(SourceError, match=sentence) as caught:
        resolve(text)
    assert "canary" not in str(caught.value)
    assert isinstance(caught.value, SourceNotFound) or text.strip()


def test_a_file_may_have_the_name_of_a_pattern(tmp_path: Path) -> None:
    path = tmp_path / "a[1].csv"
    path.write_text("a\n")
    assert resolve(str(path)) == LocalPath(path)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://h/a.csv", "https://h/a.csv"),
        ("https://u:secret@h:8080/a%20b.csv", "https://h:8080/a%20b.csv"),
        ("https://h/a.csv?X-Amz-Signature=secret&b=1", "https://h/a.csv?…"),
        ("https://h/a.csv#access_token=secret", "https://h/a.csv"),
        ("https://a:b@secret:c@h/a", "https://h/a"),
        ("http://[secret/a", "http://…"),
        ("data.csv", "data.csv"),
        ("s3://bucket/a b.csv", "s3://bucket/a b.csv"),
    ],
)
def test_what_may_be_shown(address: str, shown: str) -> None:
    assert redacted(address) == shown
    assert redacted(redacted(address)) == shown
