"""The pets, drawn by hand: shapes in a box of 64 by 44 that look to the right and stand on its lower edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

BOX = "0 0 64 44"

_PALE, _INK, _BLUSH, _EYE = "#ffe8cc", "#26323d", "#e58a93", "#e0c53a"


class Shape(NamedTuple):
    """A path, filled with a colour, or with the pet's ``coat`` or ``shade``, which a page gives by its theme.

    While the pet walks it swings by as many degrees to each side, around the point (x, y).
    """

    fill: str
    path: str
    swing: float = 0
    x: float = 0
    y: float = 0


@dataclass(frozen=True, slots=True)
class Pet:
    """``face`` is the pet in a terminal, ``says`` what it says when it is petted; what comes later lies above."""

    name: str
    face: str
    says: str
    coat: str
    shade: str
    shapes: tuple[Shape, ...]

    def svg(self) -> bytes:
        """The pet as it stands, as a picture."""
        coats = {"coat": self.coat, "shade": self.shade}
        paths = "".join(f'<path d="{shape.path}" fill="{coats.get(shape.fill, shape.fill)}"/>' for shape in self.shapes)
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{BOX}">{paths}</svg>'.encode()


def _disc(fill: str, x: float, y: float, radius: float) -> Shape:
    return Shape(
        fill, f"M{x - radius} {y}a{radius} {radius} 0 1 0 {2 * radius} 0a{radius} {radius} 0 1 0 {-2 * radius} 0"
    )


def _leg(fill: str, x: float, swing: float, *, sock: bool) -> tuple[Shape, ...]:
    leg = Shape(fill, f"M{x} 29h7l-.5 13.5q0 1.5-2 1.5h-2q-2 0-2-1.5z", swing, x + 3.5, 30)
    foot = Shape(_PALE, f"M{x + 0.3} 38h6.4l-.2 4.5q0 1.5-2 1.5h-2q-2 0-2-1.5z", swing, x + 3.5, 30)
    return (leg, foot) if sock else (leg,)


CORGI = Pet(
    name="corgi",
    face="U^o^U",
    says="Woof!",
    coat="#cc6a1c",
    shade="#a8642f",
    shapes=(
        *_leg("shade", 15, -22, sock=True),
        *_leg("shade", 39, 22, sock=True),
        Shape("coat", "M9 21C4 21 2 18 3 14c3 0 7 3 8 6z", 14, 10, 21),
        Shape("coat", "M7 25c0-6 5-9 11-9h23c7 0 10 4 10 9s-4 10-10 10H17C11 35 7 31 7 25z"),
        Shape(_PALE, "M7 24c5 0 8 4 7 10.5C10 33.5 7 30 7 24z"),
        Shape(_PALE, "M41 21c6-2 11 0 10.5 5S46 35 41 35c-3-4-3-10 0-14z"),
        *_leg("coat", 9, 22, sock=True),
        *_leg("coat", 34, -22, sock=True),
        Shape("shade", "M49 7 54 0q2 4 1 9z"),
        Shape("coat", "M39 16c0-7 4-11 10-11 5 0 8 3 9 7 3 1 5 2 5 5s-3 5-7 5c-2 2-4 2-7 2-6 0-10-3-10-8z"),
        Shape("coat", "M40 12 41 0q5 2 7 7z"),
        Shape(_BLUSH, "M41.8 9 42.4 3.2q2.6 1.6 3.6 4z"),
        Shape(_PALE, "M52 5.6q3 4 1.4 9.4c3-1.5 9.6-1 9.6 2s-3 5-7 5c-4 1.5-7 0-7-3 0-2 1.5-3 2.5-4 1-3 1.5-6 .5-9.4z"),
        Shape(_BLUSH, "M55.5 21.5h4q.5 4.5-2 4.5t-2-4.5z", 10, 57.5, 21.5),
        _disc(_INK, 54.6, 11.8, 1.7),
        Shape(_INK, "M60 14.2q4-.6 4 1.3T61.8 17.5 60 14.2z"),
    ),
)

KITTY = Pet(
    name="kitty",
    face="=^.^=",
    says="Purr",
    coat="#5d6b78",
    shade="#7d8791",
    shapes=(
        Shape("coat", "M11 26C3 24 1 15 5 8c1-2 4-1 3.5 1C7 15 9 19 15 21z", 12, 12, 24),
        *_leg("shade", 17, -24, sock=False),
        *_leg("shade", 38, 24, sock=False),
        Shape("coat", "M9 26c0-6 5-8 11-7 7 1.5 12 1.5 18 0 6-1 10 2 10 7s-4 8-9 8H18c-5 0-9-3-9-8z"),
        *_leg("coat", 10, 24, sock=True),
        *_leg("coat", 33, -24, sock=True),
        Shape("shade", "M48 8 54 2q1.5 3 .8 8z"),
        Shape("coat", "M38 16C38 9 42 6 48 6s11 3 11 10-5 9-11 9-10-3-10-9z"),
        Shape("coat", "M39 13 39.5 1.5Q45 4 47 8z"),
        Shape(_BLUSH, "M41 9.5 41.2 5q2.5 1.5 3.6 3.5z"),
        Shape(_PALE, "M49 19.5q1.5-2 4.5-1.5t4 2.5-4.5 3.8-4-4.8z"),
        Shape(_EYE, "M44.5 14.5q1-3 3.2-3t2.3 3-2.3 3-3.2-3z"),
        Shape(_EYE, "M53 14.5q.5-3 2.3-3t2.2 3-2.2 3-2.3-3z"),
        Shape(_INK, "M47.3 11.8q1.6 2.7 0 5.4-1.3-2.7 0-5.4z"),
        Shape(_INK, "M55.4 11.8q1.4 2.7 0 5.4-1.2-2.7 0-5.4z"),
        Shape(_BLUSH, "M52.5 18.3h3l-1.5 1.8z"),
        Shape("shade", "M47 20.5 38 18.5v.7zM47 22l-8.5 1.5.2.7zM58 20.3 64 18v.7zM58 21.8 63.8 23l-.2.7z"),
    ),
)


def _side(x: float, far: float) -> tuple[Shape, ...]:
    """A crab's arm and legs; ``far`` is 1 to the right of ``x``, and -1 to its left."""

    def at(across: float) -> str:
        return f"{x + far * across:g}"

    def leg(fill: str, begin: float, end: float, top: float, swing: float) -> Shape:
        knee = (begin + end) / 2 + 3
        path = (
            f"M{at(begin)} {top}Q{at(knee)} {top} {at(end)} 44"
            f"L{at(end - 2)} 43.5Q{at(knee - 3)} {top + 5} {at(begin - 3)} {top + 4}z"
        )
        return Shape(fill, path, swing, x + far * begin, top + 2)

    arm = f"M{at(9)} 24Q{at(17)} 24 {at(19)} 15L{at(16)} 14Q{at(15)} 19 {at(9)} 20z"
    claw = (
        f"M{at(13)} 15Q{at(8)} 7 {at(14)} 1Q{at(13)} 7 {at(17)} 9"
        f"Q{at(18)} 5 {at(18)} 1Q{at(27)} 8 {at(21)} 16Q{at(17)} 19 {at(13)} 15z"
    )
    return (
        leg("shade", 8, 23, 30, 9 * far),
        leg("shade", 7, 16, 33, -9 * far),
        leg("shade", 5, 9, 35, 9 * far),
        Shape("coat", arm, 8, x + far * 10, 22),
        Shape("coat", claw, 8, x + far * 10, 22),
    )


CRAB = Pet(
    name="crab",
    face="V(o_o)V",
    says="Click, clack!",
    coat="#c8401a",
    shade="#a8573f",
    shapes=(
        *_side(32, 1),
        *_side(32, -1),
        Shape("coat", "M26.5 22 25.5 12h2.5l1 10zM37.5 22l1-10H36l-1 10z"),
        Shape("coat", "M16 29c0-7 7-11 16-11s16 4 16 11-7 11-16 11-16-4-16-11z"),
        Shape(_BLUSH, "M20 30.5a2.5 1.7 0 1 0 5 0 2.5 1.7 0 1 0-5 0zM39 30.5a2.5 1.7 0 1 0 5 0 2.5 1.7 0 1 0-5 0z"),
        _disc("coat", 26.5, 10.5, 4.6),
        _disc("coat", 37.5, 10.5, 4.6),
        _disc(_PALE, 26.5, 10.5, 3.4),
        _disc(_PALE, 37.5, 10.5, 3.4),
        _disc(_INK, 27.3, 10.8, 1.9),
        _disc(_INK, 38.3, 10.8, 1.9),
        Shape(_INK, "M27 29q5 5.5 10 0-.3 6-5 6t-5-6z"),
    ),
)

PETS = {pet.name: pet for pet in (CORGI, KITTY, CRAB)}
