"""``%fun``: a corgi, a kitty or a crab walks below the cell, and sparks fly where a training gets on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colab_magics import _shell
from colab_magics.errors import BadOption
from colab_magics.fun import card as cards
from colab_magics.fun.pets import PETS
from colab_magics.options import LineParser, Suggestions

if TYPE_CHECKING:
    from colab_magics.fun.panel import FunPanel

_OFF = "off"
_CHOICES = f"{', '.join(list(PETS)[:-1])} or {list(PETS)[-1]}"


def fun(pet: str = "", *, power: bool = False) -> None:
    """Let a pet walk below the cell for five minutes, and with ``power`` let sparks fly where a training gets on.

    ``pet``: ``corgi``, ``kitty`` or ``crab``, or ``off``, which takes away whatever ``%fun`` shows. ``power``: sparks
    on the panel of a training at each epoch's end, and more at a new best, which is the least test loss so far.

    Nothing makes a sound or shakes, and where the system asks for less motion, all of it stays still. Each pet is at
    one place at a time. Raises `BadOption` for another pet, and where there is neither a pet nor ``power``.
    """
    if pet == _OFF:
        close()
    else:
        _Outing(pet, power=power).begin()


PARSER = LineParser(
    fun,
    description="Let a pet walk below the cell, or sparks fly where a training gets on, for five minutes at most.\n"
    "As a cell magic, it is there while the cell runs.",
    examples="""
        %fun corgi
        %fun kitty --power
        %fun off              takes all of it away

        %%fun crab --power
        run = %train_mnist
    """,
)
PARSER.add_argument("pet", nargs="?", metavar="PET", choices=Suggestions([*PETS, _OFF]), help=f"{_CHOICES}; or off")
PARSER.add_argument("--power", action="store_true", help="sparks at an epoch's end and at a new best")


def run(line: str, cell: str | None) -> object:
    """Do what the line says, or with a cell show it while that runs, and give the cell's value."""
    __tracebackhide__ = True
    options = PARSER.parse_line(line, _shell.namespace())
    if cell is None:
        fun(**options)
        return None
    if options["pet"] == _OFF:
        raise BadOption("%%fun off has nothing to show while its cell runs: type  %fun off  without a cell.")
    outing = _Outing(**options)
    outing.begin()
    try:
        return _shell.execute(cell)
    finally:
        outing.end()


def close() -> None:
    """Take away whatever is shown; called by ``%fun off``, and when the extension is unloaded."""
    for outing in list(_out.values()):
        outing.end()


class _Outing:
    """A pet, sparks, or both, from when they are shown until they are taken away."""

    def __init__(self, pet: str, *, power: bool) -> None:
        if not pet and not power:
            raise BadOption(f"%fun takes a pet, {_CHOICES}, or --power for sparks; %fun off ends it.")
        if pet and pet not in PETS:
            raise BadOption(f"%fun knows no pet of the name {pet!r}: there are {_CHOICES}, and %fun off ends it.")
        self._pet, self._power = PETS.get(pet), power
        self._panel: FunPanel | None = None
        self._shown: _shell.Shown | None = None

    def begin(self) -> None:
        name = self._pet.name if self._pet else ""
        if name in _out:
            _out[name].end()
        if not _shell.has_kernel():
            _shell.show(cards.in_a_terminal(self._pet, power=self._power))
            return
        _out[name] = self
        self._shown = _shell.show(cards.still(self._pet, power=self._power), self._open)

    def end(self) -> None:
        for name in [name for name, outing in _out.items() if outing is self]:
            del _out[name]
        if self._panel is not None:
            self._panel.close()
        if self._shown is not None:
            self._shown.clear()

    def _open(self) -> FunPanel:
        from colab_magics.fun.panel import FunPanel

        self._panel = FunPanel(self._pet, power=self._power)
        return self._panel


_out: dict[str, _Outing] = {}
"""What is out now, by the name of the pet."""
