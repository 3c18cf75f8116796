"""Some of the pictures as if they were all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from colab_magics.gallery.classes import Classes
from colab_magics.gallery.images import Images, Picture, Unreadable
from colab_magics.gallery.samples import Samples


@dataclass(frozen=True, eq=False, slots=True)
class SomeImages:
    """The images at ``indices`` of others, numbered from 0; each keeps its name."""

    images: Images
    indices: Classes

    @property
    def side(self) -> int:
        return self.images.side

    @property
    def channels(self) -> int:
        return self.images.channels

    @property
    def note(self) -> str:
        return self.images.note

    def __len__(self) -> int:
        return len(self.indices)

    def name(self, index: int) -> str:
        return self.images.name(int(self.indices[index]))

    def picture(self, index: int, side: int) -> Picture | Unreadable:
        return self.images.picture(int(self.indices[index]), side)

    def values(self, index: int) -> list[Any] | None:
        return self.images.values(int(self.indices[index]))


def part(samples: Samples, indices: Classes) -> Samples:
    """Take the samples at ``indices``, in this order."""
    return replace(
        samples,
        images=SomeImages(samples.images, indices),
        labels=None if samples.labels is None else samples.labels[indices],
        predicted=None if samples.predicted is None else samples.predicted[indices],
        probabilities=None if samples.probabilities is None else samples.probabilities[indices],
        names=None if samples.names is None else tuple(samples.names[index] for index in indices.tolist()),
    )
