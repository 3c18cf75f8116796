"""`%train_mnist` in a real kernel, with panel, event files and checkpoints, against the tutorial's plain Keras `fit`.

    python benchmarks/train.py [MNIST FOLDER OR FILE] [EPOCHS] [ROUNDS] [BACKENDS]

In turn, each in a process of its own. Seconds of an epoch are those of the training, imports and data left out; the
peer is always TensorFlow, as the tutorial is. The floor is what this machine's own sgemm would need for the same
multiplications: 6 x 669,706 x 60,000 of MNIST's. Memory is the most that the process had.
"""

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
import json, sys, time, keras
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


def peer(data: str, epochs: int) -> Result:
    """The tutorial's own code."""
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-c", PEER + TAIL, data, str(epochs)]
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


def main() -> None:
    given = dict(enumerate(sys.argv[1:]))
    data, epochs, rounds = given.get(0, "digits"), int(given.get(1, 3)), int(given.get(2, 5))
    backends = given.get(3, "tensorflow").split(",")
    found: dict[str, list[Result]] = {"peer": []}
    for _ in range(rounds):
        found["peer"].append(peer(data, epochs))
        for backend in backends:
            found.setdefault(backend, []).append(ours(f"--data {data} --epochs {epochs}", backend))
            found.setdefault(f"{backend}, fast", []).append(ours(f"--data {data} --recipe fast", backend))
    least = floor()
    print(f"{data}, {epochs} epochs, {rounds} rounds; the floor of an epoch of MNIST: {least:.2f} s")
    for name, results in found.items():
        pairs = zip(results, found["peer"], strict=True)
        ratios = [
            mine.seconds / (20 * theirs.pace) if name.endswith("fast") else mine.pace / theirs.pace
            for mine, theirs in pairs
        ]
        what = "of the tutorial's 20 epochs" if name.endswith("fast") else "of the peer's epoch"
        print(
            f"{name:18} {min(result.pace for result in results):6.2f} s an epoch, {statistics.median(ratios):.2f} "
            f"{what}, {100 * statistics.mean(result.accuracy for result in results):.2f} %, "
            f"{max(result.peak for result in results):.0f} MiB"
        )


if __name__ == "__main__":
    main()
