"""One training from start to finish: data in, tested model out."""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from byhand.beginning import Prepared, as_in_training, begin, go_on_from
from byhand.data.dataset import Dataset
from byhand.data.sources import load_dataset
from byhand.evaluation import Evaluation, evaluate
from byhand.model import Model, load_model
from byhand.nn import fit_temperature
from byhand.training.checkpoint import CHECKPOINT_FILE, load_checkpoint, save_checkpoint
from byhand.training.recipe import DEFAULT, DEFAULT_FROM, Recipe
from byhand.training.trainer import DivergedError, Epoch, Look, Training, loss_of_guessing, train_network

# A checkpoint is written after an epoch if the last one is at least so old: what an interruption may cost.
SECONDS_BETWEEN_CHECKPOINTS = 2.0


@dataclass
class Run:
    """A training and what came of it.

    Attributes:
        recipe: the settings.
        model: the trained model.
        train_examples: how many images were learned from.
        test_images, test_labels: what the model is tested on, shapes (n, height, width) and (n,).
        guessing_loss: the loss of giving each class its frequency, in nats.
        examples_per_epoch: how many images an epoch shows: also those drawn, mixed in and repeated.
        before: where training went on from a model, that model on the test set.
        folder: where a long training is put aside now and then, and goes on if it was interrupted; None for nowhere.
        history: one entry per finished epoch.
        evaluation: on the test set; None after an interruption or divergence.
        interrupted: it was stopped with Ctrl-C; the model is what had been learned until then.
        diverged: what ran away, where it did.
        seconds: from loading to evaluation.
    """

    recipe: Recipe
    model: Model
    train_examples: int
    test_images: NDArray[Any]
    test_labels: NDArray[Any]
    guessing_loss: float
    examples_per_epoch: int
    before: Evaluation | None = None
    folder: Path | None = None
    history: list[Epoch] = field(default_factory=list)
    evaluation: Evaluation | None = None
    interrupted: bool = False
    diverged: DivergedError | None = None
    seconds: float = 0.0

    @property
    def test_examples(self) -> int:
        """How many images the model is tested on."""
        return len(self.test_labels)

    @property
    def train_seconds(self) -> float:
        """Time spent learning in finished epochs: no loading, validation or figures."""
        return sum(epoch.seconds for epoch in self.history)

    @property
    def warning(self) -> str | None:
        """What is probably wrong if the last epoch was no better than giving each class its frequency."""
        if not self.history or self.history[-1].train_loss < self.guessing_loss:
            return None
        rate, loss = self.recipe.learning_rate, self.history[-1].train_loss
        much_worse = loss > 1.1 * self.guessing_loss
        cause = "too high" if much_worse else "too low, or so high that the units no longer react"
        return (
            f"Warning: an epoch ended with loss {loss:.4f}, no better than guessing ({self.guessing_loss:.4f}); most "
            f"likely the learning rate of {rate:g} is {cause}: try --learning-rate {rate / 10:g}"
            f"{'' if much_worse else f' and {rate * 10:g}'}."
        )


def run_recipe(
    recipe: Recipe,
    data: Dataset | None = None,
    *,
    on_start: Callable[["Run", Dataset], None] = lambda run, data: None,
    on_look: Callable[[Look], None] = lambda look: None,
    on_epoch: Callable[["Run", Epoch], None] = lambda run, epoch: None,
) -> Run:
    """Train a model as the recipe says and evaluate it once, on the test set, at the end.

    Args:
        recipe: the settings.
        data: what to learn from instead of `recipe.data`.
        on_start: called when the data is ready; may set the run's `folder`.
        on_look: called some ten times an epoch.
        on_epoch: called after each epoch.

    Raises:
        ByhandError: the data cannot be used. (Divergence and Ctrl-C do not raise: the run says so.)
    """
    start = time.perf_counter()
    origin = load_model(recipe.from_model) if recipe.from_model else None
    data = data or load_dataset(recipe.data, seed=recipe.seed, image_size=origin.image_shape if origin else None)
    prepared = go_on_from(origin, recipe, data) if origin else begin(recipe, data)
    recipe, model = prepared.recipe, prepared.model
    run = Run(
        recipe,
        model,
        prepared.train_examples,
        prepared.test_images,
        prepared.test_labels,
        loss_of_guessing(prepared.targets),
        len(prepared.pixels),
        evaluate(model, prepared.test_images, prepared.test_labels) if origin else None,
    )
    on_start(run, data)

    training = Training(
        model.network, prepared.pixels, prepared.targets, recipe, prepared.order_rng,
        scaling=model.scaling, deform=prepared.deform,
    )  # fmt: skip
    checkpoint = run.folder / CHECKPOINT_FILE if run.folder else None
    if checkpoint and checkpoint.exists():
        run.history = load_checkpoint(training, checkpoint)
        model.history = [epoch.without_seconds() for epoch in run.history]
    put_aside = time.perf_counter()

    def remember(epoch: Epoch) -> None:
        nonlocal put_aside
        run.history.append(epoch)
        model.history.append(epoch.without_seconds())
        on_epoch(run, epoch)
        if checkpoint and time.perf_counter() - put_aside > SECONDS_BETWEEN_CHECKPOINTS:
            save_checkpoint(training, run.history, checkpoint)
            put_aside = time.perf_counter()

    def validate() -> float:
        predicted = model.logits(prepared.validation_images).argmax(axis=1)
        return float((predicted == prepared.validation_labels).mean())

    try:
        train_network(training, validate=validate if recipe.validation else None, on_look=on_look, on_epoch=remember)
        run.evaluation = finish(prepared, run.history[-1].validation_accuracy)
        if run.before:
            model.results["test_accuracy_before"] = run.before.accuracy
    except DivergedError as error:
        run.diverged = error
    except KeyboardInterrupt:
        run.interrupted = True
    if checkpoint and not run.interrupted:
        checkpoint.unlink(missing_ok=True)
    run.seconds = time.perf_counter() - start
    return run


def finish(prepared: Prepared, validation_accuracy: float | None) -> Evaluation:
    """Fit the temperature of a trained model, test it, and note the results in it.

    Args:
        prepared: what the training began with; its model has been trained.
        validation_accuracy: after the last epoch, for the results; None where nothing was held out.
    """
    model = prepared.model
    model.round_to_stored()
    if len(prepared.validation_labels):
        images = as_in_training(prepared.recipe, model, prepared.validation_images)
        model.temperature = fit_temperature(model.logits(images), prepared.validation_labels)
    evaluation = evaluate(model, prepared.test_images, prepared.test_labels)
    model.results.update(
        test_examples=evaluation.examples,
        test_accuracy=evaluation.accuracy,
        test_loss=evaluation.loss,
        train_examples=prepared.train_examples,
        validation_accuracy=validation_accuracy,
    )
    return evaluation


def train(recipe: str | Recipe | None = None, data: str | Dataset | None = None, **options: Any) -> Model:
    """Train a model and test it; nothing is written to the disk.

    Args:
        recipe: a recipe's name, the path of a `.toml` file, or a `Recipe`; None for "fast", or for "own-hand" where
            `from_model` says which model to go on from.
        data: a source as in `byhand train --data`, or a `Dataset`; None for the recipe's own.
        options: settings that replace those of the recipe, for example `epochs=3`.

    Returns:
        The model; its `results` and `history` say how it went.

    Raises:
        ByhandError: a setting or data that cannot work, or training that ran away.
    """
    if isinstance(data, str):
        options["data"] = data
    if isinstance(recipe, Recipe):
        recipe = Recipe.from_settings(recipe.settings() | options, recipe.name)
    else:
        recipe = Recipe.load(recipe or (DEFAULT_FROM if options.get("from_model") else DEFAULT), **options)
    run = run_recipe(recipe, data if isinstance(data, Dataset) else None)
    if run.diverged:
        raise run.diverged
    if run.interrupted:
        raise KeyboardInterrupt
    if run.warning:
        warnings.warn(run.warning, stacklevel=2)
    return run.model
