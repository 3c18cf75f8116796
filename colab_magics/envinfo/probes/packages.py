"""The packages that matter: which version is on disk, which one is loaded, and what brought it."""

import sys
from collections.abc import Sequence
from typing import NamedTuple

from colab_magics.distributions import (
    BROUGHT_BY,
    Record,
    installed,
    is_same_release,
    loaded_version,
    normalized,
    of,
    version_of,
)
from colab_magics.envinfo.reading import Missing, Reading

PACKAGES: dict[str, str] = {
    "tensorflow": "tensorflow",
    "keras": "keras",
    "tensorboard": "tensorboard",
    "torch": "torch",
    "jax": "jax",
    "numpy": "numpy",
    "pandas": "pandas",
    "pyarrow": "pyarrow",
    "scikit-learn": "sklearn",
    "matplotlib": "matplotlib",
    "pillow": "PIL",
    "opencv": "cv2",
    "ipython": "IPython",
    "ipykernel": "ipykernel",
    "ipywidgets": "ipywidgets",
    "anywidget": "anywidget",
    "jupyterlab": "jupyterlab",
    "notebook": "notebook",
    "colab-magics": "colab_magics",
}
"""Each package that the report names, with the name it is imported by."""

_NOT_INSTALLED = Missing("not installed")
NOT_LOADED = Missing("not imported in this kernel")
_NO_VERSION = Missing("imported, and tells no version")


class Package(NamedTuple):
    """A package: the version on disk, the distribution that brought it (tensorflow may come with tensorflow-cpu).

    ``loaded`` is the version that this kernel has imported; ``records`` counts the records of it in one place, which
    is 1 unless an installation broke.
    """

    name: str
    version: Reading[str]
    distribution: Reading[str]
    loaded: Reading[str] = NOT_LOADED
    records: int = 1

    @property
    def needs_restart(self) -> bool:
        """Was another version put on disk after this kernel had imported the package?"""
        if isinstance(self.loaded, Missing) or isinstance(self.version, Missing):
            return False
        name = self.name if isinstance(self.distribution, Missing) else self.distribution
        return not is_same_release(self.loaded, self.version, name)


def read_packages(names: Sequence[str] = (), folders: Sequence[str] | None = None) -> tuple[Package, ...]:
    """Look up ``names`` (of distributions or imports), or else every package of `PACKAGES`, in what is installed."""
    records = installed(folders)
    if not names:
        return tuple(_package(name, module, of(module, records)) for name, module in PACKAGES.items())
    return tuple(_asked(name, records) for name in names)


def _asked(name: str, records: dict[str, Record]) -> Package:
    record = of(name, records)
    if record is None:
        # Last, for it opens a file for each distribution: whoever brings a module of that name.
        record = next((known for known in records.values() if name in known.top_level()), None)
    return _package(name, _module(record) if record else name, record)


def _module(record: Record) -> str:
    """Name the module that tells the version of a distribution: of several, the one that is called like it."""
    modules = record.top_level()
    known = [module for module, distributions in BROUGHT_BY.items() if record.name in distributions]
    own = [module for module in modules if normalized(module) == record.name]
    usual = [PACKAGES[record.name]] if record.name in PACKAGES else []
    return next(iter((*usual, *own, *known, *modules)), record.name)


def _package(name: str, module: str, record: Record | None) -> Package:
    loaded = loaded_version(module) or (_NO_VERSION if module in sys.modules else NOT_LOADED)
    if record is None:
        return Package(name, _NOT_INSTALLED, _NOT_INSTALLED, loaded)
    version = version_of(record) or Missing("its record names no version")
    return Package(name, version, record.name, loaded, 1 + record.twins)
