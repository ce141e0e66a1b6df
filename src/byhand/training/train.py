"""Training from Python: `byhand.train`."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from byhand.data.arrays import dataset_of
from byhand.data.dataset import Dataset
from byhand.errors import DataWarning
from byhand.model import Model
from byhand.training.divergence import DivergedError
from byhand.training.loop import Epoch, Event
from byhand.training.recipe import DEFAULT, DEFAULT_FINE_TUNING, Recipe
from byhand.training.run import Run


def train(
    recipe: str | Recipe | None = None,
    data: Any = None,
    *,
    on_epoch: Callable[[Epoch], None] | None = None,
    **options: Any,
) -> Model:
    """Train a model and test it; nothing is written to the disk.

    Args:
        recipe: a recipe's name, the path of a `.toml` file, or a `Recipe`; None for "fast", or for "fine-tune" where
            `fine_tune` says which model to start from.
        data: a source as in `byhand train --data`, or what `dataset_of` takes: (X, y), (X, y, X_test, y_test), a
            dictionary with Keras' keys, a `Dataset`; None for the recipe's own. What was recognised and done is said in
            a `DataWarning`.
        on_epoch: called after each epoch with what it brought.
        options: settings that replace those of the recipe, for example `epochs=3`.

    Returns:
        The model; its `results` and `history` say how it went.

    Raises:
        DivergedError: training diverged; its `model` has the last good weights.
        ByhandError: a setting or data that cannot work.
    """
    if isinstance(data, str | Path):
        options["data"] = dataset_of(data, 0)
    if isinstance(recipe, Recipe):
        recipe = Recipe.from_settings(recipe.settings() | options, recipe.name)
    else:
        recipe = Recipe.load(recipe or (DEFAULT_FINE_TUNING if options.get("fine_tune") else DEFAULT), **options)
    given = None if data is None else dataset_of(data, recipe.seed)
    run = Run(recipe, given if isinstance(given, Dataset) else None)
    if run.data.notes:
        warnings.warn(" ".join(run.data.notes), DataWarning, stacklevel=2)
    try:
        for event in run.events():
            if event is Event.EPOCH and on_epoch:
                on_epoch(run.history[-1])
    except DivergedError as error:
        error.model = run.model
        raise
    if run.warning:
        warnings.warn(run.warning, stacklevel=2)
    return run.model
