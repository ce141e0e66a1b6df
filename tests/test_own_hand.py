"""Going on from a model with a few digits of one's own."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import byhand
from byhand.data import Dataset
from byhand.errors import ByhandError
from byhand.model import load_model
from byhand.run import Run, run_recipe, save_run
from byhand.training.recipe import Recipe

OWN = Recipe.load("own-hand", from_model="fast", learning_rate=0.05)


@pytest.fixture(scope="module")
def own_hand() -> Dataset:
    """Someone who writes everything low and leaning to the left: 60 digits to learn from, 300 to test on."""
    mnist = byhand.load_mnist()
    rows = np.arange(28)[:, np.newaxis]
    leaning = (np.arange(28) + 14 - rows) % 28
    images = np.roll(mnist.test_images[:360][:, rows, leaning], 2, axis=1)
    labels = mnist.test_labels[:360].astype(np.intp)
    return Dataset("own", images[:60], labels[:60], images[60:], labels[60:], tuple("0123456789"))


@pytest.fixture(scope="module")
def run(own_hand: Dataset) -> Run:
    return run_recipe(OWN, own_hand)


def test_own_digits_are_learned_and_the_others_kept(run: Run) -> None:
    assert run.before
    assert run.evaluation
    assert run.evaluation.accuracy > run.before.accuracy + 0.15
    assert run.model.results["test_accuracy_before"] == run.before.accuracy
    mnist = byhand.load_mnist()
    accuracies = [(model.predict(mnist.test_images) == mnist.test_labels).mean() for model in (load_model(), run.model)]
    assert accuracies[1] > accuracies[0] - 0.02


def test_what_is_counted(run: Run) -> None:
    assert (run.train_examples, run.test_examples) == (60, 300)
    assert run.examples_per_epoch == pytest.approx(3000 / 0.7, rel=0.02)
    assert run.recipe.hidden == (128,)
    assert run.model.network.sizes == [784, 128, 10]


def test_the_same_again(run: Run, own_hand: Dataset, tmp_path: Path) -> None:
    save_run(run, tmp_path)
    assert run_recipe(Recipe.load(str(tmp_path / "recipe.toml")), own_hand).model.to_bytes() == run.model.to_bytes()


def test_the_model_to_go_on_from_may_be_a_run_and_stays_as_it_is(run: Run, own_hand: Dataset, tmp_path: Path) -> None:
    save_run(run, tmp_path)
    before = (tmp_path / "model.safetensors").read_bytes()
    again = run_recipe(replace(OWN, from_model=str(tmp_path), epochs=1), own_hand)
    assert again.before
    assert run.evaluation
    assert again.before.accuracy == run.evaluation.accuracy
    assert (tmp_path / "model.safetensors").read_bytes() == before
    assert str(tmp_path) not in str(again.model.recipe)


def test_some_labels_are_enough(own_hand: Dataset) -> None:
    few = own_hand.train_labels < 3
    tested = own_hand.test_labels < 3
    data = Dataset(
        "own", own_hand.train_images[few], own_hand.train_labels[few],
        own_hand.test_images[tested], own_hand.test_labels[tested], ("0", "1", "2"),
    )  # fmt: skip
    run = run_recipe(replace(OWN, epochs=1), data)
    assert run.model.label_names == tuple("0123456789")


def test_what_cannot_work(own_hand: Dataset) -> None:
    with pytest.raises(ByhandError, match="no model"):
        run_recipe(replace(OWN, from_model="nowhere.safetensors"), own_hand)
    with pytest.raises(ByhandError, match="knows only"):
        run_recipe(OWN, replace(own_hand, label_names=tuple("abcdefghij")))
    with pytest.raises(ByhandError, match="28 x 28"):
        run_recipe(OWN, replace(own_hand, train_images=own_hand.train_images[:, :20, :20]))
    with pytest.raises(ByhandError, match="--from"):
        Recipe.load("own-hand")


def test_a_folder_of_crops(own_hand: Dataset, tmp_path: Path) -> None:
    for i, (image, label) in enumerate(zip(own_hand.train_images, own_hand.train_labels, strict=True)):
        folder = tmp_path / str(label)
        folder.mkdir(exist_ok=True)
        Image.fromarray(image).save(folder / f"{i}.png")
    model = byhand.train(from_model="fast", data=str(tmp_path), epochs=2, learning_rate=0.05)
    assert model.results["train_examples"] == 48
    assert model.results["test_examples"] == 12
    assert model.recipe["name"] == "own-hand"
