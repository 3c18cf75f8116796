"""The smallest slice there can be, for the tests of the shell, the options and the panels."""

from dataclasses import dataclass

from colab_magics import _shell
from colab_magics.card import Card
from colab_magics.errors import BadOption
from colab_magics.options import LineParser, positive


@dataclass(frozen=True)
class Said:
    """What `%echo` returns."""

    words: str


def echo(words: str = "nothing", *, times: int = 1, tone: str = "calm", broken: bool = False) -> Said:
    """Say something."""
    if broken:
        raise BadOption("The echo is broken\x1b[31m: say it yourself.")
    said = Said(" ".join([words] * times))
    show(said)
    return said


PARSER = LineParser(echo, description="Say something.", examples="%echo hello --times 2")
PARSER.add_argument("words", nargs="?", help="what to say")
PARSER.add_argument("--times", type=positive, help="how often")
PARSER.add_argument("--tone", choices=("calm", "loud"), help="in which tone")
PARSER.add_argument("--broken", action="store_true", help="fail")


def run(line: str, cell: str | None) -> object:
    options = PARSER.parse_line(line, _shell.namespace())
    return echo(**options) if cell is None else _shell.execute(cell)


def show(said: Said) -> None:
    _shell.show(Card("Echo", big=said.words), value=said)
