"""The error of an installation, and why one did not succeed."""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence

from colab_magics.install.reasons import NOWHERE, recognised


def reason(lines: Sequence[str], returncode: int, way: str) -> str:
    """Say in one sentence why ``way`` ended with ``returncode``, and what to do next.

    ``lines`` are what it said, without secrets.
    """
    retries = [line for line in lines if line.startswith("WARNING: Retrying")]
    sentence = recognised("\n".join(line for line in lines if line not in retries))
    if retries and (sentence is None or NOWHERE in sentence):
        # It found nothing because it could not look: what it says in the end does not tell.
        sentence = recognised("\n".join(retries)) or sentence
    if sentence is not None:
        return sentence
    if returncode < 0:
        return _killed(-returncode, way)
    return f"{way} ended with status {returncode}{_last_words(lines)}"


def _killed(number: int, way: str) -> str:
    if number in (signal.SIGTERM.value, signal.SIGINT.value):
        return f"{way} was ended from outside: try again."
    if number == 9:
        return (
            f"{way} was killed, most often because the memory is used up: restart the kernel and install first thing."
        )
    return f"{way} crashed (signal {number}): try again."


def _last_words(lines: Sequence[str]) -> str:
    said = [line.strip() for line in lines if line.strip()]
    errors = [line for line in said if re.match(r"(?i)(?:error|fatal|E): (?!Exception:)|error ", line)]
    last = (errors or said)[-1:]
    return f": {last[0][:300]}" if last else " and said nothing."
