"""Where the system's loader would find a shared library, told from folders and its cache: nothing is loaded."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from colab_magics.envinfo.reading import Missing, Reading

# Folders of the loader itself, of its neighbours on Debian, and where WSL, Colab, Kubernetes and NixOS keep a driver.
_SYSTEM = (
    "usr/lib/x86_64-linux-gnu",
    "usr/lib/aarch64-linux-gnu",
    "usr/lib64",
    "usr/lib",
    "lib64",
    "lib",
    "usr/lib/wsl/lib",
    "usr/lib64-nvidia",
    "usr/local/nvidia/lib64",
    "run/opengl-driver/lib",
)
_CACHE_MOST = 8 * 2**20
_STUBS = "stubs"


class Libraries:
    """Looks for shared libraries as ld.so(8) does on the system at ``root``: LD_LIBRARY_PATH, its cache, its folders.

    https://man7.org/linux/man-pages/man8/ld.so.8.html
    """

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        path = environ.get("LD_LIBRARY_PATH", "").replace(";", ":").split(":")
        self._asked = tuple(f"{root}/{folder.lstrip('/')}" for folder in path if folder)
        self._system = tuple(f"{root}/{folder}" for folder in _SYSTEM)
        self._cache = _head(root / "etc/ld.so.cache")
        self._listings: dict[str, frozenset[str]] = {}

    def finds(self, name: str, folders: Iterable[Path] = ()) -> bool:
        """Is there a library of this file name, also in ``folders``, which a framework searches by itself?"""
        places = (*self._asked, *map(str, folders), *self._system)
        return f"{name}\0".encode() in self._cache or any(name in self._names(place) for place in places)

    def finds_any(self, stem: str, folders: Iterable[Path] = ()) -> bool:
        """Is there a library whose file name begins with ``stem``, whatever its version or its hash?"""
        places = (*self._asked, *map(str, folders), *self._system)
        if f"{stem}.so.".encode() in self._cache:
            return True
        return any(name.startswith((f"{stem}.so", f"{stem}-")) for place in places for name in self._names(place))

    def stub(self, name: str) -> bool:
        """Does LD_LIBRARY_PATH lead to a stub of this library, which is made for linking and can do nothing?"""
        first = next((folder for folder in self._asked if name in self._names(folder)), "")
        return first.rstrip("/").endswith(f"/{_STUBS}")

    def version(self, name: str) -> Reading[str]:
        """Tell the version of a driver's library from the file that its link leads to: libcuda.so.550.54.14."""
        for folder in (*self._asked, *self._system):
            if name in self._names(folder):
                target = os.path.realpath(f"{folder}/{name}").rpartition(".so.")[2]
                if target.count(".") and target.replace(".", "").isdecimal():
                    return target
                return Missing(f"the file behind {name} has no version in its name")
        return Missing(f"{name} is in no folder that was looked at")

    def has_compat(self) -> bool:
        """Does LD_LIBRARY_PATH name NVIDIA's forward compatibility package, which brings a newer CUDA to a driver?

        https://docs.nvidia.com/deploy/cuda-compatibility/forward-compatibility.html
        """
        return any("/compat" in folder and "libcuda.so.1" in self._names(folder) for folder in self._asked)

    def _names(self, folder: str) -> frozenset[str]:
        if folder not in self._listings:
            try:
                self._listings[folder] = frozenset(os.listdir(folder))  # noqa: PTH208 (a tenth of Path.iterdir's time)
            except (OSError, ValueError):  # the loader passes over what it cannot read, too
                self._listings[folder] = frozenset()
        return self._listings[folder]


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_CACHE_MOST)
    except OSError:  # musl and others have no cache
        return b""
