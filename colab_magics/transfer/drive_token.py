"""Where the right to read Drive is kept: the system's keyring, or a file that only the person reads."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from colab_magics.errors import OutputDenied

_SERVICE = "colab_magics: Google Drive"


class KeptToken:
    """The token of one OAuth client from which access tokens are made; ``place`` is the file for it."""

    def __init__(self, client_id: str) -> None:
        import platformdirs

        self._client_id = client_id
        self.place = platformdirs.user_config_path("colab_magics", appauthor=False) / "drive_login.json"

    def read(self) -> str:
        """Return what is kept for this client, or nothing. Raises ValueError for what cannot be read."""
        with contextlib.suppress(Exception):  # each keyring has errors of its own
            if (keyring := _keyring()) and (token := keyring.get_password(_SERVICE, self._client_id)):
                return str(token)
        try:
            facts = json.loads(self.place.read_bytes())
            token, client = facts["refresh_token"], facts["client_id"]
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except (OSError, KeyError, TypeError, RecursionError):
            raise ValueError from None
        if not isinstance(token, str) or not token.isprintable():
            raise ValueError
        return token if client == self._client_id else ""

    def write(self, token: str) -> None:
        """Keep a token. Raises `OutputDenied` where that cannot be."""
        with contextlib.suppress(Exception):
            if keyring := _keyring():
                keyring.set_password(_SERVICE, self._client_id, token)
                return
        facts = json.dumps({"client_id": self._client_id, "refresh_token": token})
        try:
            self.place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, name = tempfile.mkstemp(dir=self.place.parent, prefix=".drive-")  # which only the person reads
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(facts)
            Path(name).replace(self.place)
        except OSError as error:
            raise OutputDenied(
                f"The login at Google Drive cannot be kept in {self.place.parent} ({error.strerror}): make room there, "
                "or set XDG_CONFIG_HOME to another folder."
            ) from None

    def remove(self) -> None:
        """Forget it everywhere."""
        with contextlib.suppress(Exception):
            if keyring := _keyring():
                keyring.delete_password(_SERVICE, self._client_id)
        with contextlib.suppress(OSError):
            self.place.unlink()


def _keyring() -> Any:
    """The system's keyring, or None where the library for it is not installed."""
    if find_spec("keyring") is None:
        return None
    import keyring

    return keyring
