"""The versions of the packages that matter, from what pip wrote down: nothing is imported."""

import re
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from colab_magics.envinfo.reading import Missing, Reading

_VERSION = re.compile(r"^Version:\s*(\S+)", re.MULTILINE)

PACKAGES: dict[str, tuple[str, ...]] = {
    "tensorflow": (
        "tensorflow",
        "tensorflow-cpu",
        "tensorflow-intel",
        "tensorflow-macos",
        "tensorflow-gpu",
        "tensorflow-rocm",
        "tensorflow-cpu-aws",
        "tf-nightly",
        "tf-nightly-cpu",
    ),
    "keras": ("keras", "keras-nightly"),
    "tensorboard": ("tensorboard", "tb-nightly"),
    "torch": ("torch",),
    "jax": ("jax",),
    "numpy": ("numpy",),
    "pandas": ("pandas",),
    "pyarrow": ("pyarrow",),
    "scikit-learn": ("scikit-learn",),
    "matplotlib": ("matplotlib",),
    "pillow": ("pillow", "pillow-simd"),
    "opencv": (
        "opencv-python",
        "opencv-python-headless",
        "opencv-contrib-python",
        "opencv-contrib-python-headless",
    ),
    "ipython": ("ipython",),
    "ipykernel": ("ipykernel",),
    "ipywidgets": ("ipywidgets",),
    "anywidget": ("anywidget",),
    "jupyterlab": ("jupyterlab",),
    "notebook": ("notebook",),
    "colab-magics": ("colab-magics",),
}
"""Each package that matters, with the distributions that can bring it."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package, the version on disk, and the distribution that brought it (tensorflow comes with tensorflow-cpu)."""

    name: str
    version: Reading[str]
    distribution: Reading[str]


def read_packages() -> tuple[Package, ...]:
    """Look up every package of `PACKAGES` among the installed distributions."""
    return tuple(_read(name, distributions) for name, distributions in PACKAGES.items())


def _read(name: str, distributions: tuple[str, ...]) -> Package:
    for candidate in distributions:
        try:
            found = distribution(candidate)
        except PackageNotFoundError:
            continue
        version = _VERSION.search(_record(found))
        return Package(name, version[1] if version else Missing("its record names no version"), candidate)
    missing = Missing("not installed")
    return Package(name, missing, missing)


def _record(found: Distribution) -> str:
    """Read the head of what the installer wrote down; empty when it is damaged or gone.

    `Distribution.version` would parse the whole description, and fails in other ways with each Python.
    """
    try:
        # The names are those of wheels, of eggs, and of an egg that is one file.
        record = next(filter(None, map(found.read_text, ("METADATA", "PKG-INFO", ""))), "")
    except UnicodeDecodeError:
        return ""
    return record.partition("\n\n")[0]
