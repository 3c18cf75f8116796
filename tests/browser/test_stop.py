"""A training that is stopped keeps what it has, however it is stopped, and the kernel goes on."""

from collections.abc import Callable

import pytest
from browser.jupyter import App
from browser.notebook import Notebook
from playwright.sync_api import Locator, expect


@pytest.mark.parametrize("way", ["button", "interrupt"])
def test_stopping(way: str, open_notebook: Callable[..., Notebook], app: App) -> None:
    notebook = open_notebook("run = %train_mnist --epochs 5000", "run.test_accuracy > 0.5", app=app)
    notebook.run(1, wait=False)
    panel = notebook.panel(1)
    expect(panel).to_contain_text("of 5,000, ")
    if way == "button":
        panel.get_by_role("button", name="Stop after this step").click()
    else:
        notebook.interrupt()
    notebook.wait()
    expect(panel).to_contain_text("stopped early")
    assert notebook.value("run.status") == "stopped"
    assert notebook.value("len(run.history) >= 1 and (run.directory / 'model.keras').exists()") is True
    expect(notebook.run(2)).to_contain_text("True")


OWN = """
import keras, numpy as np
x = np.random.default_rng(1).normal(size=(4000, 32)).astype("float32")
y = (x[:, :16].sum(axis=1) > 0).astype("int32")
model = keras.Sequential([keras.layers.Dense(32, activation="relu"), keras.layers.Dense(1, activation="sigmoid")], name="mine")
model.compile(loss="binary_crossentropy", metrics=["accuracy"])
"""


def test_stopping_the_fits_of_a_persons_own(
    open_notebook: Callable[..., Notebook], app: App, shoot: Callable[[Locator, str], None]
) -> None:
    fits = "%%train --as kept\nfor epochs in (5000, 3):\n    model.fit(x, y, epochs=epochs, validation_split=0.2)"
    notebook = open_notebook(OWN, fits, app=app)
    notebook.run(1)
    notebook.run(2, wait=False)
    first = notebook.panel(2).first
    expect(first).to_contain_text("of 5,000, step")
    expect(first).to_contain_text("Training mine")
    shoot(notebook.output(2), f"fit-running-{app}")
    first.get_by_role("button", name="Stop after this step").click()
    notebook.wait()
    expect(first).to_contain_text("stopped early")
    expect(notebook.panel(2)).to_have_count(2)
    expect(notebook.panel(2).last).to_contain_text("done, 3 epochs")
    shoot(notebook.output(2), f"fit-done-{app}")
    assert notebook.value("(kept.status, len(kept.history))") == ["finished", 3]


def test_a_training_in_the_background(open_notebook: Callable[..., Notebook], app: App) -> None:
    notebook = open_notebook("job = %train_mnist --background --epochs 100000 --name there", "job.status", app=app)
    notebook.run(1)
    panel = notebook.panel(1)
    expect(panel).to_contain_text("of 100,000, ", timeout=60_000)
    panel.get_by_role("button", name="Pause").click()
    expect(panel).to_contain_text("Saved after epoch")
    assert notebook.value("job.status") == "running"
    panel.get_by_role("button", name="Continue").click()
    expect(panel.get_by_role("button", name="Pause")).to_be_visible()
    panel.get_by_role("button", name="Stop after this step").click()
    expect(panel).to_contain_text("stopped early", timeout=60_000)
    assert notebook.value("job.status") == "stopped"
