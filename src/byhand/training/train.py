"""Training from Python: `byhand.train`."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypedDict, Unpack

from byhand.data.arrays import dataset_of
from byhand.errors import ByhandError, InputWarning, in_python
from byhand.jupyter import Bar
from byhand.model import Model
from byhand.training.divergence import DivergedError
from byhand.training.loop import Epoch, Event
from byhand.training.recipe import DEFAULT, DEFAULT_FINE_TUNING, Recipe
from byhand.training.run import Run


class Settings(TypedDict, total=False):
    """The settings of a recipe, as keyword arguments; `Recipe` checks them, `byhand train --help` explains them."""

    name: str
    labels: str
    fine_tune: str
    mixed: int
    split: Literal["standard", "original"]
    scaling: Literal["whole-range", "per-pixel"]
    deskew: bool
    hidden: int | Sequence[int]
    activation: Literal["sigmoid", "tanh", "relu", "identity"]
    initialiser: Literal["normal", "glorot", "he", "zero", "wide"]
    epochs: int
    batch_size: int
    shuffle: bool
    optimizer: Literal["sgd", "nesterov", "adam"]
    learning_rate: float
    momentum: float
    schedule: Literal["constant", "one-cycle"]
    l2: float
    rotation: float
    scale: float
    shear: float
    shift: float
    elastic: float
    smoothness: float
    corruptions: float
    extra_corruptions: str
    drawn_digits: int
    outliers: int
    fading: float
    temperature: float
    validation: int
    patience: int
    limit: int
    seed: int
    workers: int
    dtype: Literal["float32", "float64"]
    stored: Literal["same", "float16"]


def train(
    recipe: str | Recipe | None = None,
    data: Any = None,
    *,
    on_epoch: Callable[[Epoch], None] | None = None,
    **settings: Unpack[Settings],
) -> Model:
    """Train a model and test it; nothing is written to the disk. In a notebook, a bar shows how far it is.

    Args:
        recipe: a recipe's name, the path of a `.toml` file, or a `Recipe`; None for "fast", or for "fine-tune" where
            `fine_tune` says which model to start from.
        data: a source as in `byhand train --data`, or what `dataset_of` takes: (X, y), (X, y, X_test, y_test), a
            dictionary with Keras' keys, a `Dataset`; None for the recipe's own. What was recognised and done is said
            in an `InputWarning`.
        on_epoch: called after each epoch with what it brought.
        settings: replace those of the recipe, for example `epochs=3`.

    Returns:
        The model; its `results` and `history` say how it went.

    Raises:
        DivergedError: training diverged; its `model` has the last good weights.
        ByhandError: a setting or data that cannot work.
    """
    run: Run | None = None
    try:
        if isinstance(recipe, Recipe):
            recipe = recipe.changed(**settings)
        else:
            default = DEFAULT_FINE_TUNING if settings.get("fine_tune") else DEFAULT
            recipe = Recipe.load(str(recipe or default), **settings)
        given = None if data is None else dataset_of(data, recipe.seed)
        if isinstance(given, str):
            recipe, given = recipe.changed(data=given), None
        run = Run(recipe, given)
        if run.data.notes:
            warnings.warn(" ".join(run.data.notes), InputWarning, stacklevel=2)
        bar, training = Bar(), run.training
        for event in run.events():
            if event is Event.PROGRESS:
                epochs = run.recipe.epochs
                part = (training.epoch - 1 + training.shown / len(training.inputs)) / epochs
                bar.show(part, f"epoch {training.epoch}/{epochs}, loss {training.loss:.4f}")
            elif event is Event.EPOCH and on_epoch:
                on_epoch(run.history[-1])
    except ByhandError as error:
        error.args = (in_python(str(error)),)
        if isinstance(error, DivergedError) and run:
            error.model = run.model
        raise
    if run.warning:
        warnings.warn(in_python(run.warning), stacklevel=2)
    return run.model
