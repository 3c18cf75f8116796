"""What one `%load_ext` registers in one shell, and how all of it is taken away again."""

import re
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from colab_magics import _shell
from colab_magics.errors import ColabMagicsError
from colab_magics.format import printable
from colab_magics.options import HelpAsked

_HELP_ALONE = re.compile(r"%%(\w+\s+(?:-h|--help)\s*)")
_TYPED_MAGIC = re.compile(r"(?:^|=)\s*%{1,2}(\w+)(\s.*)?$", re.DOTALL)


class Door:
    """One registered magic: finds its slice when it is first used."""

    def __init__(self, name: str, module: str) -> None:
        self.__name__ = name
        self.module = module

    @property
    def __doc__(self) -> str:  # type: ignore[override]  # IPython shows it for %name?
        return str(self.slice.PARSER.format_help())

    @property
    def slice(self) -> Any:
        """The magic module of the slice: ``PARSER``, ``run(line, cell)`` and the public function."""
        return import_module(self.module)

    def __call__(self, line: str, cell: str | None = None) -> Any:
        """Run the magic; what goes wrong on purpose becomes one line without a traceback."""
        __tracebackhide__ = True  # what a cell raises shows the person's own lines
        try:
            return self.slice.run(line, cell)
        except HelpAsked as asked:
            _shell.say(str(asked))
        except ColabMagicsError as error:
            raise _shell.usage_error(printable(str(error))) from None
        return None


class Extension:
    """What one load registered in one shell, and how to take it away again."""

    def __init__(self, shell: Any, magics: Mapping[str, str], values: Mapping[str, str]) -> None:
        self.shell = shell  # typed in part, and differently in each version from 7 to 9
        self.doors = {name: Door(name, module) for name, module in magics.items()}
        for door in self.doors.values():
            _shell.take_lines_as_they_are(door)
        self.values = [(*path.rsplit(".", 1), module) for path, module in values.items()]
        self._running: list[object] = []
        self._is_loading = True

    @property
    def is_busy(self) -> bool:
        """Does a cell run? One may well have called the loading, so that it is taken to until a cell begins or ends."""
        return self._is_loading or bool(self._running)

    def register(self) -> None:
        for name, door in self.doors.items():
            self.shell.register_magic_function(door, "line_cell", name)
        for module, name, drawer in self.values:
            self.shell.display_formatter.ipython_display_formatter.for_type_by_name(
                module, name, _shell.displayer(drawer)
            )
        self.shell.Completer.custom_matchers.append(self.complete)
        for event, function in self._hooks():
            self.shell.events.register(event, function)
        self.shell.input_transformers_cleanup.append(self.ask_for_help)

    def unregister(self) -> None:
        manager = self.shell.magics_manager
        for name, door in self.doors.items():
            for kind in ("line", "cell"):
                if manager.magics[kind].get(name) is door:
                    del manager.magics[kind][name]
            if getattr(manager.user_magics, name, None) is door:
                delattr(manager.user_magics, name)
        formatter = self.shell.display_formatter.ipython_display_formatter
        for module, name, _ in self.values:
            formatter.pop(f"{module}.{name}", None)
        for event, function in self._hooks():
            self.shell.events.unregister(event, function)
        _shell.end_of_cell()
        if self.complete in self.shell.Completer.custom_matchers:
            self.shell.Completer.custom_matchers.remove(self.complete)
        if self.ask_for_help in self.shell.input_transformers_cleanup:
            self.shell.input_transformers_cleanup.remove(self.ask_for_help)
        self._close_all()

    def _hooks(self) -> tuple[tuple[str, Callable[..., None]], ...]:
        return (
            ("pre_run_cell", self._begin_cell),
            ("post_run_cell", self._end_cell),  # and not post_execute: each message of a widget brings that, too
        )

    def _begin_cell(self, info: object) -> None:
        """A cell may run inside another one, or beside it in a thread of its own."""
        self._is_loading = False
        self._running.append(info)

    def _end_cell(self, result: Any) -> None:
        self._is_loading = False
        info = getattr(result, "info", None)  # ipykernel has no result for a cell that was cancelled
        known = [one for one in self._running if one is info] or ([] if result is not None else self._running[-1:])
        self._running = [one for one in self._running if not any(one is ended for ended in known)]
        if not self._running:
            _shell.end_of_cell()

    def _close_all(self) -> None:
        """Stop what the slices run, and close every panel; what was never used has nothing to stop."""
        for module in {door.module for door in self.doors.values()}:
            close = getattr(sys.modules.get(module), "close", None)
            if close is not None:
                close()
        if "colab_magics._panel" in sys.modules:
            sys.modules["colab_magics._panel"].close_all()

    def ask_for_help(self, lines: list[str]) -> list[str]:
        """Let ``%%magic -h`` be a whole cell: IPython refuses a cell magic without a body."""
        asked = _HELP_ALONE.fullmatch("".join(lines))
        return [f"%{asked[1]}"] if asked and asked[1].split()[0] in self.doors else lines

    def complete(self, word: str) -> list[str]:
        """Complete the options of our magics, also after ``name = %magic``."""
        completer = self.shell.Completer
        before = (getattr(completer, "text_until_cursor", None) or completer.line_buffer).splitlines()[-1:]
        typed = _TYPED_MAGIC.search(before[0]) if before else None
        if typed is None or typed[1] not in self.doors or typed[2] is None:
            return []
        rest = typed[2].removesuffix(word)
        return list(self.doors[typed[1]].slice.PARSER.completions(rest, word))


def load(shell: Any, magics: Mapping[str, str], values: Mapping[str, str]) -> None:
    """Register the magics, the panels of our values, and the completion of options."""
    unload(shell)
    extension = Extension(shell, magics, values)
    extension.register()
    _shell.loaded.append(extension)


def unload(shell: Any) -> None:
    """Undo `load`: names, formatters, completion, open panels, processes and threads."""
    for extension in [known for known in _shell.loaded if known.shell is shell]:
        extension.unregister()
        _shell.loaded.remove(extension)
