"""Training from Python: `byhand.train`."""

import warnings
from collections.abc import Callable
from typing import Any

from byhand.data.dataset import Dataset
from byhand.model import Model
from byhand.training.divergence import DivergedError
from byhand.training.loop import Epoch, Event
from byhand.training.recipe import DEFAULT, DEFAULT_FINE_TUNING, Recipe
from byhand.training.run import Run


def train(
    recipe: str | Recipe | None = None,
    data: str | Dataset | None = None,
    *,
    on_epoch: Callable[[Epoch], None] | None = None,
    **options: Any,
) -> Model:
    """Train a model and test it; nothing is written to the disk.

    Args:
        recipe: a recipe's name, the path of a `.toml` file, or a `Recipe`; None for "fast", or for "fine-tune" where
            `fine_tune` says which model to start from.
        data: a source as in `byhand train --data`, or a `Dataset`; None for the recipe's own.
        on_epoch: called after each epoch with what it brought.
        options: settings that replace those of the recipe, for example `epochs=3`.

    Returns:
        The model; its `results` and `history` say how it went.

    Raises:
        DivergedError: training diverged; its `model` has the last good weights.
        ByhandError: a setting or data that cannot work.
    """
    if isinstance(data, str):
        options["data"] = data
    if isinstance(recipe, Recipe):
        recipe = Recipe.from_settings(recipe.settings() | options, recipe.name)
    else:
        recipe = Recipe.load(recipe or (DEFAULT_FINE_TUNING if options.get("fine_tune") else DEFAULT), **options)
    run = Run(recipe, data if isinstance(data, Dataset) else None)
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
