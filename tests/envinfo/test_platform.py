"""Where the code runs, from signs laid out on purpose."""

import platform
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from colab_magics.envinfo.probes.platform import read_platform
from colab_magics.envinfo.reading import Missing

Grow = Callable[[Mapping[str, str]], Path]
SERVER = {"JPY_PARENT_PID": "77"}


@pytest.mark.parametrize(
    ("environ", "files", "name", "evidence"),
    [
        ({"KAGGLE_KERNEL_RUN_TYPE": "Interactive", "COLAB_RELEASE_TAG": "x"}, (), "Kaggle", "KAGGLE_KERNEL_RUN_TYPE"),
        ({"COLAB_RELEASE_TAG": "x"}, ("kaggle/working/a",), "Kaggle", "/kaggle/working"),
        ({"COLAB_RELEASE_TAG": "release-colab", **SERVER}, (), "Google Colab", "COLAB_RELEASE_TAG"),
        ({}, ("var/colab/hostname",), "Google Colab", "/var/colab/hostname"),
        (
            {"VERTEX_PRODUCT": "COLAB_ENTERPRISE", "COLAB_RELEASE_TAG": "x"},
            (),
            "Colab Enterprise",
            "VERTEX_PRODUCT",
        ),
        ({"VERTEX_PRODUCT": "WORKBENCH_INSTANCE"}, (), "Vertex AI Workbench", "VERTEX_PRODUCT"),
        (
            {},
            ("opt/ml/metadata/resource-metadata.json",),
            "Amazon SageMaker",
            "/opt/ml/metadata/resource-metadata.json",
        ),
        ({"DATABRICKS_RUNTIME_VERSION": "15"}, (), "Databricks", "DATABRICKS_RUNTIME_VERSION"),
        ({"AZUREML_RUN_ID": "r"}, (), "Azure Machine Learning", "AZUREML_RUN_ID"),
        ({"PAPERSPACE_NOTEBOOK_ID": "n"}, (), "Paperspace", "PAPERSPACE_NOTEBOOK_ID"),
        ({"LIGHTNING_CLOUD_PROJECT_ID": "p"}, (), "Lightning", "LIGHTNING_CLOUD_PROJECT_ID"),
        ({"DEEPNOTE_PROJECT_ID": "p"}, (), "Deepnote", "DEEPNOTE_PROJECT_ID"),
        ({"MODAL_TASK_ID": "t"}, (), "Modal", "MODAL_TASK_ID"),
        ({"SPACE_ID": "a/b"}, (), "Hugging Face Spaces", "SPACE_ID"),
        ({"BINDER_REPO_URL": "u", "JUPYTERHUB_API_URL": "u"}, (), "Binder", "BINDER_REPO_URL"),
        ({"JUPYTERHUB_API_URL": "u", **SERVER}, (), "JupyterHub", "JUPYTERHUB_API_URL"),
        ({"CODESPACES": "true", "VSCODE_PID": "1"}, (), "GitHub Codespaces", "CODESPACES"),
        ({"GITPOD_WORKSPACE_ID": "w"}, (), "Gitpod", "GITPOD_WORKSPACE_ID"),
        ({"VSCODE_PID": "1"}, (), "VS Code", "VSCODE_PID"),
        ({"PYCHARM_HOSTED": "1"}, (), "PyCharm", "PYCHARM_HOSTED"),
        (SERVER, (), "Jupyter", "JPY_PARENT_PID"),
        ({"JPY_PARENT_PID": "../../etc"}, (), "Jupyter", "JPY_PARENT_PID"),
    ],
)
def test_places(grow: Grow, environ: dict[str, str], files: tuple[str, ...], name: str, evidence: str) -> None:
    found = read_platform(grow({"here": "", **dict.fromkeys(files, "")}), environ)
    assert (found.name, found.evidence[0]) == (name, evidence)


def test_marimo_by_its_runtime(tmp_path: Path) -> None:
    found = read_platform(tmp_path, {}, modules={"marimo._runtime.runtime"})
    assert (found.name, found.evidence) == ("marimo", ("marimo._runtime.runtime",))


def test_several_places_at_once(grow: Grow) -> None:
    environ = {"JUPYTERHUB_API_URL": "u", "KUBERNETES_SERVICE_HOST": "10.0.0.1", "SLURM_JOB_ID": "7", **SERVER}
    files = {".dockerenv": "", "proc/77/cmdline": "python\0/usr/bin/jupyter-labhub\0"}
    found = read_platform(grow(files), environ)
    assert (found.name, found.container) == ("JupyterHub", "Kubernetes")
    assert found.also == ("JupyterLab", "Docker", "a Slurm job")
    assert "SLURM_JOB_ID" in found.evidence


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("/usr/bin/python", "/home/ada/bin/jupyter-lab", "--IdentityProvider.token=secret"), "JupyterLab"),
        (("python", "-m", "jupyterlab"), "JupyterLab"),
        (("/usr/bin/python", "/usr/bin/jupyter-notebook"), "Jupyter Notebook"),
        (("jupyter-nbconvert",), "Jupyter"),
    ],
)
def test_the_server_without_its_secrets(grow: Grow, command: tuple[str, ...], name: str) -> None:
    found = read_platform(grow({"proc/77/cmdline": "\0".join(command) + "\0"}), SERVER)
    assert found.name == name
    assert "secret" not in repr(found)
    assert "ada" not in repr(found)


def test_vscode_by_the_name_it_leaves_in_the_notebook(tmp_path: Path) -> None:
    assert read_platform(tmp_path, SERVER, {"__vsc_ipynb_file__": "/home/ada/x.ipynb"}).name == "VS Code"


def test_a_terminal(tmp_path: Path) -> None:
    found = read_platform(tmp_path, {})
    assert (found.name, found.evidence) == ("terminal", ())
    assert found.container == Missing("no sign of a container was seen")


@pytest.mark.parametrize(
    ("file", "environ", "container"),
    [
        (".dockerenv", {}, "Docker"),
        ("run/.containerenv", {}, "Podman"),
        (".dockerenv", {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "Kubernetes"),
        ("proc/sys/fs/binfmt_misc/WSLInterop", {}, "WSL"),
        (".singularity.d", {}, "Apptainer"),
    ],
)
def test_containers(grow: Grow, file: str, environ: dict[str, str], container: str) -> None:
    assert read_platform(grow({file: ""}), environ).container == container


@pytest.mark.parametrize(
    ("manager", "container"),
    [("lxc", "LXC"), ("systemd-nspawn", "systemd-nspawn"), ("<b>", Missing("no sign of a container was seen"))],
)
def test_what_systemd_says_of_the_container(grow: Grow, manager: str, container: object) -> None:
    assert read_platform(grow({"run/systemd/container": f"{manager}\n"}), {}).container == container


@pytest.mark.parametrize(
    "release", ['NAME=x\nPRETTY_NAME="Debian GNU/Linux 12"\n', "PRETTY_NAME='Debian GNU/Linux 12'"]
)
def test_the_distribution(grow: Grow, release: str) -> None:
    assert read_platform(grow({"etc/os-release": release}), {}).system == "Debian GNU/Linux 12"


def test_a_system_without_a_distribution(tmp_path: Path) -> None:
    system = platform.system()
    assert read_platform(tmp_path, {}).system.startswith("macOS" if system == "Darwin" else system)
