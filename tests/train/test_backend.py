"""Loading Keras without the chatter of its backend."""

import os
import subprocess
import sys

import pytest


@pytest.mark.train
def test_a_notebook_sees_nothing_of_tensorflows_loading() -> None:
    source = "from colab_magics.train import backend; print(backend.load().__name__)"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout == "keras\n"
    assert done.stderr == ""


@pytest.mark.train
def test_an_interrupt_waits_until_keras_is_loaded() -> None:
    source = (
        "import os, signal, sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'tensorflow.python.data':\n"  # after which a second import of TensorFlow fails
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "from colab_magics.train import backend\n"
        "try: backend.load()\n"
        "except KeyboardInterrupt: print('interrupted')\n"
        "sys.meta_path.pop(0)\n"
        "print(backend.load().ops.ones((2,)).shape)\n"
    )
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow"}
    done = subprocess.run([sys.executable, "-c", source], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout == "interrupted\n(2,)\n", done.stderr


@pytest.mark.train
def test_keras_without_its_backend() -> None:
    source = (
        "import os, sys; sys.modules.update(tensorflow=None); os.environ['KERAS_BACKEND'] = 'tensorflow'\n"
        "from colab_magics.train import backend\n"
        "try: backend.load()\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("MissingExtra %train_mnist needs tensorflow, which is not installed here.")


def test_what_is_worth_reading_is_passed_on() -> None:
    source = (
        "import os, sys\n"
        "from colab_magics.train.backend import _without_chatter\n"
        "try:\n"
        "    with _without_chatter():\n"
        "        os.write(2, b'I0000 00:00:1 port.cc:153] oneDNN\\nW0000 careful\\n'); print('mine', file=sys.stderr)\n"
        "        raise SystemExit(3)\n"
        "finally:\n"
        "    print('after', file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr == "W0000 careful\nmine\nafter\n"
