"""Keys that are pressed in a panel act on the panel and never on the notebook."""

from browser.notebook import Notebook


def test_opens(open_notebook, app):
    import time

    t = time.monotonic()
    notebook = open_notebook("1 + 1", "6 * 7", app=app)
    print("open", time.monotonic() - t)
    assert "42" in notebook.run(2).inner_text()
    assert notebook.value("[1, 'a']") == [1, "a"]
    notebook.theme("dark")
    notebook.save()
    notebook.reopen_without_kernel()
    assert "42" in notebook.output(2).inner_text()
    print(notebook.errors, notebook.page.viewport_size, notebook.output(2).bounding_box())
