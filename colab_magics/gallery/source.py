"""What a person names as a gallery's source: a run, predictions, arrays, files, a folder, or a DataFrame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from colab_magics.errors import BadImages, BadOption
from colab_magics.format import printable
from colab_magics.gallery.arrays import as_list
from colab_magics.gallery.folder import is_file_name, listed, open_folder
from colab_magics.gallery.frame import column, is_frame, read_pictures
from colab_magics.gallery.images import read_arrays
from colab_magics.gallery.query import Query
from colab_magics.gallery.samples import Samples, check
from colab_magics.gallery.views import View
from colab_magics.predictions import Predictions


@dataclass(frozen=True, eq=False, slots=True)
class Source:
    """``samples`` are what the views sort; ``training``, where a run has them, is what the view ``first`` shows."""

    samples: Samples
    training: Samples | None = None
    dataset: str = ""

    @property
    def all_samples(self) -> list[Samples]:
        return [self.samples] if self.training is None else [self.training, self.samples]

    def samples_of(self, view: View) -> Samples:
        """What ``view`` shows some of."""
        return self.training if view.kind == "first" and self.training is not None else self.samples

    def answerable(self, query: Query, before: View | None) -> Query:
        """Change a query that asks what the model made of training images: nothing was predicted of them.

        Who comes to them from another view, ``before``, gives up the order; who is there and wants one goes on to the
        test images.
        """
        if not query.needs_predictions or query.view.kind != "first" or self.training is None:
            return query
        if before is not None and before.kind != "first":
            return replace(query, sort="index", confidence=(0.0, 1.0))
        return replace(query, view=View("confusion"))


def read(
    source: object,
    labels: object = None,
    *,
    predicted: object = None,
    probabilities: object = None,
    class_names: object = None,
    names: object = None,
) -> Source:
    """Read any source. Raises `BadImages`, `BadOption`, `SourceNotFound` and `SourceDenied`."""
    if hasattr(came := getattr(source, "run", None), "predictions"):  # of a training in the background
        source = came
    extra = {"labels": labels, "predicted": predicted, "probabilities": probabilities, "names": names}
    if isinstance(source, Predictions):
        _refuse(extra, "Predictions bring their own")
        _refuse_rows(source.noun)
        return Source(_predicted(source, class_names, "images"))
    if hasattr(source, "predictions") or hasattr(getattr(source, "dataset", None), "x_train"):
        _refuse(extra, "A run brings its own")
        return _run(source, class_names)
    if isinstance(source, (str, Path)):
        return _folder(Path(source), class_names=class_names, **extra)
    if is_frame(source):
        columns = {key: column(source, values, key) for key, values in extra.items()}
        return Source(check("images", read_pictures(source), class_names=class_names, **columns))
    if hasattr(source, "to_pandas") and hasattr(source, "columns"):  # as xarray's arrays have not
        raise BadImages(
            f"A gallery shows DataFrames of pandas, and no {type(source).__name__} of another library: pass what its "
            ".to_pandas() gives."
        )
    source = as_list(source)
    if isinstance(source, (list, tuple)) and source and is_file_name(source[0]):
        return Source(check("images", listed(source), class_names=class_names, **extra))
    return Source(check("images", read_arrays(source, "images"), class_names=class_names, **extra))


def _run(run: object, class_names: object) -> Source:
    dataset = getattr(run, "dataset", None)
    _refuse_rows(getattr(dataset, "noun", ""))
    training = _training(dataset, class_names) if hasattr(dataset, "x_train") else None
    predictions = getattr(run, "predictions", None)
    name = printable(str(getattr(dataset, "name", "")))
    if isinstance(predictions, Predictions):
        return Source(_predicted(predictions, class_names, "test images"), training, name)
    if predictions is None and training is not None:
        return Source(training, None, name)
    raise BadImages(
        f"The predictions of this {type(run).__name__} are {type(predictions).__name__}, not Predictions: "
        "let the run reach its end first."
    )


def _training(dataset: object, class_names: object) -> Samples:
    names = getattr(dataset, "class_names", None) if class_names is None else class_names
    images = read_arrays(getattr(dataset, "x_train", None), "training images")
    return check("training images", images, getattr(dataset, "y_train", None), class_names=names)


def _predicted(predictions: Predictions, class_names: object, kind: str) -> Samples:
    return check(
        kind,
        read_arrays(predictions.images, kind),
        predictions.labels,
        predicted=predictions.predicted,
        probabilities=predictions.probabilities,
        class_names=predictions.class_names if class_names is None else class_names,
    )


def _folder(path: Path, *, labels: object, class_names: object, **extra: object) -> Source:
    folder = open_folder(path)
    if folder.labels is not None and labels is not None:
        raise BadOption(f"The folder {path} has its classes in subfolders: leave the labels out.")
    names = folder.class_names if class_names is None else class_names
    found = labels if folder.labels is None else folder.labels
    return Source(check("images", folder.images, found, class_names=names, **extra))


def _refuse_rows(noun: str) -> None:
    if noun == "row":
        raise BadImages(
            "The run was trained on rows of numbers, and a gallery shows images: run.report() and run.confusion tell "
            "where it is wrong. Where each row is one picture, train on  X.reshape(-1, height, width)."
        )


def _refuse(extra: dict[str, object], why: str) -> None:
    given = [name for name, value in extra.items() if value is not None]
    if given:
        raise BadOption(f"{why} {given[0]}: leave {given[0]} out, or pass the images instead.")
