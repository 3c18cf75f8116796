"""What is to be installed and how, read from a person's words; nothing is started yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from colab_magics.distributions import normalized, variants
from colab_magics.errors import BadOption
from colab_magics.install import requirement, system
from colab_magics.install.requirement import Requirement
from colab_magics.install.snapshot import Snapshot
from colab_magics.install.way import Way

REFUSED = {
    "--target": "it would put the package where this kernel does not look",
    "-t": "it would put the package where this kernel does not look",
    "--prefix": "it would put the package where this kernel does not look",
    "--root": "it would put the package where this kernel does not look",
    "--python": "%install is for this kernel's own environment; for another one choose its kernel",
    "--user": "pip does so by itself where the environment may not be written",
    "--editable": "an editable project belongs to its developer: install it in a terminal",
    "-e": "an editable project belongs to its developer: install it in a terminal",
    "--break-system-packages": "it can break the operating system: make an environment (python3 -m venv NAME) instead",
    "--trusted-host": "it turns the check of the server's certificate off",
    "--quiet": "%install shows one line of progress anyway: leave it out",
    "-q": "%install shows one line of progress anyway: leave it out",
    "--yes": "%install never asks: leave it out",
    "-y": "%install never asks: leave it out",
    "--config-settings": "options for a build belong into a file of requirements:  -r FILE",
    "--global-option": "options for a build belong into a file of requirements:  -r FILE",
    "--proxy": "set HTTPS_PROXY in the environment instead: a line is kept in the history",
    "--cert": "set PIP_CERT in the environment instead",
    "--client-cert": "set PIP_CLIENT_CERT in the environment instead",
    "--log": "what the installer says is shown",
    "--dry-run": "%install --check NAME tells versions without installing",
    "--uninstall": "%pip uninstall -y NAME  takes packages away",
}
"""Options of installers that are not taken here, and why."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options that go on to the installer, with its own meanings (https://pip.pypa.io/en/stable/cli/pip_install/)."""

    upgrade: bool = False
    pre: bool = False
    no_deps: bool = False
    force_reinstall: bool = False
    requirement: tuple[str, ...] = ()
    constraint: tuple[str, ...] = ()
    index_url: str = field(default="", repr=False)
    extra_index_url: tuple[str, ...] = field(default=(), repr=False)
    find_links: str = field(default="", repr=False)
    no_index: bool = False

    def __post_init__(self) -> None:
        for file in (*self.requirement, *self.constraint):
            if "://" not in file and not Path(file).is_file():
                raise BadOption(f"There is no file {file}: check its path.")
        for address in (self.index_url, *self.extra_index_url, self.find_links):
            if address.startswith("-") or not address.isprintable() or (" " in address and "://" in address):
                raise BadOption("The address of an index must be one word, such as https://host/simple.")

    def words(self, way: Way, names: Sequence[str]) -> list[str]:
        """The options as ``way`` writes them; addresses, which may hold a password, go by `environ` instead."""
        is_uv = way.name == "uv"
        words = []
        if self.upgrade:
            # uv's --upgrade is for everything that is needed; pip's only for what is named.
            words += (
                [f"--upgrade-package={name}" for name in names] if is_uv and all(names) and names else ["--upgrade"]
            )
        if self.pre:
            words.append("--prerelease=allow" if is_uv else "--pre")
        if self.force_reinstall:
            words.append("--reinstall" if is_uv else "--force-reinstall")
        words += ["--no-deps"] * self.no_deps + ["--no-index"] * self.no_index
        words += [f"--requirement={file}" for file in self.requirement]
        words += [f"--constraint={file}" for file in self.constraint]
        if self.find_links and "://" not in self.find_links:
            words.append(f"--find-links={Path(self.find_links).expanduser()}")
        return words

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where packages are looked for."""
        return tuple(filter(None, (self.index_url, *self.extra_index_url, self.find_links)))

    @property
    def adds_addresses(self) -> bool:
        """Is any address to come beside those that are configured?"""
        return bool(self.extra_index_url or "://" in self.find_links)

    def environ(self, way: Way, configured: Mapping[str, str]) -> dict[str, str]:
        """Addresses as settings of the environment: other users of the machine can read a command's words.

        More indexes and places come after those that are ``configured`` already, under the names of the variables.
        """
        prefix, index_url = ("UV", "UV_DEFAULT_INDEX") if way.name == "uv" else ("PIP", "PIP_INDEX_URL")
        told = {
            index_url: (self.index_url,),
            f"{prefix}_EXTRA_INDEX_URL": self.extra_index_url,
            f"{prefix}_FIND_LINKS": (self.find_links,) if "://" in self.find_links else (),
        }
        return {
            name: ("," if name == "UV_FIND_LINKS" else " ").join(filter(None, (configured.get(name, ""), *values)))
            for name, values in told.items()
            if any(values)
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """Packages, and system packages by their names for apt; ``timeout`` in seconds for each program that is run."""

    requirements: tuple[Requirement, ...]
    system: tuple[str, ...]
    wishes: Wishes
    timeout: float

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the packages, as far as they are known before."""
        return tuple(dict.fromkeys(wanted.name for wanted in self.requirements if wanted.name))

    def command(self, way: Way, before: Snapshot) -> tuple[str, ...]:
        """The words that start the installer."""
        import sys

        texts = [_at_hand(wanted, before) for wanted in self.requirements]
        options = self.wishes.words(way, [wanted.name for wanted in self.requirements])
        if way.name == "uv":
            return (*way.words, "pip", "install", "--python", sys.executable, *options, *texts)
        progress = "raw" if way.tells_progress else "off"
        return (*way.words, "install", "--no-input", f"--progress-bar={progress}", *options, *texts)

    def notes(self, before: Snapshot) -> tuple[str, ...]:
        """What the person should know of what was made of the words."""
        return tuple(
            f"{wanted.typed} is what one imports; the package is called {_chosen(wanted, before)}."
            for wanted in self.requirements
            if wanted.typed
        )


def make(names: Sequence[str], wishes: Wishes, *, apt: bool = False, timeout: float = 1800.0) -> Plan:
    """Read what was asked for. Raises `BadOption` for what cannot be meant."""
    if not 0 < timeout < float("inf"):
        raise BadOption(f"--timeout must be a number of seconds above 0, and is {timeout}.")
    words = [name.strip() for name in names]
    if [word.lower() for word in words[:2]] in (["pip", "install"], ["uv", "pip"]):
        raise BadOption("%install takes the names alone: leave out the words  pip install.")
    if not words and not wishes.requirement:
        raise BadOption("Name what to install, as in  %install numpy  or  %install -r requirements.txt.")
    if apt:
        return Plan((), tuple(map(system.checked, words)), wishes, timeout)
    parts = [word for word in words if normalized(word) in system.BY_NAME]
    requirements = tuple(requirement.read(word) for word in words if word not in parts)
    return Plan(requirements, tuple(system.BY_NAME[normalized(word)].apt for word in parts), wishes, timeout)


def _chosen(wanted: Requirement, before: Snapshot) -> str:
    """Of several packages that bring the same modules, the one that is installed already."""
    return next((name for name in variants(wanted.name) if before.get(name) is not None), wanted.name)


def _at_hand(wanted: Requirement, before: Snapshot) -> str:
    if not wanted.typed:
        return wanted.text
    return _chosen(wanted, before) + wanted.text.removeprefix(wanted.name)
