"""`%fun` on a page: a pet that walks, sparks over a training, and nothing left of either."""

from collections.abc import Callable

from browser.notebook import Notebook
from playwright.sync_api import Locator, expect

_FLOWN = """() => {
    window.cmSparks = 0;
    new MutationObserver((changes) => {
        for (const { addedNodes } of changes)
            for (const node of addedNodes) window.cmSparks += node.style?.pointerEvents === "none";
    }).observe(document.body, { childList: true });
}"""
_LEFT = """() => [...document.body.children].filter(({ style }) => style.pointerEvents === "none").length"""


def place(pet: Locator) -> float:
    return float(pet.evaluate("pet => pet.getBoundingClientRect().x"))


def test_a_pet_walks_until_it_is_sent_away(open_notebook: Callable[..., Notebook]) -> None:
    notebook = open_notebook("%fun corgi", "%fun off")
    notebook.page.emulate_media(reduced_motion="no-preference")
    pet = notebook.show(1).get_by_role("button", name="Pet the corgi")
    begin = place(pet)
    notebook.page.wait_for_timeout(1000)
    assert place(pet) > begin + 5
    pet.press("Enter")
    expect(notebook.panel(1).get_by_role("status")).to_have_text("Woof!")
    notebook.run(2)
    expect(notebook.panel(1)).to_have_count(0)
    expect(notebook.output(1)).to_have_text("")
    saved = notebook.save()["cells"][1]["outputs"]
    assert [output["data"] for output in saved] == [{"text/html": [], "text/plain": []}] * 2


def test_sparks_fly_over_a_training(open_notebook: Callable[..., Notebook]) -> None:
    notebook = open_notebook(
        "%%fun kitty --power\nrun = %train_mnist --epochs 3 --seed 1",
        "%fun --power",
        "import keras\n"
        "x, y = run.predictions.images, run.predictions.labels\n"
        "model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10, activation='softmax')])\n"
        "model.compile('adam', 'sparse_categorical_crossentropy')",
        "%%train\nhistory = model.fit(x, y, epochs=2, validation_split=0.2)",
    )
    notebook.page.emulate_media(reduced_motion="no-preference")
    notebook.page.evaluate(_FLOWN)
    notebook.run(1)
    notebook.page.wait_for_function("() => window.cmSparks > 0")
    notebook.show(2)
    notebook.run(3)
    notebook.page.evaluate("() => { window.cmSparks = 0; }")
    notebook.run(4)
    notebook.page.wait_for_function("() => window.cmSparks > 0")
    notebook.page.wait_for_function(f"() => ({_LEFT})() === 0")
    notebook.panel(2).get_by_role("button", name="Take it away").click()
    expect(notebook.panel(2).locator(".cm-card")).to_have_count(0)
