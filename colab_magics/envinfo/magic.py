"""`%envinfo` and `%%envinfo`: what this machine is, and what a cell costs on it."""

import json as json_library
import math
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from colab_magics import _shell
from colab_magics.envinfo import archive
from colab_magics.envinfo.card import PARTS, report_card
from colab_magics.envinfo.gpu.sources import SOURCES
from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.report import Report, collect
from colab_magics.errors import BadOption
from colab_magics.options import LineParser

if TYPE_CHECKING:
    from colab_magics._panel import Panel
    from colab_magics.envinfo.difference import Difference
    from colab_magics.envinfo.monitor.died import Died
    from colab_magics.envinfo.reading import Reading


def envinfo(
    part: str = "all",
    *names: str,
    gpu_source: str = "auto",
    json: bool = False,
    md: bool = False,
    save: str | Path | None = None,
    live: bool = False,
    every_cell: str | None = None,
) -> "Report | Difference | None":
    """Find out what this machine is and what this process may use of it, and show it.

    ``part`` shows one part only: "gpu", "limits", "packages" (of ``names``, if any are given), "platform", "disk" or
    "why-gpu"; "diff" compares two saved reports, the files ``names``. ``gpu_source`` says who is asked for GPUs.
    ``json`` and ``md`` print the report, its part or the difference, ``save`` writes the whole report as JSON; none of
    them names a user, host, path or secret. ``live`` shows readings that go on, ``every_cell`` ("on", "off") the cost
    of each cell from now on.

    Returns the report; for "diff" the difference; for ``live`` and ``every_cell`` nothing.
    Raises `BadOption`, and for files `OutputDenied`, `SourceNotFound`, `SourceDenied` or `BrokenFile`.
    """
    _check(part, names)
    _check_options(
        part,
        {
            "--live": live,
            "--every-cell": every_cell is not None,
            "--json": json,
            "--md": md,
            "--save": save is not None,
            "--gpu-source": gpu_source != "auto",
        },
    )
    if every_cell is not None:
        _every_cell(every_cell)
        return None
    if live:
        _live()
        return None
    if part == "diff":
        return _difference(*names, json=json, md=md)
    report = _collect(gpu_source, names if part == "packages" else ())
    if save is not None:
        archive.save(report.to_dict(), _path(save))
    if json:
        _shell.say(json_library.dumps(report.to_dict(part), indent=2), value=report)
    elif md:
        _shell.say(report.to_markdown(part), value=report)
    else:
        _show(report, part)
        if save is not None:
            _shell.say(f"The whole report is saved in {save}.")
    return report


PARSER = LineParser(
    envinfo,
    description=(
        "Show the CPUs, memory, disk, GPUs, platform and packages of this machine, and the limits that bind here.\n"
        "As a cell magic: run the cell, and show what it cost: time, memory, GPU memory, reading and writing."
    ),
    examples="""
    %envinfo                         everything on one card
    report = %envinfo                report.to_dict() and report.to_markdown() give it away
    %envinfo why-gpu                 why a framework sees no GPU, and what to do
    %envinfo packages numpy torch    versions on disk and in this kernel
    %envinfo --md                    a block for a bug report, without names and secrets
    %envinfo --save a.json           and later, here or elsewhere:  %envinfo diff a.json b.json
    %envinfo --live                  CPU, RAM, GPUs, disk and network, each second
    %%envinfo                        on a cell's first line: measure the cell
    %envinfo --every-cell on         one line about each cell that costs anything
    """,
)
PARSER.add_argument(
    "part", nargs="?", choices=PARTS, help=f"show one part only: {', '.join(PARTS[1:])}", metavar="PART"
)
PARSER.add_argument("names", nargs="*", metavar="NAME", help="packages to look up, or the two files to compare")
PARSER.add_argument("--gpu-source", choices=SOURCES, help="who is asked for the GPUs; all: ask everybody and compare")
PARSER.add_argument("--json", action="store_true", help="print the report as JSON")
PARSER.add_argument("--md", action="store_true", help="print the report as Markdown")
PARSER.add_argument("--save", metavar="FILE", help="write the report to a file, as JSON")
PARSER.add_argument("--live", action="store_true", help="show readings that go on, also while a cell runs")
PARSER.add_argument("--every-cell", choices=("on", "off"), help="tell what each cell costs; off: show the costliest")


def run(line: str, cell: str | None) -> object:
    """Do what the line says: the report, or with a cell its value, with the cost shown below its own output."""
    __tracebackhide__ = True
    options = PARSER.parse_line(line, _shell.namespace())
    if cell is not None:
        if line.strip():
            raise BadOption(
                "%%envinfo measures the cell below it and takes no options. %envinfo -h shows what there is."
            )
        if _shell.waits(cell):
            raise BadOption(
                "%%envinfo cannot run await outside of a function: leave that line out, and measure the cell with  "
                "%envinfo --every-cell on."
            )
        return _measured(cell)
    return envinfo(options.pop("part"), *options.pop("names"), **options)


def show(value: "Report | Difference") -> None:
    """Show a report as its panel, or a difference as its table."""
    if isinstance(value, Report):
        _show(value, "all")
    else:
        from colab_magics.envinfo.card import without_secrets
        from colab_magics.envinfo.difference import difference_card

        _shell.show(without_secrets(difference_card(value)), value=value)


def _show(report: Report, part: str) -> None:
    def panel() -> "Panel":
        from colab_magics.envinfo.panel import EnvinfoPanel

        return EnvinfoPanel(report, part, lambda: _collect(report.gpu_source, report.asked))

    _shell.show(report_card(report, part), panel, value=report, may_wait=True)


def _check(part: str, names: tuple[str, ...]) -> None:
    if part not in PARTS:
        raise BadOption(f"%envinfo has no part {_quoted(part)!r}: there are {', '.join(PARTS[1:])}.")
    if part == "diff" and len(names) != 2:
        raise BadOption("%envinfo diff compares two saved reports:  %envinfo diff a.json b.json")
    if names and part not in ("diff", "packages"):
        raise BadOption(f"%envinfo {part} takes no further words: {_quoted(*names)}")


def _check_options(part: str, given: dict[str, bool]) -> None:
    """Refuse what would be passed over in silence."""
    options = [name for name, is_given in given.items() if is_given]
    if {"--json", "--md"} <= {*options}:
        raise BadOption("%envinfo prints the report as JSON or as Markdown: choose one of --json and --md.")
    for alone in ("--live", "--every-cell"):
        if alone in options and (len(options) > 1 or part != "all"):
            others = ", ".join([*([part] if part != "all" else []), *(name for name in options if name != alone)])
            raise BadOption(f"%envinfo {alone} goes with nothing else, and not with {others}.")
    if part == "why-gpu" and "--json" in options:
        raise BadOption(
            "%envinfo why-gpu is words and no readings: --md prints them, %envinfo gpu --json the readings."
        )
    unfit = [name for name in options if name in ("--save", "--gpu-source")]
    if part == "diff" and unfit:
        raise BadOption(f"%envinfo diff reads two files and no machine, so that it takes no {' and no '.join(unfit)}.")


def _quoted(*words: str) -> str:
    """Give what was typed without secrets; it is cut afterwards, for half a secret is not known as one."""
    from colab_magics.redaction import Redactor

    return Redactor(words)(" ".join(words))[:60]


def _collect(gpu_source: str = "auto", names: tuple[str, ...] = ()) -> Report:
    return collect(variables=_shell.namespace(), gpu_source=gpu_source, asked=names, previous=_earlier_kernel())


def _earlier_kernel() -> "Reading[Died]":
    """Tell of a kernel that died, once; and keep this one's readings from now on, so that the next can tell them."""
    global _is_recorded
    if _is_recorded or not _shell.has_kernel():
        return Missing("it is told by the first %envinfo of a kernel")
    _is_recorded = True
    from colab_magics.envinfo.monitor import records

    died = _last_death() if records.any_left() else Missing("no kernel before this one has left a record")
    _soon.append(_shell.soon(_begin_record))
    return died


def _last_death() -> "Reading[Died]":
    from colab_magics.envinfo.monitor import recorder

    return recorder.last_death()


def _begin_record() -> None:
    from colab_magics.envinfo.monitor import recorder

    recorder.begin()


_is_recorded = False
_soon: list[Callable[[], None]] = []


def _difference(first: str, second: str, *, json: bool, md: bool) -> "Difference":
    from colab_magics.envinfo.difference import compare

    paths = (_path(first), _path(second))
    difference = compare(archive.load(paths[0]), archive.load(paths[1]), (paths[0].name, paths[1].name))
    if json or md:
        _shell.say(difference.to_json() if json else difference.to_markdown(), value=difference)
    else:
        show(difference)
    return difference


def _path(typed: str | Path) -> Path:
    return Path(os.path.expanduser(typed))  # noqa: PTH111 (Path.expanduser raises where there is no such home)


def _live() -> None:
    from colab_magics.envinfo.monitor import running

    if not _shell.has_kernel():
        _shell.say(running.glance())
        _shell.say("Readings that go on need a notebook: a terminal shows the present ones only.")
        return
    from colab_magics.envinfo.panel import MonitorPanel

    panel = MonitorPanel(running.start(_shell.is_busy))
    shown = _shell.show(panel.static(), lambda: panel)
    # Where both forms are in one output, an update would draw the panel anew.
    panel.keep(shown.update, math.inf if _shell.shows_one_bundle() else 30.0)


class _EveryCell:
    """What ``--every-cell on`` began in this kernel."""

    def __init__(self) -> None:
        from colab_magics.envinfo.costs.every_cell import EveryCell
        from colab_magics.redaction import Redactor

        self.ledger = EveryCell(Redactor())
        self.undo = _shell.each_cell(self.ledger.started, self._ended)

    def _ended(self, number: int | None, raised: str | None) -> None:
        from colab_magics.envinfo.costs.cost_card import line

        cell = self.ledger.ended(number, raised)
        words = line(cell) if cell is not None else ""
        if words:
            _shell.say(words)

    def close(self) -> None:
        self.undo()
        self.ledger.close()


_every: list[_EveryCell] = []


def _every_cell(state: str) -> None:
    from colab_magics.envinfo.costs.cost_card import worst_card

    if state not in ("on", "off"):
        raise BadOption(f"every_cell is on or off, and not {state!r}.")
    if state == "on":
        if not _every:
            _every.append(_EveryCell())
        _shell.say("From the next cell on, each that costs something says so in a line; --every-cell off ends it.")
    elif _every:
        every = _every.pop()
        every.close()
        _shell.show(worst_card(every.ledger.cells))
    else:
        _shell.say("The cost of each cell is not measured: --every-cell on begins it.")


def close() -> None:
    """Stop everything that goes on: the monitor, the record of this kernel, the cost of each cell."""
    global _is_recorded
    _is_recorded = False
    while _soon:
        _soon.pop()()
    while _every:
        _every.pop().close()
    for name, end in (("running", "stop"), ("recorder", "close")):
        module = sys.modules.get(f"colab_magics.envinfo.monitor.{name}")
        if module is not None:
            getattr(module, end)()


def _measured(cell: str) -> object:
    __tracebackhide__ = True
    from colab_magics.envinfo.costs.cost import measure
    from colab_magics.envinfo.costs.cost_card import cost_card

    with ExitStack() as after, measure() as meter:
        after.callback(lambda: _shell.show(cost_card(meter.cost)))
        return _shell.execute(cell)
