"""Real parts for the tests: an IPython shell, a local file server, the real MNIST."""

import atexit
import gc
import io
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import hypothesis
import pytest
from ipykernel.comm import CommManager
from IPython.core.completer import provisionalcompleter
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.history import HistoryAccessor
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import RichOutput
from servers import Bucket, FileServer, file_server

HistoryAccessor.enabled = False  # its thread outlives the shell
hypothesis.settings.register_profile("house", deadline=None)  # a busy machine is no fault
hypothesis.settings.load_profile("house")


@dataclass(frozen=True)
class Ran:
    """What one cell did."""

    value: Any
    error: BaseException | None
    stdout: str
    stderr: str
    displayed: list[dict[str, Any]]

    @property
    def text(self) -> str:
        """Every text/plain that was displayed, with what was printed."""
        return "\n".join([*(bundle.get("text/plain", "") for bundle in self.displayed), self.stdout])

    @property
    def html(self) -> str:
        return "\n".join(bundle.get("text/html", "") for bundle in self.displayed)


class Shell:
    """A real InteractiveShell that keeps what a cell displays."""

    def __init__(self, ipython: InteractiveShell) -> None:
        self.ipython = ipython

    @property
    def namespace(self) -> dict[str, Any]:
        return self.ipython.user_ns

    def run(self, source: str) -> Ran:
        publisher = self.ipython.display_pub = CapturingDisplayPublisher(parent=self.ipython)
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            result = self.ipython.run_cell(source, store_history=True)  # as a front end does: cells are numbered
        shown = [output.data if isinstance(output, RichOutput) else output["data"] for output in publisher.outputs]
        error = result.error_before_exec or result.error_in_exec
        return Ran(result.result, error, out.getvalue(), err.getvalue(), shown)

    def complete(self, line: str) -> list[str]:
        with provisionalcompleter():
            return [found.text for found in self.ipython.Completer.completions(line, len(line))]


@pytest.fixture(scope="module", autouse=True)
def _settled() -> None:
    """Let the collector pass over what is there by now: at the end of a shell it looks at every object, TensorFlow's too."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache for each test."""
    folder = tmp_path_factory.mktemp("cache") / "colab_magics"
    monkeypatch.setenv("COLAB_MAGICS_CACHE", str(folder))
    return folder


@pytest.fixture
def ipython(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """A bare shell whose files lie in a temporary folder, in which it also works."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / ".ipython"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(colors="NoColor" if "NoColor" in _colors() else "nocolor")
    yield shell
    shell.run_line_magic("unload_ext", "colab_magics")
    atexit.unregister(shell.atexit_operations)
    shell.atexit_operations()
    shell.cleanup()
    InteractiveShell.clear_instance()


def _colors() -> tuple[str, ...]:
    values = getattr(InteractiveShell.class_traits()["colors"], "values", None)
    return tuple(values or ())


@pytest.fixture
def shell(ipython: InteractiveShell) -> Shell:
    """The same shell with ``%load_ext colab_magics`` done."""
    ipython.run_line_magic("load_ext", "colab_magics")
    return Shell(ipython)


@pytest.fixture
def kernel_shell(shell: Shell) -> Shell:
    """The shell as a notebook's kernel has it: panels are shown as widgets beside their static form."""
    shell.ipython.kernel = SimpleNamespace(comm_manager=CommManager())  # ipywidgets 7 registers with it
    return shell


@pytest.fixture(scope="session")
def mnist_folder() -> Path:
    """The folder of the four real MNIST files, named by an environment variable."""
    folder = os.environ.get("COLAB_MAGICS_TEST_MNIST")
    if not folder:
        pytest.skip("COLAB_MAGICS_TEST_MNIST does not name a folder with the four MNIST files")
    return Path(folder)


@pytest.fixture
def files() -> Iterator[FileServer]:
    """A file server on loopback; ``files.add("/a.csv", b"...")`` gives the address."""
    with file_server() as running:
        yield running


@pytest.fixture(scope="session")
def _moto() -> Iterator[str]:
    if "COLAB_MAGICS_TEST_S3" in os.environ:  # the address of one that runs: moto and old versions of s3fs fall out
        yield os.environ["COLAB_MAGICS_TEST_S3"]
        return
    server_module = pytest.importorskip("moto.server")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(_moto: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bucket:
    """A real S3 server on loopback with an empty bucket, and credentials for it in the environment."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "canary-secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(tmp_path / "aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "aws-credentials"),
    }.items():
        monkeypatch.setenv(name, value)
    return Bucket(_moto)


@pytest.fixture
def grow(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    """Write files, each named by its path under "/", into a root folder."""

    def write(files: Mapping[str, str]) -> Path:
        for name, content in files.items():
            path = tmp_path / "root" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return tmp_path / "root"

    return write
