"""A real kernel with the extension loaded, in an environment of its own."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any, Self

from jupyter_client.manager import KernelManager

_BEAT = 5.0  # seconds of silence before one looks why
_LONGEST = 60.0  # seconds that anything may take before the soak itself has failed


class AnswerLost(Exception):
    """The interrupt met ipykernel's own lines beside the cell's: it goes on, and never answers to that cell."""


@dataclass(frozen=True)
class Reply:
    """How a cell ended: ``error`` is the name of its exception, or empty, ``sentence`` what that says.

    ``text`` is all that it printed and showed, ``at`` when the answer came (monotonic, in seconds).
    """

    error: str
    sentence: str
    text: str
    at: float


class Kernel:
    """A kernel that works in ``folder``, where its cache is, too, and what it writes to its terminal."""

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None) -> None:
        places = {"COLAB_MAGICS_CACHE": str(folder / "cache"), "IPYTHONDIR": str(folder / "ipython")}
        self._manager = KernelManager(kernel_name="python3")
        self._said = folder / "kernel.txt"
        with self._said.open("ab") as said:
            self._manager.start_kernel(
                cwd=str(folder),
                env={**os.environ, **places, **(environ or {})},
                extra_arguments=["--HistoryManager.enabled=False"],
                stdout=said,
                stderr=said,
            )
        self._client = self._manager.blocking_client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=_LONGEST)
        self._threads = folder / "threads.txt"
        self.run(f"import faulthandler as _f, signal as _s; _f.register(_s.SIGUSR1, open({str(self._threads)!r}, 'w'))")
        self.run("%load_ext colab_magics")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)

    def start(self, source: str, cell: str = "") -> str:
        """Begin a cell, with its id as JupyterLab tells it; return what `end` takes."""
        self._lost_before = self._lost_answers()
        content = {"code": source, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": True}
        message = self._client.session.msg("execute_request", content, metadata={"cellId": cell} if cell else {})
        self._client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def is_running(self, name: str) -> bool:
        """Has the cell not been answered yet?"""
        return not self._client.shell_channel.msg_ready()

    def end(self, name: str) -> Reply:
        """Wait for the end of a cell, and gather what it said. Raises `AnswerLost`."""
        content = self._message(self._client.get_shell_msg, name)["content"]
        at, texts = time.monotonic(), list[str]()
        while True:
            message = self._message(self._client.get_iopub_msg, name)
            kind, said = message["msg_type"], message["content"]
            if kind == "status" and said["execution_state"] == "idle":
                break
            texts.append(
                said.get("text", "")
                or "\n".join([*map(str, said.get("data", {}).values()), *said.get("traceback", ())])
            )
        return Reply(content.get("ename", ""), content.get("evalue", ""), "\n".join(texts), at)

    def run(self, source: str, cell: str = "") -> Reply:
        """Run a cell to its end."""
        return self.end(self.start(source, cell))

    def interrupt(self) -> None:
        """Do what the notebook's stop button does."""
        self._manager.interrupt_kernel()

    def kill(self) -> None:
        """End it at once, as kill -9 does."""
        os.kill(self._manager.provisioner.process.pid, signal.SIGKILL)

    def threads(self) -> str:
        """Tell what each thread is doing; of a kernel that is gone, what it wrote to its terminal."""
        if not self._manager.is_alive():
            return self._said.read_text(encoding="utf-8")
        os.kill(self._manager.provisioner.process.pid, signal.SIGUSR1)
        time.sleep(1)
        return self._threads.read_text(encoding="utf-8")

    def _message(self, get: Any, name: str) -> dict[str, Any]:
        until = time.monotonic() + _LONGEST
        while True:
            try:
                message: dict[str, Any] = get(timeout=_BEAT)
            except Empty:
                if self._lost_answers() > self._lost_before:
                    raise AnswerLost from None
                if time.monotonic() > until:
                    raise TimeoutError(f"the kernel said nothing for {_LONGEST:.0f} s:\n{self.threads()}") from None
                continue
            if message["parent_header"].get("msg_id") == name:
                return message

    def _lost_answers(self) -> int:
        return self._said.read_text(encoding="utf-8").count("KeyboardInterrupt caught in kernel")
