"""What may be shown of an address, and what its file is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colab_magics.transfer.addresses import WebAddress, last_name, redacted


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://h/a.csv", "https://h/a.csv"),
        ("https://u:secret@h:8080/a%20b.csv", "https://h:8080/a%20b.csv"),
        ("https://h/a.csv?X-Amz-Signature=secret&b=1", "https://h/a.csv?…"),
        ("https://h/a.csv?secret", "https://h/a.csv?…"),
        ("https://h/a.csv#access_token=secret", "https://h/a.csv"),
        ("https://a:b@secret:c@h/a", "https://h/a"),
        ("https://u:sec/ret@h/a", "https://…"),
        ("https://u:sec#ret@h/a", "https://…"),
        ("https://u:sec?ret@h/a", "https://…"),
        ("https://u:1/secret@h/a", "https://u:1/secret@h/a"),  # a server u, its port 1, and a path
        ("https://[::1]:80/a", "https://[::1]:80/a"),
        ("https:///a?secret", "https:///a?…"),
        ("http://[secret/a", "http://…"),
        ("//u:secret@h/a", "//h/a"),
        ("data.csv", "data.csv"),
        ("a?b#c.csv", "a?b#c.csv"),
        ("s3://bucket/a b.csv", "s3://bucket/a b.csv"),
        ("s3://key:secret@bucket/a.csv", "s3://bucket/a.csv"),
        ("s3://key:sec/ret@bucket/a.csv", "s3://…"),
        ("s3://bucket/year=2024/part-?.csv", "s3://bucket/year=2024/part-?.csv"),
        ("s3://bucket/a#1.csv", "s3://bucket/a#1.csv"),
        ("s3://bucket/a.csv?token=secret#x", "s3://bucket/a.csv?…"),
        ("s3://bucket/a.csv#token=secret", "s3://bucket/a.csv#…"),
        ("s3://arn:aws:s3:us-west-2:1:accesspoint/p/k", "s3://arn:aws:s3:us-west-2:1:accesspoint/p/k"),
        ("abfs://container@account.dfs.core.windows.net/a.csv", "abfs://container@account.dfs.core.windows.net/a.csv"),
        ("abfs://u:secret@account.dfs.core.windows.net/a.csv", "abfs://account.dfs.core.windows.net/a.csv"),
        ("sftp://u:secret@h/a.csv", "sftp://h/a.csv"),
        ("drive://ID?resourcekey=secret", "drive://ID?…"),
        ("zip://m::https://u:secret@h/a.zip?secret", "zip://m::https://h/a.zip?…"),
        ("TAR://a/b::s3://k:secret@b/a.tar", "TAR://a/b::s3://b/a.tar"),
        ("simplecache::https://u:secret@h/a?secret", "simplecache::https://h/a?…"),
        ("https://h/a?b::c=secret", "https://h/a?…"),
        ("file:///a/part-?.csv", "file:///a/part-?.csv"),
        ("", ""),
    ],
)
def test_what_may_be_shown(address: str, shown: str) -> None:
    assert redacted(address) == shown
    assert redacted(redacted(address)) == shown


@given(st.text() | st.from_regex(r"(zip://a::)?[a-z0-9]{1,6}://[a-z:@/?#\[\]=%.]{0,20}", fullmatch=True))
def test_every_text_may_be_asked_for(text: str) -> None:
    redacted(text)
    last_name(text)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (WebAddress("https://h/a%20b.csv?x=y"), "a b.csv"),
        (WebAddress("https://h.org"), "h.org"),
        (WebAddress("https://h/..%2F..%2Fx"), "x"),
        (WebAddress("http://[broken"), ""),
        (WebAddress("https://h/export?format=csv", "table.csv"), "table.csv"),
    ],
)
def test_the_name_of_a_file(source: WebAddress, name: str) -> None:
    assert source.name == name


def test_an_address_is_written_without_its_secrets() -> None:
    assert repr([WebAddress("https://u:canary@h/a?canary")]) == "[WebAddress('https://h/a?…')]"
