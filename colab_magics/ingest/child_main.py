"""Runs a program that knows nothing of this package, within limits: ``python -P child_main.py PROGRAM ORDER``.

The order is one word of JSON with ``memory`` and ``code`` (bytes for the file, and for Python and its libraries) and
``seconds``, and what the program wants beside. Its function ``main`` takes the order, and returns the answer, which is
printed as JSON.
"""

import json
import runpy
import sys
from typing import Any


def answer(main: Any, order: dict[str, Any]) -> dict[str, Any]:
    """Return what ``main`` answers, or how it failed."""
    _confine(order)
    try:
        told: dict[str, Any] = main(order)
    except Exception as error:  # noqa: BLE001 (whatever it is, the parent makes a sentence of it)
        return {"fault": "error", "reason": f"{type(error).__name__}: {error}"}
    return told


def _confine(order: dict[str, Any]) -> None:
    try:
        import resource
    except ImportError:  # Windows: the time limit of the parent is all there is
        return
    for kind, most in (
        (resource.RLIMIT_AS, order["memory"] + order["code"]),
        (resource.RLIMIT_CPU, order["seconds"] + 1),
        (resource.RLIMIT_FSIZE, order["memory"]),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    program, words = sys.argv[1:]
    sys.stdout.write(json.dumps(answer(runpy.run_path(program)["main"], json.loads(words))))
