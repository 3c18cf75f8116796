"""The last look over what leaves this machine: whoever and whatever could tell who works here is taken out.

The report names only what it was told to name; this stands behind it, for a host's name may be part of a kernel's
version, and a password part of anything.
"""

import getpass
import os
import platform
import re
from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")

# Names that everybody has tell nothing, and are words besides.
_EVERYBODY = {"root", "user", "jovyan", "ubuntu", "ec2-user", "admin", "codespace", "vscode", "runner", "localhost"}
_SECRET_NAME = re.compile(
    r"TOKEN|SECRET|PASS(WORD|WD|PHRASE)?|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE|COOKIE|AUTH", re.IGNORECASE
)
_SHAPES = (
    (re.compile(r"\b(GPU|MIG)-[0-9a-fA-F][\w/-]{7,}"), r"\1-…"),
    (re.compile(r"(\w[\w+.-]*://)[^/\s@]+@"), r"\1…@"),
    (re.compile(r"\b(?:gh[pousr]_|github_pat_|hf_|sk-|xox[abpr]-|glpat-|AKIA|ASIA|AIza|ya29\.)[\w./-]{8,}"), "…"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"), "…"),
    (re.compile(r"(?i)\b((?:token|password|passwd|secret|api_?key|signature)\s*[=:]\s*)[^\s&;,|]+"), r"\1…"),
)


class Redaction:
    """What must not leave, found once: the home folder, the names of user and host, secrets of the environment."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        secrets = [value for name, value in environ.items() if len(value) >= 6 and _SECRET_NAME.search(name)]
        homes = [value for name in ("HOME", "USERPROFILE") if len(value := environ.get(name, "").rstrip("/\\")) > 1]
        self._words = {
            **dict.fromkeys(sorted(secrets, key=len, reverse=True), "…"),
            **dict.fromkeys(homes, "~"),
        }
        names = {_user(): "<user>", platform.node(): "<host>", platform.node().partition(".")[0]: "<host>"}
        self._names = [
            (re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])"), instead)
            for name, instead in names.items()
            if len(name) >= 3 and name.lower() not in _EVERYBODY
        ]

    def __call__(self, text: str) -> str:
        """Take everything out of a text."""
        for word, instead in self._words.items():
            text = text.replace(word, instead)
        for pattern, instead in (*_SHAPES, *self._names):
            text = pattern.sub(instead, text)
        return text

    def all(self, value: T) -> T:
        """Take everything out of every text of a value that JSON has, keys included."""
        return self._all(value)  # type: ignore[no-any-return]  # the same shape comes back

    def _all(self, value: Any) -> Any:
        if isinstance(value, str):
            return self(value)
        if isinstance(value, dict):
            return {self(key): self._all(item) for key, item in value.items()}
        return [self._all(item) for item in value] if isinstance(value, (list, tuple)) else value


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return ""
