"""Where this runs: the service, the container and the system, each told by signs that were seen."""

import platform
import sys
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from colab_magics.envinfo.reading import Missing, Reading, is_there, text


class Platform(NamedTuple):
    """Where this runs. ``evidence`` names the signs that were seen, never what they hold; ``also`` names what else."""

    name: str
    container: Reading[str]
    evidence: tuple[str, ...]
    system: str
    kernel: str
    machine: str
    also: tuple[str, ...] = ()


class _Sign(NamedTuple):
    """What gives a place away: any of these environment variables, any of these files, or a module that is loaded."""

    place: str
    variables: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    value: str | None = None
    module: str = ""

    def seen(self, root: Path, environ: Mapping[str, str], modules: Container[str]) -> str | None:
        """Name the first sign that is there."""
        for name in self.variables:
            if name in environ and self.value in (None, environ[name]):
                return name
        if self.module and self.module in modules:
            return self.module
        return next((f"/{file}" for file in self.files if is_there(root / file)), None)


# In this order: Kaggle's image is built on Colab's and keeps its variables, and hubs run inside other services.
_SERVICES = (
    _Sign("Kaggle", ("KAGGLE_KERNEL_RUN_TYPE", "KAGGLE_URL_BASE"), ("kaggle/working",)),
    _Sign("Colab Enterprise", ("VERTEX_PRODUCT",), value="COLAB_ENTERPRISE"),
    _Sign("Google Colab", ("COLAB_RELEASE_TAG", "COLAB_BACKEND_VERSION"), ("var/colab/hostname",)),
    _Sign("Vertex AI Workbench", ("VERTEX_PRODUCT", "AIP_NOTEBOOK_ID"), ("opt/deeplearning/metadata/env_version",)),
    _Sign(
        "Amazon SageMaker",
        ("SM_CURRENT_HOST", "SAGEMAKER_INTERNAL_IMAGE_URI", "SAGEMAKER_APP_TYPE"),
        ("opt/ml/metadata/resource-metadata.json",),
    ),
    _Sign("Databricks", ("DATABRICKS_RUNTIME_VERSION", "DATABRICKS_ROOT_VIRTUALENV_ENV")),
    _Sign("Azure Machine Learning", ("AZUREML_RUN_ID", "AZUREML_ARM_WORKSPACE_NAME", "AZUREML_CR_COMPUTE_CONTEXT")),
    _Sign("Paperspace", ("PAPERSPACE_NOTEBOOK_ID", "PAPERSPACE_NOTEBOOK_REPO_ID", "PAPERSPACE_METRIC_WORKLOAD_ID")),
    _Sign("Lightning", ("LIGHTNING_CLOUD_PROJECT_ID", "LIGHTNING_CLOUD_SPACE_ID", "LIGHTNING_CLOUDSPACE_HOST")),
    _Sign("Deepnote", ("DEEPNOTE_PROJECT_ID", "DEEPNOTE")),
    _Sign("Modal", ("MODAL_TASK_ID",)),
    _Sign("Hugging Face Spaces", ("SPACE_ID",)),
    _Sign("Binder", ("BINDER_LAUNCH_HOST", "BINDER_REPO_URL", "BINDER_SERVICE_HOST")),
    _Sign("GitHub Codespaces", ("CODESPACES",)),
    _Sign("Gitpod", ("GITPOD_WORKSPACE_ID",)),
    _Sign("JupyterHub", ("JUPYTERHUB_API_URL", "JUPYTERHUB_SERVICE_PREFIX")),
)
_CONTAINERS = (
    _Sign("Kubernetes", ("KUBERNETES_SERVICE_HOST",), ("var/run/secrets/kubernetes.io",)),
    _Sign("Podman", files=("run/.containerenv",)),
    _Sign("Docker", files=(".dockerenv",)),
    _Sign("WSL", ("WSL_DISTRO_NAME",), ("proc/sys/fs/binfmt_misc/WSLInterop", "run/WSL")),
    _Sign("Apptainer", ("APPTAINER_CONTAINER", "SINGULARITY_CONTAINER"), (".singularity.d",)),
)
_JOBS = (_Sign("a Slurm job", ("SLURM_JOB_ID",)),)
_EDITORS = (
    _Sign("marimo", module="marimo._runtime.runtime"),
    _Sign("PyCharm", ("PYCHARM_HOSTED",)),
    _Sign("VS Code", ("VSCODE_PID", "VSCODE_CWD")),
)
_SERVERS = {
    "jupyter-lab": "JupyterLab",
    "jupyterlab": "JupyterLab",
    "jupyter-labhub": "JupyterLab",
    "jupyter-notebook": "Jupyter Notebook",
    "notebook": "Jupyter Notebook",
}
# What systemd writes into this file, https://systemd.io/CONTAINER_INTERFACE/.
_MANAGERS = {
    "lxc": "LXC",
    "lxc-libvirt": "LXC",
    "systemd-nspawn": "systemd-nspawn",
    "podman": "Podman",
    "docker": "Docker",
}


def read_platform(
    root: Path,
    environ: Mapping[str, str],
    variables: Container[str] = (),
    modules: Container[str] = sys.modules,
) -> Platform:
    """Tell the platform from the environment, the files under ``root`` and the names of a notebook's ``variables``."""
    services = list(_seen(_SERVICES, root, environ, modules))
    places = [*services, *_editors(root, environ, variables, modules)] or [("terminal", "")]
    containers = [*_seen(_CONTAINERS, root, environ, modules), *_managed(root)]
    jobs = list(_seen(_JOBS, root, environ, modules))
    told = [*places, *containers, *jobs]
    first = {places[0][0], *([containers[0][0]] if containers else [])}
    return Platform(
        name=places[0][0],
        container=containers[0][0] if containers else Missing("no sign of a container was seen"),
        evidence=tuple(dict.fromkeys(sign for _, sign in told if sign)),
        system=_system(root),
        kernel=f"{platform.system()} {platform.release()}",
        machine=platform.machine(),
        also=tuple(dict.fromkeys(place for place, _ in told if place not in first)),
    )


def _seen(
    signs: tuple[_Sign, ...], root: Path, environ: Mapping[str, str], modules: Container[str]
) -> Iterator[tuple[str, str]]:
    for sign in signs:
        seen = sign.seen(root, environ, modules)
        if seen is not None:
            yield sign.place, seen


def _editors(
    root: Path, environ: Mapping[str, str], variables: Container[str], modules: Container[str]
) -> Iterator[tuple[str, str]]:
    """Yield the program in which the person works; one is enough, for an editor starts a Jupyter server itself."""
    if "__vsc_ipynb_file__" in variables:
        yield "VS Code", "__vsc_ipynb_file__"
    elif "JPY_PARENT_PID" in environ:
        yield _server(root, environ["JPY_PARENT_PID"])
    else:
        yield from list(_seen(_EDITORS, root, environ, modules))[:1]


def _managed(root: Path) -> Iterator[tuple[str, str]]:
    manager = text(root / "run/systemd/container", size=64)
    if not isinstance(manager, Missing) and manager in _MANAGERS:
        yield _MANAGERS[manager], "/run/systemd/container"


def _server(root: Path, pid: str) -> tuple[str, str]:
    """Name the Jupyter server that started this kernel; its command line may hold a token and is never shown."""
    line = text(root / "proc" / pid / "cmdline") if pid.isdecimal() else Missing("not a process")
    if not isinstance(line, Missing):
        programs = [word.replace("\\", "/").rpartition("/")[2] for word in line.split("\0")[:3]]
        for program in programs:
            if program in _SERVERS:
                return _SERVERS[program], program
    return "Jupyter", "JPY_PARENT_PID"


def _system(root: Path) -> str:
    """Name the distribution as os-release(5) has it, elsewhere the system."""
    lines = text(root / "etc/os-release")
    if not isinstance(lines, Missing):
        for line in lines.splitlines():
            name, _, value = line.partition("=")
            if name == "PRETTY_NAME":
                return value.strip("\"'")
    return f"macOS {platform.mac_ver()[0]}" if platform.system() == "Darwin" else platform.system()
