"""The frameworks that are installed and what each was built for, read from their files: none is imported."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from colab_magics.distributions import BROUGHT_BY, Record, installed
from colab_magics.envinfo.reading import PRIVATE, Missing, Reading
from colab_magics.envinfo.why.literals import read_literals
from colab_magics.envinfo.why.targets import Target, is_part_of_jax, jax_target, short, tensorflow_target, torch_target

NOT_INSTALLED = Missing("not installed")
_TENSORFLOW = "tensorflow/python/platform/build_info.py"
_TORCH = "torch/version.py"

# These bring TensorFlow's files for one system, and pip installs them beside the distribution "tensorflow".
_HALVES = frozenset({"tensorflow-intel", "tensorflow-macos", "tensorflow-cpu-aws"})


@dataclass(frozen=True, slots=True)
class Build:
    """One framework: the distribution that brought it and what that was built for.

    ``target`` is "CPU", "CUDA", "ROCm", "Metal", "XPU" or "TPU"; ``cuda`` and ``cudnn`` are versions as the build has
    them ("12.4", "9"). ``parts`` are names and versions of distributions that belong to it (jaxlib, a plugin),
    ``twins`` other distributions that bring the same files, and ``shadow`` a file that Python imports instead of it.
    ``folder`` is where it lies, which is never shown.
    """

    framework: str
    distribution: Reading[str] = NOT_INSTALLED
    version: Reading[str] = NOT_INSTALLED
    target: Reading[str] = NOT_INSTALLED
    cuda: Reading[str] = NOT_INSTALLED
    cudnn: Reading[str] = NOT_INSTALLED
    parts: tuple[tuple[str, str], ...] = ()
    twins: tuple[str, ...] = ()
    shadow: str = ""
    folder: Reading[Path] = field(default=NOT_INSTALLED, repr=False, metadata=PRIVATE)

    @property
    def is_installed(self) -> bool:
        """Whether Python finds anything under its name."""
        return not isinstance(self.distribution, Missing) or bool(self.shadow)

    @property
    def label(self) -> str:
        """The distribution and its version: ``tensorflow-cpu 2.21.0``."""
        return " ".join(word for word in (self.distribution, self.version) if not isinstance(word, Missing))


def read_builds(folders: Sequence[Path]) -> tuple[Build, ...]:
    """Read TensorFlow, PyTorch and JAX from the folders of `sys.path`, the first of which wins as for an import."""
    records = installed([str(folder) for folder in folders])
    return _tensorflow(folders, records), _torch(folders, records), _jax(folders, records)


def _tensorflow(folders: Sequence[Path], records: Mapping[str, Record]) -> Build:
    names = [name for name in BROUGHT_BY["tensorflow"] if name in records]
    whole = [name for name in names if name not in _HALVES]
    name = next(iter(whole or names), "tensorflow")
    folder = _folder_of(_TENSORFLOW, folders)
    if isinstance(folder, Missing):
        return _build("TensorFlow", "tensorflow", name, records, folders, Target(folder), twins=whole[1:])
    facts = read_literals(folder / _TENSORFLOW)
    target = (
        Target(facts)
        if isinstance(facts, Missing)
        else tensorflow_target(facts, has_metal="tensorflow-metal" in records)
    )
    return _build("TensorFlow", "tensorflow", name, records, folders, target, twins=whole[1:], folder=folder)


def _torch(folders: Sequence[Path], records: Mapping[str, Record]) -> Build:
    folder = _folder_of(_TORCH, folders)
    if isinstance(folder, Missing):
        return _build("PyTorch", "torch", "torch", records, folders, Target(folder))
    facts = read_literals(folder / _TORCH)
    target = Target(facts) if isinstance(facts, Missing) else torch_target(facts)
    return _build("PyTorch", "torch", "torch", records, folders, target, folder=folder)


def _jax(folders: Sequence[Path], records: Mapping[str, Record]) -> Build:
    names = [name for name in sorted(records) if is_part_of_jax(name)]
    parts = {name: short(records[name].version) for name in names}
    folder = _folder_of("jax/__init__.py", folders)
    target = Target(folder) if isinstance(folder, Missing) else jax_target(parts)
    return _build("JAX", "jax", "jax", records, folders, target, parts=parts.items(), folder=folder)


def _build(
    framework: str,
    module: str,
    distribution: str,
    records: Mapping[str, Record],
    folders: Sequence[Path],
    target: Target,
    *,
    parts: Iterable[tuple[str, str]] = (),
    twins: Sequence[str] = (),
    folder: Reading[Path] = NOT_INSTALLED,
) -> Build:
    record, shadow = records.get(distribution), _shadow(module, folders)
    if record is None and isinstance(folder, Missing):
        return Build(framework, shadow=shadow)
    version: Reading[str] = short(record.version) if record else ""
    return Build(
        framework,
        distribution=distribution,
        version=version or Missing("no installer has recorded its version"),
        target=target.name,
        cuda=target.cuda,
        cudnn=target.cudnn,
        parts=tuple(parts),
        twins=tuple(twins),
        shadow=shadow,
        folder=folder,
    )


def _folder_of(name: str, folders: Sequence[Path]) -> Reading[Path]:
    """Find the first folder that has a file of this name."""
    found = next((folder for folder in folders if os.path.isfile(f"{folder}/{name}")), None)  # noqa: PTH113 (a third of the time of Path)
    return found or Missing(f"its file {name} is not where Python looks")


def _shadow(module: str, folders: Sequence[Path]) -> str:
    """Name the file of the person that Python imports instead of a framework: torch.py beside a notebook."""
    for folder in folders:
        if os.path.isfile(f"{folder}/{module}/__init__.py"):  # noqa: PTH113 (a third of the time of Path)
            return ""
        if os.path.isfile(f"{folder}/{module}.py"):  # noqa: PTH113 (a third of the time of Path)
            return f"{module}.py"
    return ""
