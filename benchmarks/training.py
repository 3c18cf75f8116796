"""Training through `train_mnist`, with panel events, event files and history, against the tutorial's plain Keras `fit`.

    python benchmarks/training.py [MNIST FOLDER OR FILE] [EPOCHS] [ROUNDS]

Each in a fresh process, in turn; the figure is the ratio of the seconds that training takes, imports and data left out.
The peer trains the same model on the same arrays with Keras' own progress bar and no TensorBoard callback.
"""

import statistics
import subprocess
import sys
import tempfile

OURS = """
import sys, colab_magics
run = colab_magics.train_mnist(data=sys.argv[1], epochs=int(sys.argv[2]))
print(run.seconds)
"""
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
print()
print(time.monotonic() - start)
"""


def seconds(source: str, data: str, epochs: str) -> float:
    """Run one training in a process of its own; give the seconds that it printed last."""
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-c", source, data, epochs]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def main() -> None:
    data, epochs, rounds = (*sys.argv[1:], *("digits", "20", "3")[len(sys.argv) - 1 :])
    pairs = [(seconds(OURS, data, epochs), seconds(PEER, data, epochs)) for _ in range(int(rounds))]
    ratios = [ours / peer for ours, peer in pairs]
    print(
        f"{data}, {epochs} epochs, {rounds} rounds: ours {min(o for o, _ in pairs):.2f} s, "
        f"Keras' fit {min(p for _, p in pairs):.2f} s (each the least)"
    )
    print(f"ratio ours / Keras' fit: {min(ratios):.2f} to {max(ratios):.2f}, median {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
