"""One installer at work: its lines as events, its failure as a sentence."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence

from colab_magics.errors import InstallFailed
from colab_magics.format import duration
from colab_magics.install.events import Event, LineSaid, Started, TimePassed
from colab_magics.install.failure import reason
from colab_magics.install.phrases import heard
from colab_magics.install.process import TookTooLong, follow

_KEPT = 2000  # lines of an installer, in which names and its reason for failing are looked for
_LONGEST = 5000  # characters of one

Redact = Callable[[str], str]
"""Takes the secrets out of a text."""


def run(
    way: str, words: Sequence[str], environ: Mapping[str, str], timeout: float, redact: Redact
) -> Generator[Event, None, tuple[str, ...]]:
    """Follow one program and give its last lines; raise with its reason where it does not succeed."""
    said: deque[str] = deque(maxlen=_KEPT)
    yield Started(way)
    try:
        for line in follow(words, environ, timeout):
            if isinstance(line, int):
                if line:
                    raise InstallFailed(f"{way} did not succeed. {reason(said, line, way)}")
            elif line is None:
                yield TimePassed()
            else:
                for event in heard(redact(line)):
                    if isinstance(event, LineSaid):
                        said.append(event.text[:_LONGEST])
                    yield event
    except TookTooLong:
        raise InstallFailed(
            f"{way} did not end within {duration(timeout)} and was ended: try again, or with a larger --timeout."
        ) from None
    except OSError as error:
        raise InstallFailed(f"{way} cannot be started ({error.strerror or type(error).__name__}).") from None
    return tuple(said)
