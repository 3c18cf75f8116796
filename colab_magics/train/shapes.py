"""The shape in which a model takes one image, and what it gives for it: read from the model, or tried."""

from __future__ import annotations

import math
from typing import Any

from colab_magics.errors import ModelMismatch
from colab_magics.train.fault import said

Shape = tuple[int, ...]


def shapes(model: Any, image: Shape) -> tuple[Shape, Shape]:
    """The input shape that the model has or takes, and that of its output for it, both without the batch.

    ``image``: the shape of one image, (h, w) or (h, w, channels), or of one row of a table, (columns,).
    Raises `ModelMismatch`.
    """
    if model.built and getattr(model, "inputs", None):
        return _declared(model, image)
    built = _built_for(model)
    if built is not None:
        shape = _chosen(built, image)
        return shape, _single(_output(model, shape))
    return _tried(model, image)


def with_channels(image: Shape) -> Shape:
    return (*image, 1) if len(image) == 2 else image


def spoken(shape: tuple[int | None, ...]) -> str:
    """A shape as a person says it; a side that is left open is a question mark."""
    sides = ["?" if side is None else str(side) for side in shape]
    return f"{sides[0]} values" if len(sides) == 1 else f"an array of {'x'.join(sides)}"


def _declared(model: Any, image: Shape) -> tuple[Shape, Shape]:
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise ModelMismatch("The model has several inputs or outputs; a classifier of images has one of each.")
    if any(isinstance(getattr(model, end, None), dict) for end in ("input", "output")):
        raise ModelMismatch("The model's input or output is in a dict: give it the plain ones,  keras.Model(x, y).")
    batch, *declared = model.input_shape
    if batch is not None and any(getattr(layer, "stateful", False) for layer in _layers(model)):
        raise ModelMismatch(
            f"The model takes batches of exactly {batch} images, and the last batch has fewer: "
            f"give it  keras.Input({tuple(declared)})  without the size of the batch."
        )
    shape = _chosen(tuple(declared), image)
    # Of one that got its input with its first step, the batch is that of this step, and binds nobody.
    outputs = model.output_shape if None not in declared else model.compute_output_shape((None, *shape))
    return shape, tuple(outputs[1:])


def _built_for(model: Any) -> tuple[int | None, ...] | None:
    """The shape that a subclassed model was built or called with."""
    if not model.built:
        return None
    shape = (model.get_build_config() or {}).get("input_shape")
    return tuple(shape[1:]) if isinstance(shape, (tuple, list)) and len(shape) > 1 else None


def _chosen(declared: tuple[int | None, ...], image: Shape) -> Shape:
    """The shape of an image that fits what is declared, where a side may be left open."""
    pixels = math.prod(image)
    sides = tuple(side for side in declared if side is not None)
    if len(sides) == len(declared) and math.prod(sides) == pixels:
        return sides
    for shape in ((pixels,), with_channels(image), image):
        if len(shape) == len(declared) and all(side in (None, at) for side, at in zip(declared, shape, strict=True)):
            return shape
    if len(image) == 1:
        raise ModelMismatch(
            f"The model takes {spoken(declared)}, but a row is {spoken(image)}: give it  keras.Input({image})."
        )
    raise ModelMismatch(
        f"The model takes {spoken(declared)}, but an image is {spoken(image)} of {pixels} pixels: "
        f"give it  keras.Input(({pixels},))  or  keras.Input({with_channels(image)})."
    )


def _tried(model: Any, image: Shape) -> tuple[Shape, Shape]:
    """For a model without an input: the first way to shape an image that leads to one row of outputs."""
    if not model.layers and type(model).__name__ == "Sequential":
        raise ModelMismatch("The model has no layers: add some, the last one a Dense with one value for each class.")
    results: list[tuple[Shape, Shape]] = []
    why = ""
    for shape in _likely(model, image):
        try:
            output = _single(_output(model, shape))
        except ModelMismatch:
            raise
        except Exception as error:  # noqa: BLE001 (a layer says in its own way that it cannot take this shape)
            why = why or said(error)
            continue
        results.append((shape, output))
        if len(output) == 1:
            return results[-1]
    if results:
        return results[0]
    raise ModelMismatch(
        f"The model takes no image that is {spoken(image)}: begin it with  keras.Input(({math.prod(image)},)). ({why})"
    )


def _likely(model: Any, image: Shape) -> list[Shape]:
    """The shapes to try, the likeliest first: what a layer is tried with in vain can stay in it."""
    specs = [layer.input_spec for layer in _layers(model)]
    known = [spec for spec in specs if hasattr(spec, "ndim")]
    most = max((spec.ndim or spec.min_ndim or 0 for spec in known), default=0)
    shapes = [(math.prod(image),), with_channels(image), image]
    return sorted(shapes, key=lambda shape: abs(len(shape) + 1 - max(most, 2)))


def _output(model: Any, shape: Shape) -> Any:
    """The model's output for a batch of ``shape``, by whatever means the model has; nothing is computed."""
    import keras

    try:
        return model.compute_output_shape((None, *shape))
    except NotImplementedError:  # a subclass that only says how it computes
        spec = keras.Model.compute_output_spec(model, keras.KerasTensor((None, *shape)))
        return spec.shape if hasattr(spec, "shape") else spec


def _single(output: Any) -> Shape:
    if not isinstance(output, tuple) or not all(side is None or isinstance(side, int) for side in output):
        raise ModelMismatch(
            f"The model gives a {type(output).__name__} of outputs; a classifier of images gives one array, a row of "
            "numbers for each image."
        )
    return output[1:]


def _layers(model: Any) -> Any:
    """All layers, those of models in it too."""
    return model._flatten_layers()  # noqa: SLF001 (Keras has no other way to all of them)
