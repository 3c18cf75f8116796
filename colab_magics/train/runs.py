"""The folders of runs: where they are, whose they are, and what lies in them."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from colab_magics.errors import BadOption, OutputDenied, SourceNotFound
from colab_magics.train.files import read_json, reason
from colab_magics.transfer import locking, paths

ROOT_VARIABLE = "COLAB_MAGICS_RUNS"
CONFIG_FILE = "config.json"
ENVIRONMENT_FILE = "environment.json"
RESULT_FILE = "result.json"
HISTORY_FILE = "history.csv"
LOCK_FILE = "lock"
MODEL_FILE = "model.keras"
ANSWERS_FILE = "predictions.npz"
CHECKPOINTS = "checkpoints"
LOGS = "logs"

_NAME = r"\w[\w.-]{0,99}"
_SLUG = 40
"""Of what is trained, in a name that nobody gave."""

_BYTES = 200
"""Of a name: a folder's has 255 at most nearly everywhere, and a number or an ending comes behind."""


def new_directory(name: str | None, what: str, environ: Mapping[str, str] = os.environ, *, number: int = 1) -> Path:
    """Make the folder of a new run, under ``COLAB_MAGICS_RUNS`` or ``runs`` in the working directory.

    Without a ``name`` it is called after ``what`` is trained. Of several runs of one name, those whose ``number`` is
    not the first have one behind it.
    Raises `BadOption` for a name that is no folder name or is taken, `OutputDenied` where nothing can be written.
    """
    root = _root(environ)
    if name is not None:
        check_name(name)
    slug = re.sub(r"\W+", "-", what.lower()[:_SLUG]).strip("-") or "run"
    wanted = name or f"{slug}-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    try:
        return paths.absolute(_made(root, wanted, is_given=name is not None and number == 1))
    except FileExistsError as error:
        raise BadOption(_taken(wanted, root)) from error
    except OSError as error:
        raise _denied(root, error) from error


def unfinished(name: str | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of the run that is to be gone on with: the one of that name, or the last one that did not finish.

    Raises `BadOption` where there is none, or where it is still running.
    """
    root = _root(environ)
    if name is not None:
        folder = root / name
        if not is_name(name) or not (folder / CONFIG_FILE).is_file():
            raise BadOption(
                f"There is no run named {name} in {paths.absolute(root)}: --runs lists those that there are."
            )
        return paths.absolute(folder)
    found = broken_off(environ)
    if found is None:
        raise BadOption(f"There is no unfinished run in {paths.absolute(root)}: leave --resume out to begin one.")
    return found


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Have a run for oneself. Raises `BadOption` where it goes on in this or another process, `OutputDenied`."""
    try:
        descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise denied(folder, error) from error
    try:
        if not locking.try_lock(descriptor):
            raise BadOption(f"The run {folder.name} is still going on, in this or another process.")
        yield
    finally:
        os.close(descriptor)


def empty(folder: Path) -> None:
    """Take away what a run has left, so that it begins anew under its name."""
    for path in folder.iterdir():
        if path.name != LOCK_FILE:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def broken_off(environ: Mapping[str, str] = os.environ, *, kind: str | None = None) -> Path | None:
    """The folder of the last run that neither finished nor goes on, and that has a checkpoint.

    ``kind``: what the config has for it; None for the runs of `%train_mnist`.
    """
    return next(filter(has_checkpoint, left_over(environ, kind=kind)), None)


def left_over(environ: Mapping[str, str] = os.environ, *, kind: str | None = None) -> list[Path]:
    """The folders of the runs that neither finished nor go on, the newest first."""
    found = [
        folder
        for folder in folders(environ)
        if read_json(folder / RESULT_FILE).get("status") not in ("finished", "failed")
        and read_json(folder / CONFIG_FILE).get("kind") == kind
        and not locking.is_held(folder / LOCK_FILE)
    ]
    return sorted(found, key=_began, reverse=True)


def _began(folder: Path) -> float:
    try:
        return (folder / CONFIG_FILE).stat().st_mtime
    except OSError:  # another kernel took it away meanwhile
        return 0.0


def has_checkpoint(folder: Path) -> bool:
    """Can a run be gone on with?"""
    return any((folder / CHECKPOINTS).glob("*.json"))


def folders(environ: Mapping[str, str] = os.environ) -> list[Path]:
    """The folders of all runs that were begun; none where their root cannot be, which `new_directory` tells."""
    try:
        return under(root(environ))
    except SourceNotFound:
        return []


def root(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of all runs, be it there or not. Raises `SourceNotFound` where it cannot be."""
    return paths.absolute(paths.expanded(environ.get(ROOT_VARIABLE) or "runs"))


def under(root: Path) -> list[Path]:
    """The folders of all runs that were begun under a folder."""
    return [paths.absolute(path.parent) for path in root.glob(f"*/{CONFIG_FILE}")]


def check_name(name: str) -> None:
    """Raises `BadOption` for what cannot name a run."""
    if not is_name(name):
        is_long = re.fullmatch(_NAME, name) is not None
        way = "it is too long for a folder" if is_long else "use up to 100 letters, digits, dots, - and _"
        raise BadOption(f"{name!r} cannot name a run: {way}.")


def is_name(name: str) -> bool:
    """Can this name a run?"""
    return re.fullmatch(_NAME, name) is not None and len(name.encode()) <= _BYTES


def free_folder(name: str, environ: Mapping[str, str] = os.environ) -> Path:
    """The folder that a new run of this name would have, not made yet. Raises what `new_directory` does."""
    check_name(name)
    root = root_folder(environ)
    if (root / name).exists():
        raise BadOption(_taken(name, root))
    return root / name


def _taken(name: str, root: Path) -> str:
    return f"There is already a run named {name} in {root}: choose another --name."


def root_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of all runs, made if it is not there. Raises `OutputDenied`."""
    return paths.absolute(_root(environ))


def _root(environ: Mapping[str, str]) -> Path:
    """The folder of all runs, made if it is not there."""
    named = environ.get(ROOT_VARIABLE)
    try:
        root = paths.expanded(named or "runs")
        root.mkdir(parents=True, exist_ok=True)
    except SourceNotFound as error:
        raise OutputDenied(f"{ROOT_VARIABLE}: {error}") from error
    except FileExistsError as error:
        raise OutputDenied(
            f"The runs are kept in the folder {paths.absolute(root)}, and there is a file of that name: "
            f"set the environment variable {ROOT_VARIABLE} to another folder."
        ) from error
    except (OSError, ValueError) as error:
        raise _denied(Path(named or "runs"), error) from error
    return root


def _denied(root: Path, error: Exception) -> OutputDenied:
    return OutputDenied(
        f"The run's folder cannot be made in {paths.absolute(root)} ({getattr(error, 'strerror', None) or error}): "
        f"set the environment variable {ROOT_VARIABLE} to a folder that you may write to."
    )


def denied(folder: Path, error: OSError) -> OutputDenied:
    """For a run whose folder takes nothing."""
    return OutputDenied(
        f"The run {folder.name} cannot be written to {folder.parent} ({reason(error)}): make room there, or "
        f"set the environment variable {ROOT_VARIABLE} to another folder."
    )


def _made(root: Path, wanted: str, *, is_given: bool) -> Path:
    folder, number = root / wanted, 2
    while True:
        try:
            folder.mkdir()
        except FileExistsError:
            if is_given or not folder.is_dir():
                raise
            folder, number = root / f"{wanted}-{number}", number + 1
        else:
            return folder
