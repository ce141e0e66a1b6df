"""The models that come with the package are those that were recorded, and as good as they say."""

import hashlib

import pytest

from byhand.data import Dataset
from byhand.evaluation import evaluate
from byhand.model import load_model, shipped_model
from byhand.training.recipe import Recipe


def test_the_checksum_is_the_recorded_one() -> None:
    file = shipped_model("reader")
    recorded, name = file.with_suffix(".sha256").read_text("utf-8").split()
    assert name == file.name
    assert recorded == hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", ["fast", "reader"])
def test_results_are_those_that_the_model_has(name: str) -> None:
    model = load_model(shipped_model(name))
    measured = evaluate(model, Dataset.mnist().test)
    assert measured.accuracy == pytest.approx(model.results["test_accuracy"], abs=2e-4)
    assert measured.loss == pytest.approx(model.results["test_loss"], rel=1e-3)


def test_the_reader() -> None:
    assert shipped_model("reader").stat().st_size <= 8_000_000
    model = load_model(shipped_model("reader"))
    assert model.results["test_accuracy"] >= 0.992
    assert model.network.parameters.dtype == "float32"
    # How many processes share the work changes no more than the rounding.
    settings = Recipe.load("reader").settings() | {"workers": model.recipe["workers"]}
    assert all(settings[name] == value for name, value in model.recipe.items())
