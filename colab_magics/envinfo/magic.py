"""`%envinfo` and `%%envinfo`: what this machine is, and what a cell costs on it."""

from contextlib import ExitStack
from typing import TYPE_CHECKING

from colab_magics import _shell
from colab_magics.envinfo.card import cost_card, report_card
from colab_magics.envinfo.cost import measure
from colab_magics.envinfo.report import Report, collect
from colab_magics.options import LineParser

if TYPE_CHECKING:
    from colab_magics._panel import Panel


def envinfo() -> Report:
    """Find out what this machine is and what this process may use of it, and show it."""
    report = _collect()
    show(report)
    return report


PARSER = LineParser(
    envinfo,
    description=(
        "Show the CPUs, memory, disk, GPUs, platform and packages of this machine, and the limits that bind here.\n"
        "As a cell magic: run the cell, and show its wall time, CPU time and peak memory."
    ),
    examples="""
    %envinfo
    report = %envinfo          report.to_dict() and report.to_markdown() give it away
    %%envinfo                  on a cell's first line: measure the cell
    """,
)


def run(line: str, cell: str | None) -> object:
    """Do what the line says: the report, or with a cell its value, with the cost shown below its own output."""
    __tracebackhide__ = True
    PARSER.parse_line(line, _shell.namespace())
    return envinfo() if cell is None else _measured(cell)


def show(report: Report) -> None:
    """Show a report as its panel."""

    def panel() -> "Panel":
        from colab_magics.envinfo.panel import EnvinfoPanel

        return EnvinfoPanel(report, _collect)

    _shell.show(report_card(report), panel, value=report)


def _collect() -> Report:
    return collect(variables=_shell.namespace())


def _measured(cell: str) -> object:
    __tracebackhide__ = True
    with ExitStack() as after, measure() as meter:
        after.callback(lambda: _shell.show(cost_card(meter.cost)))
        return _shell.execute(cell)
