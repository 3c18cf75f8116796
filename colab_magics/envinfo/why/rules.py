"""The rules: from the situation to verdicts, the first of which is what to clear away first."""

from collections.abc import Iterator

from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.why.absence import absence
from colab_magics.envinfo.why.builds import Build
from colab_magics.envinfo.why.frameworks import framework_verdicts
from colab_magics.envinfo.why.keras_backend import Backend
from colab_magics.envinfo.why.obstacles import obstacles
from colab_magics.envinfo.why.situation import Situation
from colab_magics.envinfo.why.verdict import Verdict

# Keras writes its default into keras.json by itself.
_USUAL = (Backend("TensorFlow", ""), Backend("TensorFlow", "keras.json"))
_AGAIN = "If it still does not: restart the kernel, for a framework looks for GPUs only once."


def explain(here: Situation) -> tuple[Verdict, ...]:
    """Say why the frameworks see no GPU, or that they can. Never empty; pure, and raises nothing.

    What concerns the machine comes before what concerns one framework, what keeps the GPU away before what may, and
    what is only good to know last.
    """
    machine = list(_machine(here))
    if not here.devices and any(not verdict.tone for verdict in machine):
        return tuple(machine)  # without a GPU, no build of a framework is wrong
    is_blocked = not here.usable or any(verdict.tone == "wrong" for verdict in machine)
    frameworks = [
        verdict
        for build in here.builds
        if build.is_installed
        for verdict in _framework(build, here, is_blocked=is_blocked)
    ]
    if not any(build.is_installed for build in here.builds):
        frameworks.append(_no_framework())
    found = [*machine, *frameworks]
    found += _keras(here, found)
    return tuple(sorted(found, key=lambda verdict: ("wrong", "warn", "ok", "").index(verdict.tone)))


def _machine(here: Situation) -> Iterator[Verdict]:
    if not here.of_vendor("NVIDIA"):
        cause = absence(here)
        if cause is not None:
            yield cause
    if here.devices:
        yield from obstacles(here)


def _framework(build: Build, here: Situation, *, is_blocked: bool) -> Iterator[Verdict]:
    found = list(framework_verdicts(build, here))
    yield from found
    if not is_blocked and not any(verdict.tone in ("wrong", "ok") for verdict in found):
        sentence = f"{build.framework} can see the GPU: nothing that keeps it away was found."
        yield Verdict(build.framework, "ok", sentence, _AGAIN, certainty="likely", tone="ok")


def _no_framework() -> Verdict:
    return Verdict(
        "",
        "not-installed",
        "None of TensorFlow, PyTorch and JAX is installed for this kernel's Python.",
        'Install one, such as  %pip install "tensorflow[and-cuda]", into this kernel and no other.',
        tone="warn",
    )


def _keras(here: Situation, found: list[Verdict]) -> Iterator[Verdict]:
    """Say which framework counts for Keras, where that one is in trouble or is missing."""
    if isinstance(here.backend, Missing) or here.backend in _USUAL:
        return
    framework = here.backend.framework
    if here.build(framework).is_installed and not any(
        verdict.framework == framework and verdict.tone == "wrong" for verdict in found
    ):
        return
    trouble = "has the trouble above" if here.build(framework).is_installed else "is not installed"
    sentence = f"Keras computes with {framework} ({here.backend.chosen_by}), which {trouble}."
    step = "Choose another before Keras is imported:  %env KERAS_BACKEND=tensorflow, torch or jax."
    yield Verdict("", "keras-backend", sentence, step, tone="")
