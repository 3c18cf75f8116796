"""Secrets out of everything that is shown: those that are known by value, and those that look like one."""

from __future__ import annotations

import base64
import getpass
import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, unquote

_HIDDEN = "…"
_SHORTEST = 4  # characters: anything shorter is in half of all lines by chance

_USER = re.compile(r"(?<=://)(?:[^\s/?#\"'<>]*|[^\s/@:]+:(?!\d+/)[^\s@]*)@")
_QUERY = re.compile(r"(?<=\?)[^\s\"'<>#]+")
_ADDRESS = re.compile(r"[A-Za-z][\w+.-]*://[^\s\"'<>]+")
_NAMED = re.compile(
    r"(?i)\b([\w-]*(?:authorization|password|passwd|passphrase|token|secret|api[-_]?key|access[-_]?key|signature)[\w-]*)"
    r"(\s*[:=]\s*)(?:(?:basic|bearer|token)\s+)?[^\s,;]+"
)
_SCHEME = re.compile(r"(?i)\b(basic|bearer)\s+[\w.~+/=-]{8,}")
_TOKEN = re.compile(
    r"\b(?:gh[opusr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{12,}|hf_\w{16,}|pypi-[\w-]{16,}|sk-[\w-]{16,}|xox[abprs]-[\w-]{10,}"
    r"|AKIA[0-9A-Z]{12,}|AIza[\w-]{20,}|npm_\w{16,}|dapi[0-9a-f]{16,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)"
)
_SERIAL = re.compile(r"\b(GPU|MIG)-[0-9a-fA-F][\w/-]{7,}")
_HOME = re.compile(r"(?:/home|/Users)/[^/\s:'\"]+|[A-Za-z]:\\Users\\[^\\\s:'\"]+")
_SECRET_VARIABLE = re.compile(r"(?i)token|secret|passw|passphrase|credential|api_?key|access_?key|private_?key")
_NO_SECRETS = frozenset(
    {"git", "user", "token", "oauth2", "oauth", "x-access-token", "x-oauth-basic", "__token__", "none", "true", "false"}
)


# Names that everybody has tell nothing, and are words besides.
_EVERYBODY = frozenset(
    {"root", "user", "jovyan", "ubuntu", "ec2-user", "admin", "codespace", "vscode", "runner", "localhost"}
)


class Redactor:
    """Takes secrets out of text: passwords, tokens and serial numbers become ``…``, a home folder ``~``.

    With ``people`` also the names of user and host, which a log may need and a report that is given away may not show.

    Known by value are those of ``words`` (what the person typed), of the environment, and of the files in which pip,
    uv and netrc keep theirs; each is also looked for in percent-encoding and base64.
    """

    def __init__(
        self, words: Iterable[str] = (), environ: Mapping[str, str] | None = None, *, people: bool = False
    ) -> None:
        environ = os.environ if environ is None else environ
        secrets = {*_of_texts(words), *_of_environment(environ), *_of_files(environ)}
        spelled = {form for secret in secrets for form in _spellings(secret) if len(form) >= _SHORTEST}
        by_length = sorted(spelled, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, by_length))) if by_length else None
        home = environ.get("HOME") or environ.get("USERPROFILE") or ""
        self._home = home if len(home) > 1 else ""
        self._people = list(_people()) if people else []

    def __repr__(self) -> str:
        return "Redactor()"

    def __call__(self, text: str) -> str:
        """The text without its secrets."""
        if self._known is not None:
            text = self._known.sub(_HIDDEN, text)
        text = _ADDRESS.sub(lambda found: _QUERY.sub(_HIDDEN, _USER.sub(f"{_HIDDEN}@", found[0])), text)
        text = _USER.sub(f"{_HIDDEN}@", text)
        text = _TOKEN.sub(_HIDDEN, text)
        text = _NAMED.sub(rf"\1\2{_HIDDEN}", text)
        text = _SCHEME.sub(rf"\1 {_HIDDEN}", text)
        if self._home:
            text = re.sub(re.escape(self._home) + r"(?![\w.-])", "~", text)
        text = _SERIAL.sub(rf"\1-{_HIDDEN}", _HOME.sub("~", text))
        for pattern, instead in self._people:
            text = pattern.sub(instead, text)
        return text

    def all(self, value: Any) -> Any:
        """The value, of the kinds that JSON has, with every text and every key without its secrets."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, dict):
            return {self(key): self.all(item) for key, item in value.items()}
        return [self.all(item) for item in value] if isinstance(value, (list, tuple)) else value


def _people() -> Iterator[tuple[re.Pattern[str], str]]:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        user = ""
    host = platform.node()
    for name, instead in {user: "<user>", host: "<host>", host.partition(".")[0]: "<host>"}.items():
        if len(name) >= 3 and name.lower() not in _EVERYBODY:
            yield re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])"), instead


def _of_texts(texts: Iterable[str]) -> Iterator[str]:
    """User, password and query values of every address in the texts."""
    for text in texts:
        for address in _ADDRESS.findall(text):
            for found in _USER.findall(address):
                yield from _of_pair(*found.rstrip("@").partition(":")[::2])
            for query in _QUERY.findall(address):
                yield from (value for part in query.split("&") if _is_secret(value := part.partition("=")[2]))


def _of_pair(user: str, password: str) -> Iterator[str]:
    """A name alone may be a token; beside a password a short one is no secret, and in many words by chance."""
    yield f"{user}:{password}" if password else user
    if _is_secret(password):
        yield password
    if _is_secret(user) and (not password or len(user) >= 8):
        yield user


def _of_environment(environ: Mapping[str, str]) -> Iterator[str]:
    yield from _of_texts(environ.values())
    for name, value in environ.items():
        if _SECRET_VARIABLE.search(name) and len(value) >= 6 and _is_secret(value) and not Path(value).is_absolute():
            yield value


def _of_files(environ: Mapping[str, str]) -> Iterator[str]:
    for path in _files(environ):
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except (OSError, ValueError):  # most of them are not there
            continue
        if "netrc" in path.name:
            yield from filter(_is_secret, re.findall(r"\b(?:password|account)\s+(\S+)", text))
            for user, password in re.findall(r"\blogin\s+(\S+)\s+password\s+(\S+)", text):
                yield from _of_pair(user, password)
        else:
            yield from _of_texts([text])
            yield from (value for _, _, value in _assigned(text) if _is_secret(value))


def _assigned(text: str) -> list[tuple[str, str, str]]:
    return re.findall(r"(?im)^\s*([\w-]*(password|token|secret)[\w-]*\s*)=\s*[\"']?([^\s\"']+)", text)


def _files(environ: Mapping[str, str]) -> Iterator[Path]:
    """Where pip (https://pip.pypa.io/en/stable/topics/configuration/), uv and netrc keep what they know."""
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or ".")
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    for folder in (Path("/etc"), home / ".pip", config / "pip", Path("/etc/xdg/pip"), Path(sys.prefix)):
        yield folder / "pip.conf"
    for folder in (home / "pip", Path(environ.get("APPDATA") or home) / "pip", Path(sys.prefix)):
        yield folder / "pip.ini"
    yield home / "Library" / "Application Support" / "pip" / "pip.conf"
    for folder in (config / "uv", Path("/etc/uv"), Path()):
        yield folder / "uv.toml"
    yield Path("pyproject.toml")
    yield from (home / ".netrc", home / "_netrc")
    yield from (Path(environ[name]) for name in ("PIP_CONFIG_FILE", "UV_CONFIG_FILE", "NETRC") if environ.get(name))


def _is_secret(text: str) -> bool:
    return len(text) >= _SHORTEST and text.lower() not in _NO_SECRETS and not text.isspace()


def _spellings(secret: str) -> Iterator[str]:
    plain = unquote(secret)
    for form in (secret, plain):
        yield from (form, quote(form), quote(form, safe=""), quote_plus(form), quote(form, safe=":"))
        yield from (quote(quote(form, safe=""), safe=""), repr(form)[1:-1])
        yield base64.b64encode(form.encode()).decode()
    yield re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), quote(plain, safe=""))
