"""What cells cost, as it is shown: the card of one, the line about one, the table of the worst."""

from collections.abc import Iterable, Iterator

from colab_magics.card import Card, Facts, Note, Table
from colab_magics.envinfo.costs.cost import Cost
from colab_magics.envinfo.costs.every_cell import CellCost
from colab_magics.envinfo.costs.gpu_peak import GpuPeak
from colab_magics.envinfo.costs.headroom import Headroom
from colab_magics.envinfo.reading import Missing, Reading, less
from colab_magics.format import duration, number, plural, size

_NEAR = 0.8  # of the limit
_HELD_UP = 0.1  # of the wall time
_SMALL = 2**20  # bytes that nobody asks for
_SHORT = 0.1  # seconds that nobody asks for
_COLUMNS = ("Cell", "Time", "CPU", "Peak", "Rise", "First line", "Ended by")


def cost_card(cost: Cost) -> Card:
    """Show what a cell cost, and whether it ended by itself."""
    return Card(
        "This cell",
        big=f"{duration(cost.wall)} · {_peak(cost)}",
        state="done" if cost.raised is None else f"ended by {cost.raised}",
        tone="ok" if cost.raised is None else "wrong",
        parts=(Facts(tuple(_facts(cost))), *(Note(sentence, "warn") for sentence in warnings(cost))),
    )


def line(cell: CellCost) -> str:
    """Say what a cell cost in one quiet line; empty where it cost next to nothing."""
    cost = cell.cost
    if cell.is_trivial:
        return ""
    parts = [f"⏱ {duration(cost.wall)}", f"CPU {duration(cost.cpu + cost.cpu_children)}"]
    if not isinstance(cost.peak_memory, Missing):
        rise = f" (+{size(cost.rise)})" if not isinstance(cost.rise, Missing) and cost.rise >= _SMALL else ""
        parts.append(f"peak {size(cost.peak_memory)}{rise}")
    parts += [f"GPU {size(peak)}" for peak in _gpu_memory(cost)]
    if cost.raised is not None:
        parts.append(f"ended by {cost.raised}")
    return " · ".join((*parts, *(f"⚠ {short}" for short in _short_warnings(cost))))


def worst_card(cells: Iterable[CellCost], most: int = 5) -> Card:
    """Show the cells that rose highest above their start, and the longest: at most ``most`` of each."""
    known = tuple(cells)
    if not known:
        return Card("The costliest cells", state="no cell was measured")
    rose = [cell for cell in known if _or_zero(cell.cost.rise) >= _SMALL]
    lasted = [cell for cell in known if cell.cost.wall >= _SHORT]
    rose.sort(key=lambda cell: _or_zero(cell.cost.rise), reverse=True)
    lasted.sort(key=lambda cell: cell.cost.wall, reverse=True)
    tables = (("Most memory above their start", rose[:most]), ("Longest", lasted[:most]))
    parts = tuple(_table(caption, chosen) for caption, chosen in tables if chosen)
    nothing = Note(f"None took {duration(_SHORT)} or {size(_SMALL)} of memory.")
    return Card("The costliest cells", state=f"of {plural(len(known), 'cell')}", parts=parts or (nothing,))


def warnings(cost: Cost) -> Iterator[str]:
    """Say in whole sentences what held the cell up or put it in danger."""
    room = cost.headroom
    if not isinstance(cost.kills, Missing) and cost.kills:
        yield (
            f"While it ran, the system ended {plural(cost.kills, 'process', 'processes')} for lack of memory. "
            "Work on smaller pieces, or start fewer processes."
        )
    if isinstance(room, Headroom) and room.share > _NEAR:
        end = "being ended for lack of memory" if room.is_fatal else "a MemoryError"
        yield f"It came within {size(room.left)} of {end}: {_of_limit(room)}."
    if not isinstance(cost.throttled, Missing) and cost.throttled > _HELD_UP * cost.wall:
        yield f"The CPU quota held it up: its CPUs stood still for {duration(cost.throttled)}, all of them together."
    for gpu in _known_gpus(cost):
        if (share := _gpu_share(gpu)) is not None and share > 0.95:
            yield f"{gpu.name} was nearly full: {_gpu_of_total(gpu)}."


def _short_warnings(cost: Cost) -> Iterator[str]:
    room = cost.headroom
    if not isinstance(cost.kills, Missing) and cost.kills:
        yield f"{plural(cost.kills, 'process', 'processes')} ended for lack of memory"
    if isinstance(room, Headroom) and room.share > _NEAR:
        yield f"within {size(room.left)} of the memory limit"
    if not isinstance(cost.throttled, Missing) and cost.throttled > _HELD_UP * cost.wall:
        yield f"throttled {duration(cost.throttled)}"


def _facts(cost: Cost) -> Iterator[tuple[str, str]]:
    yield "Wall time", duration(cost.wall)
    yield "CPU time", _cpu(cost)
    yield "Peak memory", _memory(cost)
    if not isinstance(cost.child_peak, Missing):
        yield "Largest process", f"{size(cost.child_peak)} at its peak, started by this cell"
    if isinstance(cost.headroom, Headroom):
        yield "Most in use", _of_limit(cost.headroom)
    for name, verb, count, disk in _moved(cost):
        if max(_or_zero(count), _or_zero(disk)) >= _SMALL:
            yield name, _bytes_moved(count, disk, verb)
    if not isinstance(cost.throttled, Missing) and cost.throttled > 0:
        yield "Throttled", f"{duration(cost.throttled)}, all CPUs together"
    for index, gpu in enumerate(_known_gpus(cost)):
        yield f"GPU {index}", _gpu(gpu)
    for framework in cost.frameworks:
        told = framework.memory
        text = f"not known: {told.reason}" if isinstance(told, Missing) else f"{size(told)} at most, its own count"
        yield f"{framework.name} tensors", text


def _moved(cost: Cost) -> tuple[tuple[str, str, Reading[int], Reading[int]], ...]:
    moved = cost.input_output
    return (
        ("Read", "from a disk", moved.read, moved.disk_read),
        ("Written", "to a disk", moved.written, moved.disk_written),
    )


def _bytes_moved(count: Reading[int], disk: Reading[int], where: str) -> str:
    told = "unknown" if isinstance(count, Missing) else size(count)
    return told if isinstance(disk, Missing) else f"{told}; {size(disk)} {where}"


def _of_limit(room: Headroom) -> str:
    return f"{round(100 * room.share)} % of {size(room.usable)} ({room.limit}; {room.source})"


def _known_gpus(cost: Cost) -> tuple[GpuPeak, ...]:
    return () if isinstance(cost.gpus, Missing) else cost.gpus


def _gpu(gpu: GpuPeak) -> str:
    if isinstance(gpu.memory_peak, Missing):
        return f"not known: {gpu.memory_peak.reason} ({gpu.name})"
    busy = "" if isinstance(gpu.utilization, Missing) else f", {round(100 * gpu.utilization)} % busy"
    rise = less(gpu.memory_peak, gpu.memory_before)
    above = "" if isinstance(rise, Missing) or not rise else f", {size(rise)} above the start"
    return f"{_gpu_of_total(gpu)}{above}{busy} ({gpu.name}; {gpu.source})"


def _gpu_of_total(gpu: GpuPeak) -> str:
    peak = "unknown" if isinstance(gpu.memory_peak, Missing) else size(gpu.memory_peak)
    return peak if isinstance(gpu.memory_total, Missing) else f"{peak} of {size(gpu.memory_total)}"


def _gpu_share(gpu: GpuPeak) -> float | None:
    if isinstance(gpu.memory_peak, Missing) or isinstance(gpu.memory_total, Missing) or not gpu.memory_total:
        return None
    return gpu.memory_peak / gpu.memory_total


def _gpu_memory(cost: Cost) -> tuple[int, ...]:
    """Give the fullest GPU's peak, for a line has room for one; a framework may have seen a spike between readings."""
    peaks = [gpu.memory_peak for gpu in _known_gpus(cost)] + [peak.memory for peak in cost.frameworks]
    known = [peak for peak in peaks if not isinstance(peak, Missing)]
    return (max(known),) if known else ()


def _table(caption: str, cells: list[CellCost]) -> Table:
    columns = _COLUMNS if any(cell.cost.raised for cell in cells) else _COLUMNS[:-1]
    return Table(columns, tuple(_row(cell)[: len(columns)] for cell in cells), frozenset(_COLUMNS[:5]), caption)


def _row(cell: CellCost) -> tuple[str, ...]:
    cost = cell.cost
    return (
        "" if cell.number is None else number(cell.number),
        duration(cost.wall),
        duration(cost.cpu + cost.cpu_children),
        "unknown" if isinstance(cost.peak_memory, Missing) else size(cost.peak_memory),
        "unknown" if isinstance(cost.rise, Missing) else f"+{size(cost.rise)}",
        cell.title,
        cost.raised or "",
    )


def _or_zero(reading: Reading[int]) -> int:
    return 0 if isinstance(reading, Missing) else reading


def _peak(cost: Cost) -> str:
    return "peak memory unknown" if isinstance(cost.peak_memory, Missing) else f"{size(cost.peak_memory)} peak"


def _cpu(cost: Cost) -> str:
    cpu = cost.cpu + cost.cpu_children
    busy = f", {cpu / cost.wall:.1f} CPUs busy" if cpu >= 0.1 else ""
    children = f", {duration(cost.cpu_children)} of it in other processes" if cost.cpu_children else ""
    return f"{duration(cpu)}{busy}{children}"


def _memory(cost: Cost) -> str:
    if isinstance(cost.peak_memory, Missing):
        return f"not known: {cost.peak_memory.reason}"
    rise = "" if isinstance(cost.rise, Missing) else f", {size(cost.rise)} above the start"
    return f"{size(cost.peak_memory)}{rise} ({cost.peak_source})"
