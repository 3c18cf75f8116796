"""Which versions are here: on disk, and loaded in this kernel."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from colab_magics.distributions import is_same_release, loaded_version, normalized, variants
from colab_magics.errors import BadOption
from colab_magics.install.names import is_part_of_python
from colab_magics.install.requirement import read
from colab_magics.install.snapshot import Distribution, Snapshot
from colab_magics.install.verification import main_modules


@dataclass(frozen=True, slots=True)
class Version:
    """One package: its version on disk and in this kernel, both empty where it is not; ``remark`` in words."""

    name: str
    installed: str
    loaded: str = ""
    remark: str = ""

    @property
    def needs_restart(self) -> bool:
        """Does this kernel hold another version than a new one would?"""
        return bool(self.loaded) and not is_same_release(self.loaded, self.installed, self.name)


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of the packages that were asked about, in that order."""

    packages: tuple[Version, ...]

    def __repr__(self) -> str:
        return f"Versions({', '.join(f'{package.name} {package.installed or chr(45)}' for package in self.packages)})"


def look(names: Sequence[str], snapshot: Snapshot) -> Versions:
    """Tell the versions of packages, by their names or the names of what one imports; nothing is imported.

    Raises `BadOption` for a word that can be no name.
    """
    return Versions(tuple(_version(name, snapshot) for name in names))


def _version(word: str, snapshot: Snapshot) -> Version:
    if "/" in word or "\\" in word:
        raise BadOption(
            "--check takes names of packages, as in  %install --check numpy: an address or a path has no version."
        )
    shown = re.split(r"[\s\[<>=!~;@(]", word.strip())[0]
    if is_part_of_python(normalized(shown)):
        return Version(shown, f"{sys.version_info.major}.{sys.version_info.minor}", remark="part of Python")
    wanted = read(word)
    found = _find(wanted.name, snapshot)
    if found is None:
        remark = f"the package is {wanted.name}" if wanted.typed else ""
        return Version(shown, "", _loaded([normalized(shown).replace("-", "_")]), remark)
    remarks = [f"as {found.label}"] if found.name != normalized(shown) else []
    remarks += ["editable"] if found.project else []
    return Version(shown, found.version, _loaded(main_modules(found)), ", ".join(remarks))


def _find(name: str, snapshot: Snapshot) -> Distribution | None:
    exact = next((found for other in variants(name) if (found := snapshot.get(other)) is not None), None)
    if exact is not None:
        return exact
    module = name.replace("-", "_")
    return next(
        (found for found in snapshot.distributions.values() if module in (top.lower() for top in found.top_level)),
        None,
    )


def _loaded(modules: Sequence[str]) -> str:
    return next(filter(None, map(loaded_version, modules)), "")
