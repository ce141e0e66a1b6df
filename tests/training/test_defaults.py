"""Settings follow one another: every default works with every other, and what cannot learn is explained."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import byhand
from byhand.data import Dataset
from byhand.errors import ByhandError
from byhand.training.diagnosis import diagnose
from byhand.training.recipe import Recipe
from byhand.training.run import Run

OPTIMISERS: dict[str, dict[str, Any]] = {
    "sgd": {"optimizer": "sgd"}, "momentum": {"momentum": 0.9}, "nesterov": {"optimizer": "nesterov"},
    "adam": {"optimizer": "adam"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("options", "rate", "momentum", "initialiser"),
    [
        ({}, 4.0, 0.0, "glorot"),
        ({"activation": "relu"}, 0.5, 0.0, "he"),
        ({"activation": "relu", "initialiser": "glorot"}, 0.5, 0.0, "glorot"),
        ({"activation": "tanh"}, 1.0, 0.0, "glorot"),
        ({"optimizer": "nesterov"}, 0.4, 0.9, "glorot"),
        ({"optimizer": "nesterov", "momentum": 0.5}, 2.0, 0.5, "glorot"),
        ({"optimizer": "adam", "activation": "relu"}, 0.005, 0.0, "he"),
        ({"batch_size": 16}, 1.0, 0.0, "glorot"),
        ({"batch_size": 1000}, 8.0, 0.0, "glorot"),
        ({"optimizer": "adam", "batch_size": 256}, 0.02, 0.0, "glorot"),
        ({"optimizer": "adam", "learning_rate": 0.1}, 0.1, 0.0, "glorot"),
        ({"optimizer": "sgd", "epochs": 3}, 4.0, 0.0, "glorot"),
    ],
)
def test_what_follows_from_other_settings(
    options: dict[str, Any], rate: float, momentum: float, initialiser: str
) -> None:
    for recipe in (Recipe.load("fast", **options), Recipe.load("fast").changed(**options)):
        assert (recipe.learning_rate, recipe.momentum, recipe.initialiser) == (rate, momentum, initialiser)


def test_a_recipe_without_a_rate_gets_the_usual_one(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('optimizer = "adam"\nactivation = "relu"\nbatch_size = 64\n')
    assert Recipe.load(str(path)).learning_rate == 0.005


@pytest.mark.slow
@pytest.mark.parametrize("hidden", [[128], [128, 128, 128]], ids=["one", "three"])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_every_default_combination_learns_in_three_epochs(optimiser: str, activation: str, hidden: list[int]) -> None:
    options = OPTIMISERS[optimiser] | {"activation": activation, "hidden": hidden, "epochs": 3}
    recipe = Recipe.load("fast", **options)
    run = Run(recipe, Dataset.mnist()).complete()
    assert run.evaluation
    assert run.evaluation.accuracy >= 0.95
    assert run.warning is None


def options_in(sentence: str) -> dict[str, Any]:
    """The settings that a warning recommends."""
    found = re.findall(r"--([a-z-]+) ([a-z]+|\d(?:[\d.e-]*\d)?)", sentence)
    return {name.replace("-", "_"): float(value) if value[0].isdigit() else value for name, value in found}


def test_vanishing_gradients_are_named_and_the_cure_works() -> None:
    deep: dict[str, Any] = {"hidden": [64] * 5, "epochs": 2, "limit": 20_000}
    run = Run(Recipe.load("fast", **deep)).complete()
    assert run.warning is not None
    assert "the gradients vanish" in run.warning
    cure = options_in(run.warning)
    assert cure == {"activation": "relu", "initialiser": "he", "learning_rate": 0.1}
    cured = Run(Recipe.load("fast", **deep, **cure)).complete()
    assert cured.evaluation
    assert cured.evaluation.accuracy > 0.85
    assert cured.warning is None


def test_dead_units_are_named(few_digits: Dataset) -> None:
    run = Run(Recipe.load("fast", hidden=[32], activation="relu", epochs=4), few_digits)
    run.training.network.dense[0].bias[:] = -100
    run.complete()
    assert run.warning is not None
    run.training.recipe = run.recipe.changed(learning_rate=5.0)
    warning = diagnose(run.training)
    assert warning is not None and "100% of the hidden units are dead" in warning


@pytest.mark.parametrize(("rate", "word"), [(1e-4, "low"), (1e3, "high")])
def test_the_usual_rate_is_the_cure(few_digits: Dataset, rate: float, word: str) -> None:
    recipe = Recipe.load("fast", hidden=[32], epochs=5, learning_rate=rate)
    run = Run(recipe, few_digits)
    try:
        run.complete()
        assert run.warning is not None
        sentence = run.warning
    except ByhandError as error:
        sentence = str(error)
    assert f"too {word}" in sentence
    assert options_in(sentence) == {"learning_rate": 4.0}
    cured = Run(recipe.changed(learning_rate=4.0), few_digits).complete()
    assert cured.evaluation and cured.evaluation.accuracy > 0.8
    assert cured.warning is None


def test_python_is_told_in_python_s_words(few_digits: Dataset) -> None:
    with pytest.warns(UserWarning, match=r"Try learning_rate=4\.$"):
        byhand.train("fast", few_digits, learning_rate=1e-6, epochs=1)
    with pytest.raises(ByhandError, match=r"try learning_rate=4\.") as caught:
        byhand.train("fast", few_digits, learning_rate=1e4)
    assert "--" not in str(caught.value)


def test_early_stopping_keeps_the_best_weights(few_digits: Dataset) -> None:
    recipe = Recipe.load("fast", hidden=[64], epochs=60, validation=300, patience=3, schedule="constant")
    run = Run(recipe, few_digits)
    kept: list[np.ndarray] = []
    for event in run.events():
        if event.value == "epoch":
            kept.append(run.model.network.parameters.copy())
    losses = [epoch.validation_loss for epoch in run.history]
    assert None not in losses
    best = int(np.argmin([loss for loss in losses if loss is not None]))
    assert run.training.stopped_early
    assert len(run.history) == best + 1 + 3 < 60
    np.testing.assert_array_equal(run.model.network.parameters, kept[best])
    assert run.model.results["validation_accuracy"] == run.history[best].validation_accuracy
    with pytest.raises(ByhandError, match="--validation"):
        Recipe.load("fast", patience=3)
