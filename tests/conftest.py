"""A small real problem that is learned in a moment."""

import numpy as np
import pytest

from byhand.data import Dataset, LabelledImages, load_mnist
from byhand.training.recipe import Recipe
from byhand.training.run import Run


@pytest.fixture(scope="session")
def few_digits() -> Dataset:
    """1,500 digits of MNIST to learn from and 500 to test on."""
    mnist = load_mnist()
    names = tuple("0123456789")
    return Dataset(
        "mnist",
        LabelledImages(mnist.train_images[:1500], mnist.train_labels[:1500].astype(np.intp), names),
        LabelledImages(mnist.test_images[:500], mnist.test_labels[:500].astype(np.intp), names),
    )


@pytest.fixture(scope="session")
def small_run(few_digits: Dataset) -> Run:
    """A finished training on `few_digits`."""
    return Run(Recipe.load("fast", hidden=[24], epochs=5, learning_rate=1.0, validation=200), few_digits).complete()
