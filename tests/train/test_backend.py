"""Loading Keras without the chatter of its backend."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def ran(source: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """What a process of its own says."""
    words = [sys.executable, "-c", source]
    return subprocess.run(words, env={**os.environ, **environ}, capture_output=True, text=True, check=False)


@pytest.mark.train
def test_a_notebook_sees_nothing_of_tensorflows_loading() -> None:
    source = "from colab_magics.train import backend; print(backend.load().__name__)"
    done = ran(source)
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
    done = ran(source, KERAS_BACKEND="tensorflow")
    assert done.stdout == "interrupted\n(2,)\n", done.stderr


@pytest.mark.train
def test_keras_without_its_backend() -> None:
    source = (
        "import os, sys; sys.modules.update(tensorflow=None); os.environ['KERAS_BACKEND'] = 'tensorflow'\n"
        "from colab_magics.train import backend\n"
        "try: backend.load()\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    done = ran(source)
    assert done.stdout.startswith("MissingExtra %train_mnist needs tensorflow, which is not installed here.")


@pytest.mark.train
@pytest.mark.parametrize(
    ("variable", "setting", "sentence"),
    [
        ("jax", "torch", "MissingExtra %train_mnist needs jax, which the environment variable KERAS_BACKEND names and"),
        ("", "jax", "MissingExtra %train_mnist needs jax, which {home}/keras.json names and which is not installed"),
        ("nonsense", "", "BadOption Keras is to use 'nonsense', which the environment variable KERAS_BACKEND names"),
        ("tensorflow", "", "MissingExtra %train_mnist needs tensorflow, which is not installed here."),
        ("", "", "MissingExtra %train_mnist needs tensorflow, which is not installed here."),
    ],
)
def test_a_backend_that_is_not_there(variable: str, setting: str, sentence: str, tmp_path: Path) -> None:
    source = (
        "import importlib.util, sys\n"
        "find, missing = importlib.util.find_spec, ('jax', 'tensorflow')\n"
        "importlib.util.find_spec = lambda name, *rest: None if name in missing else find(name, *rest)\n"
        "from colab_magics.train import backend\n"
        "try: backend.check_installed()\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    if setting:
        (tmp_path / "keras.json").write_text(json.dumps({"backend": setting}))
    done = ran(source, KERAS_BACKEND=variable, KERAS_HOME=str(tmp_path))
    assert done.stdout.startswith(sentence.format(home=tmp_path))


def test_what_is_worth_reading_is_passed_on() -> None:
    source = (
        "import os, sys\n"
        "from colab_magics.train.backend import without_chatter\n"
        "try:\n"
        "    with without_chatter():\n"
        "        os.write(2, b'I0000 00:00:1 port.cc:153] oneDNN\\nW0000 careful\\n'); print('mine', file=sys.stderr)\n"
        "        raise SystemExit(3)\n"
        "finally:\n"
        "    print('after', file=sys.stderr)\n"
    )
    done = ran(source)
    assert done.returncode == 3
    assert done.stderr == "W0000 careful\nmine\nafter\n"


@pytest.mark.train
def test_a_backend_is_chosen_before_keras_is_loaded_and_not_after(tmp_path: Path) -> None:
    (tmp_path / "jax.py").write_text("")
    source = (
        "import sys\n"
        "from colab_magics.train import backend\n"
        "backend.choose('tensorflow')\n"
        "print(backend.load().config.backend())\n"
        "backend.choose('tensorflow')\n"
        f"sys.path.append({str(tmp_path)!r})\n"
        "for name in 'jax', 'nonsense':\n"
        "    try: backend.choose(name)\n"
        "    except Exception as error: print(type(error).__name__, error)\n"
    )
    chosen, loaded, unknown = ran(source, KERAS_BACKEND="nonsense").stdout.splitlines()
    assert chosen == "tensorflow"
    assert loaded.startswith("BadOption Keras is loaded with tensorflow in this kernel, and it cannot")
    assert unknown.startswith(
        "BadOption Keras is to use 'nonsense', which --backend names and which is no backend of it"
    )
