"""Which fit is gone on with, and which is refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import colab_magics
from colab_magics.errors import BadOption
from colab_magics.train import runs
from colab_magics.train.fits import KIND
from tests.train.folds import Look, X, Y, build, folds

pytestmark = pytest.mark.train
keras = pytest.importorskip("keras", reason="Keras or its backend is not installed")


def test_another_model_or_other_data_is_refused() -> None:
    folds(Look(stop_at=(1, 0)), name="own")
    before = sorted(path.name for path in runs.root().iterdir())

    def refused(model: Any, data: np.ndarray, words: str) -> None:
        with (
            pytest.raises(BadOption, match=f"The run own cannot be gone on with: {words}"),
            colab_magics.train(resume=True),
        ):
            model.fit(data, Y, validation_split=0.2)

    refused(build(5), X, "the number of the model's parameters was 41, and is 51. Make it the same, or leave --resume")
    refused(build(optimizer="sgd"), X, "the optimizer was Adam, and is SGD; the learning rate was 0.001, and is 0.01")
    refused(build(loss="mae"), X, "the layers of the model, or what it was compiled with, are others")
    refused(build(), X + 1, "the data is another one")
    assert sorted(path.name for path in runs.root().iterdir()) == before
    assert runs.broken_off(kind=KIND) is not None
    with pytest.raises(BadOption, match="There is no run named nowhere"), colab_magics.train(resume="nowhere"):
        raise AssertionError("the block was begun")
    with pytest.raises(BadOption, match="leave --name out, or --resume"):
        colab_magics.LiveRun(name="new", resume="own")


@pytest.mark.parametrize("field", ["series", "series_name", "fit"])
def test_a_damaged_description_is_none_to_go_on_with(runs_root: Path, field: str) -> None:
    folds(Look(stop_at=(1, 0)), name="hurt")
    config = runs_root / "hurt" / runs.CONFIG_FILE
    config.write_text(json.dumps({**json.loads(config.read_text()), field: ["of another kind"]}))
    with pytest.raises(BadOption, match="The run hurt is no fit that %%train can go on with"):
        folds(Look(), resume="hurt")
    with pytest.raises(BadOption, match="There is no unfinished fit"):
        folds(Look(), resume=True)


def test_nothing_to_go_on_with() -> None:
    folds(Look(), name="done", epochs=1)
    with pytest.raises(BadOption, match="There is no unfinished fit in .*: leave --resume out to begin one"):
        colab_magics.LiveRun(resume=True)


def unbuilt(*, entry: bool = False) -> Any:
    model = keras.Sequential([*([keras.Input(X.shape[1:])] if entry else []), keras.layers.Dense(1)], name="late")
    model.compile(loss="mse")
    return model


class Sub(keras.Model):  # type: ignore[misc]  # Keras has no types
    def __init__(self) -> None:
        super().__init__(name="sub")
        self.dense = keras.layers.Dense(1)

    def call(self, x: Any) -> Any:
        return self.dense(x)


def test_a_model_that_gets_its_weights_with_its_first_step_is_gone_on_with() -> None:
    with colab_magics.train(name="late"):
        unbuilt().fit(X, Y, 16, 2, callbacks=[Look(stop_at=(1, 2))])
    for begin, epochs, model in ((1, 3, unbuilt()), (3, 4, unbuilt(entry=True))):
        with colab_magics.train(resume="late") as fits:
            history = model.fit(X, Y, 16, epochs, callbacks=[look := Look()])
        assert (history.epoch[0], len(history.epoch), fits[0].name) == (0, epochs, "late")
        assert look.begun[0] == begin
    with pytest.raises(BadOption, match="the number of the model's parameters was"), colab_magics.train(resume="late"):
        build().fit(X, Y)


def test_a_model_without_weights_is_told_how_to_have_some() -> None:
    if keras.backend.backend() != "tensorflow":
        pytest.skip("this backend has Keras build the model before its callbacks begin")

    def fit(*, is_called: bool, **options: Any) -> Any:
        model = Sub()
        model.compile(loss="mse")
        if is_called:
            model(X[:3])
        with colab_magics.train(**options) as fits:
            model.fit(X, Y, epochs=2, callbacks=[Look(stop_at=(1, 0) if "name" in options else None)])
        return fits[0]

    fit(is_called=False, name="bare")
    with pytest.raises(BadOption, match=r"begin the model with  keras\.Input\(shape\),  or call it on a few samples"):
        fit(is_called=False, resume="bare")
    assert fit(is_called=True, resume="bare").went_on_after == (1, 1)
