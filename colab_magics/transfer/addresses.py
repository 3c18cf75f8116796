"""Web addresses and their pieces: what may be shown of one, what its file is called, what its query says."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit, urlunsplit

_CHAIN = re.compile(r"(?:(?:zip|tar)://.*?|\w+)::", re.DOTALL | re.IGNORECASE)
_CONTAINED = ("abfs", "abfss", "oci")  # what stands before their @ is a container


def split(address: str) -> SplitResult | None:
    """Return the pieces of an address, or None where it is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return None


def redacted(address: str) -> str:
    """Return the part of an address that may be shown and kept: no user name, password, query or fragment.

    In the keys and paths of other addresses than those of the web, ``?`` and ``#`` are letters like others: there
    only what has the form ``name=value`` is left out.
    """
    if link := _CHAIN.match(address):
        return link[0] + redacted(address[link.end() :])
    parts = split(address)
    if parts is None:
        return f"{address.partition('://')[0]}://…"
    if not parts.netloc and "://" not in address:
        return address
    user, _, host = parts.netloc.rpartition("@")
    if _is_cut(host):
        return f"{parts.scheme}://…"
    if parts.scheme in _CONTAINED and ":" not in user and user:
        host = f"{user}@{host}"
    if parts.scheme in ("http", "https", ""):
        return urlunsplit((parts.scheme, host, parts.path, "…" if parts.query else "", ""))
    tail = ("?" + parts.query if parts.query else "") + ("#" + parts.fragment if parts.fragment else "")
    return f"{parts.scheme}://{host}{parts.path}{tail[:1] + '…' if '=' in tail else tail}"


def _is_cut(host: str) -> bool:
    """Is this the start of a password, which a ``/``, ``?`` or ``#`` in it has cut?"""
    port = host.rpartition("]")[2].partition(":")[2]
    return bool(port) and not port.isdecimal() and not host.startswith("arn:")


def last_name(address: str) -> str:
    """Return the last part of the path, decoded, or the server."""
    parts = split(address)
    return (PurePosixPath(unquote(parts.path)).name or parts.hostname or "") if parts else ""


def tail(parts: SplitResult) -> str:
    """Return query and fragment letter for letter, as they go behind another path."""
    return (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")


def asked(parts: SplitResult, name: str) -> str:
    """Return the first value that the query gives to ``name``, or nothing."""
    return parse_qs(parts.query).get(name, [""])[0]


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An http or https address; ``called`` is the name of the file where the address does not tell it."""

    url: str
    called: str = ""

    @property
    def name(self) -> str:
        """The last part of the path, or the server."""
        return self.called or last_name(self.url)

    @property
    def shown(self) -> str:
        return redacted(self.url)

    def __repr__(self) -> str:
        return f"WebAddress({self.shown!r})"
