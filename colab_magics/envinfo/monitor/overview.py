"""The monitor's static form: the last values and the highest of the last minutes."""

from collections.abc import Callable, Sequence

from colab_magics.card import Card, Note, Table, Tone
from colab_magics.envinfo.monitor.sample import Sample, Sources, rate
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.envinfo.words import UNKNOWN, cpus, size_of
from colab_magics.format import percent

SENTENCES: dict[str, str] = {
    "running": "",
    "stopped": "You stopped it.",
    "unseen": "It stopped by itself: nobody has looked for ten minutes.",
    "moved": "It goes on in a newer panel.",
    "ended": "It stopped with the kernel.",
}
"""What each phase says to the person."""

_COLUMNS = ("", "Now", "Highest")
Words = Callable[[Reading[float]], str]


def overview(samples: Sequence[Sample], sources: Sources, phase: str) -> Card:
    """Show the newest of ``samples`` (at least one, oldest first), and the highest of each number."""
    newest = samples[-1]
    memory = f"{size_of(newest.used)} of {size_of(newest.usable)} RAM"
    tone, warning = _warning(newest)
    return Card(
        "Monitor",
        big=f"{memory} · {_cpu(newest.cpu)} of {cpus(sources.cpus)} busy",
        state=warning or phase,
        tone=tone,
        parts=(
            Table(_COLUMNS, tuple(_rows(samples)), frozenset(_COLUMNS[1:]), "The last five minutes at most"),
            Note(f"CPU: {sources.cpu}. RAM: {sources.memory}. Disk: {sources.disk}. Network: {sources.network}."),
            *(Note(sentence) for sentence in (SENTENCES[phase],) if sentence),
        ),
    )


def _rows(samples: Sequence[Sample]) -> list[tuple[str, str, str]]:
    newest = samples[-1]

    def compare(name: str, words: Words, reading: Callable[[Sample], Reading[float]]) -> tuple[str, str, str]:
        known = [value for value in map(reading, samples) if not isinstance(value, Missing)]
        return name, words(reading(newest)), words(max(known)) if known else UNKNOWN

    def gpu(number: int, name: str) -> Callable[[Sample], Reading[float]]:
        absent = Missing("it was not there yet")
        return lambda sample: getattr(sample.gpus[number], name) if number < len(sample.gpus) else absent

    rows = [
        compare("CPUs busy", _cpu, lambda sample: sample.cpu),
        compare("RAM used", _size, lambda sample: sample.used),
        compare("RAM of this kernel", _size, lambda sample: sample.process),
    ]
    for number in range(len(newest.gpus)):
        rows.append(compare(f"GPU {number} memory", _size, gpu(number, "memory_used")))
        rows.append(compare(f"GPU {number} busy", _ratio, gpu(number, "utilization")))
    return [
        *rows,
        compare("Disk read", rate, lambda sample: sample.disk_read),
        compare("Disk written", rate, lambda sample: sample.disk_written),
        compare("Network received", rate, lambda sample: sample.received),
        compare("Network sent", rate, lambda sample: sample.sent),
    ]


def _warning(sample: Sample) -> tuple[Tone, str]:
    pairs = [("RAM", sample.used, sample.usable)]
    pairs += [(f"GPU {number}", gpu.memory_used, gpu.memory_total) for number, gpu in enumerate(sample.gpus)]
    for name, used, total in pairs:
        if not isinstance(used, Missing) and not isinstance(total, Missing) and used >= NEARLY_FULL * total > 0:
            return "warn", f"{name} nearly full"
    return "", ""


NEARLY_FULL = 0.9
"""The part of a memory from which on it is told as a warning."""


def _cpu(reading: Reading[float]) -> str:
    return UNKNOWN if isinstance(reading, Missing) else f"{reading:.2f}"


def _size(reading: Reading[float]) -> str:
    return UNKNOWN if isinstance(reading, Missing) else size_of(int(reading))


def _ratio(reading: Reading[float]) -> str:
    return UNKNOWN if isinstance(reading, Missing) else percent(reading)
