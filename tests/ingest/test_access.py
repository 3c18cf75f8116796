"""How a store is reached."""

import pytest

from colab_magics.errors import BadOption
from colab_magics.ingest.access import access_in, access_of
from colab_magics.ingest.request import Request
from colab_magics.transfer.bucket import Access


def test_as_a_page_and_as_an_option_says() -> None:
    access = Access("https://s.example.org", "me", requester_pays=True)
    assert access_of(Request("s3://b/k", endpoint=access.endpoint, profile="me", requester_pays=True)) == access
    assert access_in({**access.kept, "profile": " me "}) == access
    assert access_in({"endpoint": "", "profile": None, "anon": 1}) == access_in("nothing") == Access()


@pytest.mark.parametrize("said", [{"endpoint": 5}, {"profile": "x" * 1025}])
def test_what_is_no_short_text(said: dict[str, object]) -> None:
    with pytest.raises(BadOption, match="This is too long to be the name of a place"):
        access_in(said)


@pytest.mark.parametrize("endpoint", ["https://me:canary@s.example.org", "https://s.example.org/?key=canary"])
def test_no_secret_is_kept(endpoint: str) -> None:
    assert Access(endpoint).kept["endpoint"] == "…"
