"""Runs in a process of its own: judges one of the learner's files, or trains with all of them.

    python -m byhand.exercises.child FOLDER NAME      a line of JSON for each function
    python -m byhand.exercises.child FOLDER --train   a line of JSON for each epoch, and one for the test

What the learner's code prints goes to stderr.
"""

import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.data.mnist import load_mnist
from byhand.exercises.judge import Fault, in_a_sentence, judge
from byhand.exercises.judge_loop import judge_loop
from byhand.exercises.tasks import EXERCISES
from byhand.nn import Network

HIDDEN, EPOCHS, BATCH_SIZE, LEARNING_RATE = 128, 5, 32, 0.5
SECONDS_FOR_TRAINING = 600.0
# Two batches tell seconds from hours; the one before them makes sure that everything has been loaded.
IMAGES_TIMED = 2 * BATCH_SIZE


def main() -> None:
    """Do what the command line asks."""
    folder, task = sys.argv[1:]
    # Answers go where the parent listens; print() of the learner's goes to stderr.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(**values: Any) -> None:
        print(json.dumps(values), file=answers, flush=True)

    sys.path.insert(0, folder)
    if task == "--train":
        train(answer)
        return
    try:
        module = importlib.import_module(task)
    except (Exception, SystemExit) as error:
        for function in EXERCISES[task].functions:
            answer(function=function.name, message=in_a_sentence(error))
        return
    for function in EXERCISES[task].functions:
        answer(starts=function.name)
        written = getattr(module, function.name, None)
        fault = (
            Fault(f"There is no function {function.name} in {task}.py.")
            if not callable(written)
            else judge_loop(written)
            if task == "loop"
            else judge(function.name, written)
        )
        answer(function=function.name, message=fault.message if fault else None)


def train(answer: Callable[..., None]) -> None:
    """Learn MNIST's 60,000 digits with the learner's functions, and test on the other 10,000."""
    from dense import dense_forward  # type: ignore[import-not-found]
    from loop import train_epoch  # type: ignore[import-not-found]
    from sigmoid import sigmoid_forward  # type: ignore[import-not-found]

    mnist, rng = load_mnist(), np.random.default_rng(0)
    x, labels = scaled(mnist.train_images), mnist.train_labels.astype(int)
    network = Network([x.shape[1], HIDDEN, 10])
    network.initialise("glorot", rng)
    parameters = [array.copy() for layer in network.dense for array in (layer.weights, layer.bias)]
    for count in (BATCH_SIZE, IMAGES_TIMED):
        start = time.perf_counter()
        copies = [one.copy() for one in parameters]
        train_epoch(x[:count], labels[:count], copies, LEARNING_RATE, BATCH_SIZE, rng)
        seconds = (time.perf_counter() - start) * len(x) / count * EPOCHS
    if seconds > SECONDS_FOR_TRAINING:
        answer(
            message=(
                f"All is right, but too slow for MNIST: it would take about {seconds / 60:,.0f} minutes. Replace loops "
                "over single numbers by operations on whole arrays."
            )
        )
        return
    start = time.perf_counter()
    for epoch in range(1, EPOCHS + 1):
        given = train_epoch(x, labels, parameters, LEARNING_RATE, BATCH_SIZE, rng)
        parameters = parameters if given is None else list(given)
        answer(epoch=epoch, epochs=EPOCHS, seconds=time.perf_counter() - start)
    weights1, b1, weights2, b2 = parameters
    logits = dense_forward(sigmoid_forward(dense_forward(scaled(mnist.test_images), weights1, b1)), weights2, b2)
    accuracy = float((np.argmax(np.asarray(logits), axis=1) == mnist.test_labels).mean())
    answer(test_accuracy=accuracy, epochs=EPOCHS, seconds=time.perf_counter() - start)


def scaled(images: NDArray[Any]) -> NDArray[np.float32]:
    """Images as rows of numbers from 0 to 1."""
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)


if __name__ == "__main__":
    main()
