"""The checkpoints of a run on disk: written beside, proven by a hash, and never in the place of the last good one."""

from __future__ import annotations

import json
import math
import time
import zipfile
from typing import TYPE_CHECKING

from colab_magics.errors import BadOption
from colab_magics.train.checkpoint import FORM, State, read_arrays, write_arrays
from colab_magics.train.files import read_json, write_whole

if TYPE_CHECKING:
    from pathlib import Path

_KEPT = 2
"""Checkpoints that are kept beside the best: the one before the last is taken where the last is damaged."""

BEGUN_ANEW = "It had ended before its first checkpoint, and was begun anew."
"""Said of a run that was to be gone on with, and had kept no state."""

_DAMAGE = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)


class Shelf:
    """The checkpoints of one run, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, state: State) -> None:
        """Keep a state; older ones but the best go when it is there. Raises OSError, and then nothing has changed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{_stem(state)}.npz"
        digest = write_arrays(path, state)
        facts = {"form": FORM, "sha256": digest, "epoch": state.epoch, "step": state.step, "time": time.time()}
        write_whole(path.with_suffix(".json"), json.dumps({**facts, "loss": state.loss}).encode())
        found = self._manifests()
        best = min(reversed(found), key=_loss)  # the first of what is as good
        for old in found[_KEPT:]:
            if old != best or _loss(old) == math.inf:
                old.unlink(missing_ok=True)
                old.with_suffix(".npz").unlink(missing_ok=True)

    def clear(self, taken: State | None) -> None:
        """Take away what a kill has left half written, and what is newer than the state that is gone on from."""
        last = "" if taken is None else _stem(taken)
        kept = {manifest.stem for manifest in self._manifests() if manifest.stem <= last}
        for pattern in (".*.part", "[0-9]*.npz", "[0-9]*.json"):
            for path in self.folder.glob(pattern):
                if path.stem not in kept:
                    path.unlink(missing_ok=True)

    def newest(self) -> tuple[State | None, tuple[str, ...]]:
        """The newest state that is whole, and a sentence for each newer one that is damaged."""
        notes: list[str] = []
        for manifest in self._manifests():
            try:
                return read_arrays(manifest.with_suffix(".npz"), json.loads(manifest.read_bytes())), tuple(notes)
            except _DAMAGE as error:
                reason = str(error) or type(error).__name__
                notes.append(f"The checkpoint {manifest.stem} is damaged, and the one before it was taken: {reason}.")
        return None, tuple(notes)

    def unfinished(self, taken: State) -> tuple[str, ...]:
        """A sentence for each save after the one that is ``taken`` that has no manifest, which is written last."""
        written = {path.name.removeprefix(".").partition(".")[0] for path in self.folder.glob("*.npz*")}
        ended = {manifest.stem for manifest in self._manifests()}
        return tuple(
            f"The save of the checkpoint {stem} was not finished, and the one before it was taken."
            for stem in sorted(written - ended, reverse=True)
            if stem > _stem(taken)
        )

    def last(self, run: str, instead: str) -> tuple[State | None, tuple[str, ...]]:
        """What ``run`` goes on from, as `newest`, with what is `unfinished`; both are cleared. Raises `BadOption`.

        ``instead``: what to do where every checkpoint is damaged.
        """
        state, damages = self.newest()
        if state is None and damages:
            raise BadOption(f"Every checkpoint of the run {run} is damaged: {instead}")
        notes = damages if state is None else (*self.unfinished(state), *damages)
        self.clear(state)
        return state, notes

    def _manifests(self) -> list[Path]:
        return sorted(self.folder.glob("[0-9]*.json"), reverse=True)


def _stem(state: State) -> str:
    return f"{state.epoch:06}-{state.step:08}"


def _loss(manifest: Path) -> float:
    """How good a state is; infinite where that is not known."""
    found = read_json(manifest).get("loss")
    return found if isinstance(found, float) else math.inf
