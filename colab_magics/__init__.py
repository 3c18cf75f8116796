"""The comforts of Google Colab in any notebook: ``%load_ext colab_magics``."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from colab_magics.envinfo.magic import envinfo as envinfo
    from colab_magics.fun.magic import fun as fun
    from colab_magics.gallery.magic import gallery as gallery
    from colab_magics.ingest.magic import ingest as ingest
    from colab_magics.install.magic import install as install
    from colab_magics.train.kept import runs as runs
    from colab_magics.train.live import LiveRun as LiveRun
    from colab_magics.train.live_magic import train as train
    from colab_magics.train.magic import train_mnist as train_mnist

__version__ = "0.1.0"

MAGICS = {
    "envinfo": "colab_magics.envinfo.magic",
    "install": "colab_magics.install.magic",
    "ingest": "colab_magics.ingest.magic",
    "train_mnist": "colab_magics.train.magic",
    "train": "colab_magics.train.live_magic",
    "gallery": "colab_magics.gallery.magic",
    "fun": "colab_magics.fun.magic",
}
"""Each magic, and public function of the same name, with the module that holds both."""

FUNCTIONS = {"runs": "colab_magics.train.kept", "LiveRun": "colab_magics.train.live"}
"""Each public function or class that is no magic, with its module."""

VALUES = {
    "colab_magics.envinfo.report.Report": "colab_magics.envinfo.magic",
    "colab_magics.envinfo.difference.Difference": "colab_magics.envinfo.magic",
    "colab_magics.install.events.Installed": "colab_magics.install.magic",
    "colab_magics.install.versions.Versions": "colab_magics.install.magic",
    "colab_magics.train.run.Run": "colab_magics.train.magic",
    "colab_magics.train.kept.Runs": "colab_magics.train.magic",
    "colab_magics.train.background.Background": "colab_magics.train.magic",
    "colab_magics.train.fits.Fit": "colab_magics.train.live_magic",
    "colab_magics.train.board.Board": "colab_magics.train.magic",
    "colab_magics.gallery.items.Gallery": "colab_magics.gallery.magic",
}
"""Each type whose values a panel shows, with the module whose ``show`` draws it."""

__all__ = [
    "LiveRun",
    "envinfo",
    "fun",
    "gallery",
    "ingest",
    "install",
    "load_ipython_extension",
    "runs",
    "train",
    "train_mnist",
    "unload_ipython_extension",
]

# The first import of a subpackage binds its name here and would hide the function of the same name.
# So the slices, whose __init__ is empty, are imported now and their names given back to __getattr__.
for _name in MAGICS:
    import_module(MAGICS[_name].rpartition(".")[0])
    globals().pop(_name, None)


def __getattr__(name: str) -> Any:
    """Find a public function only when it is asked for (PEP 562)."""
    module = MAGICS.get(name) or FUNCTIONS.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(module), name)


def __dir__() -> list[str]:
    return sorted(__all__)


def load_ipython_extension(shell: "InteractiveShell") -> None:
    """Register the magics; called by ``%load_ext colab_magics``."""
    from colab_magics import _extension

    _extension.load(shell, MAGICS, VALUES)


def unload_ipython_extension(shell: "InteractiveShell") -> None:
    """Take every name, hook, panel and process away; called by ``%unload_ext colab_magics``."""
    from colab_magics import _extension

    _extension.unload(shell)
