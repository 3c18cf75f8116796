"""A second opinion on NVIDIA GPUs: GPUtil, which asks nvidia-smi in its own way; never needed, and never trusted."""

import importlib
import importlib.util
import math
import shutil
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from types import ModuleType
from typing import Any

from colab_magics.envinfo.gpu.complaint import meaning
from colab_magics.envinfo.gpu.device import Found, Gpu
from colab_magics.envinfo.gpu.nvidia_smi import find_nvidia_smi
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.errors import MissingExtra
from colab_magics.extras import check
from colab_magics.format import printable

_MIB = 2**20
_NO_VALUE = Missing("GPUtil could not read a number in nvidia-smi's answer")

_lock, _import_lock = threading.Lock(), threading.Lock()
_waiting: threading.Thread | None = None


def read_gputil(environ: Mapping[str, str], *, timeout: float = 2.0) -> Reading[Found]:
    """Ask GPUtil for every GPU, and wait ``timeout`` seconds at most; `Missing` where it is not installed or fails.

    GPUtil runs the nvidia-smi on the PATH of this process without a limit of time and cannot be stopped: a thread goes
    on waiting for it, and until that ends GPUtil is not asked again. It is not imported where ``environ`` has no
    nvidia-smi to ask.
    """
    global _waiting
    try:
        check("GPUtil", by="The source gputil", extra="gputil")
    except MissingExtra as error:
        return Missing(str(error))
    program = find_nvidia_smi(environ)
    if isinstance(program, Missing):
        return Missing(f"GPUtil asks nvidia-smi: {program.reason}")
    answers: SimpleQueue[Reading[Found]] = SimpleQueue()
    with _lock:
        if _waiting is not None and _waiting.is_alive():
            return Missing("GPUtil still waits for an answer of nvidia-smi: the driver may be stuck")
        asking = threading.Thread(target=lambda: answers.put(_ask()), name="colab_magics GPUtil question", daemon=True)
        asking.start()
        _waiting = asking
    try:
        answer = answers.get(timeout=timeout)
    except Empty:
        return Missing(f"GPUtil gave no answer in {timeout:g} s: nvidia-smi may be stuck")
    asking.join()  # it has nothing more to do; the next question must not find it alive
    return answer


def import_gputil() -> ModuleType:
    """Import GPUtil, also where Python has no distutils any more. Raises what the import raises."""
    with _import_lock, _distutils():
        return importlib.import_module("GPUtil")


@contextmanager
def _distutils() -> Iterator[None]:
    """Lend GPUtil 1.4 the one function of distutils that it imports, for as long as it is imported.

    Python 3.12 has no distutils. Before, and where setuptools stands in for it, importing it costs a quarter of a
    second, so it is lent there too; but nothing is put in the way of a distutils or setuptools that is in use.
    """
    is_there = "setuptools" in sys.modules and importlib.util.find_spec("distutils") is not None
    if is_there or not {"GPUtil", "distutils"}.isdisjoint(sys.modules):
        yield
        return
    package, spawn = ModuleType("distutils"), ModuleType("distutils.spawn")
    lent = {"distutils": package, "distutils.spawn": spawn}
    vars(package).update(__path__=[], spawn=spawn)
    vars(spawn).update(find_executable=_find_executable)
    sys.modules.update(lent)
    try:
        yield
    finally:
        for name, module in lent.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


def _find_executable(executable: str, path: str | None = None) -> str | None:
    return shutil.which(executable, path=path)


def _ask() -> Reading[Found]:
    """Call GPUtil. It fails in many ways: every one of them becomes a reason."""
    try:
        gputil = import_gputil()
    except Exception as error:  # noqa: BLE001  whatever a module raises that is not ours
        return Missing(f"GPUtil cannot be imported ({type(error).__name__}: {printable(str(error))[:80]})")
    try:
        return _found(gputil.getGPUs())
    except Exception as error:  # noqa: BLE001  it raises ValueError, IndexError, ZeroDivisionError on bad answers
        known = meaning(str(error))
        return known or Missing(f"GPUtil could not read nvidia-smi's answer and raised {type(error).__name__}")


def _found(devices: list[Any]) -> Reading[Found]:
    if not devices:
        return Missing("GPUtil sees no GPU, or no nvidia-smi on PATH")
    return Found(tuple(_gpu(device) for device in devices), _text(devices[0].driver))


def _gpu(device: Any) -> Gpu:
    load, temperature = _number(device.load), _number(device.temperature)
    return Gpu(
        int(device.id),
        name=_text(device.name),
        memory_total=_bytes(device.memoryTotal),
        memory_used=_bytes(device.memoryUsed),
        utilization=load,
        temperature=temperature if isinstance(temperature, Missing) else round(temperature),
        uuid=_text(device.uuid),
    )


def _number(value: float) -> Reading[float]:
    return value if math.isfinite(value) else _NO_VALUE


def _bytes(mebibytes: float) -> Reading[int]:
    value = _number(mebibytes)
    return value if isinstance(value, Missing) else round(value * _MIB)


def _text(value: object) -> Reading[str]:
    text = printable(str(value)).strip()[:120]
    return text if text and not text.startswith("[") else Missing(f"GPUtil was told {text or 'nothing'}")
