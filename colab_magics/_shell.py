"""The seam to IPython: registration, running, showing. No other file imports IPython."""

import ast
import re
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from colab_magics.errors import ColabMagicsError
from colab_magics.format import printable
from colab_magics.options import HelpAsked

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from colab_magics._panel import Panel
    from colab_magics.card import Card

_TYPED_MAGIC = re.compile(r"(?:^|=)\s*%{1,2}(\w+)(\s.*)?$", re.DOTALL)


class Door:
    """One registered magic: finds its slice when it is first used."""

    def __init__(self, name: str, module: str) -> None:
        self.__name__ = name
        self._module = module

    @property
    def __doc__(self) -> str:  # type: ignore[override]  # IPython shows it for %name?
        return str(self.slice.PARSER.format_help())

    @property
    def slice(self) -> Any:
        """The magic module of the slice: ``PARSER``, ``run(line, cell)`` and the public function."""
        return import_module(self._module)

    def __call__(self, line: str, cell: str | None = None) -> Any:
        """Run the magic; what goes wrong on purpose becomes one line without a traceback."""
        from IPython.core.error import UsageError

        try:
            return self.slice.run(line, cell)
        except HelpAsked as asked:
            print(asked)
        except ColabMagicsError as error:
            # UsageError itself: IPython prints a whole traceback for a subclass (ipython#14024).
            raise UsageError(printable(str(error))) from None
        return None


class _Extension:
    """What one load registered in one shell, and how to take it away again."""

    def __init__(self, shell: "InteractiveShell", magics: Mapping[str, str], values: Mapping[str, str]) -> None:
        from IPython.core.magic import no_var_expand

        self.shell = shell
        self.doors = {name: no_var_expand(Door(name, module)) for name, module in magics.items()}
        self.values = [(*path.rsplit(".", 1), module) for path, module in values.items()]

    def register(self) -> None:
        for name, door in self.doors.items():
            self.shell.register_magic_function(door, "line_cell", name)
        for module, name, drawer in self.values:
            self.shell.display_formatter.ipython_display_formatter.for_type_by_name(module, name, _displayer(drawer))
        self.shell.Completer.custom_matchers.append(self.complete)

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
        if self.complete in self.shell.Completer.custom_matchers:
            self.shell.Completer.custom_matchers.remove(self.complete)
        for module in {door._module for door in self.doors.values()}:
            close = getattr(sys.modules.get(module), "close", None)
            if close is not None:
                close()
        if "colab_magics._panel" in sys.modules:
            sys.modules["colab_magics._panel"].close_all()

    def complete(self, word: str) -> list[str]:
        """Complete the options of our magics, also after ``name = %magic``."""
        completer = self.shell.Completer
        before = (getattr(completer, "text_until_cursor", None) or completer.line_buffer).splitlines()[-1:]
        typed = _TYPED_MAGIC.search(before[0]) if before else None
        if typed is None or typed[1] not in self.doors or typed[2] is None:
            return []
        rest = typed[2].removesuffix(word)
        return list(self.doors[typed[1]].slice.PARSER.completions(rest, word))


_loaded: list[_Extension] = []


def load(shell: "InteractiveShell", magics: Mapping[str, str], values: Mapping[str, str]) -> None:
    """Register the magics, the panels of our values, and the completion of options."""
    unload(shell)
    extension = _Extension(shell, magics, values)
    extension.register()
    _loaded.append(extension)


def unload(shell: "InteractiveShell") -> None:
    """Undo `load`: names, formatters, completion, open panels, processes and threads."""
    for extension in [known for known in _loaded if known.shell is shell]:
        extension.unregister()
        _loaded.remove(extension)


def current() -> "InteractiveShell | None":
    """The shell that runs this code, or None in a plain Python process."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def has_kernel() -> bool:
    """Is there a front end that can show more than text?"""
    return getattr(current(), "kernel", None) is not None


def namespace() -> dict[str, Any]:
    """The notebook's variables; empty in a plain Python process."""
    shell = current()
    return shell.user_ns if shell is not None else {}


def assign(name: str, value: object) -> None:
    """Make ``value`` a variable of the notebook."""
    shell = current()
    if shell is not None:
        shell.push({name: value})


def execute(source: str) -> object:
    """Run a cell's source as the notebook would; return the value of its last expression, or None.

    An exception leaves through here with the person's own lines in its traceback.
    """
    shell = current()
    if shell is None:
        raise RuntimeError("a cell can only be run inside IPython")
    source = shell.transform_cell(source)
    filename = shell.compile.cache(source, shell.execution_count)
    tree = shell.transform_ast(shell.compile.ast_parse(source, filename=filename))
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(shell.compile(tree, filename, "exec"), shell.user_ns)  # noqa: S102 (the person's own cell)
    if last is None or source.rstrip().endswith(";"):
        return None
    return eval(shell.compile(ast.Expression(last.value), filename, "eval"), shell.user_ns)  # noqa: S307 (as above)


class Shown:
    """A card on the screen, with the live ``panel`` if a front end has one."""

    def __init__(self, panel: "Panel | None", update: Callable[["Card"], None]) -> None:
        self.panel, self._update = panel, update

    def update(self, card: "Card", *, value: object = None) -> None:
        """Bring the static form up to date; ``value`` as in `show`."""
        _remember(value)
        self._update(card)


_last_shown: tuple[int, int | None] = (0, None)


def _remember(value: object) -> None:
    global _last_shown
    shell = current()
    _last_shown = (id(value), shell.execution_count if shell is not None else None)


def show(card: "Card", panel: "Callable[[], Panel] | None" = None, *, value: object = None) -> Shown:
    """Show a card: as text in a terminal, in a notebook as the panel with the card as its static form.

    ``panel`` makes the live panel and is called only where a front end can show it. ``value`` is what the card
    stands for: returned from the same cell, it is not displayed a second time. Without a shell nothing is shown.
    """
    shell = current()
    if shell is None:
        return Shown(None, lambda card: None)
    from IPython.display import display

    _remember(value)
    if not has_kernel() or panel is None:
        handle = display(_static(card), raw=True, display_id=True)
        return Shown(None, lambda card: handle.update(_static(card), raw=True))
    live = panel()
    outputs = live.bundles(card, alone=_shows_one_bundle(shell))
    handles = [display(output, raw=True, display_id=True) for output in outputs if output]

    def update(card: "Card") -> None:
        static, widget = live.bundles(card, alone=_shows_one_bundle(shell))
        handles[0].update(static or widget, raw=True)

    return Shown(live, update)


def _static(card: "Card") -> dict[str, str]:
    return {"text/plain": card.text(), "text/html": card.html()}


def hears_while_busy() -> bool:
    """Do clicks in a panel arrive while a cell runs? They do in subshells (ipykernel 7, JupyterLab 4.4)."""
    return bool(getattr(getattr(current(), "kernel", None), "_supports_kernel_subshells", False))


def _shows_one_bundle(shell: "InteractiveShell") -> bool:
    """Colab and VS Code choose well inside one bundle and do not know the style that hides the second output."""
    return "google.colab" in sys.modules or "__vsc_ipynb_file__" in shell.user_ns


def _displayer(drawer: str) -> Callable[[object], None]:
    def display_value(value: object) -> None:
        shell = current()
        if shell is not None and _last_shown == (id(value), shell.execution_count):
            return
        import_module(drawer).show(value)

    return display_value
