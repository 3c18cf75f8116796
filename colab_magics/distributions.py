"""What is installed, from the records that installers leave beside the packages: nothing is imported.

`importlib.metadata` answers the same for one name at a time, in 0.25 ms each and by parsing whole descriptions; this
reads each folder of `sys.path` once. The layout is that of the core metadata specification,
https://packaging.python.org/en/latest/specifications/recording-installed-packages/.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import ModuleType
from typing import NamedTuple

_SEPARATORS = re.compile(r"[-_.]+")
_HEAD = 4096
"""Bytes of a record in which its version stands; its description, which follows, may be megabytes."""

BROUGHT_BY: dict[str, tuple[str, ...]] = {
    "Bio": ("biopython",),
    "Crypto": ("pycryptodome",),
    "GPUtil": ("gputil",),
    "OpenSSL": ("pyopenssl",),
    "PIL": ("pillow", "pillow-simd"),
    "bs4": ("beautifulsoup4",),
    "cv2": (
        "opencv-python-headless",
        "opencv-python",
        "opencv-contrib-python",
        "opencv-contrib-python-headless",
    ),
    "dateutil": ("python-dateutil",),
    "docx": ("python-docx",),
    "dotenv": ("python-dotenv",),
    "faiss": ("faiss-cpu", "faiss-gpu", "faiss-gpu-cu11", "faiss-gpu-cu12"),
    "fitz": ("pymupdf",),
    "git": ("gitpython",),
    "google.protobuf": ("protobuf",),
    "imblearn": ("imbalanced-learn",),
    "jwt": ("pyjwt",),
    "keras": ("keras", "keras-nightly"),
    "mpl_toolkits": ("matplotlib",),
    "pkg_resources": ("setuptools",),
    "pptx": ("python-pptx",),
    "psycopg2": ("psycopg2", "psycopg2-binary"),
    "pynvml": ("nvidia-ml-py",),
    "serial": ("pyserial",),
    "skimage": ("scikit-image",),
    "sklearn": ("scikit-learn", "scikit-learn-intelex"),
    "slugify": ("python-slugify",),
    "tensorboard": ("tensorboard", "tb-nightly"),
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
    "umap": ("umap-learn",),
    "usb": ("pyusb",),
    "wx": ("wxpython",),
    "yaml": ("pyyaml",),
    "zmq": ("pyzmq",),
}
"""Import names whose distribution is called otherwise, or comes in variants that bring the same modules.

The first is the one to install. One is enough: two overwrite each other.
"""


class Record(NamedTuple):
    """One installed distribution: its name and version as written, and the folder (or file) of its record.

    ``version`` is empty where the record names none. ``twins`` counts further records of the name in the same
    place, which a broken installation leaves.
    """

    name: str
    version: str
    folder: str
    twins: int = 0

    def top_level(self) -> tuple[str, ...]:
        """The names that can be imported from it, as far as its record tells."""
        listed = _read(f"{self.folder}/top_level.txt").split()
        return tuple(listed) or tuple(dict.fromkeys(_first_parts(_read(f"{self.folder}/RECORD"))))


def normalized(name: str) -> str:
    """A distribution's name in its one spelling, lower case with hyphens (PEP 503)."""
    return _SEPARATORS.sub("-", name).lower()


def installed(folders: Sequence[str] | None = None) -> dict[str, Record]:
    """Find every distribution by its normalized name; the first on the path wins, as it does for an import.

    ``folders`` are those of `sys.path` if not given. Folders that cannot be read are passed over, as imports do.
    """
    records: dict[str, Record] = {}
    for folder in dict.fromkeys(sys.path if folders is None else folders):
        here: dict[str, Record] = {}
        for path, name, version in _records(folder or "."):
            known = here.get(name)
            if known is None:
                here[name] = Record(name, version, path)
            else:
                # Installers go by the highest, and so does a person who looks into the folder.
                newest = max((known, Record(name, version, path)), key=lambda record: _release(record.version))
                here[name] = newest._replace(twins=known.twins + 1)
        records = {**here, **records}
    return records


def variants(name: str) -> tuple[str, ...]:
    """The distributions that bring what ``name`` does, of a distribution itself first; of any other name that alone."""
    plain = normalized(name)
    group = _groups().get(plain, ())
    return (plain, *(other for other in group if other != plain)) if plain in group or not group else group


@cache
def _groups() -> dict[str, tuple[str, ...]]:
    """Every name of `BROUGHT_BY`, of modules and of distributions, with its group."""
    named = {normalized(module): group for module, group in BROUGHT_BY.items()}
    return named | {name: group for group in BROUGHT_BY.values() for name in group}


def of(name: str, records: Mapping[str, Record]) -> Record | None:
    """Find the distribution that ``name`` means: its own name, an import name, or a known variant of it."""
    return next((records[variant] for variant in variants(name) if variant in records), None)


def version_of(record: Record) -> str:
    """Read the version from the record itself; empty when it is damaged or gone."""
    head = next(filter(None, (_read(f"{record.folder}/{name}", _HEAD) for name in ("METADATA", "PKG-INFO"))), "")
    if not head:
        head = _read(record.folder, _HEAD)  # an egg-info may be one file
    for line in head.partition("\n\n")[0].splitlines():
        name, _, value = line.partition(":")
        if name.lower() == "version" and value.strip():
            return value.split()[0]
    return ""


def loaded_version(module: str) -> str | None:
    """The version that a module says of itself when it is already imported, or None; nothing is imported or run."""
    loaded = sys.modules.get(module)
    if not isinstance(loaded, ModuleType):
        return None
    version = object.__getattribute__(loaded, "__dict__").get("__version__")
    return version if isinstance(version, str) and version else None


def is_same_release(one: str, other: str, name: str = "") -> bool:
    """Are two versions of the package ``name``, one on disk and one that its module tells, the same release?

    A module may leave out the local part (``+cu121``), zeros at the end, the number of a post-release, which has the
    same code (https://packaging.python.org/en/latest/specifications/version-specifiers/#post-releases), and OpenCV's
    the fourth number.
    """
    first, second = _release(one), _release(other)
    if not first or not second or not _are_same_builds(one, other):
        return False
    if "opencv-python" in variants(name):
        shared = min(len(first), len(second))
        return first[:shared] == second[:shared]
    return _public(first) == _public(second)


def _are_same_builds(one: str, other: str) -> bool:
    locals_ = [version.lower().partition("+")[2] for version in (one, other)]
    return not all(locals_) or locals_[0] == locals_[1]


def _public(release: tuple[str, ...]) -> tuple[str, ...]:
    if len(release) > 2 and release[-2] == _part("post"):
        release = release[:-2]
    while release and release[-1] == _part("0"):
        release = release[:-1]
    return release


def _release(version: str) -> tuple[str, ...]:
    public = version.partition("+")[0].lower().replace("-", "").replace("_", "")
    return tuple(_part(part) for part in re.findall(r"\d+|[a-z]+", public))


def _part(part: str) -> str:
    return part.zfill(8)


def _records(folder: str) -> Iterator[tuple[str, str, str]]:
    """Yield each record in a folder of packages: where it is, and the name and version that its file name says."""
    try:
        entries = os.listdir(folder)  # noqa: PTH208 (a tenth of the time of Path.iterdir)
    except OSError:
        return
    for entry in sorted(entries):
        stem, _, kind = entry.rpartition(".")
        if kind in ("dist-info", "egg-info"):
            name, _, version = stem.partition("-")
            yield f"{folder}/{entry}", normalized(name), version.partition("-")[0]


def _first_parts(record: str) -> Iterator[str]:
    for line in record.splitlines():
        first, slash, _ = line.partition(",")[0].partition("/")
        if not slash:
            first = first.removesuffix(".py") if first.endswith(".py") else first.partition(".")[0]
        if first.isidentifier() and first != "__pycache__":
            yield first


def _read(path: str, limit: int = -1) -> str:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 (half the time of Path.open, and there are hundreds)
            return file.read(limit).decode(errors="replace")
    except OSError:
        return ""
