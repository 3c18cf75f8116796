"""Tokens of the person for servers that keep private files, from where each server's own tools look for them."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from colab_magics.errors import BadOption

_PLAIN = re.compile(r"[!-~]+")  # what a header may hold


@dataclass(frozen=True, slots=True)
class Token:
    """What one server knows the person by; ``advice`` says what to do where it is missing or refused."""

    value: str = field(repr=False)
    advice: str = ""


NO_TOKEN = Token("")


def token_for(url: str, environ: Mapping[str, str] = os.environ) -> Token:
    """Return the token for the server of an address; `NO_TOKEN` for servers of which nothing is known.

    Raises `BadOption` for one that cannot be a token, such as one of two lines.
    """
    parts = urlsplit(url)
    if parts.scheme != "https":
        return NO_TOKEN
    if parts.hostname == "huggingface.co":
        return _of_hub(environ)
    return _of_kaggle(environ) if parts.hostname in ("www.kaggle.com", "kaggle.com") else NO_TOKEN


def _of_hub(environ: Mapping[str, str]) -> Token:
    """See https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables."""
    home = Path(environ.get("HF_HOME") or Path(environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface")
    file = Path(environ.get("HF_TOKEN_PATH") or home / "token")
    is_wanted = environ.get("HF_HUB_DISABLE_IMPLICIT_TOKEN", "").upper() not in ("1", "ON", "YES", "TRUE")
    value = (environ.get("HF_TOKEN") or _content(file)) if is_wanted else ""
    if value:
        return Token(
            _checked(value, "HF_TOKEN"), "Look whether the token may read it, and accept its terms on its page."
        )
    return Token("", "Set HF_TOKEN to a token of your account at Hugging Face, and accept its terms on its page.")


def _of_kaggle(environ: Mapping[str, str]) -> Token:
    """See https://github.com/Kaggle/kaggle-api/blob/main/docs/README.md."""
    value = environ.get("KAGGLE_API_TOKEN") or _content(Path("~/.kaggle/access_token"))
    if value:
        return Token(_checked(value, "KAGGLE_API_TOKEN"), "Look whether your account may see it at Kaggle.")
    return Token("", "Set KAGGLE_API_TOKEN to a token from the settings of your account at Kaggle.")


def _content(file: Path) -> str:
    try:
        return file.expanduser().read_text(encoding="utf-8").strip()
    except (OSError, ValueError, RuntimeError):  # most people have none
        return ""


def _checked(value: str, name: str) -> str:
    value = value.strip()
    if not _PLAIN.fullmatch(value):
        raise BadOption(f"{name} holds no token: it must be one word of plain letters. Copy it once more.")
    return value
