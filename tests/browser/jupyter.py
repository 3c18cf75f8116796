"""A Jupyter server of our own: every file it reads or writes lies in one temporary folder."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

App = Literal["lab", "notebook"]

_CLASSES: Mapping[App, str] = {"lab": "LabApp", "notebook": "JupyterNotebookApp"}
_PATIENCE = 120
"""Seconds for a server to come up; a cold start takes up to 16 on two cores."""


@dataclass(frozen=True)
class Server:
    """A running server; notebooks are served from ``work``."""

    app: App
    url: str
    token: str
    work: Path

    def address(self, path: str) -> str:
        """The page of the notebook at ``path``; in JupyterLab in a workspace of its own."""
        place = f"lab/workspaces/{secrets.token_hex(4)}/tree" if self.app == "lab" else "notebooks"
        return f"{self.url}/{place}/{path}?token={self.token}"


@contextmanager
def serve(app: App, root: Path, environ: Mapping[str, str], *, has_proxy: bool) -> Iterator[Server]:
    """Start JupyterLab or Notebook 7 on 127.0.0.1. ``has_proxy``: may jupyter-server-proxy be used?"""
    server = Server(app, f"http://127.0.0.1:{_free_port()}", secrets.token_hex(16), root / "work")
    server.work.mkdir()
    _write(
        root / "config" / "jupyter_server_config.json",
        {"ServerApp": {"jpserver_extensions": {"jupyter_server_proxy": has_proxy}}},
    )
    apputils = root / "settings" / "@jupyterlab" / "apputils-extension"
    _write(apputils / "notification.jupyterlab-settings", {"fetchNews": "false", "checkForUpdates": False})
    with (root / "server.log").open("wb") as log:
        process = subprocess.Popen(
            _words(server), env={**os.environ, **_folders(root), **environ}, cwd=server.work, stdout=log, stderr=log
        )
        try:
            _wait(server, process, root / "server.log")
            yield server
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _words(server: Server) -> list[str]:
    return [
        *(sys.executable, "-m", "jupyter", server.app, "--no-browser", "--allow-root"),
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={server.url.rpartition(':')[2]}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={server.work}",
        f"--IdentityProvider.token={server.token}",
        f"--{_CLASSES[server.app]}.expose_app_in_browser=True",  # window.jupyterapp
    ]


def _folders(root: Path) -> dict[str, str]:
    names = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
        "KERAS_HOME": "keras",
        "XDG_RUNTIME_DIR": "none",  # the records of kernels go to the next
        "XDG_STATE_HOME": "state",
    }
    return {name: str(root / folder) for name, folder in names.items()}


def _wait(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/api/status?token={server.token}", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"Jupyter did not come up:\n{log.read_text(errors='replace')[-3000:]}")


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
