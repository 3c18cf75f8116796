"""The panels of ``%ingest``: of a source that is on its way, and of the desk where files are handed in."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import traitlets

from colab_magics._panel import Panel, bundle
from colab_magics.card import Card

if TYPE_CHECKING:
    from colab_magics.ingest.desk import Desk
    from colab_magics.ingest.glimpse import Glimpse
    from colab_magics.ingest.parcel import Parcel
    from colab_magics.ingest.places import Places


class IngestPanel(Panel):
    """``phase`` says what is going on and is empty at rest; ``progress`` is 0 to 1, or None where nobody knows."""

    _esm = bundle("ingest")

    phase = traitlets.Unicode("").tag(sync=True)
    progress = traitlets.Float(None, allow_none=True).tag(sync=True)

    def tell(self, phase: str, progress: float | None) -> None:
        """Show how far it is."""
        with self.hold_sync():
            self.phase = phase
            self.progress = progress

    def rest(self, card: Card) -> None:
        """Show how it ended."""
        with self.hold_sync():
            self.card = card.data()
            self.phase = ""
            self.progress = None


class DeskPanel(Panel):
    """Takes files and sources, and shows what becomes of each: ``items`` are those of the desk.

    ``card`` is empty until the first is here; ``recent`` are sources of earlier days, ``variable`` is the name that
    was asked for, ``waits`` says whether the cell goes on only when something has come. ``places`` and ``glimpse`` are
    the states of what is browsed, and of what is looked at before it is loaded.
    """

    _esm = bundle("desk")
    commands = (
        "hello", "bye", "begin", "piece", "finish", "fetch", "cancel", "release", "look", "choose", "preview", "load",
        "dismiss",
    )  # fmt: skip
    takes_bytes = ("piece",)

    items: Any = traitlets.List().tag(sync=True)
    recent: Any = traitlets.List().tag(sync=True)
    variable = traitlets.Unicode("").tag(sync=True)
    waits = traitlets.Bool(False).tag(sync=True)
    places: Any = traitlets.Dict().tag(sync=True)
    glimpse: Any = traitlets.Dict().tag(sync=True)

    def __init__(self, desk: "Desk", places: "Places", glimpse: "Glimpse", **traits: Any) -> None:
        super().__init__(places=places.state, glimpse=glimpse.state, **traits)
        self._desk, self._places, self._glimpse = desk, places, glimpse

    def hello(self, message: Mapping[str, Any]) -> None:
        """A page shows the panel."""
        self._desk.presence.hello(is_seen=message.get("seen") is True)

    def bye(self, _: Mapping[str, Any]) -> None:
        """A page goes."""
        self._desk.presence.bye()

    def begin(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Take up a file."""
        return self._desk.begin(message)

    def piece(self, message: Mapping[str, Any], buffers: list[memoryview]) -> dict[str, Any]:
        """Take a piece of a file and its digests."""
        return self._desk.piece(message, buffers)

    def finish(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """A file is whole."""
        return self._desk.finish(message)

    def fetch(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Read a source."""
        return self._desk.fetch(message)

    def cancel(self, message: Mapping[str, Any]) -> None:
        """Stop what is on its way."""
        self._desk.cancel(message)

    def release(self, _: Mapping[str, Any]) -> None:
        """Let the cell go on."""
        self._desk.release()

    def look(self, message: Mapping[str, Any]) -> None:
        """List another place."""
        self._places.look(message)

    def choose(self, message: Mapping[str, Any]) -> None:
        """Show the first rows of a file of that place."""
        self._glimpse.look(self._places.chosen(message))

    def preview(self, message: Mapping[str, Any]) -> None:
        """Show the first rows of a source that was typed."""
        self._glimpse.look(self._desk.asked(message))

    def load(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Read what is shown."""
        begun = self._desk.take(self._glimpse.request, message.get("variable", ""))
        self._glimpse.close()
        return begun

    def dismiss(self, _: Mapping[str, Any]) -> None:
        """Show it no more."""
        self._glimpse.close()

    def close(self) -> None:
        """Take the panel away; what has arrived of files waits for the next one."""
        self._places.close()
        self._glimpse.close()
        self._desk.close()
        super().close()


class ParcelPanel(Panel):
    """Sends one file to the page that asks first: ``size`` is in bytes."""

    _esm = bundle("parcel")
    commands = ("claim", "part")

    name = traitlets.Unicode("").tag(sync=True)
    size = traitlets.Float(0).tag(sync=True)  # an Int of more than 2^53 is none in a browser either

    def __init__(self, parcel: "Parcel") -> None:
        super().__init__(name=parcel.name, size=parcel.size, card=parcel.card().data())
        self._parcel = parcel

    def claim(self, _: Mapping[str, Any]) -> bool:
        """Shall this page save it by itself?"""
        return self._parcel.claim()

    def part(self, message: Mapping[str, Any]) -> tuple[dict[str, str], list[bytes]]:
        """Give a part of it."""
        return self._parcel.part(message.get("position"))

    def close(self) -> None:
        """Take the panel away, and close the file."""
        super().close()
        self._parcel.close()
