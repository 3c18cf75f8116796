"""nvidia-smi's table of GPUs: one line for each, one cell for each field that was asked."""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

from colab_magics.envinfo.gpu.complaint import SILENT, mark, redacted
from colab_magics.envinfo.gpu.device import Gpu, Processes
from colab_magics.envinfo.gpu.gpus import UNTOLD
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.format import printable
from colab_magics.machine.plausible import CLOCK, MEMORY, POWER, SHARE, TEMPERATURE, Range, plausible

FIELDS: tuple[str, ...] = (
    "index",
    "count",
    "uuid",
    "name",
    "memory.total",
    "memory.used",
    "utilization.gpu",
    "temperature.gpu",
    "power.draw",
    "enforced.power.limit",
    "power.limit",
    "clocks.current.graphics",
    "clocks.max.graphics",
    "driver_version",
    "mig.mode.current",
)
"""What is asked (``nvidia-smi --help-query-gpu``). The last is one of few words: so a line that broke off is seen."""

MOST = 256
"""GPUs in one machine: what tells of more is no table."""

_MIB = 2**20
_MEBIBYTES = Range(MEMORY.least, MEMORY.most / _MIB, "MiB")
_LONGEST = 4096  # characters of a line: longer ones are no rows
_NUMBER = re.compile(r"(-?\d{1,12}(?:\.\d{1,6})?)\s*(?:MiB|MHz|W|C|%)?")
_VERSION = re.compile(r"\d[\w.+-]{0,40}")
_BROKEN_OFF = Missing("nvidia-smi's answer broke off before it")
_UNTOLD = Missing("this driver is too old to tell")

Row = Mapping[str, str]


def rows(text: str, fields: tuple[str, ...]) -> tuple[Row, ...]:
    """Split the lines that tell of a GPU into cells, by field; other lines, such as warnings, are left out.

    ``fields`` begin with "index" and hold "name". A line that broke off gives the fields that it has; a name may
    hold commas, and cells too many are left out.
    """
    found = (_row(line, fields) for line in text.split("\n") if len(line) <= _LONGEST)
    return tuple(islice((row for row in found if row), MOST))


def indexes(found: Sequence[Row]) -> tuple[int, ...]:
    """Give each row its index, and a row that has lost its own the number of its place, or the next that is free."""
    taken = {int(row["index"]) for row in found if _is_index(row["index"])}
    given = []
    for place, row in enumerate(found):
        if _is_index(row["index"]):
            given.append(int(row["index"]))
        else:
            given.append(next(index for index in (place, *range(MOST + 1)) if index not in taken))
            taken.add(given[-1])
    return tuple(given)


def gpu(row: Row, index: int, fields: tuple[str, ...]) -> Gpu:
    """Make a GPU of a row, with its index of `indexes`."""

    def tell(field: str, read: Callable[[str], Reading[Any]]) -> Reading[Any]:
        if field not in fields:
            return _UNTOLD
        return read(row[field]) if field in row else _BROKEN_OFF

    mig = tell("mig.mode.current", _mig)
    limit = tell("enforced.power.limit", _watts)
    use = tell("utilization.gpu", _ratio)
    return Gpu(
        index,
        name=tell("name", _name),
        memory_total=tell("memory.total", _size),
        memory_used=tell("memory.used", _bytes),
        utilization=Missing("a GPU in MIG mode does not tell") if (use, mig) == (SILENT, "enabled") else use,
        temperature=tell("temperature.gpu", _temperature),
        power=tell("power.draw", _watts),
        power_limit=tell("power.limit", _watts) if isinstance(limit, Missing) else limit,
        clock=tell("clocks.current.graphics", _clock),
        clock_limit=tell("clocks.max.graphics", _clock),
        mig=mig,
        uuid=tell("uuid", _uuid),
    )


def blank(index: int, reason: Missing) -> Gpu:
    """Make a GPU of which nothing is told."""
    told: dict[str, Any] = {item.name: reason for item in dataclasses.fields(Gpu) if item.default is UNTOLD}
    told["is_visible"] = UNTOLD
    return Gpu(index, reason, processes=Processes(reason, reason, reason), **told)


def version(row: Row, fields: tuple[str, ...]) -> Reading[str]:
    """Read the driver's version."""
    if "driver_version" not in row:
        return _BROKEN_OFF if "driver_version" in fields else _UNTOLD
    cell = row["driver_version"]
    return cell if _VERSION.fullmatch(cell) else mark(cell) or _strange(cell)


def count(row: Row) -> int:
    """Read how many GPUs nvidia-smi counts; 0 where it does not tell."""
    return int(row["count"]) if _is_index(row.get("count", "")) else 0


def _row(line: str, fields: tuple[str, ...]) -> Row:
    """Give each field its cell; empty where the line tells of no GPU.

    Of the ways to put a name with commas together, the one with which most cells make sense is taken.
    """
    raw = line.split(",")
    cells = [cell.strip() for cell in raw]
    if len(cells) < 2 or not all(_fits(field, cell) and cell for field, cell in zip(fields[:2], cells, strict=False)):
        return {}
    spare = len(cells) - len(fields)
    if spare < 0:  # what stands before the place where it broke off may be half a number
        return dict(zip(fields, cells[: max(2, len(cells) - 1)], strict=False))
    at = fields.index("name")
    ways = (
        dict(
            zip(fields, [*cells[:at], ",".join(raw[at : at + more + 1]).strip(), *cells[at + more + 1 :]], strict=False)
        )
        for more in range(min(spare, 16), -1, -1)
    )
    return max(ways, key=lambda row: sum(_fits(field, cell) for field, cell in row.items()))


def _fits(field: str, cell: str) -> bool:
    if field in ("uuid", "name"):
        return True
    if field == "mig.mode.current":
        return not isinstance(_mig(cell), Missing) or mark(cell) is not None
    return bool((_VERSION if field == "driver_version" else _NUMBER).fullmatch(cell)) or mark(cell) is not None


def _is_index(cell: str) -> bool:
    return cell.isdecimal() and len(cell) <= 4


def _number(cell: str, limits: Range) -> Reading[float]:
    found = _NUMBER.fullmatch(cell)
    if found is None:
        return mark(cell) or _strange(cell)
    value = float(found[1])
    return _strange(cell) if isinstance(plausible(value, limits), Missing) else value


def _watts(cell: str) -> Reading[float]:
    return _number(cell, POWER)


def _clock(cell: str) -> Reading[int]:
    value = _number(cell, CLOCK)
    return value if isinstance(value, Missing) else round(value)


def _temperature(cell: str) -> Reading[int]:
    value = _number(cell, TEMPERATURE)
    return value if isinstance(value, Missing) else round(value)


def _ratio(cell: str) -> Reading[float]:
    value = _number(cell, SHARE)
    return value if isinstance(value, Missing) else value / 100


def _bytes(cell: str) -> Reading[int]:
    value = _number(cell, _MEBIBYTES)
    return value if isinstance(value, Missing) else round(value * _MIB)


def _size(cell: str) -> Reading[int]:
    return _bytes(cell) or Missing("nvidia-smi says that this GPU has 0 bytes of memory, which cannot be")


def _name(cell: str) -> Reading[str]:
    return mark(cell) or printable(cell)[:120]


def _uuid(cell: str) -> Reading[str]:
    return mark(cell) or printable(cell)[:120]


def _mig(cell: str) -> Reading[str]:
    mode = cell.casefold()
    if mode in ("enabled", "disabled"):
        return mode
    reason = mark(cell) or _strange(cell)
    return Missing("this GPU has no MIG") if reason == SILENT else reason


def _strange(cell: str) -> Missing:
    return Missing(f'nvidia-smi told "{redacted(printable(cell))[:40]}", which cannot be')
