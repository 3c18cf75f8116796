"""One training from data to kept results; no notebook is needed, all progress is told as events."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics import interrupts
from colab_magics.errors import ModelMismatch
from colab_magics.predictions import Predictions
from colab_magics.train import backend, runs
from colab_magics.train.datasets import Dataset, find
from colab_magics.train.events import DataArrived, DatasetFound, EpochEnded, Event, Started, Stopped, TrainingEnded

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from colab_magics.train.models import Fitting

_MODEL_FILE = "model.keras"


def train(
    model: Any = None,
    *,
    epochs: int,
    batch_size: int,
    data: str | None,
    seed: int | None,
    name: str | None,
    tell: Callable[[Event], None],
    stop: threading.Event,
) -> runs.Run:
    """Find the data, train, test, and keep what came of it.

    Without ``model`` the tutorial's is made. ``stop``, once set, ends the training after the step that runs; an
    interrupt sets it, too. Raises what `datasets.find`, `models.fit_to` and `runs.new_directory` raise.
    """
    backend.check_installed()
    with interrupts.held():
        import numpy  # noqa: F401, ICN001 (what comes next uses it)
    dataset = find(data, on_progress=lambda progress: tell(DataArrived(progress.done, progress.total)))
    tell(DatasetFound(dataset.name, dataset.source, len(dataset.x_train)))
    keras = backend.load()
    with interrupts.held():
        from colab_magics.train import loop, models
        from colab_magics.train.eventlog import EventLog

    if seed is not None:
        keras.utils.set_random_seed(seed)
    if model is None:
        pixels = dataset.x_train[0].size
        model = models.mlp(pixels, len(dataset.class_names))
    fitting = models.fit_to(model, dataset)
    directory = runs.new_directory(name, dataset.name)
    record = _Record(directory / "history.csv", tell)
    log = EventLog(directory / "logs")
    try:
        with interrupts.first_asks(stop.set):
            runs.write_json(
                directory / "config.json",
                {
                    "dataset": dataset.name,
                    "source": dataset.source,
                    "epochs": epochs,
                    "batch_size": batch_size,
                    "seed": seed,
                    "keras": keras.__version__,
                    "backend": keras.backend.backend(),
                },
            )
            began = time.monotonic()
            loop.fit(
                model,
                dataset,
                fitting,
                epochs=epochs,
                batch_size=batch_size,
                tell=record.tell,
                should_stop=stop.is_set,
                callbacks=[log],
            )
            seconds = time.monotonic() - began
            tell(TrainingEnded())
            test_loss, predictions = _tested(model, dataset, fitting)
            run = runs.Run(
                name=directory.name,
                status="stopped" if record.is_stopped else "finished",
                dataset=dataset,
                history=_frame(record.rows),
                test_loss=test_loss,
                test_accuracy=predictions.accuracy,
                model=model,
                predictions=predictions,
                directory=directory,
                seconds=seconds,
                notes=(*dataset.notes, *log.notes, *_kept(model, directory)),
                cut=record.cut,
            )
            runs.write_result(directory / "result.json", run)
    except BaseException:
        if not record.rows:
            log.close()
            shutil.rmtree(directory, ignore_errors=True)  # the name is free again
        raise
    finally:
        log.close()
    return run


class _Record:
    """Keeps the rows of ended epochs, on disk as soon as each is there, and passes the events on."""

    def __init__(self, path: Path, tell: Callable[[Event], None]) -> None:
        self._path, self._tell = path, tell
        self.rows: list[dict[str, float]] = []
        self.is_stopped = False
        self.cut: tuple[int, int] | None = None
        self._steps = 0

    def tell(self, event: Event) -> None:
        match event:
            case Started():
                self._steps = event.steps
            case EpochEnded():
                self.rows.append({**event.logs, "seconds": round(event.seconds, 3)})
                self.cut = (event.step, self._steps) if event.step < self._steps else None
                runs.write_history(self._path, self.rows)
            case Stopped():
                self.is_stopped = True
            case _:
                pass
        self._tell(event)


def _tested(model: Any, dataset: Dataset, fitting: Fitting) -> tuple[float, Predictions]:
    images, labels = fitting.images(dataset.x_test), fitting.labels(dataset.y_test)
    results = model.evaluate(images, labels, batch_size=1024, verbose=0, return_dict=True)
    probabilities = _probabilities(model.predict(images, batch_size=1024, verbose=0))
    return float(results["loss"]), Predictions(
        images=dataset.x_test,
        labels=dataset.y_test,
        predicted=probabilities.argmax(axis=1).astype("int64"),
        probabilities=probabilities,
        class_names=dataset.class_names,
    )


def _probabilities(outputs: Any) -> NDArray[np.float32]:
    """The outputs as rows that sum to one: in proportion where they are shares, by softmax where they are logits."""
    import numpy as np

    from colab_magics.train.models import as_rows, is_share

    rows = as_rows(outputs)
    if not np.isfinite(rows).all():
        raise ModelMismatch(
            "The model's outputs are not numbers any more (NaN): the training diverged. Take a lower learning rate."
        )
    are_sigmoids = (rows >= 0).all() and (rows <= 1).all() and (rows.sum(axis=1) > 0).all()
    powers = rows if is_share(rows) or are_sigmoids else np.exp(rows - rows.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype="float32")


def _frame(rows: list[dict[str, float]]) -> Any:
    import pandas as pd

    return pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="epoch"))


def _kept(model: Any, directory: Path) -> tuple[str, ...]:
    """Save the model; what Keras cannot save is told, since the training itself is worth keeping."""
    try:
        runs.save_model(directory / _MODEL_FILE, model)
    except Exception as error:  # noqa: BLE001 (the layers' own code says how they are saved)
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        return (f"The model could not be saved, it is only in memory (run.model): {reason}",)
    return ()
