"""The seam to IPython: what magics ask of the shell that runs them. No other file imports IPython."""

import ast
import inspect
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from colab_magics._extension import Extension
    from colab_magics._panel import Panel
    from colab_magics.card import Card

_AFTER_THE_CELL = 0.02
"""Seconds: the answer to the cell goes out first."""
_SOON = 0.1
"""Seconds until a thread does what cannot wait for the end of a cell."""
_PATIENCE = 2.0


loaded: "list[Extension]" = []
"""What is loaded now, in each shell once; `_extension` keeps it."""


def usage_error(sentence: str) -> Exception:
    """The error that IPython shows as one line: the class itself, for a subclass gets a traceback (ipython#14024)."""
    from IPython.core.error import UsageError

    return UsageError(sentence)


def take_lines_as_they_are(magic: Any) -> None:
    """Keep IPython from evaluating ``{x}`` and ``$x`` on the magic's lines."""
    from IPython.core.magic import no_var_expand

    mark: Any = no_var_expand
    mark(magic)


def current() -> Any:
    """The InteractiveShell that runs this code, or None in a plain Python process."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def has_kernel() -> bool:
    """Is there a front end that can show more than text?"""
    return getattr(current(), "kernel", None) is not None


def can_be_asked() -> bool:
    """Is there a person at a page? What runs notebooks for nobody, as nbclient does, tells that nobody answers."""
    return has_kernel() and bool(getattr(current().kernel, "_allow_stdin", True))


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

    An exception leaves through here with the person's own lines in its traceback. Raises `BadOption` for a cell that
    `waits`.
    """
    __tracebackhide__ = True
    shell = current()
    if shell is None:
        raise RuntimeError("a cell can only be run inside IPython")
    if waits(source):
        raise BadOption("A magic's cell cannot use await outside of a function: do that in a cell before it.")
    source = shell.transform_cell(source)
    # Not `execution_count`, which since IPython 9 is that of the next cell.
    filename = shell.compile.cache(source, shell.displayhook.prompt_count)
    tree = shell.transform_ast(shell.compile.ast_parse(source, filename=filename))
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(shell.compile(tree, filename, "exec"), shell.user_ns)  # noqa: S102 (the person's own cell)
    if last is None:
        return None
    value: object = eval(shell.compile(ast.Expression(last.value), filename, "eval"), shell.user_ns)  # noqa: S307 (as above)
    return None if _is_silenced(last, source) else value


def waits(source: str) -> bool:
    """Does a cell use await outside of a function? Only IPython's own loop can run that, and it runs the magic."""
    shell = current()
    if shell is None or not ("await" in source or "async" in source):
        return False
    try:
        code = compile(
            shell.transform_cell(source), "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True
        )
    except (SyntaxError, ValueError):  # which the cell itself tells better
        return False
    return bool(code.co_flags & inspect.CO_COROUTINE)


def _is_silenced(last: ast.Expr, source: str) -> bool:
    """Does a semicolon follow the last expression? A comment there may hold one, too, and means nothing."""
    line = source.split("\n")[(last.end_lineno or 1) - 1]
    return line.encode()[last.end_col_offset :].lstrip().startswith(b";")


class Shown:
    """A card on the screen, whose static form can be brought up to date, and which can be taken away again."""

    def __init__(self, update: Callable[["Card"], None], clear: Callable[[], object] = lambda: None) -> None:
        self._update, self._clear = update, clear

    def update(self, card: "Card", *, value: object = None) -> None:
        """Bring the static form up to date; ``value`` as in `show`."""
        remember(value)
        self._update(card)

    def clear(self) -> None:
        """Take it off a notebook's page, and out of its file; what a terminal has printed stays."""
        self._clear()


_NOTHING = {"text/html": "", "text/plain": ""}

_shown_in_this_cell: list[object] = []


def end_of_cell() -> None:
    """Let go of the values whose cards this cell has shown."""
    _shown_in_this_cell.clear()


def remember(value: object) -> None:
    """Hold a value whose card is on the screen until its cell ends, when `end_of_cell` lets all of them go."""
    if value is not None and any(extension.shell is current() for extension in loaded):
        _shown_in_this_cell.append(value)


def show(
    card: "Card",
    panel: "Callable[[], Panel] | None" = None,
    *,
    value: object = None,
    may_wait: bool = False,
) -> Shown:
    """Show a card: as text in a terminal, in a notebook as the panel with the card as its static form.

    ``panel`` makes the live panel and is called only where a front end can show it. ``value`` is what the card
    stands for: returned from the same cell, it is not displayed a second time. Without a shell nothing is shown.
    With ``may_wait`` the card is there at once, and the panel follows when the kernel is free: the first panel of a
    kernel loads the widget library, which takes longer than everything that the card says.
    """
    shell = current()
    if shell is None:
        return Shown(lambda card: None)
    from IPython.display import display

    from colab_magics._outputs import Outputs

    remember(value)
    if not has_kernel() or panel is None:
        handle = display(_static(card), raw=True, display_id=True)
        return Shown(
            lambda card: handle.update(_static(card), raw=True),
            lambda: handle.update(_NOTHING, raw=True) if has_kernel() else None,
        )
    outputs = Outputs()
    if shows_one_bundle():
        live = _opened(panel)
        only = display(outputs.one(card, live.mimebundle()), raw=True, display_id=True)
        return Shown(
            lambda card: only.update(outputs.one(card, live.mimebundle()), raw=True),
            lambda: only.update(_NOTHING, raw=True),
        )
    waits = may_wait and "anywidget" not in sys.modules and _running_loop() is not None
    view = {} if waits else _opened(panel).mimebundle()
    first = display(outputs.static(card), raw=True, display_id=True)
    second = display(outputs.live(view), raw=True, display_id=True)
    if waits:

        def follow() -> None:
            second.update(outputs.live(panel().mimebundle()), raw=True)

        when_free(follow)
    return Shown(
        lambda card: first.update(outputs.static(card), raw=True),
        lambda: [part.update(_NOTHING, raw=True) for part in (first, second)],
    )


def _opened(panel: "Callable[[], Panel]") -> "Panel":
    live = panel()
    parent: Any = getattr(current(), "get_parent", dict)()  # JupyterLab and Notebook 7 tell which cell they run
    live.belong(str(parent.get("metadata", {}).get("cellId") or ""), str(parent.get("header", {}).get("msg_id")))
    return live


def when_free(work: Callable[[], object]) -> None:
    """Do it after the answer to this cell has gone out; at once where no kernel's loop runs.

    It is not done when the extension was unloaded meanwhile, which takes everything away that is ours.
    """
    loop, extensions = _running_loop(), list(loaded)
    if loop is None:
        work()
        return

    def later() -> None:
        if loaded == extensions:
            work()

    loop.call_later(_AFTER_THE_CELL, later)


def soon(work: Callable[[], object]) -> Callable[[], None]:
    """Do it once: in a thread in a moment, or before the next cell, whichever comes first; call the result to end that.

    The first does it while this cell goes on or the next ones wait in line, the second where a cell holds Python's
    lock from its first line on. What is returned waits for work that has begun.
    """
    shell, is_free = current(), threading.Lock()

    def first(*_: object) -> None:
        if is_free.acquire(blocking=False):
            work()

    timer = threading.Timer(_SOON, first)
    timer.name, timer.daemon = "colab_magics soon", True
    with suppress(RuntimeError):  # a system without threads still has the next cell
        timer.start()

    def next_cell(_: object) -> None:
        unhook()
        first()

    def unhook() -> None:
        if shell is not None and next_cell in shell.events.callbacks["pre_run_cell"]:
            shell.events.unregister("pre_run_cell", next_cell)

    def undo() -> None:
        is_free.acquire(blocking=False)
        timer.cancel()
        unhook()
        if timer.is_alive() and timer is not threading.current_thread():
            timer.join(_PATIENCE)

    if shell is not None:
        shell.events.register("pre_run_cell", next_cell)
    return undo


def _running_loop() -> "AbstractEventLoop | None":
    """The event loop of the kernel that runs this cell, if it has one."""
    import asyncio

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _static(card: "Card") -> dict[str, str]:
    return {"text/plain": card.text(), "text/html": card.html()}


def say(text: str, *, value: object = None) -> None:
    """Print lines that are to be copied; ``value`` as in `show`."""
    remember(value)
    print(text)


def each_cell(before: Callable[[str], None], after: Callable[[int | None, str | None], None]) -> Callable[[], None]:
    """Call ``before`` and ``after`` each cell from the next one on; call what is returned to end that.

    ``before`` gets the cell's source, ``after`` its number and the name of the exception that ended it, if any. Cells
    that a front end runs silently, for itself, are left out. Without a shell nothing is ever called.
    """
    shell = current()
    if shell is None:
        return lambda: None

    def started(info: Any) -> None:
        before(info.raw_cell or "")

    def ended(result: Any) -> None:
        if result is None:  # ipykernel has none for a cell that was cancelled
            after(None, "CancelledError")
            return
        error = result.error_before_exec or result.error_in_exec
        after(result.execution_count, None if error is None else type(error).__name__)

    hooks = {"pre_run_cell": started, "post_run_cell": ended}
    for event, function in hooks.items():
        shell.events.register(event, function)

    def undo() -> None:
        for event, function in hooks.items():
            if function in shell.events.callbacks[event]:
                shell.events.unregister(event, function)

    return undo


def is_busy() -> bool:
    """Does a cell run now?"""
    return any(extension.is_busy for extension in loaded if extension.shell is current())


def hears_while_busy() -> bool:
    """Do clicks in a panel arrive while a cell runs? They do in subshells (ipykernel 7, JupyterLab 4.4)."""
    return bool(getattr(getattr(current(), "kernel", None), "_supports_kernel_subshells", False))


def shows_one_bundle() -> bool:
    """Colab and VS Code choose well inside one bundle and do not know the style that hides the second output."""
    return "google.colab" in sys.modules or "__vsc_ipynb_file__" in namespace()


def displayer(drawer: str) -> Callable[[object], None]:
    def display_value(value: object) -> None:
        if any(value is shown for shown in _shown_in_this_cell):
            if has_kernel():
                return
            raise NotImplementedError  # IPython goes on to the short text: a terminal has printed "Out[1]:" already
        import_module(drawer).show(value)

    return display_value
