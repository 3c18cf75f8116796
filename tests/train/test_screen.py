"""What is seen of a training, and when, in a real kernel."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

pytestmark = pytest.mark.train

WATCH = """
import sys
told = []
def note(message):
    loaded = [name for name in ("keras", "numpy", "colab_magics.train.training") if name in sys.modules]
    told.append((message["msg_type"], loaded))
    return message
get_ipython().display_pub.register_hook(note)
"""


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Any]:
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(tmp_path))
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def printed(client: Any, source: str) -> str:
    texts: list[str] = []

    def note(message: Any) -> None:
        if message["msg_type"] == "stream":
            texts.append(message["content"]["text"])

    reply = client.execute_interactive(source, timeout=120, output_hook=note)
    assert reply["content"]["status"] == "ok", reply["content"]
    return "".join(texts)


def test_the_panel_is_there_before_what_takes_time_to_load(client: Any) -> None:
    printed(client, f"%load_ext colab_magics\n{WATCH}")
    printed(client, "run = %train_mnist --epochs 1")
    told = json.loads(printed(client, "import json; print(json.dumps(told))").splitlines()[-1])
    assert told[0] == ["display_data", []]
