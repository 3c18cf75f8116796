"""A program of its own that reads a sheet by calamine, to see whether it can: a damaged one may end the process.

Run by `child_main`, it is told ``path``, and ``sheet``: a name, a number from 1, or None for the first.
"""

from pathlib import Path
from typing import Any


def main(order: dict[str, Any]) -> dict[str, Any]:
    """Return the names of the sheets, after one was read as pandas will read it."""
    from python_calamine import SheetTypeEnum, load_workbook

    with Path(order["path"]).open("rb") as file:
        book = load_workbook(file)
        sheets = [sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        wanted = order["sheet"] or "1"
        if wanted not in sheets:
            wanted = dict(enumerate(sheets, 1)).get(int(wanted)) if wanted.isdecimal() else None
        if wanted is not None:
            book.get_sheet_by_name(wanted).to_python(skip_empty_area=False)
    return {"sheets": sheets}
