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
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus, unquote

from colab_magics.format import printable

_HIDDEN = "…"
_SHORTEST = 4  # characters: anything shorter is in half of all lines by chance

# Patterns are texts, for `re` compiles and keeps them when they are first needed: most lines need none, and all of
# them together would cost more than everything else of the first report in a kernel.
_USER = r"(?<=://)(?:[^\s/?#\"'<>]*|[^\s/@:]+:(?!\d+/)[^\s@]*)@"
_QUERY = r"(?<=\?)[^\s\"'<>#]+"
_ADDRESS = r"[A-Za-z][\w+.-]*://[^\s\"'<>]+"
_NAMED = (
    r"(?i)\b([\w-]*(?:authorization|password|passwd|passphrase|token|secret|(?:api|access|account|private)[-_]?key"
    r"|signature|_key|_pwd|_pass)[\w-]*)"
    r"(\s*[:=]\s*)(?:(?:basic|bearer|token)\s+)?[^\s,;]+"
)
_SCHEME = r"(?i)\b(basic|bearer)\s+[\w.~+/=-]{8,}"
_PREFIXED = (
    r"\b(?:gh[opusr]_\w{16,}|github_pat_\w{16,}|gl(?:pat|rt|dt)-[\w-]{12,}|glsa_\w{16,}|hf_\w{16,}|pypi-[\w-]{16,}"
    r"|sk-[\w-]{16,}|[prs]k_(?:live|test)_\w{10,}|xox[abeprs]-[\w-]{10,}|xapp-[\w-]{10,}|A[KS]IA[0-9A-Z]{12,}"
    r"|AIza[\w-]{20,}|ya29\.[\w-]{10,}|npm_\w{16,}|dapi[0-9a-f]{16,}|GOCSPX-[\w-]{12,}|1//0[\w-]{20,}|KGAT_\w{16,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)"
)
_SERIAL = r"\b(GPU|MIG)-[0-9a-fA-F][\w/-]{7,}"
_HOME = (
    # A name of Windows may have spaces, if it is seen where it ends.
    r"[A-Za-z]:[\\/]+[Uu]sers[\\/]+(?:[^\\/:*?\"'<>|\n]{1,64}(?=[\\/])|[^\\/\s:'\"]+)|(?:/home|/Users)/[^/\s:'\"]+"
)
_SECRET_NAMES = (
    "TOKEN", "SECRET", "PASSW", "PASSPHRASE", "CREDENTIAL", "API_KEY", "APIKEY", "ACCESS_KEY", "ACCESSKEY",
    "PRIVATE_KEY", "PRIVATEKEY", "CONNECTION_STRING",
)  # fmt: skip
_SECRET_ENDS = ("_KEY", "_PWD", "_PASS")  # PWD itself is a folder
_NO_SECRETS = frozenset(
    {"git", "user", "token", "oauth2", "oauth", "x-access-token", "x-oauth-basic", "__token__", "none", "true", "false"}
)


class _Shape(NamedTuple):
    """What a secret looks like, what stands in its place, and what every text with one holds, in lower case."""

    marks: tuple[str, ...]
    pattern: str
    instead: str


_SHAPES = (
    _Shape(("://",), _USER, f"{_HIDDEN}@"),
    _Shape(
        ("gh", "git", "gl", "hf_", "pypi-", "sk-", "k_live", "k_test", "xox", "xapp-", "akia", "asia", "aiza", "ya29.",
         "npm_", "dapi", "eyj", "gocspx-", "1//0", "kgat_"),
        _PREFIXED,
        _HIDDEN,
    ),
    _Shape(
        ("authorization", "passw", "passphrase", "token", "secret", "key", "signature", "_pwd", "_pass"),
        _NAMED,
        rf"\1\2{_HIDDEN}",
    ),
    _Shape(("basic", "bearer"), _SCHEME, rf"\1 {_HIDDEN}"),
)  # fmt: skip


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
        self._known = sorted(spelled, key=len, reverse=True)
        home = environ.get("HOME") or environ.get("USERPROFILE") or ""
        self._home = home if len(home) > 1 else ""
        self._people = list(_people()) if people else []

    def __repr__(self) -> str:
        return "Redactor()"

    def __call__(self, text: str) -> str:
        """The text without its secrets, and without what acts on a terminal: that could stand amid one and hide it."""
        text = printable(text)
        for form in self._known:
            text = text.replace(form, _HIDDEN)
        lowered = text.lower()
        if "://" in lowered:
            text = re.sub(_ADDRESS, _without_secrets, text)
        for shape in _SHAPES:
            if any(mark in lowered for mark in shape.marks):
                text = re.sub(shape.pattern, shape.instead, text)
        if self._home and self._home in text:
            text = re.sub(re.escape(self._home) + r"(?![\w.-])", "~", text)
        if "home/" in lowered or "users" in lowered:
            text = re.sub(_HOME, "~", text)
        if "gpu-" in lowered or "mig-" in lowered:
            text = re.sub(_SERIAL, rf"\1-{_HIDDEN}", text)
        for name, instead in self._people:
            if name in text:
                text = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", instead, text)
        return text

    def all(self, value: Any) -> Any:
        """The value, of the kinds that JSON has, with every text but the names of its keys without its secrets."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, dict):
            return {key: self.all(item) for key, item in value.items()}
        return [self.all(item) for item in value] if isinstance(value, (list, tuple)) else value


def _without_secrets(address: re.Match[str]) -> str:
    return re.sub(_QUERY, _HIDDEN, re.sub(_USER, f"{_HIDDEN}@", address[0]))


def _people() -> Iterator[tuple[str, str]]:
    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user may have no name; Windows has no table of users
        user = ""
    host = platform.node()
    for name, instead in {user: "<user>", host: "<host>", host.partition(".")[0]: "<host>"}.items():
        if len(name) >= 2 and name.lower() not in _EVERYBODY:
            yield name, instead


def _of_texts(texts: Iterable[str]) -> Iterator[str]:
    """User, password and query values of every address in the texts."""
    for text in texts:
        if "://" not in text or ("@" not in text and "?" not in text):
            continue
        for address in re.findall(_ADDRESS, text):
            for found in re.findall(_USER, address):
                yield from _of_pair(*found.rstrip("@").partition(":")[::2])
            for query in re.findall(_QUERY, address):
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
        if _is_secret_name(name) and len(value) >= 6 and _is_secret(value) and not Path(value).is_absolute():
            yield value
            yield from (part for part in map(_of_assignment, value.split(";")) if len(part) >= 6)


def _is_secret_name(name: str) -> bool:
    name = name.upper()
    return name.endswith(_SECRET_ENDS) or any(word in name for word in _SECRET_NAMES)


def _of_assignment(part: str) -> str:
    """Give the secret of ``AccountKey=...``, as connection strings have it."""
    name, _, value = part.partition("=")
    return value if name.strip().lower().endswith(("key", "password", "pwd", "secret", "signature", "token")) else ""


def _of_files(environ: Mapping[str, str]) -> Iterator[str]:
    for path in _files(environ):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 (half the time of Path.open)
                text = file.read()
        except (OSError, ValueError):  # most of them are not there
            continue
        if "netrc" in path.rpartition("/")[2]:
            yield from filter(_is_secret, re.findall(r"\b(?:password|account)\s+(\S+)", text))
            for user, password in re.findall(r"\blogin\s+(\S+)\s+password\s+(\S+)", text):
                yield from _of_pair(user, password)
        else:
            # By lines, for a pyproject.toml is long, and its patterns are compiled for those only that need them.
            yield from _of_texts(text.splitlines())
            yield from filter(_is_secret, map(_of_line, text.splitlines()))


def _of_line(line: str) -> str:
    """Give the value of a setting whose name says that it is secret; empty for any other line."""
    if not any(word in line.lower() for word in ("password", "token", "secret")):
        return ""
    found = re.match(r"(?i)\s*[\w-]*(?:password|token|secret)[\w-]*\s*=\s*[\"']?([^\s\"']+)", line)
    return found[1] if found else ""


def _files(environ: Mapping[str, str]) -> Iterator[str]:
    """Where pip (https://pip.pypa.io/en/stable/topics/configuration/), uv and netrc keep what they know."""
    home = environ.get("HOME") or environ.get("USERPROFILE") or "."
    config = environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
    for folder in ("/etc", f"{home}/.pip", f"{config}/pip", "/etc/xdg/pip", sys.prefix):
        yield f"{folder}/pip.conf"
    for folder in (f"{home}/pip", f"{environ.get('APPDATA') or home}/pip", sys.prefix):
        yield f"{folder}/pip.ini"
    yield f"{home}/Library/Application Support/pip/pip.conf"
    yield from (f"{config}/uv/uv.toml", "/etc/uv/uv.toml", "uv.toml", "pyproject.toml")
    yield from (f"{home}/.netrc", f"{home}/_netrc")
    yield from (environ[name] for name in ("PIP_CONFIG_FILE", "UV_CONFIG_FILE", "NETRC") if environ.get(name))


def _is_secret(text: str) -> bool:
    return len(text) >= _SHORTEST and text.lower() not in _NO_SECRETS and not text.isspace()


def _spellings(secret: str) -> Iterator[str]:
    plain = unquote(secret)
    for form in (secret, plain):
        yield from (form, quote(form), quote(form, safe=""), quote_plus(form), quote(form, safe=":"))
        yield from (quote(quote(form, safe=""), safe=""), repr(form)[1:-1])
        yield base64.b64encode(form.encode()).decode()
    yield re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), quote(plain, safe=""))
