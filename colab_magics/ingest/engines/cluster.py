"""The Dask clusters that this process has joined, and whether their workers can do what is asked of them."""

from __future__ import annotations

import inspect
import pkgutil
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption, MissingExtra, SourceError
from colab_magics.extras import need

if TYPE_CHECKING:
    from collections.abc import Sequence

_PATIENCE = 5  # seconds for a scheduler to answer
_ADDRESS = re.compile(r"(?:(?:tcp|tls|ws|wss|ucx|inproc)://)?[^\s/@?#]+(?::\d+)?(?:/[\w/.-]*)?")
_SAME = ("colab_magics", "pandas", "pyarrow")
"""Libraries that a worker must have in the version of this kernel, lest the frames differ."""

_clients: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Team:
    """The smallest of the workers: how many threads share how many bytes of memory (None: without a limit)."""

    workers: int
    threads: int
    memory: int | None


def join(address: str) -> Any:
    """Return the client of a scheduler: one that the person has already, or ours, kept until `close_all`.

    It becomes Dask's default, so that what is computed of a frame is computed there. Raises `BadOption` for what is no
    address, and `SourceError` where nobody answers.
    """
    distributed = need("distributed", by="%ingest --cluster", extra="big")
    if not _ADDRESS.fullmatch(address):
        raise BadOption(
            "--cluster takes the address of a scheduler, such as tcp://host:8786, with no name or password."
        )
    wanted = address if "://" in address else f"tcp://{address}"
    for client in (_current(distributed), _clients.get(wanted)):
        if client is not None and client.status == "running" and client.scheduler.address == wanted:
            return client
    try:
        client = distributed.Client(wanted, timeout=_PATIENCE, name="colab-magics")
    except (OSError, TimeoutError) as error:
        raise SourceError(
            f"Nobody answers at {wanted} within {_PATIENCE} s: does its scheduler run, and can it be reached from here?"
        ) from error
    except (ValueError, RuntimeError, ImportError) as error:
        raise BadOption(
            f"--cluster {wanted} cannot be joined: {str(error).splitlines()[0][:200].rstrip('. ')}."
        ) from error
    _clients[wanted] = client
    return client


def team_of(client: Any) -> Team:
    """Look whether the workers have our libraries. Raises `SourceError` without workers, `MissingExtra`."""
    for library in _SAME:
        _check(client, library)
    described = _described(client)
    weakest = min(described, key=lambda one: (one["memory_limit"] or 1 << 62) / one["nthreads"])
    return Team(len(client.ncores()), int(weakest["nthreads"]), int(weakest["memory_limit"]) or None)


def ask_all(client: Any, function: Any, *arguments: object) -> dict[str, Any]:
    """Have each worker call a function of Python's own library; what it raises is its answer."""
    return dict(client.run(function, *arguments, on_error="return"))


def close_all() -> None:
    """Leave the clusters that we have joined; without another client, Dask computes in this process again."""
    while _clients:
        _, client = _clients.popitem()
        client.close()
    dask, distributed = sys.modules.get("dask"), sys.modules.get("distributed")
    # Clients that are not closed in the order of their making leave the setting of each other.
    if dask is not None and distributed is not None and getattr(_current(distributed), "status", "") != "running":
        dask.config.set(scheduler=None)


def _check(client: Any, library: str) -> None:
    own = pkgutil.resolve_name(f"{library}:__version__")
    answers = ask_all(client, pkgutil.resolve_name, f"{library}:__version__")
    if not answers:
        raise SourceError(f"The cluster at {client.scheduler.address} has no workers yet: start some, and try again.")
    name = library.replace("_", "-")
    for worker, found in answers.items():
        if isinstance(found, ImportError):
            raise MissingExtra(
                f"The worker {worker} has no {name}: install {name} {own} for the workers, and restart them."
            )
        if found != own:
            raise MissingExtra(
                f"The worker {worker} has {name} {found}, and this kernel {own}: their frames could differ. Install "
                "the same version for both."
            )


def _described(client: Any) -> Sequence[dict[str, Any]]:
    """Return what the scheduler says of its workers; some versions tell only of five unless asked for all."""
    takes = inspect.signature(client.scheduler_info).parameters
    info = client.scheduler_info(n_workers=-1) if "n_workers" in takes else client.scheduler_info()
    workers: dict[str, dict[str, Any]] = info["workers"]
    return list(workers.values())


def _current(distributed: Any) -> Any:
    try:
        return distributed.default_client()
    except ValueError:
        return None
