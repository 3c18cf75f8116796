"""The packages that matter: which version is on disk, which one is loaded, and what brought it."""

from collections.abc import Sequence
from typing import NamedTuple

from colab_magics.distributions import BROUGHT_BY, Record, installed, is_same_release, loaded_version, of, version_of
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
_NOT_LOADED = Missing("not imported in this kernel")


class Package(NamedTuple):
    """A package: the version on disk, the distribution that brought it (tensorflow may come with tensorflow-cpu).

    ``loaded`` is the version that this kernel has imported; ``records`` counts the records of it in one place, which
    is 1 unless an installation broke.
    """

    name: str
    version: Reading[str]
    distribution: Reading[str]
    loaded: Reading[str] = _NOT_LOADED
    records: int = 1

    @property
    def needs_restart(self) -> bool:
        """Was another version put on disk after this kernel had imported the package?"""
        if isinstance(self.loaded, Missing) or isinstance(self.version, Missing):
            return False
        return not is_same_release(self.loaded, self.version)


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
    module = next((known for known, dists in BROUGHT_BY.items() if record and record.name in dists), None)
    if module is None:
        module = next(iter(record.top_level()), name) if record else name
    return _package(name, module, record)


def _package(name: str, module: str, record: Record | None) -> Package:
    loaded = loaded_version(module) or _NOT_LOADED
    if record is None:
        return Package(name, _NOT_INSTALLED, _NOT_INSTALLED, loaded)
    version = version_of(record) or Missing("its record names no version")
    return Package(name, version, record.name, loaded, 1 + record.twins)
