"""Optional libraries: imported when first needed, explained when they are missing."""

from importlib import import_module
from types import ModuleType

from colab_magics.errors import MissingExtra


def need(module: str, *, by: str, extra: str) -> ModuleType:
    """Import an optional module.

    ``by`` is the feature that asks, as the person typed it (``"%train_mnist"``); ``extra`` the group of
    ``pip install "colab-magics[extra]"`` that brings it. Raises `MissingExtra` with the exact line to run.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise MissingExtra(missing(error.name or module, by=by, extra=extra)) from error


def missing(library: str, *, by: str, extra: str) -> str:
    """Say which library is missing, for what, and the line that installs it."""
    return (
        f'{by} needs {library}, which is not installed here. Run  %pip install "colab-magics[{extra}]"  and try again.'
    )
