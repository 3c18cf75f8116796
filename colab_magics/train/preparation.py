"""From what a person asks for to a model, its data and a folder, ready to train."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from colab_magics import interrupts
from colab_magics.errors import BadOption
from colab_magics.train import backend, outside, placement, recipes, resumption, runs
from colab_magics.train.config import Config, hash_of_data, hash_of_model
from colab_magics.train.events import DatasetFound, Event
from colab_magics.train.sources import dataset_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack
    from pathlib import Path

    from colab_magics.train.datasets import Dataset
    from colab_magics.train.given import Given
    from colab_magics.train.models import Fitting
    from colab_magics.train.request import Request


@dataclass(frozen=True, eq=False, slots=True)
class Prepared:
    """All that a training needs: ``model`` is compiled, ``fitting`` says how it takes the dataset."""

    model: Any
    dataset: Dataset
    fitting: Fitting
    config: Config
    directory: Path


def prepare(
    model: Any, request: Request, tell: Callable[[Event], None], scope: ExitStack, data: Given | Dataset | None = None
) -> Prepared:
    """Find the data, load Keras, make what is not there: the model of a name, the run's folder.

    In the rest of ``scope``, Keras computes with the device that is asked for.
    ``data`` is what is in memory, read already or not. Raises what `datasets.find`, `own_data.read`, `models.fit_to`
    and `runs.new_directory` raise, and `BadOption` for a run that cannot be gone on with.
    """
    backend.check_installed()
    directory = runs.unfinished(request.resume or None) if request.resume is not None else None
    saved = resumption.saved_config(directory) if directory is not None and not request.fresh else None
    if directory is not None and saved is not None:
        model, request = resumption.model_again(saved, model, directory.name), request.filled_from(saved)
        resumption.check_data(saved, request, data)
    model = "mlp" if model is None else model
    plan = request.plan(model if isinstance(model, str) else "")
    is_named = isinstance(model, str) and model in recipes.MODELS
    is_trusted = request.trust_model or request.is_left
    file = None if is_named or not isinstance(model, str) else outside.checked(model, is_trusted=is_trusted)
    if file is None:
        _check_recipe(model, request)
    dataset = dataset_of(request, data, tell)
    if model == "cnn" and dataset.noun == "row":
        raise BadOption(
            f"A cnn looks at images, and {dataset.name} has rows of {dataset.x_train.shape[1]} numbers: "
            "take  --model mlp."
        )
    tell(DatasetFound(dataset.name, dataset.source, len(dataset.x_train)))
    keras = backend.load()
    with interrupts.held():
        import_module("colab_magics.train.loop")
        from colab_magics.train import models

    device, is_mixed = request.device or placement.AUTO, bool(request.mixed_precision)
    scope.enter_context(placement.placed(device))
    policy = placement.precision(device) if is_mixed else None
    if request.seed is not None:
        keras.utils.set_random_seed(request.seed)
    if file is not None:
        with placement.precise(policy):  # by which its loss is scaled, if need be
            model = outside.load(file)
        _check_recipe(model, request)
    if not is_named and isinstance(model, keras.Model):
        placement.check(model, device, is_mixed=is_mixed)
    is_own = getattr(model, "compiled", False)
    optimizer = plan.optimizer(len(dataset.x_train))
    if is_named:
        with placement.precise(policy):
            model = models.named(model, dataset, optimizer)
    fitting = models.fit_to(model, dataset, optimizer)
    config = Config(
        data=request.data,
        dataset=dataset.name,
        source=dataset.source,
        data_sha256=hash_of_data(dataset),
        model=model.name,
        model_sha256=hash_of_model(model),
        epochs=plan.epochs,
        batch_size=plan.batch_size,
        recipe=request.recipe or "tutorial",
        learning_rate=None if is_own else plan.rate,
        early_stop=request.early_stop,
        best=bool(request.best),
        device=device,
        mixed_precision=is_mixed,
        precision=placement.precision_of(model),
        seed=request.seed,
        order=secrets.randbits(32) if request.seed is None else request.seed,
        keras=keras.__version__,
        backend=keras.backend.backend(),
        model_file=None if file is None or request.is_left else str(file),
        target=request.target,
        is_from_memory=dataset.is_from_memory,
        samples=(len(dataset.x_train), len(dataset.x_test)),
        shape=dataset.x_train.shape[1:],
        class_names=dataset.class_names,
        preparation=dataset.preparation,
        is_scaled=dataset.x_train.dtype == "uint8" or bool(dataset.x_train.max() <= 1),
        columns=() if dataset.columns is None else dataset.columns.as_json(),
    )
    if directory is None:
        directory = runs.new_directory(request.name, dataset.name)
    if saved is not None:
        config = resumption.same(saved, config, directory.name)
    return Prepared(model, dataset, fitting, config, directory)


def _check_recipe(model: Any, request: Request) -> None:
    is_asked = request.recipe not in (None, "tutorial") or request.learning_rate is not None
    if is_asked and getattr(model, "compiled", False):
        raise BadOption("The model is compiled, with an optimizer of its own: leave --recipe and --lr out.")
