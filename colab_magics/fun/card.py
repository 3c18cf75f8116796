"""What stays of ``%fun`` where nothing moves: in a saved notebook, and in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colab_magics.card import Card, Note, Picture

if TYPE_CHECKING:
    from colab_magics.fun.pets import Pet

_WIDTH = 96
SPARKS = "Sparks fly at an epoch's end, and more of them at a new best; none where the system asks for less motion."


def still(pet: Pet | None, *, power: bool) -> Card:
    """The static form of the panel."""
    sparks = (Note(SPARKS),) if power else ()
    if pet is None:
        return Card("%fun", parts=sparks)
    picture = Picture(pet.svg(), f"A {pet.name}, standing still", _WIDTH, "image/svg+xml")
    return Card(f"A {pet.name}", state="walked here", parts=(picture, *sparks))


def in_a_terminal(pet: Pet | None, *, power: bool) -> Card:
    """The static form where there never was a panel."""
    sparks = (Note("Sparks need a notebook: there they fly at the end of an epoch."),) if power else ()
    if pet is None:
        return Card("%fun", parts=sparks)
    return Card(pet.face, state=f"The {pet.name} sits down beside you; in a notebook it would walk.", parts=sparks)
