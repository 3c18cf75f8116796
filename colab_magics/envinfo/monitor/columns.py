"""Samples as the panel draws them: rows of numbers, and the tracks that say what stands in which column."""

from collections.abc import Iterator, Mapping
from typing import Any

from colab_magics.envinfo.monitor.rates import FIRST
from colab_magics.envinfo.monitor.sample import Sample, Sources
from colab_magics.envinfo.reading import Missing, Reading

_TICK, _CPU, _USED, _PROCESS, _READ, _WRITTEN, _FREE, _RECEIVED, _SENT, _GPUS = range(10)


def row(sample: Sample) -> list[float | None]:
    """One number for each column, None where it is missing: the tick first, the GPUs last, for they may come late."""
    return [round(sample.tick, 2), *(_number(reading) for reading in _readings(sample))]


def reasons(sample: Sample) -> dict[str, str]:
    """Say by column why a number is missing; that a second reading is still to come is no news."""
    told = enumerate(_readings(sample), start=_CPU)
    return {
        str(column): reading.reason for column, reading in told if isinstance(reading, Missing) and reading != FIRST
    }


def tracks(sample: Sample, sources: Sources) -> list[dict[str, Any]]:
    """Describe what is drawn below each other: a name, whose numbers they are, and one or more lines.

    ``limit`` is what the number is "of", 0 where there is none; the highest of a track is the top of its axis.
    """
    usable = 0 if isinstance(sample.usable, Missing) else sample.usable
    return [
        _track("CPU", "cpu", sources.cpu, _line(_CPU, "cpus", "busy", sources.cpus)),
        _track(
            "RAM",
            "memory",
            sources.memory,
            _line(_USED, "bytes", "used", usable, warns=True),
            _line(_PROCESS, "bytes", "in this kernel"),
        ),
        *_gpu_tracks(sample),
        _track(
            "Disk",
            "disk",
            sources.disk,
            _line(_READ, "rate", "read"),
            _line(_WRITTEN, "rate", "written"),
            _line(_FREE, "bytes", "free here", drawn=False),
        ),
        _track(
            "Network", "network", sources.network, _line(_RECEIVED, "rate", "received"), _line(_SENT, "rate", "sent")
        ),
    ]


def _gpu_tracks(sample: Sample) -> Iterator[dict[str, Any]]:
    for number, gpu in enumerate(sample.gpus):
        column = _GPUS + 2 * number
        total = 0 if isinstance(gpu.memory_total, Missing) else gpu.memory_total
        yield _track(
            f"GPU {number}",
            "gpu",
            gpu.name,
            _line(column, "bytes", "used", total, warns=True),
            _line(column + 1, "ratio", "busy", 1),
        )


def _track(name: str, kind: str, source: str, *lines: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "kind": kind, "source": source, "lines": list(lines)}


def _line(
    column: int, unit: str, word: str, limit: float = 0, *, warns: bool = False, drawn: bool = True
) -> dict[str, Any]:
    return {"column": column, "unit": unit, "word": word, "limit": limit, "warns": warns, "drawn": drawn}


def _readings(sample: Sample) -> Iterator[Reading[float]]:
    yield from (sample.cpu, sample.used, sample.process, sample.disk_read, sample.disk_written, sample.free)
    yield from (sample.received, sample.sent)
    for gpu in sample.gpus:
        yield from (gpu.memory_used, gpu.utilization)


def _number(reading: Reading[float]) -> float | None:
    if isinstance(reading, Missing):
        return None
    return reading if isinstance(reading, int) else round(reading, 3 if reading < _FINE else None)


_FINE = 1000
"""Below it, three digits after the point are worth their bytes."""
