"""The panel of `%fun`: a strip in which a pet walks, and what hears that an epoch ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from colab_magics._panel import Panel, bundle
from colab_magics.fun.card import SPARKS, still

if TYPE_CHECKING:
    from colab_magics.fun.pets import Pet


class FunPanel(Panel):
    """``pet`` is the name of what ``shapes`` draw, and empty where there are sparks alone.

    ``until`` is when all of it ends, in milliseconds of the page's own clock, which sets it when it first draws this.
    """

    _esm = bundle("fun")

    pet = traitlets.Unicode("").tag(sync=True)
    says = traitlets.Unicode("").tag(sync=True)
    shapes: traitlets.List[Any] = traitlets.List().tag(sync=True)
    sparks = traitlets.Unicode("").tag(sync=True)
    until = traitlets.Float(0).tag(sync=True)

    def __init__(self, pet: Pet | None, *, power: bool) -> None:
        drawn = {"pet": pet.name, "says": pet.says, "shapes": [list(shape) for shape in pet.shapes]} if pet else {}
        super().__init__(card=still(pet, power=power).data(), sparks=SPARKS if power else "", **drawn)
