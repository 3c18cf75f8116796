"""`%install` and `%%install`: packages into this kernel's environment, verified."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, NoReturn

from colab_magics import _shell
from colab_magics.errors import BadOption, InstallFailed
from colab_magics.install import card as cards
from colab_magics.install import plan as plans
from colab_magics.install.events import Ended, Installed
from colab_magics.install.installation import install_all
from colab_magics.install.screen import Screen
from colab_magics.install.snapshot import take
from colab_magics.install.versions import Versions, look
from colab_magics.options import LineParser, split
from colab_magics.redaction import Redactor

if TYPE_CHECKING:
    from colab_magics._panel import Panel
    from colab_magics.card import Card

_COMMENT = re.compile(r"(?:^|\s)#.*$")


def install(
    *names: str,
    apt: bool = False,
    check: bool = False,
    upgrade: bool = False,
    pre: bool = False,
    no_deps: bool = False,
    force_reinstall: bool = False,
    requirement: str | Sequence[str] | None = None,
    constraint: str | Sequence[str] | None = None,
    index_url: str | None = None,
    extra_index_url: str | Sequence[str] | None = None,
    find_links: str | None = None,
    no_index: bool = False,
    timeout: float = 1800.0,
) -> Installed | Versions:
    """Install packages into the environment of this very Python, verify them, and show what has changed.

    ``names``: as pip takes them: names with extras and versions, paths of wheels, addresses. ``apt``: they are
    system packages. ``check``: only report versions, as `Versions`. ``timeout``: seconds that one installer may take.
    All other options are pip's own (https://pip.pypa.io/en/stable/cli/pip_install/).

    The result tells what changed, which loaded modules need a restart of the kernel, and which requirements are
    broken now that were not before. Raises `InstallFailed` when an installer fails or what it installed cannot be
    imported, and `BadOption` for names that cannot be meant.
    """
    wishes: dict[str, Any] = {
        "upgrade": upgrade,
        "pre": pre,
        "no_deps": no_deps,
        "force_reinstall": force_reinstall,
        "requirement": _several(requirement),
        "constraint": _several(constraint),
        "index_url": index_url or "",
        "extra_index_url": _several(extra_index_url),
        "find_links": find_links or "",
        "no_index": no_index,
    }
    redact = Redactor([*names, *_texts(wishes)])
    try:
        if check:
            return _check(names)
        return _install(plans.make(names, plans.Wishes(**wishes), apt=apt, timeout=timeout), names, redact)
    except (BadOption, InstallFailed) as error:
        # The words that are quoted may hold a password; and nothing of the first error may be shown.
        raise type(error)(redact(str(error))) from None


class _Parser(LineParser):
    """Takes names and options in any order, and repeats nothing of a line that it does not know."""

    def parse_args(self, words: Any = None, namespace: Any = None) -> Any:
        for word in words:
            why = plans.REFUSED.get(word.partition("=")[0])
            if why is not None:
                raise BadOption(f"{self.prog} does not take {word.partition('=')[0]}: {why}.")
        return self.parse_intermixed_args(words, namespace)

    def error(self, message: str) -> NoReturn:
        unknown = re.match(r"unrecognized arguments: (-[^\s=]*)", message)
        super().error(f"unrecognized arguments: {unknown[1]}" if unknown else message)


PARSER = _Parser(
    install,
    description=(
        "Install packages into this kernel's environment, verify them, and say what has changed, what needs a restart\n"
        "of the kernel, and which requirements of others are broken now. As a cell magic: one requirement per line."
    ),
    examples="""
    %install graphviz pydot
    %install -U "numpy>=2,<3"
    %install ./wheels/mine-1.0-py3-none-any.whl
    %install --apt ffmpeg
    %install --check numpy sklearn       versions only

    %%install
    # one on each line, as in requirements.txt
    numpy>=2
    pandas
    """,
)
PARSER.add_argument("names", nargs="*", help="names, with extras and versions; paths of wheels; addresses")
PARSER.add_argument("--apt", action="store_true", help="they are packages of Debian or Ubuntu")
PARSER.add_argument("--check", action="store_true", help="install nothing, report versions")
PARSER.add_argument("-U", "--upgrade", action="store_true", help="to the newest versions that fit")
PARSER.add_argument("--pre", action="store_true", help="take versions before their release, too")
PARSER.add_argument("--no-deps", action="store_true", help="nothing that they need")
PARSER.add_argument("--force-reinstall", action="store_true", help="also what is there already")
PARSER.add_argument("-r", "--requirement", action="append", metavar="FILE", help="a file with one requirement per line")
PARSER.add_argument("-c", "--constraint", action="append", metavar="FILE", help="a file that bounds the versions")
PARSER.add_argument("-i", "--index-url", metavar="URL", help="another index of packages")
PARSER.add_argument("--extra-index-url", action="append", metavar="URL", help="one more index of packages")
PARSER.add_argument("-f", "--find-links", metavar="PLACE", help="a folder or page with wheels")
PARSER.add_argument("--no-index", action="store_true", help="only what --find-links and paths give")
PARSER.add_argument("--timeout", type=float, metavar="SECONDS", help="how long one installer may take (default 1800)")


def run(line: str, cell: str | None) -> object:
    """Do what was typed: install, or with ``--check`` tell versions."""
    line = _COMMENT.sub("", line)
    names, option_lines = _entries(cell or "")
    redact = Redactor([line, cell or ""])
    try:
        options = PARSER.parse_line(" ".join([line, *option_lines]), _shell.namespace())
    except BadOption as error:
        raise BadOption(redact(str(error))) from None
    if cell is not None and not (names or options["names"] or options["requirement"]):
        raise BadOption("The cell names nothing to install: write one requirement on each line.")
    return install(*options.pop("names"), *names, **options)


def show(value: Installed | Versions) -> None:
    """Show the outcome of an installation, or versions, as a panel."""
    card = cards.versions(value) if isinstance(value, Versions) else cards.done("%install", value)
    _shell.show(card, _panel(card), value=value)


def _install(plan: plans.Plan, names: Sequence[str], redact: Redactor) -> Installed:
    title = redact(" ".join(["%install", *names, *(f"-r {file}" for file in plan.wishes.requirement)]))
    # Closed at once, whatever is raised here: a traceback would keep the stream, and with it the installer, alive.
    with Screen(title) as screen, closing(install_all(plan, redact)) as events:
        try:
            for event in events:
                if isinstance(event, Ended):
                    screen.show(cards.done(title, event.installed), value=event.installed)
                    return event.installed
                screen.tell(event)
        except InstallFailed as error:
            raise InstallFailed(redact(str(error))) from None
    raise InstallFailed("The installation ended without a result: this is a fault of %install, please report it.")


def _check(names: Sequence[str]) -> Versions:
    if not names:
        raise BadOption("Name what to look for, as in  %install --check numpy.")
    found = look(names, take())
    show(found)
    return found


def _panel(card: Card) -> Any:
    def panel() -> Panel:
        from colab_magics.install.panel import InstallPanel

        return InstallPanel(card=card.data())

    return panel


def _entries(cell: str) -> tuple[list[str], list[str]]:
    """The requirements of a cell, a line each, and the lines that hold options."""
    lines = [_COMMENT.sub("", line).strip() for line in cell.replace("\\\n", " ").splitlines()]
    names = [line for line in lines if line and not line.startswith("-")]
    return [_unquoted(name) for name in names], [line for line in lines if line.startswith("-")]


def _unquoted(line: str) -> str:
    words = split(line) if line[0] in "\"'" else []
    return words[0] if len(words) == 1 else line


def _several(value: str | Sequence[str] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def _texts(values: dict[str, Any]) -> list[str]:
    flat = [item for value in values.values() for item in (value if isinstance(value, tuple) else (value,))]
    return [item for item in flat if isinstance(item, str)]
