"""`%train_mnist`: trains the tutorial's model, or with a cell the person's own."""

from __future__ import annotations

import sys
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from colab_magics import _shell
from colab_magics.errors import BadOption, ColabMagicsError
from colab_magics.options import LineParser, Whole, identifier, positive, split
from colab_magics.train import own_model, placement, screen
from colab_magics.train.given import Given, named
from colab_magics.train.recipes import NAMES
from colab_magics.train.request import SEED, Request
from colab_magics.train.wrapping import watched

if TYPE_CHECKING:
    from colab_magics.train.background import Background
    from colab_magics.train.board import Board
    from colab_magics.train.kept import Runs
    from colab_magics.train.run import Run


def train_mnist(
    model: Any = None,
    *,
    trust_model: bool = False,
    recipe: str | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    lr: float | None = None,
    early_stop: int | None = None,
    best: bool = False,
    device: str | None = None,
    mixed_precision: bool = False,
    data: Any = None,
    target: str | int | None = None,
    seed: int | None = None,
    name: str | None = None,
    resume: str | bool = False,
    fresh: bool = False,
    backend: str | None = None,
    background: bool = False,
    attach: str | None = None,
    tensorboard: bool = False,
    port: int = 0,
) -> Run | Background:
    """Train a classifier and show it learning.

    ``model``: a Keras classifier, compiled or not, or ``mlp``, the tutorial's two hidden layers of 512 and what is
    trained without it, or ``cnn``, a small convolutional network, or the name of a variable that holds a classifier, or
    a ``.keras`` file. A run's own file is loaded as it is, one from outside with ``trust_model``; code in it is never
    run, a Lambda layer is refused. ``recipe``: tutorial, as without it, or fast for the same accuracy in a fraction of
    the time; it says what ``epochs``, ``batch_size`` and ``lr``, the learning rate, are where they are not given.
    ``early_stop`` ends the training when that many epochs brought no better loss on the test images, with the best
    weights; ``best`` ends it with these whenever it ends. ``data``: a folder or file with MNIST's four IDX files, a
    folder with pictures in a subfolder for each class, an ``.npz``, ``mnist`` or ``digits``, and see
    `train.datasets.find` for where it is looked for; or what is in memory, see `train.own_data.read`: ``(X, y)`` or
    ``(X_train, y_train, X_test, y_test)``, a DataFrame of which ``target`` is the column to learn, or a finite
    `tf.data.Dataset`. ``seed`` makes two trainings on one machine the same. ``name`` names the run's folder. ``resume``
    goes on with the run of that name, or with True with the last one that did not finish, as if nothing had been: what
    is not given stays as it was there; ``fresh`` begins that run anew. ``backend`` is what Keras computes with,
    tensorflow, jax or torch, where it is not loaded yet. ``background`` trains in a process of its own, which goes on
    when this kernel ends, and gives a `Background` at once; ``attach`` shows that of a name again. ``tensorboard``
    shows TensorBoard below, on a free port or on ``port``.

    ``device`` is what Keras computes with: cpu, gpu or gpu:N, tpu, or auto, as it does by itself; ``mixed_precision``
    has the model compute with 16-bit numbers, float16 on a GPU and else bfloat16, and keep its weights in 32.

    An interrupt, or the panel's button, ends the training after the step that runs and keeps all that it reached.
    Raises a `ColabMagicsError` for data, a model or an option that cannot be used; a TensorBoard that fails after the
    training is shown, and the run returned.
    """
    given = data if data is None or isinstance(data, Given) else Given(data)
    request = Request(
        recipe=recipe,
        epochs=_plain(epochs),
        batch_size=_plain(batch_size),
        learning_rate=_plain(lr),
        early_stop=_plain(early_stop),
        best=best or None,
        device=None if device is None else placement.named(device),
        mixed_precision=mixed_precision or None,
        data=None if given is None else given.name if given.path is None else given.path,
        target=None if target is None else str(target),
        note="" if given is None else given.note,
        seed=_plain(seed),
        name=name,
        resume=resume if isinstance(resume, str) else "" if resume else None,
        fresh=fresh,
        trust_model=trust_model,
    )
    request.check()
    _PORT.check("port", port)
    if isinstance(model, str):
        model = own_model.named(model, _shell.namespace())
    if backend is not None and not background:
        from colab_magics.train.backend import choose

        choose(backend)
    if tensorboard and port:
        from colab_magics.train.board import check_free

        check_free(port)
    if attach is not None:
        if (model, request, backend, background, tensorboard, port) != (None, Request(), None, False, False, 0):
            raise BadOption("--attach shows a training that was begun: leave the other options out.")
        from colab_magics.train.background import attach as attached

        return screen.followed(attached(attach))
    if background:
        if tensorboard or port:
            raise BadOption("TensorBoard shows a training of this kernel: leave --tensorboard and --port out.")
        return screen.begun(model, request, backend, given)
    run = screen.trained(model, request, given)
    if tensorboard:
        _show_board(run, port)
    return run


def _plain(number: Any) -> Any:
    """A number of numpy as one of Python, which JSON and Keras take."""
    return number.item() if hasattr(number, "item") else number


def _show_board(run: Run, port: int) -> None:
    try:
        show(run.tensorboard(port=port))
    except ColabMagicsError as error:
        from colab_magics.train import card as cards

        _shell.show(cards.board_failed(str(error)))


_PORT = Whole(0, 65_535)

PARSER = LineParser(
    train_mnist,
    description="Train a first model on MNIST, or with %%train_mnist the Keras `model` that the cell builds.",
    examples="""
        run = %train_mnist --epochs 2
        run = %train_mnist --data ~/mnist --tensorboard
        run = %train_mnist --data X,y
        run = %train_mnist --data df --target species
        %train_mnist --runs
    """,
)
PARSER.add_argument("--model", metavar="M", help="the tutorial's mlp, a convolutional cnn, a variable, a .keras file")
PARSER.add_argument("--trust-model", action="store_true", help="load a model's file that is from outside")
PARSER.add_argument("--recipe", choices=NAMES, help="how it is trained: as in the tutorial, or fast")
PARSER.add_argument("--epochs", type=positive, metavar="N", help="how often to go through all training images")
PARSER.add_argument("--batch-size", type=positive, metavar="N", help="images in one step")
PARSER.add_argument("--lr", type=float, metavar="X", help="the learning rate, or its peak")
PARSER.add_argument("--early-stop", type=positive, metavar="N", help="end after N epochs without a better test loss")
PARSER.add_argument("--best", action="store_true", help="end with the weights of the epoch of the best test loss")
PARSER.add_argument("--device", metavar="D", help="compute with auto, cpu, gpu:N or tpu")
PARSER.add_argument("--mixed-precision", action="store_true", help="compute with 16-bit numbers")
PARSER.add_argument(
    "--data", metavar="DATA", help="variables X,y or df, a path (pictures, MNIST's files, an .npz), mnist, or digits"
)
PARSER.add_argument("--target", metavar="COLUMN", help="of a DataFrame given as --data: the column to learn")
PARSER.add_argument("--seed", type=SEED, metavar="N", help="make two trainings on one machine the same")
PARSER.add_argument("--name", metavar="NAME", help="name of the run's folder")
PARSER.add_argument(
    "--resume", nargs="?", const=True, metavar="RUN", help="go on with a run, the last unfinished one if not named"
)
PARSER.add_argument("--fresh", action="store_true", help="with --resume: begin that run anew")
PARSER.add_argument("--runs", action="store_true", help="show all runs instead, and give colab_magics.runs()")
PARSER.add_argument("--backend", choices=("tensorflow", "jax", "torch"), help="what Keras computes with")
PARSER.add_argument("--background", action="store_true", help="train in a process that goes on without this kernel")
PARSER.add_argument("--attach", metavar="NAME", help="show a training in the background again")
PARSER.add_argument("--tensorboard", action="store_true", help="show TensorBoard below")
PARSER.add_argument("--port", type=_PORT, metavar="N", help="TensorBoard's port (a free one)")
PARSER.add_argument("--as", dest="as_", type=identifier, metavar="NAME", help="the variable to make of the run")


def run(line: str, cell: str | None) -> Run | Runs | Background:
    """Run the magic."""
    __tracebackhide__ = True
    options = PARSER.parse_line(line, _shell.namespace())
    name = options.pop("as_")
    if options.pop("runs"):
        if cell is not None or split(line) != ["--runs"]:
            raise BadOption("--runs gives the table of all runs and trains nothing: leave the cell and the rest out.")
        from colab_magics.train.kept import runs

        found = runs()
        show(found)
        return found
    if cell is not None:
        if "--model" in split(line):
            raise BadOption("The cell builds the model: leave --model out.")
        if options["attach"] is not None:
            raise BadOption("--attach shows a training that was begun: leave the cell out.")
        is_here = not options["background"]
        if is_here and options["backend"] is not None:  # the cell loads Keras
            from colab_magics.train.backend import choose

            choose(options["backend"])
        with (
            watched(partial(screen.loading, "%%train_mnist")),
            placement.built_for(options["device"], is_mixed=options["mixed_precision"], is_here=is_here),
        ):
            options["model"] = own_model.built(partial(_shell.execute, cell), _shell.namespace())
    if options["data"] is not None:  # a cell may make it
        options["data"] = named(options["data"], _shell.namespace())
    value = train_mnist(options.pop("model"), **options)
    if name is not None:
        _shell.assign(name, value)
    return value


def show(value: Run | Runs | Background | Board) -> None:
    """Show a run, all runs, a training in the background, or a TensorBoard."""
    from colab_magics.train import card as cards
    from colab_magics.train import overview
    from colab_magics.train.background import Background
    from colab_magics.train.board import Board
    from colab_magics.train.kept import Runs

    def panels() -> Any:
        return import_module("colab_magics.train.panel")  # with the library of the widgets

    match value:
        case Board():
            _shell.show(cards.board(value), lambda: panels().BoardPanel(value), value=value)
        case Runs():
            _shell.show(overview.card(value), lambda: panels().RunsPanel(value), value=value)
        case Background() if _shell.has_kernel():
            screen.followed(value)
        case Background():
            _shell.show(cards.begun(value) if value.status == "running" else cards.background(value), value=value)
        case _:
            _shell.show(cards.card(value), value=value)


def close() -> None:
    """Stop every TensorBoard, follow no training; called by ``%unload_ext``."""
    board, screen = (sys.modules.get(f"colab_magics.train.{name}") for name in ("board", "screen"))
    if board is not None:
        board.stop_all()
    if screen is not None:
        screen.let_go()
