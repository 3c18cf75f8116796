"""Sheets of Excel and OpenDocument files."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption, BrokenFile, TooLarge, UnknownFormat
from colab_magics.extras import need
from colab_magics.format import plural
from colab_magics.ingest.child import ask, reason, room
from colab_magics.ingest.names import find, listed
from colab_magics.ingest.packing import Gauge
from colab_magics.ingest.task import Reader, Task

if TYPE_CHECKING:
    import pandas as pd


_CELL = re.compile(rb'\sr="([A-Z]{1,3})([0-9]{1,7})"')
_LONGEST_CELL = 16  # bytes of such a name
_POINTER = 8  # bytes that an empty cell takes, at the least
_CODE = 256 << 20  # bytes of addresses that Python and calamine take


def read_sheet(task: Task, **more: Any) -> pd.DataFrame:
    """Read one sheet, the first where none is named; ``nrows`` reads its first rows."""
    import pandas as pd

    options = task.literals(pd.read_excel) | more
    engine = options.pop("engine", None) or _engine(task)
    needed = {"openpyxl": "openpyxl", "calamine": "python_calamine"}.get(engine)
    if needed is not None:
        need(needed, by=f"%ingest of {_what(task)}", extra="formats")
    if engine == "calamine":
        _try_calamine(task)
    with pd.ExcelFile(task.path, engine=engine) as book:
        sheets = [str(sheet) for sheet in book.sheet_names]
        if not sheets:
            raise UnknownFormat(f"{task.name} has no sheets.")
        chosen = _chosen(task, sheets)
        if task.reading.parse_dates or task.reading.dtype:
            options |= _typed(task, list(pd.read_excel(book, sheet_name=chosen, **{**options, "nrows": 0}).columns))
        frame: pd.DataFrame = pd.read_excel(book, sheet_name=chosen, **options)
    if len(sheets) > 1 and task.reading.sheet is None:
        task.note(f"This is the first sheet of {len(sheets)}: {listed(sheets)}.")
    return frame


def _typed(task: Task, labels: list[Any]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if task.reading.dtype:
        options["dtype"] = task.types(labels)
    if task.reading.parse_dates:
        options["parse_dates"] = [find(name, labels) for name in task.reading.parse_dates]
    return options


def _engine(task: Task) -> Any:
    """Choose as pandas itself does for .xlsx, and for all others a reader that knows them all."""
    import pandas as pd

    with task.path.open("rb") as file:
        if not file.read(2).startswith(b"PK"):
            return "calamine"
    with zipfile.ZipFile(task.path) as package:
        gauge = Gauge(task.name, task.path.stat().st_size, task.path.parent)
        gauge.add(sum(member.file_size for member in package.infolist()))
        is_xlsx = "xl/workbook.xml" in package.namelist()
        for member in package.namelist():
            if member.startswith("xl/worksheets/") and member.endswith(".xml"):
                _check_grid(task, package, member)
    chosen = str(pd.get_option("io.excel.xlsx.reader")) if is_xlsx else "calamine"
    is_old = int(pd.__version__.partition(".")[0]) < 4  # from then on, the default is another
    return ("openpyxl" if is_old else "calamine") if chosen == "auto" else chosen


def _check_grid(task: Task, package: zipfile.ZipFile, member: str) -> None:
    """Refuse a sheet whose last cell lies so far off that the empty ones before it would fill the memory."""
    rows, columns, rest = 1, b"A", b""
    with package.open(member) as sheet:
        while chunk := sheet.read(1 << 20):
            found = _CELL.findall(rest + chunk)
            rows = max(rows, *map(int, {row for _, row in found}), 1)
            columns = max(columns, *{column for column, _ in found}, b"A", key=lambda name: (len(name), name))
            rest = chunk[-_LONGEST_CELL:]
    width = 0
    for letter in columns:
        width = 26 * width + letter - 64
    if rows * width * _POINTER > room():
        raise TooLarge(
            f"{task.name} has a sheet of {plural(rows, 'row')} and {plural(width, 'column')}, more than there is "
            "memory for: delete the cells far off, or save the sheet as CSV."
        )


def _try_calamine(task: Task) -> None:
    """Let a child process read the sheet first: the same library here does the same, and there it harms no kernel."""
    # Half of the memory: pandas needs as much again for its frame.
    answer = ask(task, "books_child.py", sheet=task.reading.sheet, memory=room() // 2, code=_CODE)
    if "sheets" not in answer:
        raise BrokenFile(f"{task.name} cannot be read as {task.label}: {reason(task, answer)}.")


def _what(task: Task) -> str:
    return "an Excel file" if task.label == "Excel" else f"an {task.label} file"


def _chosen(task: Task, sheets: list[str]) -> str:
    """Return a name: by its number, calamine would count charts as well."""
    wanted = task.reading.sheet
    if wanted is None:
        return sheets[0]
    if wanted in sheets:
        return wanted
    if wanted.isdecimal() and 1 <= int(wanted) <= len(sheets):
        return sheets[int(wanted) - 1]
    raise BadOption(f"{task.name} has no sheet {wanted}: choose one by --sheet, of {listed(sheets)}.")


BOOK = Reader(
    whole=read_sheet,
    head=lambda task, rows: read_sheet(task, nrows=rows),
    applies=frozenset({"dtype", "parse_dates", "backend"}),
    takes=frozenset({"sheet"}),
)
