"""The loop that the exercise is usually done with: one image at a time, float64, a new array for every result.

    python -m benchmarks.original_loop [IMAGES]

Times it over IMAGES training images (56,000, one epoch of the exercise, if left out) and prints one JSON value.
This is a measuring stick, in the plain style of such notebooks; byhand's own network is in `byhand.nn`.
"""

import json
import sys
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.data import load_mnist, one_hot


class PlainNetwork:
    """784-128-10, sigmoid, softmax, one image per update."""

    def __init__(self, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.weights1, self.bias1 = rng.normal(0, 0.01, (128, 784)), np.zeros((128, 1))
        self.weights2, self.bias2 = rng.normal(0, 0.01, (10, 128)), np.zeros((10, 1))

    def step(self, image: NDArray[Any], target: NDArray[Any], learning_rate: float) -> float:
        """Forward, backward, update; the arguments are columns. Returns the loss."""
        hidden = 1 / (1 + np.exp(-(self.weights1 @ image + self.bias1)))
        logits = self.weights2 @ hidden + self.bias2
        powers = np.exp(logits - logits.max())
        probabilities = powers / powers.sum()
        loss = -np.log(probabilities[target == 1][0])
        delta2 = probabilities - target
        delta1 = (self.weights2.T @ delta2) * hidden * (1 - hidden)
        self.weights2 -= learning_rate * (delta2 @ hidden.T)
        self.bias2 -= learning_rate * delta2
        self.weights1 -= learning_rate * (delta1 @ image.T)
        self.bias1 -= learning_rate * delta1
        return float(loss)


def time_loop(images: int) -> dict[str, Any]:
    """Seconds for one pass over so many images, and what ten passes over 56,000 would take at that pace."""
    mnist = load_mnist()
    inputs = mnist.train_images[:images].reshape(images, 784, 1) / 255.0
    targets = one_hot(mnist.train_labels[:images], 10, np.float64)[:, :, None]
    network, loss = PlainNetwork(), 0.0
    start = time.perf_counter()
    for image, target in zip(inputs, targets, strict=True):
        loss += network.step(image, target, 0.1)
    seconds = time.perf_counter() - start
    return {
        "images": images,
        "seconds": seconds,
        "mean_loss": loss / images,
        "seconds_for_ten_epochs": seconds / images * 560_000,
    }


if __name__ == "__main__":
    print(json.dumps(time_loop(int(sys.argv[1]) if len(sys.argv) > 1 else 56_000)))
