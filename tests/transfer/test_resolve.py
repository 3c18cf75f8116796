"""What the person typed, and what it names."""

import subprocess
import sys
from pathlib import Path

import pytest
from hostile import HOSTILE
from hypothesis import example, given
from hypothesis import strategies as st

from colab_magics.errors import ColabMagicsError, SourceError, SourceNotFound
from colab_magics.transfer import resolve as module
from colab_magics.transfer.names import safe
from colab_magics.transfer.resolve import resolve
from colab_magics.transfer.source import (
    ArchiveMember,
    BucketObject,
    BucketPattern,
    CloudObject,
    DriveFile,
    DrivePath,
    DriveSheet,
    KaggleFile,
    LocalPath,
    LocalPattern,
    Source,
    Upload,
    WebAddress,
)

RAW = "https://raw.githubusercontent.com"
GIST = "https://gist.githubusercontent.com"
HUB = "https://huggingface.co"
SHEETS = "https://docs.google.com/spreadsheets"
KAGGLE = "https://www.kaggle.com"
ID = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
HASH = "0123456789abcdef0123456789abcdef01234567"

PATHS = [
    ("data.csv", LocalPath(Path("data.csv")), "data.csv"),
    (" my file.csv ", LocalPath(Path("my file.csv")), "my file.csv"),
    ("/a/b.csv", LocalPath(Path("/a/b.csv")), "b.csv"),
    ("./upload:x", LocalPath(Path("upload:x")), "upload:x"),
    ("upload", LocalPath(Path("upload")), "upload"),
    ("~/b.csv", LocalPath(Path.home() / "b.csv"), "b.csv"),
    ("~nobody-of-that-name/b.csv", LocalPath(Path("~nobody-of-that-name/b.csv")), "b.csv"),
    ("~a\0b/c", LocalPath(Path("~a\0b/c")), "c"),
    ("C:\\a.csv", LocalPath(Path("C:\\a.csv")), Path("C:\\a.csv").name),
    ("C:/a/b.csv", LocalPath(Path("C:/a/b.csv")), "b.csv"),
    ("c://a/b.csv", LocalPath(Path("c://a/b.csv")), "b.csv"),
    ("\\\\server\\share\\a.csv", LocalPath(Path("\\\\server\\share\\a.csv")), Path("\\\\server\\share\\a.csv").name),
    ("file:///a/b%20c.csv", LocalPath(Path("/a/b c.csv")), "b c.csv"),
    ("file://localhost/a.csv", LocalPath(Path("/a.csv")), "a.csv"),
    ("FILE:///a.csv", LocalPath(Path("/a.csv")), "a.csv"),
    ("file:/a.csv", LocalPath(Path("/a.csv")), "a.csv"),
    ("file:///a/b%2A.csv", LocalPath(Path("/a/b*.csv")), "b*.csv"),
    ("data/*.csv", LocalPattern("data/*.csv"), "*.csv"),
    ("part-[0-9].csv", LocalPattern("part-[0-9].csv"), "part-[0-9].csv"),
    ("part-?.csv", LocalPattern("part-?.csv"), "part-?.csv"),
    ("**/*.csv", LocalPattern("**/*.csv"), "*.csv"),
    ("~/data/*.csv", LocalPattern(f"{Path.home()}/data/*.csv"), "*.csv"),
    ("file:///a/*.csv", LocalPattern("/a/*.csv"), "*.csv"),
    ("file:///a/part-?.csv", LocalPattern("/a/part-?.csv"), "part-?.csv"),
    ("https:/h/a.csv", LocalPath(Path("https:/h/a.csv")), "a.csv"),
    ("github.com/o/r/blob/main/a.csv", LocalPath(Path("github.com/o/r/blob/main/a.csv")), "a.csv"),
    ("upload:", Upload(), "upload"),
    (" UPLOAD:// ", Upload(), "upload"),
]

GITHUB = [
    ("https://github.com/o/r/blob/main/d/a.csv", WebAddress(f"{RAW}/o/r/main/d/a.csv"), "a.csv"),
    ("http://GitHub.com/o/r/blob/main/a%20b.csv", WebAddress(f"{RAW}/o/r/main/a%20b.csv"), "a b.csv"),
    ("https://github.com/o/r/blob/main/a.csv?raw=true", WebAddress(f"{RAW}/o/r/main/a.csv?raw=true"), "a.csv"),
    ("https://www.github.com/o/r/raw/main/a.csv#L3", WebAddress(f"{RAW}/o/r/main/a.csv#L3"), "a.csv"),
    ("https://github.com/o/r/raw/refs/heads/main/a.csv", WebAddress(f"{RAW}/o/r/refs/heads/main/a.csv"), "a.csv"),
    ("https://github.com/o/r/blame/v1.0/a.csv", WebAddress(f"{RAW}/o/r/v1.0/a.csv"), "a.csv"),
    ("https://github.com/o/r/blob/main/tree/a.csv", WebAddress(f"{RAW}/o/r/main/tree/a.csv"), "a.csv"),
    (f"{RAW}/o/r/main/a.csv?token=x%2By", WebAddress(f"{RAW}/o/r/main/a.csv?token=x%2By"), "a.csv"),
    ("https://gist.github.com/o/" + HASH[:32], WebAddress(f"{GIST}/o/{HASH[:32]}/raw", HASH[:32]), HASH[:32]),
    ("https://gist.github.com/" + HASH[:20], WebAddress(f"{GIST}/raw/{HASH[:20]}", HASH[:20]), HASH[:20]),
    ("https://gist.github.com/2625891/", WebAddress(f"{GIST}/raw/2625891", "2625891"), "2625891"),
    (
        f"https://gist.github.com/o/{HASH[:32]}/{HASH}#file-my-data-csv",
        WebAddress(f"{GIST}/o/{HASH[:32]}/raw/{HASH}/my-data.csv", "my-data.csv"),
        "my-data.csv",
    ),
    (
        f"https://gist.github.com/o/{HASH[:32]}#file-a_b-tsv-L1-L9",
        WebAddress(f"{GIST}/o/{HASH[:32]}/raw/a_b.tsv", "a_b.tsv"),
        "a_b.tsv",
    ),
]
GITHUB_KEPT = [
    "https://github.com/o/r/releases/download/v1/a.csv",
    "https://github.com/o/r/releases/latest/download/a.csv",
    "https://github.com/o/r/archive/refs/heads/main.zip",
    "https://github.com/o/r/files/1/a.csv",
    "https://u:p@github.com/o/r/blob/main/a.csv",
    "https://github.com:8443/o/r/blob/main/a.csv",
    "https://evil.org/github.com/o/r/blob/m/a.csv",
    "https://github.com.evil.org/o/r/blob/m/a.csv",
    "https://github.com@evil.org/o/r/blob/m/a.csv",
    f"https://gist.github.com/o/{HASH}/raw/a.csv",
    f"{GIST}/o/{HASH}/raw/{HASH}/a.csv",
    "https://api.github.com/repos/o/r/contents/a.csv",
]

BUCKETS = [
    ("s3://bucket/a/b.csv", BucketObject("s3://bucket/a/b.csv"), "b.csv"),
    ("s3a://bucket/b.csv", BucketObject("s3://bucket/b.csv"), "b.csv"),
    ("S3N://bucket/b.csv", BucketObject("s3://bucket/b.csv"), "b.csv"),
    ("s3://b/a b+c%20#1.csv", BucketObject("s3://b/a b+c%20#1.csv"), "a b+c%20#1.csv"),
    ("s3://b/../x", BucketObject("s3://b/../x"), "x"),
    ("s3://b/a\nb.csv", BucketObject("s3://b/a\nb.csv"), "a\nb.csv"),
    ("s3://b/a[].csv", BucketObject("s3://b/a[].csv"), "a[].csv"),
    ("s3://b/a.csv?versionId=x", BucketObject("s3://b/a.csv?versionId=x"), "a.csv?versionId=x"),
    ("s3://b/*.csv", BucketPattern("s3://b/*.csv"), "*.csv"),
    ("s3://b/**/a-?.csv", BucketPattern("s3://b/**/a-?.csv"), "a-?.csv"),
    ("s3://b/a-[0-9].csv", BucketPattern("s3://b/a-[0-9].csv"), "a-[0-9].csv"),
    ("https://b.s3.amazonaws.com/k/a.csv", BucketObject("s3://b/k/a.csv"), "a.csv"),
    ("http://B.S3.AMAZONAWS.COM/A.csv", BucketObject("s3://b/A.csv"), "A.csv"),
    ("https://b.s3.eu-central-1.amazonaws.com/a.csv", BucketObject("s3://b/a.csv"), "a.csv"),
    ("https://b.s3-us-west-2.amazonaws.com/a.csv", BucketObject("s3://b/a.csv"), "a.csv"),
    ("https://my.b-1.s3.dualstack.us-gov-west-1.amazonaws.com/a.csv", BucketObject("s3://my.b-1/a.csv"), "a.csv"),
    ("https://b.s3-accelerate.amazonaws.com/a.csv", BucketObject("s3://b/a.csv"), "a.csv"),
    ("https://b.s3-accelerate.dualstack.amazonaws.com/a.csv", BucketObject("s3://b/a.csv"), "a.csv"),
    ("https://b.s3-fips.us-east-1.amazonaws.com/a.csv", BucketObject("s3://b/a.csv"), "a.csv"),
    ("https://s3.amazonaws.com/b/k/a.csv#x", BucketObject("s3://b/k/a.csv"), "a.csv"),
    ("https://s3.eu-west-3.amazonaws.com/b/a.csv", BucketObject("s3://b/a.csv"), "a.csv"),
    ("https://s3-eu-west-1.amazonaws.com/b/a.csv", BucketObject("s3://b/a.csv"), "a.csv"),
    ("https://s3.dualstack.us-east-1.amazonaws.com/b/a.csv", BucketObject("s3://b/a.csv"), "a.csv"),
    ("https://b.s3.amazonaws.com/a%20b+c%2Bd.csv", BucketObject("s3://b/a b c+d.csv"), "a b c+d.csv"),
    ("https://b.s3.amazonaws.com/a%2A.csv", BucketObject("s3://b/a*.csv"), "a*.csv"),
    ("https://b.s3.amazonaws.com/part-*.csv", BucketPattern("s3://b/part-*.csv"), "part-*.csv"),
    (
        "https://us-east-1.console.aws.amazon.com/s3/object/b?region=us-east-1&prefix=k%2Fa.csv",
        BucketObject("s3://b/k/a.csv"),
        "a.csv",
    ),
]
BUCKETS_KEPT = [
    "https://b.s3.amazonaws.com/a.csv?X-Amz-Algorithm=x&X-Amz-Signature=y%2Bz",
    "https://s3.amazonaws.com/b/a.csv?AWSAccessKeyId=k&Signature=x%3D&Expires=1",
    "https://b.s3.amazonaws.com/a.csv?versionId=x",
    "https://b.s3.amazonaws.com/a%FF.csv",
    "https://u:p@b.s3.amazonaws.com/a.csv",
    "https://b.s3.cn-north-1.amazonaws.com.cn/a.csv",
    "https://b.s3-website-us-east-1.amazonaws.com/a.csv",
    "https://b.s3.amazonaws.com.evil.org/a.csv",
    "https://s3.example.org/b/a.csv",
    "https://storage.googleapis.com/b/a.csv",
    "https://account.blob.core.windows.net/c/a.csv?sv=1&sig=x%2By",
]

CLOUDS = [
    ("gs://b/a/b.csv", CloudObject("gs://b/a/b.csv", "gs", "gcsfs"), "b.csv"),
    ("GCS://b/a.csv", CloudObject("GCS://b/a.csv", "gcs", "gcsfs"), "a.csv"),
    ("https://storage.cloud.google.com/b/a%20b.csv", CloudObject("gs://b/a b.csv", "gs", "gcsfs"), "a b.csv"),
    ("az://c/a.csv", CloudObject("az://c/a.csv", "az", "adlfs"), "a.csv"),
    (
        "abfss://c@a.dfs.core.windows.net/a.csv",
        CloudObject("abfss://c@a.dfs.core.windows.net/a.csv", "abfss", "adlfs"),
        "a.csv",
    ),
    ("smb://u:p@h:445/s/a.csv", CloudObject("smb://u:p@h:445/s/a.csv", "smb", "smbprotocol"), "a.csv"),
    ("oss://b/a.csv", CloudObject("oss://b/a.csv", "oss", "ossfs"), "a.csv"),
    ("oci://b@n/a.csv", CloudObject("oci://b@n/a.csv", "oci", "ocifs"), "a.csv"),
]

HUB_FILES = [
    ("hf://datasets/o/n/a.csv", WebAddress(f"{HUB}/datasets/o/n/resolve/main/a.csv"), "a.csv"),
    ("hf://datasets/o/n@v1/d/a b.csv", WebAddress(f"{HUB}/datasets/o/n/resolve/v1/d/a%20b.csv"), "a b.csv"),
    (
        "hf://datasets/o/n@refs/convert/parquet/d/0.parquet",
        WebAddress(f"{HUB}/datasets/o/n/resolve/refs%2Fconvert%2Fparquet/d/0.parquet"),
        "0.parquet",
    ),
    ("hf://datasets/o/n@refs%2Fpr%2F1/a.csv", WebAddress(f"{HUB}/datasets/o/n/resolve/refs%2Fpr%2F1/a.csv"), "a.csv"),
    ("hf://datasets/squad@main/a.json", WebAddress(f"{HUB}/datasets/squad/resolve/main/a.json"), "a.json"),
    ("hf://spaces/o/n/a.csv", WebAddress(f"{HUB}/spaces/o/n/resolve/main/a.csv"), "a.csv"),
    ("hf://o/n/config.json", WebAddress(f"{HUB}/o/n/resolve/main/config.json"), "config.json"),
    ("hf://o/n/a.csv?download=true", WebAddress(f"{HUB}/o/n/resolve/main/a.csv?download=true"), "a.csv"),
    ("hf://models/o/n/100%.csv", WebAddress(f"{HUB}/o/n/resolve/main/100%25.csv"), "100%.csv"),
    (f"{HUB}/datasets/o/n/blob/main/d/a.csv", WebAddress(f"{HUB}/datasets/o/n/resolve/main/d/a.csv"), "a.csv"),
    (f"{HUB}/datasets/o/n/raw/main/a.csv", WebAddress(f"{HUB}/datasets/o/n/resolve/main/a.csv"), "a.csv"),
    ("https://hf.co/datasets/squad/blob/main/a.csv", WebAddress(f"{HUB}/datasets/squad/resolve/main/a.csv"), "a.csv"),
    (
        f"{HUB}/datasets/o/n/resolve/main/a.csv?download=true",
        WebAddress(f"{HUB}/datasets/o/n/resolve/main/a.csv?download=true"),
        "a.csv",
    ),
    (
        f"{HUB}/datasets/o/n/blob/refs%2Fconvert%2Fparquet/a.parquet",
        WebAddress(f"{HUB}/datasets/o/n/resolve/refs%2Fconvert%2Fparquet/a.parquet"),
        "a.parquet",
    ),
    (f"{HUB}/o/n/blob/main/a.json", WebAddress(f"{HUB}/o/n/resolve/main/a.json"), "a.json"),
    (f"{HUB}/gpt2/raw/main/a.json", WebAddress(f"{HUB}/gpt2/resolve/main/a.json"), "a.json"),
    (f"{HUB}/spaces/o/n/blob/main/a.csv", WebAddress(f"{HUB}/spaces/o/n/resolve/main/a.csv"), "a.csv"),
]

KAGGLE_FILES = [
    ("kaggle://o/d", KaggleFile("o/d"), "d.zip"),
    ("kaggle://o/d/a.csv", KaggleFile("o/d", "a.csv"), "a.csv"),
    ("kaggle://o/d/f/a b.csv@3", KaggleFile("o/d", "f/a b.csv", 3), "a b.csv"),
    ("kaggle://o/d@12", KaggleFile("o/d", "", 12), "d.zip"),
    ("kaggle://o/d@12/a.csv", KaggleFile("o/d", "a.csv", 12), "a.csv"),
    ("kaggle://o/d/versions/2/a.csv", KaggleFile("o/d", "a.csv", 2), "a.csv"),
    ("kaggle://o/d/a@b.csv", KaggleFile("o/d", "a@b.csv"), "a@b.csv"),
    ("kaggle://o/d/", KaggleFile("o/d"), "d.zip"),
    (f"{KAGGLE}/datasets/o/d", KaggleFile("o/d"), "d.zip"),
    ("https://kaggle.com/datasets/o/d/data?select=f%2Fa.csv", KaggleFile("o/d", "f/a.csv"), "a.csv"),
    (f"{KAGGLE}/datasets/o/d/versions/4", KaggleFile("o/d", "", 4), "d.zip"),
    (f"{KAGGLE}/datasets/o/d?datasetVersionNumber=5&select=a.csv", KaggleFile("o/d", "a.csv", 5), "a.csv"),
]

DRIVE_FILES = [
    (f"https://drive.google.com/file/d/{ID}/view?usp=sharing", DriveFile(ID), ID),
    (f"https://drive.google.com/file/d/{ID}/edit?resourcekey=0-a_b&usp=drive_link", DriveFile(ID, "0-a_b"), ID),
    (f"https://drive.google.com/file/u/1/d/{ID}/preview", DriveFile(ID), ID),
    (f"https://drive.google.com/a/example.org/file/d/{ID}", DriveFile(ID), ID),
    (f"https://drive.google.com/open?id={ID}", DriveFile(ID), ID),
    (f"https://drive.google.com/u/0/open?id={ID}&authuser=0", DriveFile(ID), ID),
    (f"https://drive.google.com/uc?export=download&id={ID}", DriveFile(ID), ID),
    (f"https://docs.google.com/uc?id={ID}", DriveFile(ID), ID),
    (f"https://drive.usercontent.google.com/download?id={ID}&confirm=t", DriveFile(ID), ID),
    (f"drive://{ID}", DriveFile(ID), ID),
    (f"drive://{ID}?resourcekey=0-x", DriveFile(ID, "0-x"), ID),
    ("drive://data/a b?.csv", DrivePath("data/a b?.csv"), "a b?.csv"),
    ("drive://My Drive/data/a.csv", DrivePath("data/a.csv"), "a.csv"),
    ("gdrive://MyDrive/a.csv", DrivePath("a.csv"), "a.csv"),
    ("drive:///a.csv", DrivePath("a.csv"), "a.csv"),
    ("drive://a-long-name-of-a-file-in-small-letters-2024", DrivePath("a-long-name-of-a-file-in-small-letters-2024"), "a-long-name-of-a-file-in-small-letters-2024"),
    (f"{SHEETS}/d/{ID}/edit#gid=42", DriveSheet(ID, "42"), f"{ID}.csv"),
    (f"{SHEETS}/d/{ID}/edit?gid=1#gid=2", DriveSheet(ID, "2"), f"{ID}.csv"),
    (f"{SHEETS}/d/{ID}/edit?gid=7", DriveSheet(ID, "7"), f"{ID}.csv"),
    (f"{SHEETS}/d/{ID}", DriveSheet(ID), f"{ID}.csv"),
    (f"{SHEETS}/d/{ID}/export?format=csv&gid=7", DriveSheet(ID, "7"), f"{ID}.csv"),
    (f"{SHEETS}/d/{ID}/export?format=xlsx", DriveSheet(ID, is_workbook=True), f"{ID}.xlsx"),
    (f"{SHEETS}/u/0/d/{ID}/edit?resourcekey=0-x&usp=sharing", DriveSheet(ID, "", "0-x"), f"{ID}.csv"),
    (f"{SHEETS}/d/{ID}/edit#gid=nonsense", DriveSheet(ID), f"{ID}.csv"),
    (f"{SHEETS}/d/e/2PACX-1v/pubhtml?gid=3&single=true", WebAddress(f"{SHEETS}/d/e/2PACX-1v/pub?output=csv&gid=3&single=true", "2PACX-1v.csv"), "2PACX-1v.csv"),
    (f"{SHEETS}/d/e/2PACX-1v/pubhtml", WebAddress(f"{SHEETS}/d/e/2PACX-1v/pub?output=csv", "2PACX-1v.csv"), "2PACX-1v.csv"),
]  # fmt: skip
DRIVE_KEPT = [
    f"{SHEETS}/d/{ID}/export?format=ods",
    f"{SHEETS}/d/{ID}/export?format=csv&range=A1:B2",
    f"{SHEETS}/d/{ID}/gviz/tq?tqx=out:csv&sheet=A%20b",
    f"{SHEETS}/d/e/2PACX-1v/pub?output=tsv&gid=1",
    f"https://drive.google.com/uc?id={ID}%26x",
]

SHARE_PAGES = [
    ("https://gitlab.com/g/s/p/-/blob/main/a.csv?ref_type=heads", "https://gitlab.com/g/s/p/-/raw/main/a.csv?ref_type=heads"),
    ("https://git.example.org:8443/g/p/-/blob/main/d/a.csv", "https://git.example.org:8443/g/p/-/raw/main/d/a.csv"),
    ("https://bitbucket.org/o/p/src/main/d/a.csv", "https://bitbucket.org/o/p/raw/main/d/a.csv"),
    ("https://codeberg.org/o/p/src/branch/main/a.csv", "https://codeberg.org/o/p/raw/branch/main/a.csv"),
    ("https://zenodo.org/records/1/preview/a.csv?include_deleted=0", "https://zenodo.org/records/1/files/a.csv?include_deleted=0"),
    ("https://zenodo.org/records/1/files/a.csv?download=1", "https://zenodo.org/records/1/files/a.csv?download=1"),
    ("https://www.dropbox.com/s/x/a.csv?dl=0", "https://www.dropbox.com/s/x/a.csv?dl=1"),
    ("https://www.dropbox.com/scl/fi/x/a.csv?rlkey=k%2Bk&dl=0&st=y", "https://www.dropbox.com/scl/fi/x/a.csv?rlkey=k%2Bk&st=y&dl=1"),
    ("https://dropbox.com/s/x/a.csv", "https://dropbox.com/s/x/a.csv?dl=1"),
    ("https://www.dropbox.com/s/x/a.csv?raw=1", "https://www.dropbox.com/s/x/a.csv?raw=1"),
    ("https://www.dropbox.com/s/x/a.csv?dl=1", "https://www.dropbox.com/s/x/a.csv?dl=1"),
    ("https://t-my.sharepoint.com/:x:/g/personal/u/x?e=y%3D", "https://t-my.sharepoint.com/:x:/g/personal/u/x?e=y%3D&download=1"),
    ("https://t.sharepoint.com/:x:/s/x", "https://t.sharepoint.com/:x:/s/x?download=1"),
    ("https://t.sharepoint.com/sites/a.csv", "https://t.sharepoint.com/sites/a.csv"),
]  # fmt: skip

WEB_KEPT = [
    "https://h/a/b%20c.csv?x=1#y",
    "HTTP://h.org",
    "https://h/a.csv?",
    "https://h/a.csv?q=%7e+%20&&b=;",
    "https://h/*.csv",
    "https://u:p%40w@h/a.csv",
    "http://[::1]:8080/a.csv",
    "http://127.0.0.1/a.csv",
    "https://münchen.example/ä.csv",
    "https://h/a::b.csv",
    "https://h/a b.csv",
    f"{HUB}/api/datasets/o/n/parquet/default/train/0.parquet",
    "https://datasets-server.huggingface.co/rows?dataset=x",
    f"{KAGGLE}/api/v1/datasets/download/o/d",
    *GITHUB_KEPT,
    *BUCKETS_KEPT,
    *DRIVE_KEPT,
]

MEMBERS = [
    ("zip://a.csv::d.zip", ArchiveMember(LocalPath(Path("d.zip")), "a.csv"), "a.csv"),
    ("zip:///d/a.csv::https://h/d.zip", ArchiveMember(WebAddress("https://h/d.zip"), "d/a.csv"), "a.csv"),
    ("tar://*.csv::s3://b/d.tar.gz", ArchiveMember(BucketObject("s3://b/d.tar.gz"), "*.csv"), "*.csv"),
    ("ZIP://a::kaggle://o/d", ArchiveMember(KaggleFile("o/d"), "a"), "a"),
    ("zip://../../etc/x::d.zip", ArchiveMember(LocalPath(Path("d.zip")), "../../etc/x"), "x"),
    ("zip://a::simplecache::gs://b/d.zip", ArchiveMember(CloudObject("gs://b/d.zip", "gs", "gcsfs"), "a"), "a"),
    ("zip://a::https://h/d?x=1::2", ArchiveMember(WebAddress("https://h/d?x=1::2"), "a"), "a"),
    ("simplecache::filecache::s3://b/a.csv", BucketObject("s3://b/a.csv"), "a.csv"),
]


@pytest.mark.parametrize(
    ("text", "source", "name"),
    [*PATHS, *GITHUB, *BUCKETS, *CLOUDS, *HUB_FILES, *KAGGLE_FILES, *DRIVE_FILES, *MEMBERS],
)
def test_what_is_named(text: str, source: Source, name: str) -> None:
    got = resolve(text)
    assert got == source
    assert got.name == name


@pytest.mark.parametrize(("page", "file"), SHARE_PAGES)
def test_the_file_of_a_share_page(page: str, file: str) -> None:
    assert resolve(page) == WebAddress(file)


@pytest.mark.parametrize("address", WEB_KEPT)
def test_an_address_that_stays_letter_for_letter(address: str) -> None:
    assert resolve(address) == WebAddress(address)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The source is empty: name a file"),
        ("  ", "The source is empty"),
        ("simplecache::", "The source is empty"),
        ("upload:a.csv", "upload: stands alone"),
        ("file://server/a.csv", "file://server/a.csv names no file of this machine: write file:///path/to/file"),
        ("file://", "names no file of this machine"),
        ("file://u:canary@h/a.csv", "file://h/a.csv names no file of this machine"),
        ("http://", "http:// is no web address: it must name a server"),
        ("https:///a.csv?canary", "https:///a.csv.… is no web address"),
        ("http://[canary/a", "http://… is no web address"),
        ("http://℀.org/a", "is no web address"),
        ("https://:80/a", "is no web address"),
        ("sftp://u:canary@h/a.csv", "sftp:// addresses are not read"),
        ("ftp://u:canary@h/a.csv", "ftp:// addresses are not read: give a path"),
        ("magnet://u:canary@h/a.csv", "magnet:// addresses are not read: give a path"),
        ("github://o:canary@r/a.csv", "github:// addresses are not read"),
        ("https://github.com/o/r/tree/main/data", "github.com/o/r/tree/main/data is a folder on GitHub: open one file"),
        ("https://github.com/o/r/blob/main", "is a folder on GitHub"),
        ("https://github.com/o/r/blob/main/d/", "is a folder on GitHub"),
        ("https://github.com/o/r", "github.com/o/r is no file on GitHub: open one file, and copy the address of its page"),
        ("https://github.com/o/r/?tab=canary", "is no file on GitHub"),
        ("https://github.com/o", "is no file on GitHub"),
        ("https://github.com/o/r/releases", "is a page of releases: copy the address of one file under Assets"),
        ("https://github.com/o/r/releases/tag/v1", "is a page of releases"),
        ("https://gist.github.com/o", "is no gist: open one"),
        ("https://gist.github.com", "is no gist"),
        ("https://gitlab.com/g/p/-/tree/main/d", "is a folder: open one file in it"),
        ("s3://bucket", "s3://bucket names no object: write s3://bucket/path/to/file"),
        ("s3://bucket/folder/", "names no object"),
        ("s3:///key", "names no object"),
        ("s3://key:canary@bucket/a.csv", "holds no user and no password: .* name a profile by --profile"),
        ("https://b.s3.amazonaws.com/", "names no object: add the path of one"),
        ("https://s3.amazonaws.com/b", "names no object"),
        ("https://s3.console.aws.amazon.com/s3/buckets/b?region=x", "is a page to log in to: write s3://"),
        ("gs://b", "gs://b names no file: write gs://place/path/to/file"),
        ("gs://b/d/", "names no file"),
        ("gs://b/*.csv", "is a pattern, and of gs:// none is read yet: name one file"),
        ("smb://u:canary@h", "smb://h names no file"),
        ("https://storage.cloud.google.com/b", "names no file"),
        ("hf://datasets/o/n", "names no file on the hub: write hf://datasets/owner/name/path/to/file"),
        ("hf://datasets/o/n/d/", "names no file on the hub"),
        ("hf://", "names no file on the hub"),
        ("hf://datasets/o/n/*.parquet", "is a pattern, and on the hub none is read yet"),
        (f"{HUB}/datasets/o/n", "huggingface.co/datasets/o/n is no file on the hub: open one under Files"),
        (f"{HUB}/datasets/o/n/viewer/default/train", "is no file on the hub"),
        (f"{HUB}/datasets/o/n/tree/main", "is no file on the hub"),
        (f"{HUB}/o/n", "is no file on the hub"),
        (f"{HUB}/o/n/tree/main/d", "is no file on the hub"),
        ("kaggle://", "kaggle:// names no dataset of Kaggle: write kaggle://owner/dataset/file.csv"),
        ("kaggle://o", "names no dataset"),
        ("kaggle://../d/a.csv", "names no dataset"),
        ("kaggle://u:canary@o/d", "names no dataset"),
        ("kaggle://competitions/titanic/a.csv", "names no dataset"),
        (f"{KAGGLE}/datasets", "is no dataset: open the page of one"),
        (f"{KAGGLE}/competitions/titanic/data", "is no dataset: .*, or download the file in the browser"),
        (f"https://drive.google.com/drive/folders/{ID}?usp=canary", f"{ID}.… is a folder of Drive: share one file in it"),
        (f"https://drive.google.com/drive/u/0/folders/{ID}", "is a folder of Drive"),
        ("https://drive.google.com/drive/my-drive", "is a folder of Drive"),
        ("https://drive.google.com/", "is a folder of Drive"),
        (f"https://docs.google.com/document/d/{ID}/edit", "is a text document and no table"),
        (f"https://docs.google.com/presentation/d/{ID}/edit", "is a presentation and no table"),
        (f"https://docs.google.com/forms/d/e/{ID}/viewform", "is a form and no table"),
        ("drive://", "drive:// names no file of Drive: write drive://folder/file.csv or drive://ID"),
        ("drive://My Drive/", "names no file of Drive"),
        ("drive://folder/", "names no file of Drive"),
        ("zip://a.csv", "zip://a.csv names no file in an archive: write zip://member::source"),
        ("zip://::a.zip", "names no file in an archive"),
        ("tar://a::", "names no file in an archive: write tar://"),
        ("zip://a::tar://b::https://u:canary@h/c.tar", "names an archive in an archive: unpack the outer one"),
        ("zip://a::upload:x", "upload: stands alone"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_source(text: str, sentence: str) -> None:
    with pytest.raises(SourceError, match=sentence) as caught:
        resolve(text)
    assert "canary" not in str(caught.value)


def test_an_empty_source_is_not_there() -> None:
    with pytest.raises(SourceNotFound, match="name a file"):
        resolve("")


def test_a_file_may_have_the_name_of_a_pattern(tmp_path: Path) -> None:
    path = tmp_path / "a[1].csv"
    path.write_text("a\n")
    assert resolve(str(path)) == LocalPath(path)
    assert resolve(f"file://{path}") == LocalPath(path)


ROWS = [*PATHS, *GITHUB, *BUCKETS, *CLOUDS, *HUB_FILES, *KAGGLE_FILES, *DRIVE_FILES, *MEMBERS]
STARTS = sorted({text.partition("/")[0] for text, *_ in ROWS} | {f"{name}://" for name in module._READERS})
SERVERS = [*module._PAGES, "b.s3.amazonaws.com", "t.sharepoint.com", "h.org"]
PIECES = st.lists(st.sampled_from([*"/?#@:=&*[]%.~-", "::", "d", ID, "blob", "main", "..", *HOSTILE]), max_size=12)


@given(st.text() | st.builds("".join, st.tuples(st.sampled_from(STARTS), PIECES.map("".join))))
@example("~\ud800")
@example("file://\ud800*")
@example("http://h:x/\0")
def test_every_text_is_a_source_or_a_sentence(text: str) -> None:
    try:
        source = resolve(text)
    except ColabMagicsError as error:
        assert str(error).rstrip().endswith((".", "…"))
    else:
        assert source.shown
        assert safe(source.name)
        assert repr(source)


@given(
    st.sampled_from(["http", "https", "gs", "smb", "abfs", "sftp", "kaggle", "hf", "s3"]),
    st.sampled_from(SERVERS),
    st.sampled_from(["", "canary@", "u:canary@", "canary:p@", "u:can/ary@", "u:canary/x@"]),
    st.sampled_from(["/o/d/a.csv", "/", "", f"/file/d/{ID}/view", "/datasets/o/d", f"/spreadsheets/d/{ID}/edit"]),
    st.sampled_from(["", "?token=canary", "?a=1&X-Amz-Signature=canary", f"?id={ID}&resourcekey=canary"]),
    st.sampled_from(["", "#access_token=canary"]),
    st.sampled_from(["", "zip://m::", "simplecache::", "tar://m::simplecache::"]),
)
def test_no_secret_is_shown(
    scheme: str, server: str, user: str, path: str, query: str, fragment: str, chain: str
) -> None:
    if scheme in ("abfs", "hf") and user == "canary@":
        user = ""  # there it names a container or a repository
    text = f"{chain}{scheme}://{user}{server}{path}{query}{fragment}"
    assert "canary" not in module.redacted(text)
    try:
        source = resolve(text)
    except SourceError as error:
        assert "canary" not in str(error)
    else:
        assert "canary" not in source.shown
        if isinstance(source, (WebAddress, CloudObject, DriveFile, DriveSheet)):
            assert "canary" not in repr(source)


def test_resolving_loads_no_library() -> None:
    script = """
import sys
from colab_magics.transfer.resolve import resolve
resolve("s3://b/k"), resolve("gs://b/k"), resolve("hf://o/n/a")
print([name for name in ("fsspec", "s3fs", "urllib3", "pandas", "requests") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
