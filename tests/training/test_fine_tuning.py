"""Going on from a model with a few digits of one's own."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import byhand
from byhand.data import Dataset, LabelledImages
from byhand.errors import ByhandError
from byhand.model import load_model
from byhand.training.recipe import Recipe
from byhand.training.run import Run
from byhand.training.run_folder import save_run

OWN = Recipe.load("fine-tune", fine_tune="fast", learning_rate=0.05)


@pytest.fixture(scope="module")
def own_hand() -> Dataset:
    """Someone who writes everything low and leaning to the left: 60 digits to learn from, 300 to test on."""
    mnist = byhand.load_mnist()
    rows = np.arange(28)[:, np.newaxis]
    leaning = (np.arange(28) + 14 - rows) % 28
    images = np.roll(mnist.test_images[:360][:, rows, leaning], 2, axis=1)
    examples = LabelledImages(images, mnist.test_labels[:360].astype(np.intp), tuple("0123456789"))
    return Dataset("own", examples.take(slice(60)), examples.take(slice(60, None)))


@pytest.fixture(scope="module")
def run(own_hand: Dataset) -> Run:
    return Run(OWN, own_hand).complete()


def test_own_digits_are_learned_and_the_others_kept(run: Run) -> None:
    assert run.before
    assert run.evaluation
    assert run.evaluation.accuracy > run.before.accuracy + 0.15
    assert run.model.results["test_accuracy_before"] == run.before.accuracy
    mnist = byhand.load_mnist()
    accuracies = [(model.predict(mnist.test_images) == mnist.test_labels).mean() for model in (load_model(), run.model)]
    assert accuracies[1] > accuracies[0] - 0.02


def test_what_is_counted(run: Run) -> None:
    assert (run.setup.train_examples, len(run.setup.test)) == (60, 300)
    assert len(run.setup.pixels) == pytest.approx(3000 / 0.7, rel=0.02)
    assert run.recipe.hidden == (128,)
    assert run.model.network.sizes == [784, 128, 10]


def test_drawn_digits_and_outliers_are_learned_from_too(own_hand: Dataset) -> None:
    plain = Run(replace(OWN, epochs=1), own_hand).setup
    more = Run(replace(OWN, epochs=1, drawn_digits=30, outliers=70), own_hand).setup
    assert len(more.pixels) == len(plain.pixels) + 100
    assert (more.targets[-70:] == 0.1).all()
    with pytest.raises(ByhandError, match="set both to 0"):
        letters = replace(own_hand, train=replace(own_hand.train, images=own_hand.train.images.astype(np.uint16)))
        Run(replace(OWN, epochs=1, outliers=70, mixed=0), letters)


def test_the_same_again(run: Run, own_hand: Dataset, tmp_path: Path) -> None:
    save_run(run, tmp_path)
    assert Run(Recipe.load(str(tmp_path / "recipe.toml")), own_hand).complete().model.to_bytes() == run.model.to_bytes()


def test_the_model_to_go_on_from_may_be_a_run_and_stays_as_it_is(run: Run, own_hand: Dataset, tmp_path: Path) -> None:
    save_run(run, tmp_path)
    before = (tmp_path / "model.safetensors").read_bytes()
    again = Run(replace(OWN, fine_tune=str(tmp_path), epochs=1), own_hand).complete()
    assert again.before
    assert run.evaluation
    assert again.before.accuracy == run.evaluation.accuracy
    assert (tmp_path / "model.safetensors").read_bytes() == before
    assert str(tmp_path) not in str(again.model.recipe)


def test_some_labels_are_enough(own_hand: Dataset) -> None:
    few = (part.take(part.labels < 3) for part in (own_hand.train, own_hand.test))
    train, test = (LabelledImages(part.images, part.labels, ("0", "1", "2")) for part in few)
    run = Run(replace(OWN, epochs=1), Dataset("own", train, test)).complete()
    assert run.model.label_names == tuple("0123456789")


def test_what_cannot_work(own_hand: Dataset) -> None:
    with pytest.raises(ByhandError, match="no model"):
        Run(replace(OWN, fine_tune="nowhere.safetensors"), own_hand).complete()
    with pytest.raises(ByhandError, match="knows only"):
        letters = tuple("abcdefghij")
        train, test = (replace(part, label_names=letters) for part in (own_hand.train, own_hand.test))
        Run(OWN, replace(own_hand, train=train, test=test)).complete()
    with pytest.raises(ByhandError, match="28 x 28"):
        small = replace(own_hand.train, images=own_hand.train.images[:, :20, :20])
        Run(OWN, replace(own_hand, train=small)).complete()
    with pytest.raises(ByhandError, match="--fine-tune"):
        Recipe.load("fine-tune")


def test_a_folder_of_crops(own_hand: Dataset, tmp_path: Path) -> None:
    for i, (image, label) in enumerate(zip(own_hand.train.images, own_hand.train.labels, strict=True)):
        folder = tmp_path / str(label)
        folder.mkdir(exist_ok=True)
        Image.fromarray(image).save(folder / f"{i}.png")
    model = byhand.train(fine_tune="fast", data=str(tmp_path), epochs=2, learning_rate=0.05)
    assert model.results["train_examples"] == 48
    assert model.results["test_examples"] == 12
    assert model.recipe["name"] == "fine-tune"
