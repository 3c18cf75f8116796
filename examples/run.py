"""`make demo`: runs the tutorial in a real kernel, from its first cell to its last, and says what came out."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbconvert import HTMLExporter

from colab_magics.format import duration, percent, plural, printable

if TYPE_CHECKING:
    from nbformat import NotebookNode

EXAMPLES = Path(__file__).resolve().parent
NOTEBOOK = EXAMPLES / "first_model.ipynb"
OUT = EXAMPLES.parent / "build" / "demo"
RUNS = OUT / "runs"


class Client(NotebookClient):
    """Runs cells in a kernel; in a terminal, a training's progress stands behind the line of its cell."""

    def handle_comm_msg(self, outs: list[Any], msg: dict[str, Any], cell_index: int) -> None:
        super().handle_comm_msg(outs, msg, cell_index)
        progress = msg["content"]["data"].get("state", {}).get("progress") or {}
        if progress.get("epochs") and sys.stdout.isatty():
            word = f"epoch {progress['epoch']} of {progress['epochs']}"
            print(f"{word}\x1b[K\x1b[{len(word)}D", end="", flush=True)


def main() -> int:
    """Run, save, report; 0 if every cell did what it should."""
    OUT.mkdir(parents=True, exist_ok=True)
    earlier = {*RUNS.glob("*/result.json")}
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    began = time.monotonic()
    print(f"Running {shown(NOTEBOOK)} in a kernel of its own:\n")
    try:
        execute(notebook)
    except (CellExecutionError, DeadKernelError) as error:
        print(
            f"\n\n{printable(str(error)).strip()}\n\nA cell failed. The notebook as far as it came: {save(notebook)[0]}"
        )
        return 1
    except KeyboardInterrupt:
        print("\n\nInterrupted: the kernel is ended, and no notebook was written.")
        return 130
    report(save(notebook), {*RUNS.glob("*/result.json")} - earlier, time.monotonic() - began)
    return 0


def execute(notebook: NotebookNode) -> None:
    """Run every cell, a line of the terminal each. Raises what the first failing cell raises."""
    resources = {"metadata": {"path": str(EXAMPLES)}}
    quiet = ["--IPKernelApp.log_level=40"]  # errors only: not what ipykernel thinks of TCP
    client = Client(notebook, timeout=None, store_widget_state=False, resources=resources, extra_arguments=quiet)
    with client.setup_kernel(env=environment()):
        try:
            for index, cell in enumerate(notebook.cells):
                print(f"[{index + 1:2}/{len(notebook.cells)}] {headline(cell):34} ", end="", flush=True)
                began = time.monotonic()
                client.execute_cell(cell, index)
                print(f"{duration(time.monotonic() - began):>12}" if cell.cell_type == "code" else "", flush=True)
        except KeyboardInterrupt:
            client.shutdown_kernel = "immediate"  # asked politely in the middle of a cell, it complains at length
            logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # so does the cell's task, whose kernel is gone
            raise


def environment() -> dict[str, str]:
    """The kernel's environment: the data that is asked for or the embedded default, and the demo's folder of runs."""
    data = os.environ.get("COLAB_MAGICS_DATA") or "digits"
    if Path(data).exists():
        data = str(Path(data).resolve())  # the kernel works in another folder
    return {**os.environ, "COLAB_MAGICS_DATA": data, "COLAB_MAGICS_RUNS": str(RUNS)}


def headline(cell: NotebookNode) -> str:
    """What a cell does: its first line that is no comment, or its title."""
    lines = cell.source.splitlines()
    if cell.cell_type == "code":
        return next((line for line in lines if not line.startswith("#")), "")
    return lines[0].strip("# ")


def save(notebook: NotebookNode) -> tuple[Path, Path]:
    """Write the notebook with its outputs, and as HTML that needs no server."""
    as_notebook, as_html = OUT / NOTEBOOK.name, OUT / f"{NOTEBOOK.stem}.html"
    nbformat.write(notebook, as_notebook)
    html, _ = HTMLExporter().from_notebook_node(notebook, {"metadata": {"name": "A first model"}})
    as_html.write_text(re.sub(r'<script src="http[^>]*>\s*</script>', "", html), encoding="utf-8")
    return as_notebook, as_html


def report(copies: tuple[Path, Path], results: set[Path], seconds: float) -> None:
    """Say what came out: the numbers from the run's own folder, and where everything lies."""
    (path,) = results
    result, config = (json.loads(file.read_text(encoding="utf-8")) for file in (path, path.with_name("config.json")))
    logs = path.with_name("logs")
    tensorboard = shown(Path(sys.executable).with_name("tensorboard"))
    print(f"""
Every cell ran, in {duration(seconds)}.

  Accuracy           {percent(result["test_accuracy"])} of the test images of {config["dataset"]}
  Training           {plural(config["epochs"], "epoch")} in {duration(result["seconds"])}
  Executed notebook  {shown(copies[0])}
  HTML copy          {shown(copies[1])}
  TensorBoard logs   {shown(logs)}
                     {tensorboard} --logdir {shown(logs)}""")


def shown(path: Path) -> Path:
    """The path as it can be typed here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


if __name__ == "__main__":
    sys.exit(main())
