import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.errors import ByhandError
from byhand.nn import ACTIVATIONS, INITIALISERS, OPTIMISERS, SCHEDULES
from byhand.training.recipe import DEFAULT_FINE_TUNING, DTYPES, NAMES, SCALINGS, SPLITS, Recipe

RECIPES = st.builds(
    Recipe,
    name=st.text(min_size=1, max_size=20),
    data=st.text(st.characters(codec="utf-8")),
    split=st.sampled_from(SPLITS),
    scaling=st.sampled_from(SCALINGS),
    hidden=st.lists(st.integers(1, 500), max_size=4).map(tuple),
    activation=st.sampled_from(list(ACTIVATIONS)),
    initialiser=st.sampled_from(list(INITIALISERS)),
    epochs=st.integers(1, 100),
    batch_size=st.integers(1, 1000),
    shuffle=st.booleans(),
    optimizer=st.sampled_from(OPTIMISERS),
    learning_rate=st.floats(1e-9, 1e5),
    momentum=st.floats(0, 0.99),
    schedule=st.sampled_from(list(SCHEDULES)),
    l2=st.floats(0, 10),
    deskew=st.booleans(),
    fading=st.floats(0, 1),
    temperature=st.floats(0.1, 10),
    validation=st.integers(0, 1000),
    limit=st.integers(0, 1000),
    seed=st.integers(0, 2**63 - 1),
    dtype=st.sampled_from(DTYPES),
)


@given(RECIPES)
def test_a_recipe_written_as_toml_is_read_back(recipe: Recipe) -> None:
    settings = tomllib.loads(recipe.to_toml())
    assert Recipe.from_settings(settings, "x") == recipe


@pytest.mark.parametrize("name", NAMES)
def test_the_recipes_of_the_package_load(name: str) -> None:
    assert Recipe.load(name, fine_tune="reader" if name == DEFAULT_FINE_TUNING else None).name == name


@pytest.mark.parametrize("name", ["original", "fast", "accurate"])
def test_the_small_network_is_that_of_the_exercise(name: str) -> None:
    recipe = Recipe.load(name)
    assert (recipe.hidden, recipe.activation) == ((128,), "sigmoid")
    assert recipe.epochs <= 10


def test_the_original_is_the_exercise_as_it_was_written() -> None:
    original = Recipe.load("original")
    assert (original.split, original.scaling, original.initialiser) == ("original", "per-pixel", "normal")
    assert (original.batch_size, original.shuffle, original.learning_rate) == (1, False, 0.1)
    assert (original.optimizer, original.momentum, original.schedule, original.epochs) == ("sgd", 0.0, "constant", 10)


def test_deformations_and_scaling_by_pixel_do_not_go_together() -> None:
    assert Recipe(shift=1.0).augments and not Recipe(smoothness=2.0).augments
    with pytest.raises(ByhandError, match="--scaling whole-range"):
        Recipe(shift=1.0, scaling="per-pixel")


def test_options_replace_settings_and_none_does_not() -> None:
    recipe = Recipe.load("fast", epochs=3, seed=None)
    assert (recipe.epochs, recipe.seed) == (3, 0)


@pytest.mark.parametrize(
    "setting",
    [
        {"hidden": (0,)}, {"hidden": (128, -1)}, {"activation": "step"}, {"initialiser": "zeros"}, {"epochs": 0},
        {"batch_size": 0}, {"optimizer": "sdg"}, {"learning_rate": float("nan")}, {"learning_rate": float("inf")},
        {"learning_rate": 0.0}, {"momentum": 1.0}, {"momentum": -0.1}, {"momentum": float("nan")},
        {"schedule": "random"}, {"l2": -1.0}, {"validation": -1}, {"limit": -5}, {"seed": -1}, {"dtype": "int8"},
        {"split": "half"}, {"scaling": "none"},
        {"rotation": -1.0}, {"scale": 1.0}, {"shear": float("nan")}, {"shift": -0.5}, {"elastic": -1.0},
        {"smoothness": 0.0}, {"fading": 1.5}, {"temperature": 0.0},
    ],
)  # fmt: skip
def test_a_value_that_cannot_work_is_named(setting: dict[str, Any]) -> None:
    name = next(iter(setting)).replace("_", "-")
    with pytest.raises(ByhandError, match=rf"^--{name} cannot be "):
        Recipe(**setting)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("epoch = 5", "did you mean 'epochs'"),
        ("xyzzy = 5", "does not know"),
        ("epochs = 5.5", "'epochs' .* must be int"),
        ("epochs = true", "'epochs' .* must be int"),
        ('learning_rate = "high"', "must be float"),
        ('hidden = "128"', "list of whole numbers"),
        ('hidden = ["128"]', "list of whole numbers"),
        ("epochs = ", "not valid TOML"),
    ],
)
def test_a_recipe_file_that_cannot_work_is_explained(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ByhandError, match=words):
        Recipe.load(str(path))


def test_a_recipe_file_may_be_short_and_gives_its_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("learning_rate = 1\n")
    assert Recipe.load(str(path)) == Recipe(name="mine", learning_rate=1)


@pytest.mark.parametrize("recipe", ["slow", "missing.toml"])
def test_an_unknown_recipe_is_refused(recipe: str) -> None:
    with pytest.raises(ByhandError, match=recipe):
        Recipe.load(recipe)
