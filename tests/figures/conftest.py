import numpy as np
import pytest

import byhand
from byhand.data import Dataset, LabelledImages
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
def digits(mnist: Dataset) -> LabelledImages:
    return mnist.test.take(slice(1000))


@pytest.fixture(scope="session")
def digit_model(mnist: Dataset) -> Model:
    return byhand.train("fast", data=mnist, epochs=2, limit=1000, hidden=[20], validation=100)


@pytest.fixture(scope="session")
def pet_data() -> Dataset:
    rng = np.random.default_rng(0)
    names = ("cat", "$dog_$ with a long name")
    train, test = (LabelledImages(*pets(images, rng), names) for images in (400, 200))
    return Dataset("folder", train, test)


@pytest.fixture(scope="session")
def animals(pet_data: Dataset) -> LabelledImages:
    return pet_data.test


@pytest.fixture(scope="session")
def pet_model(pet_data: Dataset) -> Model:
    """A network without a hidden layer, for pictures that are not square and labels that are not digits."""
    return byhand.train("fast", data=pet_data, epochs=10, hidden=[], learning_rate=0.01)
