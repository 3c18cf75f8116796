"""Optional libraries: imported when first needed, explained when they are missing."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from colab_magics.errors import MissingExtra

_LIBRARIES = {"google": "google-auth", "google_auth_oauthlib": "google-auth-oauthlib", "sklearn": "scikit-learn"}
"""The name to install, where it is not the name to import."""


def need(module: str, *, by: str, extra: str) -> ModuleType:
    """Import an optional module.

    ``by`` is the feature that asks, as the person typed it (``"%train_mnist"``); ``extra`` the group of
    ``pip install "colab-magics[extra]"`` that brings it. Raises `MissingExtra` with the exact line to run.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise _missing(error.name or module, by=by, extra=extra) from error


def check(*modules: str, by: str, extra: str) -> None:
    """Find out, without importing them, whether optional modules are there; raises as `need` does."""
    for module in modules:
        if find_spec(module) is None:
            raise _missing(module, by=by, extra=extra)


def _missing(module: str, *, by: str, extra: str) -> MissingExtra:
    name = module.partition(".")[0]
    library = _LIBRARIES.get(name, name)
    return MissingExtra(
        f'{by} needs {library}, which is not installed here. Run  %pip install "colab-magics[{extra}]"  and try again.'
    )
