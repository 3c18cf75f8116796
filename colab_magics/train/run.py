"""One training and what it left: its numbers, its model, its predictions and its folder."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

from colab_magics.errors import BadOption
from colab_magics.train import board
from colab_magics.train.files import read_json, sha256_of, write_json
from colab_magics.train.runs import ENVIRONMENT_FILE, LOGS, MODEL_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from colab_magics.predictions import Predictions
    from colab_magics.train.config import Config
    from colab_magics.train.datasets import Dataset
    from colab_magics.train.evaluation import Evaluation

Status = Literal["finished", "stopped", "failed", "broken off", "running"]


class Left(Protocol):
    """What is large in a run: at hand after its training, and read from its folder where one asks for it later."""

    @property
    def dataset(self) -> Dataset: ...
    @property
    def model(self) -> Any: ...
    @property
    def predictions(self) -> Predictions: ...
    @property
    def answers(self) -> Predictions:
        """The predictions; their images may be left out."""
        ...

    def load_model(self, *, trust: bool = False, custom_objects: Mapping[str, Any] | None = None) -> Any: ...
    def at(self, data: object) -> Left:
        """The same with the dataset of another place."""
        ...


@dataclass(frozen=True, eq=False, slots=True)
class AtHand:
    """What a training that has just ended left."""

    dataset: Dataset
    model: Any
    predictions: Predictions

    @property
    def answers(self) -> Predictions:
        return self.predictions

    def load_model(self, *, trust: bool = False, custom_objects: Mapping[str, Any] | None = None) -> Any:
        return self.model

    def at(self, data: object) -> AtHand:
        return self


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much there was of what: images of each split, and the model's parameters. None where it is not known."""

    training_images: int | None = None
    test_images: int | None = None
    parameters: int | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Run:
    """A training, just ended or of another day: ``colab_magics.runs()["name"]``.

    ``status``: finished, or stopped where the person ended it early; one of another day may also be failed, as where it
    diverged, broken off, or running in another kernel. ``config`` says how it was trained. ``history``: a DataFrame
    with one row for each epoch (loss, accuracy, val_loss, val_accuracy, seconds). ``test_loss`` and ``test_accuracy``
    (0 to 1) are those of ``model`` on the test images, whose answers are ``predictions``; NaN where it was not tried on
    any. ``directory`` holds everything on disk, ``logdir`` the TensorBoard files. ``seconds``: the time that training
    took. ``notes``: what the person should know. ``cut``: where the last epoch was cut short, its last step and the
    steps of a whole epoch. ``went_on_after``: of a resumed run, the epochs and the steps of the next one that were done
    before. ``memory_peak``: the most bytes that the process which trained it was seen to have in memory.
    ``best_epoch``: the one whose weights the model has, where it was to end with the best.
    """

    name: str
    status: Status
    config: Config
    history: pd.DataFrame
    test_loss: float
    test_accuracy: float
    directory: Path
    seconds: float
    left: Left
    sizes: Sizes = Sizes()
    notes: tuple[str, ...] = ()
    cut: tuple[int, int] | None = None
    went_on_after: tuple[int, int] | None = None
    memory_peak: int | None = None
    best_epoch: int | None = None

    def __repr__(self) -> str:
        accuracy = "" if self.test_accuracy != self.test_accuracy else f", test accuracy {self.test_accuracy:.2%}"
        return f"Run({self.name}, {self.config.dataset or self.config.model}, {self.status}{accuracy})"

    @property
    def dataset(self) -> Dataset:
        """The data that it was trained on; of another day, found again and compared. Raises a `SourceError`."""
        return self.left.dataset

    @property
    def model(self) -> Any:
        """The trained Keras model. Of another day, raises what `load_model` does."""
        return self.left.model

    @property
    def predictions(self) -> Predictions:
        """What the model said of each test image. Of another day, raises a `SourceError` where they are gone."""
        return self.left.predictions

    @property
    def environment(self) -> dict[str, Any]:
        """Where it was trained: Python, packages, processors, memory, devices; empty where that is not kept."""
        return read_json(self.directory / ENVIRONMENT_FILE)

    @property
    def logdir(self) -> Path:
        """The folder for ``tensorboard --logdir``."""
        return self.directory / LOGS

    @property
    def confusion(self) -> pd.DataFrame:
        """How many test images of each true class (rows) were taken for each class (columns)."""
        return self.left.answers.confusion

    def report(self) -> pd.DataFrame:
        """Precision, recall, F1 and number of test images of each class, as `Predictions.report` gives them."""
        return self.left.answers.report()

    def evaluate(self, x: Any = None, y: Any = None) -> Evaluation:
        """Try the model on images ``x`` of the classes ``y``, or without them on the test images.

        ``x``: (n, h, w), (n, h, w, channels) or (n, values), whole numbers of 0 to 255 or floats as the model takes
        them. ``y``: (n,) classes by their numbers or names, or (n, classes) with a one in each row. Raises `BadImages`
        for arrays that are none, `ModelMismatch` for such that the model does not take.
        """
        from colab_magics.train.evaluation import evaluated

        if (x is None) != (y is None):
            raise BadOption("evaluate takes both, images and their classes:  run.evaluate(x, y)")
        return evaluated(self, x, y)

    def load_model(self, *, trust: bool = False, custom_objects: Mapping[str, Any] | None = None) -> Any:
        """The trained model, which is also ``model`` from then on.

        ``trust``: run Python code that lies in the file of the model, as that of a Lambda layer; ``custom_objects``:
        classes and functions of your own that the model has, by their names. Raises `SourceNotFound` where there is no
        model, `SourceDenied` for code without trust, and `BrokenFile`.
        """
        return self.left.load_model(trust=trust, custom_objects=custom_objects)

    def with_data(self, data: object) -> Run:
        """The run with its dataset from another place, or made again; it is compared with what it was trained on.

        ``data``: a path or a name, or what is in memory, as ``--data`` takes it: ``(X, y)``, or a DataFrame.
        """
        return replace(self, left=self.left.at(data))

    def attach(self) -> Self:
        """The run itself: as the last line of a cell it is shown, as a training in the background is."""
        return self

    def tensorboard(self, *, port: int = 0) -> board.Board:
        """Start TensorBoard on this run; as the last line of a cell it is shown inline.

        Raises `PortInUse`, `BoardFailed` or `MissingExtra`.
        """
        return board.start(self.logdir, port=port)


def write_result(path: Path, run: Run) -> None:
    """Write what came of a run as JSON, whole or not at all."""
    model = run.directory / MODEL_FILE
    write_json(
        path,
        {
            "status": run.status,
            "cut": run.cut,
            "test_loss": run.test_loss,
            "test_accuracy": run.test_accuracy,
            "seconds": run.seconds,
            "best_epoch": run.best_epoch,
            "model_file_sha256": sha256_of(model) if model.is_file() else None,
            "went_on_after": run.went_on_after,
            "memory_peak": run.memory_peak,
            "notes": run.notes,
            **asdict(run.sizes),
        },
    )


def write_failure(path: Path, sentence: str) -> None:
    """Write that nothing came of a run and why, where the disk takes it: it is raised as well."""
    with suppress(OSError):
        write_json(path, {"status": "failed", "notes": [sentence]})
