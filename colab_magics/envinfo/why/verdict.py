"""One answer to the question why a framework sees no GPU."""

from dataclasses import dataclass
from typing import Literal

from colab_magics.card import Tone

Certainty = Literal["certain", "likely"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One cause, in a sentence, and what to do about it.

    ``framework`` is "" for what concerns the whole machine. ``cause`` is a short identifier that stays the same from
    version to version ("cpu-only", "hidden"). ``next_step`` is empty where nothing is to be done. ``tone`` is "wrong"
    for what keeps the GPU away, "warn" for what may, "ok" where all is well, and "" for what is good to know.
    """

    framework: str
    cause: str
    sentence: str
    next_step: str
    certainty: Certainty = "certain"
    tone: Tone = "wrong"
