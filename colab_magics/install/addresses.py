"""Addresses of indexes: those that are configured already, and how little of any is shown."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote, unquote, urlsplit

from colab_magics.install.process import QUIET
from colab_magics.install.way import Way

_PATIENCE = 20.0  # seconds
_SET = re.compile(r"(global|install|:env:)\.(extra-index-url|find-links)=(.+)")
_STRENGTH = ("global", "install", ":env:")
"""Each overrides those before it (https://pip.pypa.io/en/stable/topics/configuration/)."""
_LISTED = re.compile(r"Looking in (?:indexes|links): (.+)")
_ORDINARY = frozenset({"", "simple", "+simple", "pypi", "python", "root", "index", "api", "packages", "whl", "stable"})
_SETTINGS = (
    *("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"),
    *("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS"),
)


def configured(way: Way) -> dict[str, str]:
    """The settings to which more addresses are added, by the names of their variables; see `Wishes.environ`.

    A variable of the environment takes the place of what pip's files say, so that those have to be asked first. uv
    puts both together by itself.
    """
    if way.name == "uv":
        return {name: os.environ[name] for name in ("UV_EXTRA_INDEX_URL", "UV_FIND_LINKS") if os.environ.get(name)}
    try:
        done = subprocess.run(
            [*way.words, "config", "list"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **QUIET},
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):  # the installation itself will tell
        return {}
    lines = done.stdout.decode("utf-8", errors="replace").splitlines()
    settings = [setting for line in lines if (setting := _SET.fullmatch(line.strip())) is not None]
    settings.sort(key=lambda setting: _STRENGTH.index(setting[1]))
    return {f"PIP_{setting[2].upper().replace('-', '_')}": _unquoted(setting[3]) for setting in settings}


def _unquoted(value: str) -> str:
    try:
        return " ".join(str(ast.literal_eval(value)).split())
    except (ValueError, SyntaxError):
        return ""


class HostsOnly:
    """Takes the paths of indexes out of a text, in which some services put a token; ``redact`` takes the rest.

    Known are those of ``addresses``, of the environment, and those that pip says it looks in.
    """

    def __init__(
        self, redact: Callable[[str], str], addresses: Iterable[str], environ: Mapping[str, str] | None = None
    ) -> None:
        environ = os.environ if environ is None else environ
        self._redact, self._paths = redact, set[str]()
        for text in (*addresses, *(environ.get(name, "") for name in _SETTINGS)):
            self._learn(text)

    def __call__(self, text: str) -> str:
        """The text without secrets and without these paths."""
        listed = _LISTED.match(text)
        if listed is not None:
            self._learn(listed[1].replace(",", " "))
        for path in sorted(self._paths, key=len, reverse=True):
            text = text.replace(path, "/…")
        return self._redact(text)

    def _learn(self, text: str) -> None:
        for word in re.findall(r"https?://\S+", text):
            try:
                path = urlsplit(word).path.strip("/")
            except ValueError:  # no address
                continue
            if not _ORDINARY.issuperset(path.split("/")):
                self._paths |= {f"/{form}" for form in (path, unquote(path), quote(unquote(path)))}
