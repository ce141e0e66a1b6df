"""The folder of a run: where a training leaves model, recipe and history, and is found again."""

import json
from dataclasses import asdict, replace
from pathlib import Path

from byhand.data.dataset import PRIVATE
from byhand.errors import ByhandError
from byhand.files import make_folder, write_atomically
from byhand.model import MODEL_FILE, Model, load_model
from byhand.training.checkpoint import CHECKPOINT_FILE
from byhand.training.recipe import Recipe
from byhand.training.run import Run

RECIPE_FILE, HISTORY_FILE = "recipe.toml", "history.json"


def new_run_folder(out: str | None, recipe: Recipe) -> Path:
    """Make the folder for a run: `out`, or `runs/RECIPE-N` with the first free N.

    Raises:
        ByhandError: it cannot be written, or is in use already.
    """
    if out is not None:
        folder = Path(out)
        if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
            raise ByhandError(f"{folder} is in use already: choose an --out that is new or empty.")
        return make_folder(folder)
    number = 1
    while (folder := Path("runs") / f"{recipe.name}-{number}").exists():
        number += 1
    return make_folder(folder)


def save_recipe(recipe: Recipe, folder: Path) -> None:
    """Write the recipe into a run's folder, from where the training can be repeated, or resumed.

    Raises:
        ByhandError: the folder cannot be written.
    """
    source, origin = (
        str(Path(place).resolve()) if place and Path(place).exists() else place
        for place in (recipe.data, recipe.fine_tune)
    )
    write_atomically(folder / RECIPE_FILE, replace(recipe, data=source, fine_tune=origin).to_toml().encode())


def save_run(run: Run, folder: Path) -> None:
    """Write model, recipe and history of a run into its folder; an ended one needs its checkpoint no more.

    Raises:
        ByhandError: the folder cannot be written.
    """
    save_recipe(run.recipe, folder)
    history = [asdict(epoch) for epoch in run.history]
    write_atomically(folder / HISTORY_FILE, (json.dumps(history, indent=1) + "\n").encode())
    run.model.save(folder / MODEL_FILE)
    if not run.interrupted:
        (folder / CHECKPOINT_FILE).unlink(missing_ok=True)


def is_finished(folder: Path) -> bool:
    """Tell whether the training of a run folder went through: its model has been tested."""
    return (folder / MODEL_FILE).is_file() and "test_accuracy" in load_model(folder).results


def data_of(model_path: str | Path | None, model: Model) -> str:
    """Find what data a model belongs to: that of its run folder's recipe, or the one its own recipe names.

    Raises:
        ByhandError: it came from a private folder, and there is no run folder to say which.
    """
    if model_path is not None:
        place = Path(model_path)
        recipe = (place if place.is_dir() else place.parent) / RECIPE_FILE
        if recipe.is_file():
            return Recipe.load(str(recipe)).data
    source = str(model.recipe.get("data", "mnist"))
    if source in PRIVATE:
        raise ByhandError("The model was trained on data of your own: say which data to use with --data.")
    return source
