"""``%gallery``: pictures with their true and predicted classes, the mistakes one word away."""

from __future__ import annotations

import re
import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics import _shell, interrupts
from colab_magics.card import Card
from colab_magics.errors import BadOption, SourceNotFound
from colab_magics.format import number, plural, printable, readable, size
from colab_magics.gallery.views import KINDS, SORTS
from colab_magics.options import LineParser, Suggestions, lookup, positive, split
from colab_magics.transfer.paths import is_there

if TYPE_CHECKING:
    from colab_magics.gallery.items import Gallery


def gallery(
    source: object,
    labels: object = None,
    *,
    predicted: object = None,
    probabilities: object = None,
    class_names: object = None,
    names: object = None,
    view: str = "first",
    sort: str = "index",
    n: int = 9,
    export: str | Path | None = None,
) -> Gallery:
    """Show pictures with their true and predicted classes, and return the gallery.

    ``source``: a run, `Predictions`, an array (n, h, w), (n, h, w, 1|3|4) or (n, 1|3|4, h, w) of whole numbers or
    floats, a list of such pictures, of Pillow's or of picture files, the path of a folder of jpg, png, gif, bmp or webp
    files, with a subfolder for each class, or a DataFrame with a column of files or pictures, whose columns can
    be named below.
    ``labels``, ``predicted``: (n,) whole class numbers from 0, or names; ``probabilities``: (n, classes), 0 to 1;
    ``class_names``: a text for each class; ``names``: one for each picture, by which it is found. ``view``:
    ``first``, ``correct``, ``wrong``, ``class`` with a name or number, or ``confusion`` with pairs of a true and a
    predicted class, as in ``confusion 4 9, 9 4``. ``sort``: ``index``, ``loss`` (the worst first), ``confidence`` (the
    surest first) or ``margin`` (the closest decision first). ``n``: pictures to begin with, at most 64. With a run,
    ``first`` shows training images, the others test images. ``export``: a file to write what is chosen to, ``.html``
    or ``.png``, as `Gallery.export` does later.
    Raises `BadImages`, `BadOption`, `SourceNotFound`, `SourceDenied` and `OutputDenied`.
    """
    with interrupts.held():
        from colab_magics.gallery.items import Gallery
        from colab_magics.gallery.source import read

    if isinstance(source, Gallery):
        raise BadOption(
            "This is a gallery already: a cell that ends with its name shows it again, and setting its  .view  or "
            " .sort  changes what it shows."
        )
    found = read(source, labels, predicted=predicted, probabilities=probabilities, class_names=class_names, names=names)
    value = Gallery(found, view=str(view), sort=sort, n=n)
    value.tell_export = _Progress()
    show(value)
    if export is not None:
        written = value.export(export)
        _shell.say(
            printable(f"{plural(len(value), 'picture')} in {readable(str(export))}, {size(written.stat().st_size)}."),
            value=value,
        )
    return value


class _Progress:
    """Shows how far an export is, once a second, where it takes longer than that."""

    def __init__(self) -> None:
        self._shown: _shell.Shown | None = None
        self._next = 0.0

    def __call__(self, done: int, count: int) -> None:
        """Take how many pictures are written, and of how many."""
        now = time.monotonic()
        if done == 0:
            self._shown, self._next = None, now + 1
        elif self._shown is not None and done == count:
            self._shown.update(Card(f"Exported {plural(count, 'picture')}."))
        elif now >= self._next and _shell.has_kernel():
            self._next = now + 1
            card = Card(f"Exporting: {number(done)} of {plural(count, 'picture')} …")
            if self._shown is None:
                self._shown = _shell.show(card)
            else:
                self._shown.update(card)


PARSER = LineParser(
    gallery,
    description="Show pictures with their true and predicted classes: of a run, of arrays, or of a folder.\n"
    "As a cell magic, the cell's last expression is what is shown: a source, or a pair of images and labels.",
    examples="""
        run = %train_mnist --epochs 2
        %gallery run                          the first nine training images
        %gallery run --view correct           nine test images that were recognised
        %gallery run --view wrong --n 25      25 that were not
        %gallery run --view wrong --sort loss
        %gallery run --view class 3
        %gallery run --view confusion 4 9     the fours that were taken for nines
        %gallery images labels --predicted guesses
        %gallery table label                  a DataFrame with files or arrays, and a column of classes
        %gallery run --view wrong --export mistakes.html      and a page that works without a kernel
        %gallery photos/                      a folder, its subfolders are the classes
    """,
)
PARSER.add_argument("source", nargs="?", help="a variable (run, predictions or images), or a folder")
PARSER.add_argument("labels", nargs="?", help="the variable that holds the true class numbers")
PARSER.add_argument("--predicted", metavar="NAME", help="the variable that holds the predicted class numbers")
PARSER.add_argument("--probabilities", metavar="NAME", help="the variable that holds a probability for each class")
PARSER.add_argument("--class-names", metavar="NAME", help="the variable that holds the names of the classes")
PARSER.add_argument("--names", metavar="NAME", help="the variable that holds a name for each picture")
PARSER.add_argument(
    "--view",
    metavar="VIEW",
    choices=Suggestions(KINDS),
    help="first, correct, wrong, class with its name or number, or confusion with pairs of classes (first)",
)
PARSER.add_argument("--sort", choices=SORTS, help="as they come, or the worst, surest or closest first (index)")
PARSER.add_argument("--n", type=positive, metavar="N", help="pictures to begin with, at most 64 (9)")
PARSER.add_argument("--export", metavar="FILE", help="also write what is chosen to a page (.html) or a picture (.png)")


def run(line: str, cell: str | None) -> Gallery:
    """Show what the line names, or what the cell ends with."""
    options = PARSER.parse_line(_joined(line), _shell.namespace())
    if cell is None:
        options["source"] = _source(options["source"])
    else:
        options["source"], labels = _last_value(cell, options["source"])
    for name in ("labels", "predicted", "probabilities", "class_names", "names"):
        if options[name] is not None and not _is_column(options["source"], options[name]):
            options[name] = _variable(options[name])
    if cell is not None:
        options["labels"] = labels
    return gallery(**options)


def show(value: Gallery) -> None:
    """Show the gallery's page; called by `gallery`, and when a gallery ends a cell."""
    from colab_magics.gallery.card import card

    def panel() -> Any:
        from colab_magics.gallery.panel import GalleryPanel

        return GalleryPanel(value)

    _shell.show(card(value), panel, value=value)


def _joined(line: str) -> str:
    """Make the words of ``--view class X`` and ``--view confusion X Y, Z W`` one, as argparse reads them."""
    words = split(line)
    if any(word.partition("=")[0] == "--labels" for word in words):
        raise BadOption("%gallery: the labels follow the images without an option, as in  %gallery images labels")
    for place, word in enumerate(words):
        option, _, kind = word.partition("=") if word.startswith("--view=") else (words[place - 1], "", word)
        if (place == 0 and "=" not in word) or option != "--view" or kind not in {"class", "confusion"}:
            continue
        end = place + 1 + _length(words[place + 1 :], 1 if kind == "class" else 2)
        rest = words[place + 1 : end]
        if kind == "confusion":
            rest = [shlex.quote(each) if " " in each else each for each in rest]
        words[place:end] = [" ".join([word, *rest])]
        break
    return shlex.join(words)


def _length(words: list[str], step: int) -> int:
    """Count the words that belong to a view: ``step``, and as many again after each comma."""
    end = 0
    while end == 0 or (step == 2 and end < len(words) and words[end - 1].endswith(",")):
        end += step
    ends = [place for place, word in enumerate(words[:end]) if word.startswith("--")]
    return min([end, len(words), *ends])


def _source(name: str | None) -> object:
    if name is None:
        raise BadOption("%gallery: name what to show: a run, images, or a folder. %gallery -h shows examples.")
    known = _shell.namespace()
    if name.endswith(",") and name[:-1] in known:
        name = name[:-1]  # images, labels  are a pair, as a cell ends with
    if name in known or (name.isidentifier() and not is_there(Path(name))):
        return _variable(name)
    begins = re.match(r"\w+", name)
    if begins is not None and begins[0] in known and not is_there(Path(name)):
        raise SourceNotFound(
            f"There is no folder {name}, and no variable of that name. To show a value, give it a name first, as in  "
            f"images = {name}"
        )
    return Path(name)


def _variable(name: str) -> object:
    known = _shell.namespace()
    if name in KINDS and name not in known:
        raise BadOption(f"There is no variable named {name} in this notebook. For the view, write  --view {name}.")
    return lookup(name, known)


def _is_column(source: object, name: str) -> bool:
    return hasattr(source, "iloc") and name in getattr(source, "columns", ())


def _last_value(cell: str, named: str | None) -> tuple[object, object]:
    if named is not None:
        raise BadOption(f"%%gallery shows what its cell ends with: leave {named} out of the line.")
    value = _shell.execute(cell)
    if value is None:
        hidden = ", or with a ; that hides it" if cell.rstrip().endswith(";") else ""
        raise BadOption(f"%%gallery shows the cell's last expression, and this cell ends without a value{hidden}.")
    return (value[0], value[1]) if isinstance(value, tuple) and len(value) == 2 else (value, None)
