"""How a store is reached: as an option says, or as a page does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colab_magics.errors import BadOption
from colab_magics.transfer.bucket_store import Access

if TYPE_CHECKING:
    from colab_magics.ingest.request import Request

_LONGEST = 1024  # characters of what a page says


def access_of(request: Request) -> Access:
    """How to reach the store of a request."""
    return Access(request.endpoint, request.profile, request.anon, request.requester_pays)


def access_in(said: object) -> Access:
    """How to reach a store by what a page, or a manifest, says. Raises `BadOption` for what is no short text."""
    facts = said if isinstance(said, dict) else {}
    endpoint, profile = (short_text(facts.get(name) or "").strip() or None for name in ("endpoint", "profile"))
    return Access(endpoint, profile, facts.get("anon") is True, facts.get("requester_pays") is True)


def short_text(said: object) -> str:
    """Return what a page says, if it is a text that may be a name. Raises `BadOption`."""
    if not isinstance(said, str) or len(said) > _LONGEST:
        raise BadOption("This is too long to be the name of a place.")
    return said
