"""A trained model on all test images: its loss, and its answers as probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from colab_magics.errors import ModelMismatch
from colab_magics.predictions import Predictions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from colab_magics.train.datasets import Dataset
    from colab_magics.train.models import Fitting


def tested(model: Any, dataset: Dataset, fitting: Fitting) -> tuple[float, Predictions]:
    """The mean loss, and what the model says of each test image. Raises `ModelMismatch` if these are no numbers."""
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
