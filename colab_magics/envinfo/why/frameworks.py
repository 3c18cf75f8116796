"""Why one framework sees no GPU although the machine has one: its build, its parts and its own variables."""

from collections.abc import Iterator
from typing import Literal

from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.why.builds import Build
from colab_magics.envinfo.why.compatibility import can_run, numbers, oldest_driver
from colab_magics.envinfo.why.situation import Situation
from colab_magics.envinfo.why.verdict import Verdict

_ARM = ("aarch64", "arm64")
_TARGET = {"NVIDIA": "CUDA", "AMD": "ROCm", "Apple": "Metal"}
_TORCH = "https://pytorch.org/get-started/locally"


def framework_verdicts(build: Build, here: Situation) -> Iterator[Verdict]:
    """Yield what keeps one installed framework from the GPU; nothing where nothing does.

    What makes all the rest pointless (a broken installation, a build for CPUs) stands alone.
    """
    vendor = vendor_of(here)
    for rule in (_shadow, _system, _unknown, _cpu_only, _other_vendor):
        found = rule(build, here, vendor)
        if found is not None:
            yield found
            return
    yield from filter(None, (rule(build, here, vendor) for rule in (_platforms, _newer_cuda, _plugin, _library)))


def vendor_of(here: Situation) -> str:
    """Name whose GPUs count here; NVIDIA's before others, also where only the bus tells of them."""
    vendors = {gpu.vendor for gpu in here.devices} | (here.hardware.vendors - {"Intel"})
    first = next((vendor for vendor in ("NVIDIA", "AMD", "Apple") if vendor in vendors), "NVIDIA")
    return "Apple" if here.system == "Darwin" and first != "AMD" else first


def _shadow(build: Build, here: Situation, vendor: str) -> Verdict | None:
    if not build.shadow:
        return None
    sentence = f"Python imports a file of yours, {build.shadow}, instead of {build.framework}."
    step = f"Rename {build.shadow} (and delete __pycache__ beside it), then restart the kernel."
    return Verdict(build.framework, "shadowed", sentence, step)


def _system(build: Build, here: Situation, vendor: str) -> Verdict | None:
    """TensorFlow on systems where it has no CUDA build: https://www.tensorflow.org/install/pip."""
    if build.framework == "TensorFlow" and here.system == "Windows":
        is_old = not isinstance(build.version, Missing) and numbers(build.version)[:2] < (2, 11)
        if is_old:
            return None
        return Verdict(
            "TensorFlow",
            "windows-tensorflow",
            "TensorFlow uses no GPU on Windows since version 2.11.",
            'Use WSL 2 (wsl --install), and there:  pip install "tensorflow[and-cuda]".',
        )
    if here.system == "Darwin" and build.target == "CPU":
        step = {
            "TensorFlow": "Run  %pip install tensorflow-metal  if it supports your TensorFlow, or use the CPU.",
            "JAX": "Use the CPU: JAX's way to Apple's GPUs (jax-metal) is an experiment.",
            "PyTorch": 'On Apple silicon, PyTorch reaches the GPU as torch.device("mps"), without CUDA.',
        }[build.framework]
        if build.framework == "PyTorch" and here.machine in _ARM:
            return Verdict(
                "PyTorch", "ok", "PyTorch uses Apple's GPU as device mps.", step, certainty="likely", tone="ok"
            )
        return Verdict(
            build.framework, "no-metal", f"{build.framework} has no way to Apple's GPU here.", step, tone="warn"
        )
    return None


def _unknown(build: Build, here: Situation, vendor: str) -> Verdict | None:
    if not isinstance(build.target, Missing):
        return None
    return Verdict(
        build.framework,
        "broken-install",
        f"{build.framework} is installed ({build.label}), but {build.target.reason}: it is not whole.",
        "Install it again:  %pip install -U jax"
        if build.framework == "JAX"
        else f"Install it again:  %pip install --force-reinstall --no-deps {build.distribution}",
        certainty="likely",
    )


def _cpu_only(build: Build, here: Situation, vendor: str) -> Verdict | None:
    if build.target != "CPU":
        return None
    if build.framework == "JAX":
        sentence = f"JAX is here without a plugin for the GPU ({build.label}), so it computes on the CPU."
        return Verdict("JAX", "no-plugin", sentence, _jax_step(here, vendor))
    twins = f" {' and '.join((str(build.distribution), *build.twins))} overwrite each other." if build.twins else ""
    sentence = f"{build.framework} is a CPU-only build ({build.label}); {_there(here)}.{twins}"
    if here.machine in _ARM and build.framework == "TensorFlow":
        step = "TensorFlow has no CUDA build for ARM processors: use NVIDIA's container, PyTorch or JAX."
        return Verdict("TensorFlow", "arm-cpu-only", sentence, step)
    return Verdict(build.framework, "cpu-only", sentence, _gpu_build_step(build, here, vendor))


def _other_vendor(build: Build, here: Situation, vendor: str) -> Verdict | None:
    wanted, target = _TARGET[vendor], build.target
    if target == wanted or isinstance(target, Missing):
        return None
    sentence = f"{build.framework} is a build for {target} ({build.label}), and the GPU here is from {vendor}."
    return Verdict(build.framework, "other-vendor", sentence, _gpu_build_step(build, here, vendor))


def _platforms(build: Build, here: Situation, vendor: str) -> Verdict | None:
    """JAX uses the platforms that JAX_PLATFORMS lists: https://docs.jax.dev/en/latest/config_options.html."""
    if build.framework != "JAX":
        return None
    for name in ("JAX_PLATFORMS", "JAX_PLATFORM_NAME"):
        chosen = [part.strip().lower() for part in here.environ.get(name, "").split(",") if part.strip()]
        if chosen and chosen[0] == "cpu":
            step = f"Take it away (%env {name}=) and restart the kernel."
            return Verdict("JAX", "platform-variable", f"{name} tells JAX to use the CPU.", step)
    return None


def _newer_cuda(build: Build, here: Situation, vendor: str) -> Verdict | None:
    gpus, cuda = here.gpus, build.cuda
    if isinstance(cuda, Missing):
        return None
    driver: object = gpus.driver
    if isinstance(gpus.driver, Missing):
        driver = here.hardware.driver
    table = driver if here.system == "Linux" and isinstance(driver, str) else Missing("its table is of Linux")
    if can_run(cuda, gpus.cuda, table) is not False:
        return None
    oldest = oldest_driver(cuda)
    newer = "" if isinstance(oldest, Missing) or here.system != "Linux" else f" ({oldest} or later)"
    known = f"only CUDA {gpus.cuda}" if not isinstance(gpus.cuda, Missing) else f"no CUDA that new (it is {driver})"
    certainty: Literal["certain", "likely"] = "likely" if here.has_compat else "certain"
    return Verdict(
        build.framework,
        "newer-cuda",
        f"{build.framework} is built for CUDA {cuda}, and the driver here can run {known}.",
        f"Update the NVIDIA driver{newer}, or install a build for an older CUDA: {_older(build, gpus.cuda)}",
        certainty=certainty,
    )


def _older(build: Build, driver_cuda: object) -> str:
    major = driver_cuda.partition(".")[0] if isinstance(driver_cuda, str) else "12"
    return {
        "TensorFlow": "https://www.tensorflow.org/install/source#gpu  lists which TensorFlow has which.",
        "PyTorch": f"{_TORCH}  gives the line; choose CUDA {major}.",
        "JAX": f'%pip install -U "jax[cuda{major}]"',
    }[build.framework]


def _plugin(build: Build, here: Situation, vendor: str) -> Verdict | None:
    """JAX passes over a CUDA plugin whose version is not jaxlib's: check_plugin_version in jaxlib/plugin_support.py."""
    parts = dict(build.parts)
    own = numbers(parts.get("jaxlib", ""))
    if build.framework != "JAX" or not own:
        return None
    for name, version in build.parts:
        if name.startswith("jax-cuda") and numbers(version) and numbers(version) != own:
            sentence = f"JAX passes over its plugin: {name} is {version}, and jaxlib is {parts['jaxlib']}."
            return Verdict("JAX", "plugin-version", sentence, _jax_step(here, vendor, build))
    names = {name.rpartition("-")[2] for name, _ in build.parts if name.startswith("jax-cuda")}
    if len(names) == 1:
        missing = "pjrt" if "plugin" in names else "plugin"
        sentence = f"JAX has only a half of its plugin: the part that ends in -{missing} is not installed."
        return Verdict("JAX", "no-plugin", sentence, _jax_step(here, vendor, build))
    return None


def _library(build: Build, here: Situation, vendor: str) -> Verdict | None:
    lacks = here.lacks.get(build.framework, ())
    if not lacks:
        return None
    more = f" and {len(lacks) - 2} more" if len(lacks) > 3 else ""
    shown = lacks[:2] if more else lacks
    # cuDNN is the one that is most often missing, and the last in the list.
    named = ", ".join((lacks[-1], *shown[:-1]) if more else shown)
    sentence = f"{build.framework} needs libraries of CUDA that are not to be found: {named}{more}."
    return Verdict(build.framework, "library-missing", sentence, _library_step(build, here), certainty="likely")


def _library_step(build: Build, here: Situation) -> str:
    if build.framework == "TensorFlow":
        if not isinstance(build.version, Missing) and numbers(build.version)[:2] < (2, 14):
            return f"Install CUDA {build.cuda} and cuDNN {build.cudnn}, or a newer TensorFlow with its own."
        name = "tf-nightly" if build.distribution == "tf-nightly" else "tensorflow"
        pin = f"=={build.version}" if name == "tensorflow" and not isinstance(build.version, Missing) else ""
        return f'Run  %pip install "{name}[and-cuda]{pin}"  and restart the kernel.'
    if build.framework == "JAX":
        return f"Run  {_jax_line(build)}  and restart the kernel."
    return "Run  %pip install --force-reinstall torch  and restart the kernel."


def _gpu_build_step(build: Build, here: Situation, vendor: str) -> str:
    if build.framework == "JAX":
        return _jax_step(here, vendor)
    if vendor == "AMD":
        build_line = "https://rocm.docs.amd.com  has the line for your version."
        return f"Install the ROCm build of {build.framework}, if AMD supports this GPU: {build_line}"
    if build.framework == "PyTorch":
        return f"{_TORCH}  gives the line for a CUDA build; run it with %pip, and restart the kernel."
    remove = " ".join((str(build.distribution), *build.twins))
    return f'Run  %pip uninstall -y {remove}  and  %pip install "tensorflow[and-cuda]", then restart the kernel.'


def _jax_step(here: Situation, vendor: str, build: Build | None = None) -> str:
    if vendor == "AMD":
        return "Install JAX's ROCm plugin: https://rocm.docs.amd.com  has the line for your version."
    if build is not None:
        return f"Run  {_jax_line(build)}  and restart the kernel."
    is_new = isinstance(here.gpus.cuda, str) and numbers(here.gpus.cuda)[:1] >= (13,)
    return f'Run  %pip install -U "jax[cuda{13 if is_new else 12}]"  and restart the kernel.'


def _jax_line(build: Build) -> str:
    return f'%pip install -U "jax[cuda{build.cuda}]"'


def _there(here: Situation) -> str:
    return "the GPU and its driver are there" if here.devices else "the machine has a GPU"
