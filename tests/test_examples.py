"""Every example runs from its first cell to its last in a real kernel, and `make demo` says what came out."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
NOTEBOOKS = sorted(path.name for path in EXAMPLES.glob("*.ipynb"))

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")


@pytest.mark.train
@pytest.mark.parametrize("name", [name for name in NOTEBOOKS if name != "first_model.ipynb"])  # make demo's, below
def test_an_example_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLAB_MAGICS_DATA", "digits")
    monkeypatch.setenv("COLAB_MAGICS_RUNS", str(tmp_path / "runs"))
    notebook = nbformat.read(EXAMPLES / name, as_version=4)
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(EXAMPLES)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"] == []


@pytest.mark.train
def test_the_demo(tmp_path: Path) -> None:
    pytest.importorskip("nbconvert")
    copy = tmp_path / "examples"
    subprocess.run(["cp", "-r", str(EXAMPLES), str(copy)], check=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COLAB_MAGICS_")}
    words = [sys.executable, str(copy / "run.py")]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    summary = done.stdout
    accuracy = re.search(r"Accuracy +([\d.]+) % of the test images of scikit-learn digits", summary)
    assert accuracy is not None
    assert float(accuracy[1]) > 90
    assert "20 epochs in " in summary
    told = re.findall(r"(Executed notebook|HTML copy|TensorBoard logs) +(\S+)", summary)
    assert [name for name, _ in told] == ["Executed notebook", "HTML copy", "TensorBoard logs"]
    for name, path in told:
        assert (tmp_path / path).exists(), name
    html = (tmp_path / "build" / "demo" / "first_model.html").read_text()
    assert "test images right" in html
    assert not re.search(r"""<(script|img|link)[^>]+(src|href)=["']?http""", html)
    executed = json.loads((tmp_path / "build" / "demo" / "first_model.ipynb").read_text())
    assert len(executed["cells"]) == 10
    assert "widgets" not in executed["metadata"]


def test_a_failing_cell_fails_the_demo(tmp_path: Path) -> None:
    copy = tmp_path / "examples"
    subprocess.run(["cp", "-r", str(EXAMPLES), str(copy)], check=True)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    nbformat.write(notebook, copy / "first_model.ipynb")
    words = [sys.executable, str(copy / "run.py")]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stdout
    assert "A cell failed" in done.stdout


@pytest.mark.train
def test_an_interrupt_ends_the_demo_and_its_kernel(tmp_path: Path) -> None:
    copy = tmp_path / "examples"
    subprocess.run(["cp", "-r", str(EXAMPLES), str(copy)], check=True)
    words = [sys.executable, str(copy / "run.py")]
    with subprocess.Popen(
        words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as demo:
        assert demo.stdout is not None
        while not list(tmp_path.glob("build/demo/runs/*/history.csv")):
            assert demo.poll() is None, demo.stdout.read()
            time.sleep(0.05)
        os.killpg(demo.pid, signal.SIGINT)
        said = demo.stdout.read()
    assert demo.returncode == 130, said
    assert "Interrupted: the kernel is ended" in said
    assert "Traceback" not in said
    assert not list(tmp_path.glob("build/demo/*.ipynb"))
