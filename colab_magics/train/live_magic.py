"""`%%train`: every ``model.fit(...)`` of a cell, unchanged, with the panel, event files and history of a run."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from colab_magics import _shell
from colab_magics.errors import BadOption, ColabMagicsError
from colab_magics.extras import check
from colab_magics.options import LineParser, identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from colab_magics.train.fits import Fit


@contextmanager
def train(*, name: str | None = None, resume: str | bool = False, tensorboard: bool = False) -> Iterator[list[Fit]]:
    """Show, keep and be able to stop every ``model.fit(...)`` of Keras in a ``with`` block, as `LiveRun` does.

    Gives a list, to which each fit is added when it ends. ``name`` names the first run's folder, the next are called
    ``name-2`` and so on. ``tensorboard`` shows TensorBoard below when the block has ended. Callbacks of the fits stay
    as they are and where they are; without ``verbose=`` the panel takes the place of the progress bar. Nothing of
    Keras is changed any more when the block is left, also by an exception.

    ``resume`` goes on with the fits of a block that was broken off or stopped, as it stands there: with the block of
    which the run of that name is one, or with True of the last that did not finish. Each fit goes on with the one at
    its place, as a `LiveRun` does, and the history that it returns begins with the epochs before; those that had ended
    get their weights back and are not trained again, those that had not begun are trained. What callbacks counted, as
    the patience of an ``EarlyStopping``, goes on where it is plain numbers or weights, else a note tells it. Data in
    arrays is to be what it was.

    Raises `MissingExtra` without Keras, `BadOption` for a name that is taken, a run that is none, or one of another
    model or data, `OutputDenied` where a run has no folder.
    """
    fits: list[Fit] = []
    with _following(name, resume, lambda fit, history: fits.append(fit)):
        yield fits
    if tensorboard:
        _show_board(fits)


PARSER = LineParser(
    train,
    description="Run the cell, in which every model.fit(...) of Keras gets a live panel, a clean stop, TensorBoard's "
    "files and a place in the table of runs. The code stays as it is.",
    examples="""
        %%train
        model.fit(x, y, epochs=5, validation_split=0.1)

        %%train --name first --tensorboard

        %%train --resume first
    """,
)
PARSER.add_argument("--name", metavar="NAME", help="name of the first run's folder; the next are NAME-2 ...")
PARSER.add_argument(
    "--resume",
    nargs="?",
    const=True,
    metavar="RUN",
    help="go on with the fits of a cell, the last unfinished if no RUN",
)
PARSER.add_argument("--tensorboard", action="store_true", help="show TensorBoard below")
PARSER.add_argument("--as", dest="as_", type=identifier, metavar="NAME", help="the variable to make of the last run")


def run(line: str, cell: str | None) -> object:
    """Run the magic; give what the cell ends with, and the run in the place of its History."""
    __tracebackhide__ = True
    options = PARSER.parse_line(line, _shell.namespace())
    if cell is None:
        raise BadOption(
            "%%train runs a cell: write it with two % signs as the first line, above the code with  model.fit(...)"
        )
    count, last = 0, None

    def keep(fit: Fit, history: object) -> None:  # the last one only: each holds its model
        nonlocal count, last
        count, last = count + 1, (fit, history)

    with _following(options["name"], options["resume"], keep):
        value = _shell.execute(cell)
    if last is None:
        _shell.say("No model.fit(...) of Keras ended in this cell, so there is no run.")
        return value
    fit, history = last
    if options["as_"] is not None:
        _shell.assign(options["as_"], fit)
    if options["tensorboard"]:
        _show_board([fit] * count)
    if value is not history:
        return value
    _shell.remember(fit)
    return fit


def show(value: Fit) -> None:
    """Show a fit that has ended."""
    from colab_magics.train import card as cards

    _shell.show(cards.fit(value), value=value)


@contextmanager
def _following(name: str | None, resume: str | bool, keep: Callable[[Fit, object], None]) -> Iterator[None]:
    """In the block, follow every fit, and give each that ended to ``keep`` with the history that it returned."""
    __tracebackhide__ = True
    from colab_magics.train.screen import loading
    from colab_magics.train.series import Series
    from colab_magics.train.wrapping import bound, wrapped

    check("keras", "tensorboard", by="%%train", extra="train")
    series = Series(name, resume)
    series.check_free()

    def around(fit: Callable[..., Any], model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        __tracebackhide__ = True
        from colab_magics.train.live import followed

        call = bound(fit, model, args, kwargs)
        if call is None:
            return fit(model, *args, **kwargs)
        with followed(call, series) as live:
            history = fit(*call.args, **call.kwargs)
            live.complete(history)
        if live.run is not None:
            keep(live.run, history)
        return history

    with wrapped(around, partial(loading, "%%train")):
        yield


def _show_board(fits: list[Fit]) -> None:
    """TensorBoard on the only fit, or on all runs."""
    from colab_magics.train import board
    from colab_magics.train import card as cards
    from colab_magics.train.magic import show as show_board

    if not fits:
        return
    try:
        show_board(fits[0].tensorboard() if len(fits) == 1 else board.start(fits[0].directory.parent))
    except ColabMagicsError as error:
        _shell.show(cards.board_failed(str(error)))
