"""Keras' ``fit``, wrapped for a while: for what loads Keras only then, too."""

from __future__ import annotations

import functools
import inspect
import sys
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from importlib.abc import Loader, MetaPathFinder
from itertools import dropwhile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType


@contextmanager
def wrapped(
    around: Callable[[Callable[..., Any], Any, tuple[Any, ...], dict[str, Any]], Any],
    loading: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> Iterator[None]:
    """In the block, have ``around(fit, model, args, kwargs)`` called in the place of every ``model.fit(...)``.

    ``fit`` is Keras' own, which takes the model first. A class that overrides ``fit`` is met where it calls Keras'.
    The block of ``loading()`` is what takes seconds: the import of Keras or of TensorFlow, whichever comes first.
    """
    with ExitStack() as stack:
        if sys.modules.get("keras") is not None:
            stack.enter_context(_replaced(around))
        else:
            watch = _Watch(lambda: stack.enter_context(_replaced(around)), loading)
            sys.meta_path.insert(0, watch)
            stack.callback(watch.leave)
        yield


@contextmanager
def watched(loading: Callable[[], AbstractContextManager[object]]) -> Iterator[None]:
    """In the block, have what takes seconds done in the block of ``loading()``, as in `wrapped`."""
    watch = _Watch(lambda: None, loading)
    if sys.modules.get("keras") is None:
        sys.meta_path.insert(0, watch)
    try:
        yield
    finally:
        watch.leave()


def bound(
    fit: Callable[..., Any], model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> inspect.BoundArguments | None:
    """The arguments of a call by their names; None for what ``fit`` does not take, as it says itself."""
    try:
        return inspect.signature(fit).bind(model, *args, **kwargs)
    except TypeError:
        return None


@contextmanager
def _replaced(around: Callable[..., Any]) -> Iterator[None]:
    import keras

    owner: Any = next(kind for kind in keras.Model.__mro__ if "fit" in vars(kind))
    own = owner.fit
    is_over = False

    @functools.wraps(own)
    def fit(model: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return own(model, *args, **kwargs) if is_over else around(own, model, args, kwargs)

    owner.fit = fit
    try:
        yield
    finally:
        is_over = True  # for another one that was put around this one meanwhile
        if owner.fit is fit:
            owner.fit = own


class _Watch(MetaPathFinder):
    """Waits for the import of Keras: has what takes long done in ``loading()``, and calls ``then`` at the end."""

    def __init__(self, then: Callable[[], object], loading: Callable[[], AbstractContextManager[object]]) -> None:
        self._then, self._loading = then, loading

    def leave(self) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What the next finders give, to be loaded by `load`: at first TensorFlow only asks where Keras is."""
        if name not in ("keras", "tensorflow"):
            return None
        after = [*dropwhile(lambda each: each is not self, sys.meta_path)][1:]  # before it is that of a block inside
        found = (each.find_spec(name, path, target) for each in after if hasattr(each, "find_spec"))
        spec = next(filter(None, found), None)
        if spec is not None and spec.loader is not None:
            spec.loader = _Followed(spec.loader, self)
        return spec

    def load(self, loader: Loader, module: ModuleType) -> None:
        loading, self._loading = self._loading, nullcontext  # once, though one imports the other
        with loading():
            loader.exec_module(module)
        if module.__name__ == "keras":
            self.leave()
            self._then()


class _Followed(Loader):
    """A loader that has a watch see to the loading of its module."""

    def __init__(self, loader: Loader, watch: _Watch) -> None:
        self._loader, self._watch = loader, watch

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._watch.load(self._loader, module)
