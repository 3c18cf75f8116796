"""A magic's line, read into options: nothing on it is ever evaluated."""

import argparse
import difflib
import inspect
import keyword
import operator
import os
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from colab_magics.errors import BadOption, UnknownVariable

_VARIABLE = re.compile(r"(--[\w-]+=)?\$([A-Za-z_]\w*)")


class HelpAsked(Exception):
    """The person typed ``-h``; the message is the help text."""


class _AskForHelp(argparse.Action):
    """Meets ``-hh``, and a ``-h`` that came out of a variable."""

    def __init__(self, option_strings: list[str], dest: str, **settings: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, **settings)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        raise HelpAsked  # without the text: some ways of parsing change the parser while they go on


class LineParser(argparse.ArgumentParser):
    """Reads the line of one magic into the keyword arguments of its public function.

    Defaults are taken from the function's signature, so that each is said once. A bad line raises `BadOption`,
    ``-h`` raises `HelpAsked`; the process is never left.
    """

    def __init__(self, function: Callable[..., Any], *, description: str, examples: str = "") -> None:
        self._parameters = inspect.signature(function).parameters
        self._rest: str | None = None
        super().__init__(
            prog=f"%{function.__name__}",
            description=description,
            epilog=f"examples:\n{inspect.cleandoc(examples)}" if examples else None,
            formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, max_help_position=28, width=100),
            add_help=False,
            allow_abbrev=False,
        )
        self.add_argument("-h", "--help", action=_AskForHelp, help="show this text")

    def add_argument(self, *names: Any, **settings: Any) -> argparse.Action:
        """Add an option; its default is the one in the function's signature."""
        action = super().add_argument(*names, **settings)
        parameter = self._parameters.get(action.dest)
        if parameter is not None and parameter.default is not inspect.Parameter.empty:
            action.default = parameter.default
        return action

    def add_rest(self, name: str, *, metavar: str, help: str) -> None:  # noqa: A002 (argparse's own word)
        """Take all words after a lone ``--`` as they are, into the list ``name``."""
        self._rest = name
        self.epilog = f"-- {metavar} ...{'':{max(1, 22 - len(metavar))}}{help}\n\n{self.epilog or ''}"

    def parse_line(self, line: str, namespace: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Read ``line``; ``$name``, a word or an option's value, stands for the text, number or path of that name.

        ``namespace`` holds the variables.
        """
        words, rest = split(line), []
        if self._rest is not None and "--" in words:
            place = words.index("--")
            words, rest = words[:place], words[place + 1 :]
        if "-h" in words or "--help" in words:
            raise HelpAsked(self.format_help())
        words = [_substituted(word, namespace or {}) for word in words]
        try:
            options = vars(self.parse_args(words))
        except HelpAsked:
            raise HelpAsked(self.format_help()) from None
        return options if self._rest is None else {**options, self._rest: rest}

    def error(self, message: str) -> NoReturn:
        """Turn what argparse found wrong into one line with the next step.

        No address and no value of an unknown option is repeated: either can hold a password.
        """
        unknown = re.match(r"unrecognized arguments: (--?[\w-]+)", message)
        known = [name for name in self._option_string_actions if name.startswith("--")]
        close = difflib.get_close_matches(unknown[1], known, n=1) if unknown else []
        hint = f" Did you mean {close[0]}?" if close else ""
        if unknown:
            message = f"unknown option: {unknown[1]}"
        elif message.startswith("unrecognized arguments"):
            message = "there are too many words; what holds spaces needs quotation marks"
        message = re.sub(r"ignored explicit argument .*", "it takes no value", message)
        message = _redacted(re.sub(r"[^\s'\"]*://[^\s'\"]*", "an address", message))
        raise BadOption(f"{self.prog}: {message}.{hint} {self.prog} -h shows what there is.")

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


class Suggestions(tuple[str, ...]):
    """Choices that are completed, while what else may be said is decided where it is taken."""

    __slots__ = ()

    def __contains__(self, word: object) -> bool:
        return True


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
        raise BadOption(
            """A quotation mark is not closed: close it, or put a word with an apostrophe in double ones, "it's"."""
        ) from error


def _redacted(text: str) -> str:
    """Take the secrets out of what was typed, before it is repeated in a message that stays in the notebook."""
    from colab_magics.redaction import Redactor

    return Redactor([text])(text)


def _substituted(word: str, namespace: Mapping[str, Any]) -> str:
    match = _VARIABLE.fullmatch(word)
    if match is None:
        return word
    option, name = match[1] or "", match[2]
    value = lookup(name, namespace)
    return option + (str(value) if isinstance(value, (str, int, float, Path)) else name)


def named_source(word: str, namespace: Mapping[str, Any]) -> str:
    """The text or path of the variable ``word``, or the word itself where there is none, or a file of that name."""
    if not word.isidentifier() or not isinstance(namespace.get(word), (str, Path)):
        return word
    return word if os.path.exists(word) else str(namespace[word])  # noqa: PTH110 (the same, and without pathlib's errors)


def lookup(name: str, namespace: Mapping[str, Any]) -> Any:
    """Find the variable ``name``; dots and brackets are not followed."""
    try:
        return namespace[name]
    except KeyError:
        if not name.isidentifier():
            raise UnknownVariable(
                f"{name} is not the name of a variable, and a magic takes nothing else: give it one first, as in  "
                f"values = {name}"
            ) from None
        close = difflib.get_close_matches(name, [key for key in namespace if not key.startswith("_")], n=1)
        hint = f" Did you mean {close[0]}?" if close else " Run the cell that makes it first."
        raise UnknownVariable(f"There is no variable named {name} in this notebook.{hint}") from None


@dataclass(frozen=True, slots=True)
class Whole:
    """The type of an option that takes whole numbers from ``lowest`` to ``highest``, or without an end."""

    lowest: int
    highest: int | None = None

    def __call__(self, text: str) -> int:
        """Read what was typed; raises what argparse turns into a sentence."""
        try:
            number = int(text)
        except ValueError:
            number = None
        if number is None or not self._holds(number):
            raise argparse.ArgumentTypeError(f"{text} is not {self}")
        return number

    def check(self, name: str, number: Any) -> None:
        """Refuse a value for the argument ``name`` of a public function; raises `BadOption`."""
        try:
            is_held = self._holds(operator.index(number))
        except TypeError:
            is_held = False
        if not is_held:
            raise BadOption(f"{name} is {number!r}, which is not {self}.")

    def _holds(self, number: int) -> bool:
        return self.lowest <= number and (self.highest is None or number <= self.highest)

    def __str__(self) -> str:
        end = "of {} or more" if self.highest is None else "from {} to {}"
        return f"a whole number {end.format(self.lowest, self.highest)}"


positive = Whole(1)
"""A whole number of at least one."""

whole = Whole(0)
"""A whole number, not below zero."""


def identifier(text: str) -> str:
    """A name that a Python variable can have."""
    if not text.isidentifier() or keyword.iskeyword(text):
        raise argparse.ArgumentTypeError(f"{text} cannot be the name of a variable")
    return text
