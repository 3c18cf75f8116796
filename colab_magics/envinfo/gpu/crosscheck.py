"""What several sources tell of the same GPUs, and where they disagree."""

from collections.abc import Iterator, Mapping
from itertools import combinations

from colab_magics.envinfo.gpu.device import Found, Gpu
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.format import number, plural

_MIB = 2**20
_READING_NOISE = 64 * _MIB  # what other processes may take between two readings


def disagreements(answers: Mapping[str, Found]) -> tuple[str, ...]:
    """Say where two sources tell different things, in sentences.

    Compared are the number of GPUs, their names, the driver, all memory (to 1 MiB, to which some sources round) and
    the memory in use (to 1 % or 64 MiB, for it is read at different moments). Utilization and temperature move too
    quickly to be compared.
    """
    pairs = combinations(answers.items(), 2)
    return tuple(sentence for (one, left), (other, right) in pairs for sentence in _between(one, left, other, right))


def _between(one: str, left: Found, other: str, right: Found) -> Iterator[str]:
    if len(left.devices) != len(right.devices):
        counts = plural(len(left.devices), "GPU"), plural(len(right.devices), "GPU")
        yield f"{one} tells of {counts[0]}, {other} of {counts[1]}."
    if _differ(left.driver, right.driver):
        yield f'The driver is "{left.driver}" for {one} and "{right.driver}" for {other}.'
    for gpu, twin in _twins(left, right):
        yield from _between_twins(one, gpu, other, twin)


def _between_twins(one: str, gpu: Gpu, other: str, twin: Gpu) -> Iterator[str]:
    if _differ(gpu.name, twin.name):
        yield f'GPU {gpu.index} is "{gpu.name}" for {one} and "{twin.name}" for {other}.'
    total = _amounts(gpu.memory_total, twin.memory_total)
    if total and abs(total[0] - total[1]) > _MIB:
        yield f"GPU {gpu.index} has {_mb(total[0])} of memory for {one} and {_mb(total[1])} for {other}."
    used = _amounts(gpu.memory_used, twin.memory_used)
    if used and abs(used[0] - used[1]) > max(_READING_NOISE, max(used) / 100):
        yield f"GPU {gpu.index} has {_mb(used[0])} in use for {one} and {_mb(used[1])} for {other}."


def _twins(left: Found, right: Found) -> Iterator[tuple[Gpu, Gpu]]:
    """Pair the same GPU of two sources: by its identifier where both tell it, else by its index."""
    by_uuid = {gpu.uuid: gpu for gpu in right.devices if not isinstance(gpu.uuid, Missing)}
    by_index = {gpu.index: gpu for gpu in right.devices}
    for gpu in left.devices:
        twin = None if isinstance(gpu.uuid, Missing) else by_uuid.get(gpu.uuid)
        twin = twin or by_index.get(gpu.index)
        if twin is not None:
            yield gpu, twin


def _differ(left: Reading[str], right: Reading[str]) -> bool:
    return not isinstance(left, Missing) and not isinstance(right, Missing) and left != right


def _amounts(left: Reading[int], right: Reading[int]) -> tuple[int, int] | None:
    return None if isinstance(left, Missing) or isinstance(right, Missing) else (left, right)


def _mb(count: int) -> str:
    return f"{number(round(count / _MIB))} MB"
