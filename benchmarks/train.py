"""`%train_mnist` in a real kernel, with panel, event files and checkpoints, against the tutorial's plain Keras `fit`.

    python benchmarks/train.py [--data FOLDER] [--rounds N] [--epochs N] [--backend tensorflow,jax] [--model mlp|cnn]

In turn, each in a process of its own, with another seed in each round. Seconds of an epoch are those of the whole
training by the number of its epochs: the making of the graph is in it, imports and data are not. The peer is the
tutorial's code on TensorFlow; `bare` is our loop on TensorFlow with nothing beside it, to which `what we add` compares
the whole. The floor is what this machine's own sgemm would need for the same multiplications: 6 x 669,706 x 60,000 of
MNIST's. Memory is the most that the process had. Of the model `cnn`, which the tutorial has not, only accuracy and
seconds are told.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

import numpy as np

PEER = """
import sys, time, keras
from colab_magics.train import datasets
data, epochs = datasets.find(sys.argv[1]), int(sys.argv[2])
pixels, classes = data.x_train[0].size, len(data.class_names)
x, x_test = (a.reshape(len(a), pixels).astype("float32") / 255 for a in (data.x_train, data.x_test))
y, y_test = (keras.utils.to_categorical(a, classes) for a in (data.y_train, data.y_test))
layers = keras.layers
model = keras.Sequential([
    keras.Input((pixels,)),
    layers.Dense(512), layers.Activation("relu"), layers.Dropout(0.2),
    layers.Dense(512), layers.Activation("relu"), layers.Dropout(0.2),
    layers.Dense(classes), layers.Activation("softmax"),
])
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
start = time.monotonic()
model.fit(x, y, batch_size=128, epochs=epochs, validation_data=(x_test, y_test))
seconds = time.monotonic() - start
told = {"seconds": seconds, "epochs": epochs, "accuracy": model.evaluate(x_test, y_test, verbose=0)[1]}
"""
BARE = """
import sys, time, keras
from colab_magics.train import datasets, loop, models
data, epochs = datasets.find(sys.argv[1]), int(sys.argv[2])
model = models.named("mlp", data, keras.optimizers.Adam(1e-3))
fitting = models.fit_to(model, data)
start = time.monotonic()
loop.Loop(model, data, fitting, epochs=epochs, batch_size=128, order=1).run()
seconds = time.monotonic() - start
x_test, y_test = fitting.images(data.x_test), fitting.labels(data.y_test)
told = {"seconds": seconds, "epochs": epochs, "accuracy": model.evaluate(x_test, y_test, verbose=0)[1]}
"""
TAIL = """
told["peak"] = next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
print("\\n" + json.dumps(told))
"""
OURS = """
import json
run = get_ipython().run_line_magic("train_mnist", {line!r})
told = {{"seconds": run.seconds, "epochs": len(run.history), "accuracy": run.test_accuracy}}
"""


@dataclass(frozen=True)
class Result:
    """What one training told: ``peak`` in MiB, ``accuracy`` of the test images."""

    seconds: float
    epochs: int
    accuracy: float
    peak: float

    @property
    def pace(self) -> float:
        """Seconds of an epoch."""
        return self.seconds / self.epochs


def plain(code: str, data: str, epochs: int) -> Result:
    """Code without a notebook."""
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-c", "import json\n" + code + TAIL, data, str(epochs)]
        environ = {**os.environ, "KERAS_BACKEND": "tensorflow"}
        done = subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, check=True)
    return Result(**json.loads(done.stdout.splitlines()[-1]))


def ours(line: str, backend: str) -> Result:
    """One line in a kernel of its own, whose panel has a page that hears nothing."""
    from jupyter_client.manager import start_new_kernel

    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "KERAS_BACKEND": backend}
        manager, client = start_new_kernel(cwd=folder, env=environ)
        told: list[str] = []

        def hear(message: dict) -> None:
            if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
                told.append(message["content"]["text"])
            elif message["msg_type"] == "error":
                raise RuntimeError(message["content"]["evalue"])

        try:
            code = "%load_ext colab_magics\n" + OURS.format(line=line) + TAIL
            client.execute_interactive(code, timeout=3600, output_hook=hear, allow_stdin=False)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    return Result(**json.loads("".join(told).splitlines()[-1]))


def floor(parameters: int = 669_706, samples: int = 60_000) -> float:
    """Seconds that numpy's sgemm needs for the multiplications of an epoch: forward, and twice that backward."""
    side = 2048
    one, other = (np.random.default_rng(0).random((side, side), dtype="float32") for _ in range(2))
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        one @ other
        seconds.append(time.perf_counter() - began)
    return 6 * parameters * samples / (2 * side**3 / min(seconds))


def rounds(options: argparse.Namespace, found: dict[str, list[Result]]) -> None:
    data, epochs = options.data, options.epochs
    for seed in range(1, options.rounds + 1):
        line = f"--data {data} --seed {seed}"
        for backend in options.backend.split(","):
            name = f"{backend}, {options.model}"
            if options.model == "cnn":
                found.setdefault(name, []).append(ours(f"{line} --model cnn", backend))
                continue
            if backend == "tensorflow":
                found.setdefault("peer", []).append(plain(PEER, data, epochs))
                found.setdefault("bare", []).append(plain(BARE, data, epochs))
            found.setdefault(name, []).append(ours(f"{line} --epochs {epochs}", backend))
            found.setdefault(f"{backend}, fast", []).append(ours(f"{line} --recipe fast", backend))
        print(f"round {seed} of {options.rounds} is over", file=sys.stderr, flush=True)


def ratio(name: str, found: dict[str, list[Result]]) -> str:
    """How long it took, beside the peer of the same round: the median of the rounds."""
    pairs = list(zip(found[name], found.get("peer", []), strict=False))
    if not pairs:
        return ""
    if name.endswith("fast"):
        share = statistics.median(mine.seconds / (20 * theirs.pace) for mine, theirs in pairs)
        return f"{share:.3f} of the tutorial's 20 epochs, "
    return f"{statistics.median(mine.pace / theirs.pace for mine, theirs in pairs):.3f} of the peer's epoch, "


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="digits", help="a folder or file of MNIST, or digits")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--backend", default="tensorflow", help="one or more, with commas, tensorflow first")
    parser.add_argument("--model", choices=("mlp", "cnn"), default="mlp")
    options = parser.parse_args()
    found: dict[str, list[Result]] = {}
    least = floor()
    rounds(options, found)
    least = min(least, floor())
    print(
        f"{options.data}, {options.epochs} epochs, {options.rounds} rounds; the floor of an epoch of MNIST: {least:.2f} s"
    )
    for name, results in found.items():
        fastest = min(result.pace for result in results)
        print(
            f"{name:18} {fastest:6.2f} s an epoch ({fastest / least:.2f} of the floor), {ratio(name, found)}"
            f"{100 * statistics.mean(result.accuracy for result in results):.2f} %, "
            f"{statistics.median(result.seconds for result in results):.1f} s in all, "
            f"{max(result.peak for result in results):.0f} MiB"
        )
    if "bare" in found and "tensorflow, mlp" in found:
        pairs = zip(found["tensorflow, mlp"], found["bare"], strict=True)
        print(f"what we add: {100 * statistics.median(mine.pace / bare.pace - 1 for mine, bare in pairs):+.1f} %")


if __name__ == "__main__":
    main()
