"""Tables in XML and in web pages."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from colab_magics.errors import BadOption, MissingExtra, TooLarge, UnknownFormat
from colab_magics.extras import need
from colab_magics.format import plural
from colab_magics.ingest.names import listed
from colab_magics.ingest.task import Reader, Task

if TYPE_CHECKING:
    import pandas as pd

_MOST_LISTED = 9
_MOST_CELLS = 10_000_000
_DECLARATION = re.compile(rb"\s*<\?xml[^>]*\sencoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_NAMES_OF_LXML = {"utf-16-le": "utf-16le", "utf-16-be": "utf-16be", "utf-8-sig": "utf-8"}


def read_xml(task: Task) -> pd.DataFrame:
    import pandas as pd

    _need_lxml(task)
    options = task.literals(pd.read_xml)
    encoding = task.encoding or task.recognised.encoding or _declared(task)
    if encoding is not None:
        options["encoding"] = _NAMES_OF_LXML.get(name := codecs.lookup(encoding).name, name)
    frame: pd.DataFrame = pd.read_xml(task.path, **options)
    return frame


def read_html(task: Task) -> pd.DataFrame:
    """Read the table of a page: the only one, or the one with the number that is asked for, counted from 1."""
    import pandas as pd

    _need_lxml(task)
    options = {"flavor": "lxml"} | task.literals(pd.read_html)
    encoding = task.encoding or task.recognised.encoding
    if encoding is not None:
        options["encoding"] = encoding
    _check_cells(task, encoding)
    try:
        tables = pd.read_html(task.path, **options)
    except ValueError as error:
        if "No tables found" not in str(error):
            raise
        raise UnknownFormat(f"{task.name} is a web page without a table.") from error
    return tables[_chosen(task, tables)]


def _declared(task: Task) -> str | None:
    """Return the encoding that a document itself tells, which pandas would not ask for, if Python knows it."""
    with task.path.open("rb") as file:
        found = _DECLARATION.match(file.read(200))
    try:
        return None if found is None else codecs.lookup(found[1].decode()).name
    except LookupError:
        return None


def _check_cells(task: Task, encoding: str | None) -> None:
    """Refuse a page one cell of which takes the place of millions: pandas makes them all, without end."""
    from lxml import etree

    root = etree.parse(str(task.path), etree.HTMLParser(encoding=encoding)).getroot()
    cells = () if root is None else root.iter("td", "th")
    if sum(_span(cell.get("colspan")) * _span(cell.get("rowspan")) for cell in cells) > _MOST_CELLS:
        raise TooLarge(f"{task.name} has a cell that is told to be as large as millions: it is damaged, or a trap.")


def _span(told: str | None) -> int:
    try:
        return max(int(told or 1), 1)
    except ValueError:
        return 1


def _need_lxml(task: Task) -> None:
    lxml = need("lxml.etree", by=f"%ingest of {task.label}", extra="formats")
    if lxml.LXML_VERSION < (5,):  # before, the entities of a document could name files of this machine
        raise MissingExtra(
            'lxml is older than 5, where a document can read other files. Run  %pip install -U "lxml>=5"  and restart '
            "the kernel."
        )


def _chosen(task: Task, tables: list[pd.DataFrame]) -> int:
    wanted = task.reading.table
    if wanted is None and len(tables) == 1:
        return 0
    if wanted is not None and wanted.isdecimal() and 1 <= int(wanted) <= len(tables):
        return int(wanted) - 1
    what = f"holds {plural(len(tables), 'table')}" if wanted is None else f"has no table {wanted}"
    shown = "; ".join(
        f"{number}: {plural(len(table), 'row')} of {listed(table.columns[:4])}"
        for number, table in enumerate(tables[:_MOST_LISTED], 1)
    )
    raise BadOption(f"{task.name} {what}: choose one by --table and its number. {shown}.")


XML = Reader(read_xml, applies=frozenset({"backend"}), takes=frozenset({"encoding"}))
HTML = Reader(read_html, applies=frozenset({"backend"}), takes=frozenset({"table", "encoding"}))
