"""The base of the panels: bundle, commands, static form, closing."""

import weakref
from collections.abc import Mapping
from typing import Any

import anywidget
import traitlets

from colab_magics import bundles
from colab_magics.card import Card
from colab_magics.errors import ColabMagicsError

_open: "weakref.WeakSet[Panel]" = weakref.WeakSet()
_of_cells: "dict[str, tuple[str, weakref.WeakSet[Panel]]]" = {}
"""By the id of a cell: its last run, and the panels that this showed."""


def bundle(*names: str) -> str:
    """Read the built JavaScript of a panel, behind what all of them share and the parts that it names before itself.

    Raises `MissingBundle` if there is none.
    """
    # A string and not the path: anywidget keeps every panel made from a path alive (anywidget#929).
    return "".join(map(bundles.read, ("shared", *names)))


class Panel(anywidget.AnyWidget):
    """A panel: all it shows is in its traits, all it can be told to do is in ``commands``.

    A subclass sets ``_esm = bundle("<slice>")``, adds synced traits, and names in ``commands`` the methods that its
    front end may call. Such a method takes the message's data (a dict) and returns what goes back as JSON, or that
    and a list of buffers; an exception goes back as a sentence. The methods named in ``takes_bytes``, too, get the
    message's buffers as their second argument. ``ends_with_its_output``: it may be closed when its cell is run again;
    not one that goes along with work.
    """

    commands: tuple[str, ...] = ()
    takes_bytes: tuple[str, ...] = ()
    ends_with_its_output = False

    card = traitlets.Dict().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        unknown = sorted(set(traits) - set(self.trait_names()))
        if unknown:
            raise TypeError(f"{type(self).__name__} has no trait {', '.join(unknown)}")
        super().__init__(**traits)
        self._hear_while_busy()
        self.on_msg(self._answer)
        _open.add(self)

    def belong(self, cell: str, run: str) -> None:
        """Be a panel of this ``run`` of a cell: those of its last run are closed, as the page has cleared them away.

        Widgets stay in a kernel until they are closed, and a gallery's would hold all its pictures.
        """
        if not cell or not self.ends_with_its_output:
            return
        last, panels = _of_cells.get(cell, ("", weakref.WeakSet[Panel]()))
        if last != run:
            for panel in list(panels):
                panel.close()
            panels = weakref.WeakSet()
        panels.add(self)
        _of_cells[cell] = run, panels

    def close(self) -> None:
        """Take the panel and its layout away, in the kernel and on the page."""
        layout = self.layout
        super().close()
        if layout is not None:
            layout.close()

    def rest(self, card: Card) -> None:
        """Show how the work ended that the panel went along with."""
        self.card = card.data()

    def mimebundle(self) -> dict[str, Any]:
        """The MIME bundle that a front end draws the panel from; empty once it is closed."""
        return {} if self.comm is None else _data(self._repr_mimebundle_())

    def _hear_while_busy(self) -> None:
        # ipykernel 7.4 hands a page's message to the shell that wrote last to the comm (ipykernel/comm/comm.py). What a
        # running cell reports comes from the main one, which hears nothing until the cell ends: so the message goes
        # where the page sent it, to a subshell.
        if hasattr(self.comm, "_reply_subshell_for"):
            self.comm._reply_subshell_for = None  # noqa: SLF001 (there is no public way)

    def _answer(self, _: object, message: Mapping[str, Any], buffers: list[memoryview]) -> None:
        if message.get("kind") != "command":
            return
        reply: dict[str, Any] = {"kind": "reply", "id": message.get("id")}
        attachments: list[bytes] = []
        try:
            result = self._obey(message.get("command"), message.get("data"), buffers)
            if isinstance(result, tuple):
                result, attachments = result
            reply |= {"ok": True, "result": result}
        except ColabMagicsError as error:
            reply |= {"ok": False, "error": str(error)}
        except Exception as error:  # noqa: BLE001 (a callback's exception vanishes unless the panel shows it)
            reply |= {"ok": False, "error": f"{type(error).__name__}: {error}"}
        self.send(reply, buffers=attachments)

    def _obey(self, command: object, data: object, buffers: list[memoryview]) -> Any:
        if command not in self.commands:
            raise ColabMagicsError(f"This panel has no command {command!r}.")
        method = getattr(self, str(command))
        message = data if isinstance(data, dict) else {}
        return method(message, buffers) if command in self.takes_bytes else method(message)


def close_all() -> None:
    """Close every panel that is still open."""
    for panel in list(_open):
        panel.close()


def _data(bundle: Any) -> dict[str, Any]:
    """ipywidgets 7 and 8 return a bundle with or without metadata, or None once closed."""
    if isinstance(bundle, tuple):
        bundle = bundle[0]
    return dict(bundle or {})
