"""Keras' ``fit``, while it is wrapped and after."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from colab_magics.train.wrapping import bound, wrapped

pytestmark = pytest.mark.train

IMAGES, LABELS = np.zeros((8, 64), "float32"), np.zeros((8, 10), "float32")


def test_every_fit_in_the_block_is_met_and_none_after(small: Callable[..., Any]) -> None:
    import keras

    class Own(keras.Sequential):  # type: ignore[misc]  # Keras has no types
        def fit(self, *args: Any, **kwargs: Any) -> Any:
            return super().fit(*args, epochs=2, **kwargs)

    own = Own([keras.Input((64,)), keras.layers.Dense(10)])
    own.compile(loss="mse")
    met: list[tuple[Any, ...]] = []

    def around(fit: Callable[..., Any], model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        met.append((model, len(args), kwargs))
        return fit(model, *args, **kwargs)

    before = keras.Model.fit
    with wrapped(around):
        assert own.fit(IMAGES, LABELS, verbose=0).epoch == [0, 1]
        small().fit(IMAGES, LABELS, 4, verbose=0)
    assert keras.Model.fit is before
    with pytest.raises(TypeError, match="nonsense"), wrapped(around):
        small().fit(nonsense=1)
    assert [(count, kwargs) for _, count, kwargs in met] == [
        (2, {"epochs": 2, "verbose": 0}),
        (3, {"verbose": 0}),
        (0, {"nonsense": 1}),
    ]
    assert met[0][0] is own
    assert keras.Model.fit is before


def test_another_wrapper_that_came_meanwhile_stays_and_finds_nothing_of_ours(small: Callable[..., Any]) -> None:
    import keras

    owner: Any = next(kind for kind in keras.Model.__mro__ if "fit" in vars(kind))
    own, met = owner.fit, []
    try:
        with wrapped(lambda fit, model, args, kwargs: met.append(model)):
            ours = owner.fit
            owner.fit = theirs = lambda *args, **kwargs: ours(*args, **kwargs)
        assert owner.fit is theirs
        assert small().fit(IMAGES, LABELS, verbose=0).epoch == [0]
        assert met == []
    finally:
        owner.fit = own


def test_the_arguments_of_a_call_by_their_names(small: Callable[..., Any]) -> None:
    import keras

    call = bound(keras.Model.fit, small(), (IMAGES, LABELS, 4), {"epochs": 3})
    assert call is not None
    assert (call.arguments["batch_size"], call.arguments["epochs"]) == (4, 3)
    assert bound(keras.Model.fit, small(), (), {"nonsense": 1}) is None


@pytest.mark.parametrize("first", ["keras", "tensorflow"])
def test_keras_may_be_loaded_in_the_block(first: str) -> None:
    pytest.importorskip(first)
    source = (
        "import sys\n"
        "from contextlib import contextmanager\n"
        "from colab_magics.train.wrapping import wrapped\n"
        "@contextmanager\n"
        "def loading():\n"
        "    print('loading')\n"
        "    yield\n"
        f"    print({first!r} in sys.modules)\n"
        "with wrapped(lambda fit, model, args, kwargs: print('met', model.name), loading):\n"
        "    print('keras' in sys.modules)\n"
        f"    import {first}\n"
        "    import keras\n"
        "    keras.Sequential(name='mine').fit()\n"
        "    print(type(keras.__spec__.loader).__name__, [f for f in sys.meta_path if 'colab' in type(f).__module__])\n"
        "print(hasattr(keras.Model.fit, '__wrapped__') and keras.Model.fit.__closure__ is not None)\n"
        "try: keras.Sequential().fit()\n"
        "except Exception as error: print(type(error).__name__)\n"
    )
    words = [sys.executable, "-c", source]
    done = subprocess.run(words, env={**os.environ}, capture_output=True, text=True, check=False)
    assert done.stdout == "False\nloading\nTrue\nmet mine\nSourceFileLoader []\nTrue\nValueError\n", done.stderr


def test_a_block_in_a_block_meets_its_fits_too() -> None:
    source = (
        "from colab_magics.train.wrapping import wrapped\n"
        "def noting(name):\n"
        "    def around(fit, model, args, kwargs):\n"
        "        print(name)\n"
        "        return fit(model, *args, **kwargs) if name == 'inner' else None\n"
        "    return around\n"
        "with wrapped(noting('outer')):\n"
        "    with wrapped(noting('inner')):\n"
        "        import keras\n"
        "        keras.Sequential().fit()\n"
        "    keras.Sequential().fit()\n"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert done.stdout == "inner\nouter\nouter\n", done.stderr
