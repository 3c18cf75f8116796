"""The person's user name and key at Kaggle, from where Kaggle's own tools look for them."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from colab_magics.errors import SourceDenied
from colab_magics.transfer.source import KaggleFile, WebAddress
from colab_magics.transfer.tokens import token_for


@dataclass(frozen=True, slots=True)
class KaggleKey:
    """What Kaggle asks for in an address."""

    user: str
    key: str = field(repr=False)


def find_key() -> KaggleKey | None:
    """Return what ``KAGGLE_USERNAME`` and ``KAGGLE_KEY`` say, or else ``kaggle.json``; None where there is neither.

    The file lies in ``KAGGLE_CONFIG_DIR``, in ``~/.kaggle`` or in ``~/.config/kaggle``. Raises `SourceDenied` for one
    that cannot be read.
    """
    user, key = os.environ.get("KAGGLE_USERNAME"), os.environ.get("KAGGLE_KEY")
    if user and key:
        return KaggleKey(user, key)
    return next(filter(None, map(_read, _files())), None)


def signed(file: KaggleFile) -> WebAddress:
    """Return the address of a file with the person's key in it, if there is one: public datasets need none.

    The key goes to Kaggle alone, and not to the server that it redirects to. Where there is a token, which Kaggle
    gives out in place of keys now, it is the token that is sent.
    """
    key = None if token_for(file.download.url).value else find_key()
    if key is None:
        return file.download
    login = f"{quote(key.user, safe='')}:{quote(key.key, safe='')}"
    return WebAddress(file.download.url.replace("https://", f"https://{login}@", 1), file.name)


def _files() -> list[Path]:
    chosen = os.environ.get("KAGGLE_CONFIG_DIR")
    folders = [Path(chosen)] if chosen else [Path.home() / ".kaggle", Path.home() / ".config" / "kaggle"]
    return [folder / "kaggle.json" for folder in folders]


def _read(path: Path) -> KaggleKey | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return KaggleKey(str(found["username"]), str(found["key"]))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise SourceDenied(
            f"{path} holds no user name and key that can be read: make a new one in the settings of your account at "
            "Kaggle."
        ) from None  # the cause may quote the file
