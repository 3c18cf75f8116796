"""A source's answer as one line of JSON, for it may come from another process."""

import dataclasses
import json
from typing import Any

from colab_magics.envinfo.gpu.device import Found, Gpu, MigSlice, Processes
from colab_magics.envinfo.reading import Missing, Reading

_Value = str | int | float | bool


def encode(answer: Reading[Found]) -> str:
    """Write an answer with all its reasons and identifiers; it is meant for this process alone, not for a person."""
    return json.dumps(_encoded(answer))


def decode(line: str | bytes) -> Reading[Found]:
    """Read what `encode` wrote. Raises ValueError where it is anything else."""
    try:
        answer = json.loads(line)
        return _missing(answer) if "missing" in answer else _found(answer)
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"This is no answer about GPUs ({type(error).__name__}).") from error


def _encoded(fact: object) -> Any:
    if isinstance(fact, Found | Processes):
        return {name: _encoded(value) for name, value in fact._asdict().items()}
    if isinstance(fact, tuple):
        return [_encoded(item) for item in fact]
    if isinstance(fact, Missing):
        return {"missing": fact.reason}
    if isinstance(fact, Gpu | MigSlice):
        return {item.name: _encoded(getattr(fact, item.name)) for item in dataclasses.fields(fact)}
    return fact


def _found(answer: dict[str, Any]) -> Found:
    return Found(tuple(_gpu(gpu) for gpu in answer["devices"]), _reading(answer["driver"]), _reading(answer["cuda"]))


def _gpu(facts: dict[str, Any]) -> Gpu:
    slices = tuple(MigSlice(**_readings(part)) for part in facts["slices"])
    processes = Processes(**_readings(facts["processes"]))
    flat = {name: value for name, value in facts.items() if name not in ("slices", "processes")}
    return Gpu(slices=slices, processes=processes, **_readings(flat))


def _readings(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: _reading(value) for name, value in facts.items()}


def _reading(value: Any) -> Reading[Any]:
    if isinstance(value, _Value):
        return value
    return _missing(value)


def _missing(answer: dict[str, Any]) -> Missing:
    if not isinstance(answer["missing"], str):
        raise TypeError
    return Missing(answer["missing"])
