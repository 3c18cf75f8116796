"""A magic's line, read into options: nothing on it is ever evaluated."""

import argparse
import difflib
import inspect
import keyword
import os
import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from colab_magics.errors import BadOption, UnknownVariable

_VARIABLE = re.compile(r"\$([A-Za-z_]\w*)")


class HelpAsked(Exception):
    """The person typed ``-h``; the message is the help text."""


class LineParser(argparse.ArgumentParser):
    """Reads the line of one magic into the keyword arguments of its public function.

    Defaults are taken from the function's signature, so that each is said once. A bad line raises `BadOption`,
    ``-h`` raises `HelpAsked`; the process is never left.
    """

    def __init__(self, function: Callable[..., Any], *, description: str, examples: str = "") -> None:
        self._parameters = inspect.signature(function).parameters
        super().__init__(
            prog=f"%{function.__name__}",
            description=description,
            epilog=f"examples:\n{inspect.cleandoc(examples)}" if examples else None,
            formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, max_help_position=28, width=100),
            add_help=False,
            allow_abbrev=False,
        )
        self.add_argument("-h", "--help", action="store_true", default=argparse.SUPPRESS, help="show this text")

    def add_argument(self, *names: Any, **settings: Any) -> argparse.Action:
        """Add an option; its default is the one in the function's signature."""
        action = super().add_argument(*names, **settings)
        parameter = self._parameters.get(action.dest)
        if parameter is not None and parameter.default is not inspect.Parameter.empty:
            action.default = parameter.default
        return action

    def parse_line(self, line: str, namespace: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Read ``line``; a word ``$name`` is replaced by the text, number or path of that name in ``namespace``."""
        words = split(line)
        if "-h" in words or "--help" in words:
            raise HelpAsked(self.format_help())
        words = [_substituted(word, namespace or {}) for word in words]
        return vars(self.parse_args(words))

    def error(self, message: str) -> NoReturn:
        """Turn what argparse found wrong into one line with the next step."""
        unknown = re.match(r"unrecognized arguments: (--?[\w-]+)", message)
        known = [name for name in self._option_string_actions if name.startswith("--")]
        close = difflib.get_close_matches(unknown[1], known, n=1) if unknown else []
        hint = f" Did you mean {close[0]}?" if close else ""
        message = message.replace("unrecognized arguments", "unknown option")
        if re.match(r"unknown option: [^-]", message):
            # The words are not repeated: an address can hold a password.
            message = "there are too many words; a name with spaces needs quotation marks"
        raise BadOption(f"{self.prog}: {_redacted(message)}.{hint} {self.prog} -h shows what there is.")

    def completions(self, before: str, word: str) -> list[str]:
        """Options, or values of the option just typed, that start with ``word``; ``before`` is the line up to it."""
        previous = before.split()[-1:]
        action = self._option_string_actions.get(previous[0]) if previous else None
        if action is not None and action.choices:
            candidates = [str(choice) for choice in action.choices]
        elif word.startswith("-"):
            candidates = [name for name in self._option_string_actions if name.startswith("--")]
        else:
            typed = [part for part in before.split() if not part.startswith("-")]
            first = next((action for action in self._actions if not action.option_strings), None)
            candidates = [] if typed or first is None else [str(choice) for choice in first.choices or ()]
        return sorted(candidate for candidate in candidates if candidate.startswith(word))


def split(line: str) -> list[str]:
    """Split a line into words as a shell would, with quotes and without any expansion."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = ""
    if os.name == "nt":
        lexer.escape = ""
    try:
        return list(lexer)
    except ValueError as error:
        raise BadOption(f"A quotation mark is not closed in: {_redacted(line.strip())}") from error


def _redacted(text: str) -> str:
    """Take the secrets out of what was typed, before it is repeated in a message that stays in the notebook."""
    from colab_magics.redaction import Redactor

    return Redactor([text])(text)


def _substituted(word: str, namespace: Mapping[str, Any]) -> str:
    match = _VARIABLE.fullmatch(word)
    if match is None:
        return word
    value = lookup(match[1], namespace)
    return str(value) if isinstance(value, (str, int, float, Path)) else match[1]


def lookup(name: str, namespace: Mapping[str, Any]) -> Any:
    """Find the variable ``name``; dots and brackets are not followed."""
    try:
        return namespace[name]
    except KeyError:
        close = difflib.get_close_matches(name, [key for key in namespace if not key.startswith("_")], n=1)
        hint = f" Did you mean {close[0]}?" if close else " Run the cell that makes it first."
        raise UnknownVariable(f"There is no variable named {name} in this notebook.{hint}") from None


def positive(text: str) -> int:
    """A whole number of at least one."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of 1 or more")
    return number


def identifier(text: str) -> str:
    """A name that a Python variable can have."""
    if not text.isidentifier() or keyword.iskeyword(text):
        raise argparse.ArgumentTypeError(f"{text} cannot be the name of a variable")
    return text
