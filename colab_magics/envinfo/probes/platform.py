"""Where this runs: the service, the container and the system, each told by signs that were seen."""

import platform
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from colab_magics.envinfo.reading import Missing, Reading, text


@dataclass(frozen=True, slots=True)
class Platform:
    """Where this runs. ``evidence`` names the signs that were seen, never what they hold."""

    name: str
    container: Reading[str]
    evidence: tuple[str, ...]
    system: str
    kernel: str
    machine: str


@dataclass(frozen=True, slots=True)
class _Sign:
    """What gives a place away: any of these environment variables, or any of these files."""

    place: str
    variables: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    def seen(self, root: Path, environ: Mapping[str, str]) -> str | None:
        """Name the first sign that is there."""
        variable = next((name for name in self.variables if name in environ), None)
        return variable or next((f"/{file}" for file in self.files if (root / file).exists()), None)


# In this order: Kaggle's image is built on Colab's and keeps its variables, and hubs run inside other services.
_SERVICES = (
    _Sign("Kaggle", ("KAGGLE_KERNEL_RUN_TYPE", "KAGGLE_URL_BASE"), ("kaggle/working",)),
    _Sign("Google Colab", ("COLAB_RELEASE_TAG", "COLAB_BACKEND_VERSION"), ("var/colab/hostname",)),
    _Sign("Amazon SageMaker", ("SM_CURRENT_HOST",), ("opt/ml/metadata/resource-metadata.json",)),
    _Sign("Databricks", ("DATABRICKS_RUNTIME_VERSION", "DATABRICKS_ROOT_VIRTUALENV_ENV")),
    _Sign("Binder", ("BINDER_LAUNCH_HOST", "BINDER_REPO_URL", "BINDER_SERVICE_HOST")),
    _Sign("GitHub Codespaces", ("CODESPACES",)),
    _Sign("JupyterHub", ("JUPYTERHUB_API_URL", "JUPYTERHUB_SERVICE_PREFIX")),
)
_CONTAINERS = (
    _Sign("Kubernetes", ("KUBERNETES_SERVICE_HOST",), ("var/run/secrets/kubernetes.io",)),
    _Sign("Podman", files=("run/.containerenv",)),
    _Sign("Docker", files=(".dockerenv",)),
    _Sign("WSL", ("WSL_DISTRO_NAME",), ("proc/sys/fs/binfmt_misc/WSLInterop", "run/WSL")),
)
_EDITORS = (_Sign("PyCharm", ("PYCHARM_HOSTED",)), _Sign("VS Code", ("VSCODE_PID", "VSCODE_CWD")))
_SERVERS = {
    "jupyter-lab": "JupyterLab",
    "jupyterlab": "JupyterLab",
    "jupyter-labhub": "JupyterLab",
    "jupyter-notebook": "Jupyter Notebook",
    "notebook": "Jupyter Notebook",
}


def read_platform(root: Path, environ: Mapping[str, str], variables: Container[str] = ()) -> Platform:
    """Tell the platform from the environment, the files under ``root`` and the names of a notebook's ``variables``."""
    name, sign = _place(root, environ, variables)
    container, container_sign = _first(_CONTAINERS, root, environ) or (Missing("no sign of a container was seen"), "")
    return Platform(
        name=name,
        container=container,
        evidence=tuple(found for found in (sign, container_sign) if found),
        system=_system(root),
        kernel=f"{platform.system()} {platform.release()}",
        machine=platform.machine(),
    )


def _first(signs: Iterable[_Sign], root: Path, environ: Mapping[str, str]) -> tuple[str, str] | None:
    found = ((sign.place, sign.seen(root, environ)) for sign in signs)
    return next(((place, seen) for place, seen in found if seen is not None), None)


def _place(root: Path, environ: Mapping[str, str], variables: Container[str]) -> tuple[str, str]:
    service = _first(_SERVICES, root, environ)
    if service is not None:
        return service
    if "__vsc_ipynb_file__" in variables:
        return "VS Code", "__vsc_ipynb_file__"
    if "JPY_PARENT_PID" in environ:
        return _server(root, environ["JPY_PARENT_PID"])
    return _first(_EDITORS, root, environ) or ("terminal", "")


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
