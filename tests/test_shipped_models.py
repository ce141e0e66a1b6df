"""The models that come with the package are those that were recorded, and as good as they say."""

import hashlib

import numpy as np
import pytest

import byhand
from byhand.augmentation.outliers import SIGNS
from byhand.augmentation.touching import NO_PAIR, draw_pairs
from byhand.data import Dataset
from byhand.data.mnist_form import PAIR_SHAPE
from byhand.evaluation import evaluate
from byhand.model import load_model, shipped_model
from byhand.training.recipe import Recipe


@pytest.mark.parametrize("model", ["reader", "pairs"])
def test_the_checksum_is_the_recorded_one(model: str) -> None:
    file = shipped_model(model)
    recorded, name = file.with_suffix(".sha256").read_text("utf-8").split()
    assert name == file.name
    assert recorded == hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", ["fast", "reader"])
def test_results_are_those_that_the_model_has(name: str) -> None:
    model = load_model(shipped_model(name))
    measured = evaluate(model, Dataset.mnist().test)
    assert measured.accuracy == pytest.approx(model.results["test_accuracy"], abs=2e-4)
    assert measured.loss == pytest.approx(model.results["test_loss"], rel=1e-3)


def test_the_network_for_pairs() -> None:
    assert shipped_model("pairs").stat().st_size <= 5_000_000
    model = load_model(shipped_model("pairs"))
    assert model.image_shape == PAIR_SHAPE
    assert model.label_names == (*(f"{number:02d}" for number in range(100)), NO_PAIR)
    mnist = byhand.load_mnist()
    images, labels = draw_pairs(2000, 500, mnist.test_images, mnist.test_labels, SIGNS, np.random.default_rng(1))
    right = model.predict(images) == labels
    assert right[:2000].mean() == pytest.approx(model.results["test_accuracy"], abs=0.03)
    assert right[2000:].mean() > 0.7


def test_the_reader() -> None:
    assert shipped_model("reader").stat().st_size <= 8_000_000
    model = load_model(shipped_model("reader"))
    assert model.results["test_accuracy"] >= 0.992
    assert model.network.parameters.dtype == "float32"
    # How many processes share the work changes no more than the rounding.
    settings = Recipe.load("reader").settings() | {"workers": model.recipe["workers"]}
    assert all(settings[name] == value for name, value in model.recipe.items())
