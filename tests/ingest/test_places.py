"""Where the panel looks: a real S3 server and a Drive, both on loopback."""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from drive_server import FOLDER, DriveServer, drive_server
from hostile import HOSTILE
from servers import Bucket

from colab_magics.errors import BadOption
from colab_magics.ingest import places as places_module
from colab_magics.ingest.places import Places
from colab_magics.ingest.request import Request
from colab_magics.transfer.bucket import Access
from colab_magics.transfer.drive import DriveClient
from colab_magics.transfer.drive_login import CLIENT_VARIABLE, FILE_VARIABLE, Login
from colab_magics.transfer.listings import Entry, Listing
from tests.waiting import soon

ID = "1AbCdEfGhIjKlMnOpQrStUvWx"


def settled(places: Places) -> dict[str, Any]:
    assert soon(lambda: places.state["phase"] != "looking")
    return places.state


def names(state: dict[str, Any]) -> list[str]:
    return [entry["name"] for entry in state["entries"]]


def go(places: Places, **message: Any) -> dict[str, Any]:
    places.look(message if "kind" in message else {"number": places.state["number"], **message})
    return settled(places)


def test_a_bucket(s3: Bucket) -> None:
    s3.add("deep/er/a.csv", b"a\n1\n")
    s3.add("top.csv", b"a\n1\n")
    access = {"endpoint": s3.endpoint, "profile": "", "anon": False, "requester_pays": True}
    places = Places(Request("upload:"))
    assert places.state["kind"] == ""
    assert names(go(places, kind="s3", place="", access=access)) == ["data"]
    state = go(places, into=0)
    assert (names(state), state["crumbs"]) == (["deep/", "top.csv"], ["Buckets", "data"])
    state = go(places, kind="s3", place="s3://data/deep/er/")
    assert (names(state), state["crumbs"]) == (["a.csv"], ["Buckets", "data", "deep/", "er/"])
    assert state["access"] == {**access, "profile": None}
    request = places.chosen({"entry": 0, "number": state["number"]})
    assert (request.source, request.endpoint, request.requester_pays) == ("s3://data/deep/er/a.csv", s3.endpoint, True)
    assert names(go(places, crumb=2)) == ["er/"]
    assert go(places, kind="s3", place="data/to")["crumbs"] == ["Buckets", "data", "to…"]
    assert go(places, kind="s3", place="nobody/")["sentence"] == (
        "There is no bucket nobody: check its name and the endpoint."
    )
    assert go(places, kind="")["crumbs"] == []


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[Listing]], Places]:
    """A store whose pages are these."""

    def make(pages: list[Listing]) -> Places:
        def page(place: str, access: Access, more: str, stop: threading.Event) -> Listing:
            return pages[int(more or 0)]

        monkeypatch.setattr(places_module, "list_bucket", page)
        return Places(Request("upload:"))

    return make


def test_pages(listed: Callable[[list[Listing]], Places]) -> None:
    places = listed([Listing((Entry("a"),), "1"), Listing((Entry("b"),), "2"), Listing((Entry("c"),))])
    go(places, kind="s3", place="data/")
    assert (places.state["page"], places.state["more"]) == (1, True)
    assert names(go(places, page="next")) == ["b"]
    state = go(places, page="next")
    assert (names(state), state["page"], state["more"]) == (["c"], 3, False)
    assert names(go(places, page="back")) == ["b"]
    go(places, page="back")
    with pytest.raises(BadOption, match="The list has changed"):
        go(places, page="back")


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"number": -1, "page": "next"},
        {"into": 0, "number": 1},
        {"into": "0"},
        {"into": True},
        {"into": 9},
        {"crumb": -1},
        {"page": "next"},
    ],
)
def test_what_a_page_may_not_ask_for(listed: Callable[[list[Listing]], Places], message: dict[str, Any]) -> None:
    places = listed([Listing((Entry("a", "x/"),))])
    go(places, kind="s3", place="data/")
    with pytest.raises(BadOption, match="The list has changed"):
        places.look({"number": places.state["number"], **message})


@pytest.mark.parametrize(
    "message",
    [
        {"kind": "ftp"},
        {"kind": ["s3"]},
        {"kind": "s3", "place": 7},
        {"kind": "s3", "place": "x" * 2000},
        {"kind": "s3", "access": {"endpoint": 7}},
        {"kind": "drive", "search": None},
    ],
)
def test_what_is_no_place(message: dict[str, Any]) -> None:
    with pytest.raises(BadOption, match="Choose S3 or Google Drive|too long to be the name"):
        Places(Request("upload:")).look(message)


def test_what_cannot_be_chosen(listed: Callable[[list[Listing]], Places]) -> None:
    places = listed(
        [
            Listing(
                (
                    Entry("deep/", "data/deep/"),
                    Entry("odd ", note="It has no address."),
                    Entry("a.csv", source="s3://data/a.csv"),
                )
            )
        ]
    )
    number = go(places, kind="s3", place="data/")["number"]
    for entry, sentence in ((0, "deep/ is a folder"), (1, "It has no address"), (5, "The list has changed")):
        with pytest.raises(BadOption, match=sentence):
            places.chosen({"entry": entry, "number": number})
    with pytest.raises(BadOption, match=r"a\.csv is no folder"):
        places.look({"into": 2, "number": number})


@pytest.mark.parametrize("name", [*HOSTILE, "../" * 40, "a\nb", "x" * 5000, "\ud800"])
def test_a_name_is_one_line_of_text(listed: Callable[[list[Listing]], Places], name: str) -> None:
    places = listed([Listing((Entry(name, source=f"s3://data/{name}"),))])
    state = go(places, kind="s3", place="data/")
    (shown,) = names(state)
    assert shown.isprintable()
    assert len(shown) <= 120
    assert places.chosen({"entry": 0, "number": state["number"]}).source == f"s3://data/{name}"


def test_a_full_page_is_small(listed: Callable[[list[Listing]], Places]) -> None:
    entries = tuple(Entry("😀" * 1024, note="😀" * 1024) for _ in range(100))
    places = listed([Listing(entries, "1")])
    state = json.dumps(go(places, kind="s3", place="a/" * 500), ensure_ascii=False)  # as a kernel sends it
    assert len(state.encode()) < 120_000


def test_only_the_newest_look_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    stops: list[threading.Event] = []

    def wait(place: str, access: Access, more: str, stop: threading.Event) -> Listing:
        stops.append(stop)
        if place == "slow/":
            stop.wait(10)
        return Listing((Entry(place),))

    monkeypatch.setattr(places_module, "list_bucket", wait)
    places = Places(Request("upload:"))
    places.look({"kind": "s3", "place": "slow"})
    assert places.state["phase"] == "looking"
    assert names(go(places, kind="s3", place="fast/")) == ["fast/"]
    assert stops[0].is_set()
    places.look({"kind": "s3", "place": "slow/"})
    places.close()
    assert stops[-1].wait(5)


@pytest.fixture
def drive() -> Iterator[DriveServer]:
    pytest.importorskip("google.oauth2.credentials")
    with drive_server() as running:
        yield running


def test_drive(drive: DriveServer) -> None:
    from google.oauth2.credentials import Credentials

    asked: list[bool] = []
    logins: list[Login] = []

    def log_in(may_ask: bool, stop: threading.Event) -> Login | None:
        asked.append(may_ask)
        return logins[0] if logins else None

    def client(login: Login) -> DriveClient:
        return DriveClient(login, api=drive.url, docs=drive.url)

    drive.add(ID, "a.csv", b"a\n1\n", parents=("F",))
    drive.add("F", "my data", type=FOLDER)
    places = Places(Request("upload:"), log_in=log_in, client=client)
    state = go(places, kind="drive")
    assert (state["phase"], state["asks"], asked) == ("closed", False, [False])
    assert FILE_VARIABLE in state["sentence"]
    logins.append(
        Login(Credentials(None, "1//r", None, f"{drive.url}/token", "canary-client", "canary-secret"), "the tests")
    )
    state = go(places, kind="drive", log_in=True)
    assert asked == [False, True]
    assert (names(state)[2:], state["crumbs"]) == (["my data"], ["My Drive"])
    state = go(places, into=2)
    assert (names(state), state["crumbs"]) == (["a.csv"], ["My Drive", "my data"])
    assert places.chosen({"entry": 0, "number": state["number"]}).source == f"drive://{ID}"
    assert names(go(places, kind="drive", search=" A.c ")) == ["a.csv"]
    assert len(asked) == 2  # one login for the time of the panel
    assert "canary" not in json.dumps(places.state)
    assert names(go(places, crumb=0))[2:] == ["my data"]


def test_ways_to_log_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CLIENT_VARIABLE, "client.json")
    monkeypatch.delenv(FILE_VARIABLE, raising=False)
    state = go(Places(Request("upload:"), log_in=lambda *_: None), kind="drive")
    assert state["asks"]
    assert state["sentence"].startswith("Google asks in your browser whether this notebook may read your Drive")


def test_a_login_that_breaks_is_told() -> None:
    def log_in(*_: Any) -> Login | None:
        raise RuntimeError("broken")

    state = go(Places(Request("upload:"), log_in=log_in), kind="drive")
    assert (state["phase"], state["sentence"]) == ("failed", "RuntimeError: broken")
