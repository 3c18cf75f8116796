"""A page of Chromium, told what to do by a few words of its own DevTools protocol.

Playwright listens to every message of a page, which makes pages that move much less than half as fast.
"""

import ast
import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from tornado.websocket import WebSocketClientConnection, websocket_connect

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from browser.jupyter import serve
from browser.notebook import write
from browser.scripts import ASK, READY

__all__ = ["Page", "chromium", "serve", "write"]

_RUN = """(cell) => {
    const app = window.jupyterapp;
    app.shell.currentWidget.content.activeCellIndex = cell;
    app.commands.execute("notebook:run-cell");
}"""
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--window-size=1240,900",
)


class Page:
    """A page of Chromium that shows a notebook."""

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self._socket, self._number = socket, 0

    @classmethod
    async def attach(cls, address: str) -> Self:
        """Take over the page of a `chromium`."""
        return cls(await websocket_connect(address, max_message_size=1 << 30))

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        number = self._number
        await self._socket.write_message(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(await self._socket.read_message() or "{}")
            if message.get("id") == number:
                return message["result"]

    async def value(self, expression: str) -> Any:
        answer = await self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def asked(self, expression: str) -> Any:
        """The value of an expression in the kernel, through JSON."""
        return json.loads(ast.literal_eval(await self.value(f"({ASK})({json.dumps(expression)})")))

    async def until(self, expression: str) -> None:
        deadline = time.monotonic() + 120
        while not await self.value(expression):
            assert time.monotonic() < deadline, expression
            await asyncio.sleep(0.1)

    async def open(self, address: str) -> None:
        """Go to a notebook's page, and wait until its kernel is idle."""
        await self.call("Page.bringToFront")  # JupyterLab starts no kernel on a page that nobody sees
        await self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        await self.call("Page.navigate", url=address)
        await self.until(f"({READY})()")

    async def run(self, cell: int, ready: str = READY) -> None:
        await self.value(f"({_RUN})({cell})")
        await asyncio.sleep(1)
        await self.until(f"({ready})()")


@contextmanager
def chromium(profile: Path) -> Iterator[str]:
    """A headless Chromium that keeps its files in ``profile``; gives what `Page.attach` takes."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or "google-chrome"
    words = [program, *_FLAGS, "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
    browser = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    try:
        while not (profile / "DevToolsActivePort").exists():
            time.sleep(0.1)
        time.sleep(1)
        yield _socket_of(profile)
    finally:
        browser.terminate()
        browser.wait()


def _socket_of(profile: Path) -> str:
    port = int((profile / "DevToolsActivePort").read_text().split()[0])
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
        tabs = json.load(answer)
    return str(next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page"))
