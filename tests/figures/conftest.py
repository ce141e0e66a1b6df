import numpy as np
import pytest

import byhand
from byhand.data.dataset import Dataset
from byhand.figures import Examples
from byhand.model import Model


def pets(images: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """16 x 12 pictures, bright at the top for cats and at the bottom for dogs, with some that are hard to tell."""
    labels = rng.integers(0, 2, images)
    pictures = rng.integers(0, 120, (images, 16, 12))
    for picture, label in zip(pictures, labels, strict=True):
        picture[8 * label : 8 * label + 8] += rng.integers(0, 80)
    return pictures.astype(np.uint8), labels


@pytest.fixture(scope="session")
def mnist() -> Dataset:
    return Dataset.mnist()


@pytest.fixture(scope="session")
def digits(mnist: Dataset) -> Examples:
    return Examples(mnist.test_images[:1000], mnist.test_labels[:1000], mnist.label_names)


@pytest.fixture(scope="session")
def digit_model(mnist: Dataset) -> Model:
    return byhand.train("fast", data=mnist, epochs=2, limit=1000, hidden=[20], validation=100)


@pytest.fixture(scope="session")
def pet_data() -> Dataset:
    rng = np.random.default_rng(0)
    train, test = pets(400, rng), pets(200, rng)
    return Dataset("folder", *train, *test, ("cat", "$dog_$ with a long name"))


@pytest.fixture(scope="session")
def animals(pet_data: Dataset) -> Examples:
    return Examples(pet_data.test_images, pet_data.test_labels, pet_data.label_names)


@pytest.fixture(scope="session")
def pet_model(pet_data: Dataset) -> Model:
    """A network without a hidden layer, for pictures that are not square and labels that are not digits."""
    return byhand.train("fast", data=pet_data, epochs=10, hidden=[], learning_rate=0.01)
