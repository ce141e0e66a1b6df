"""The folder of a run: where a training leaves model, recipe and history, and is found again."""

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from byhand.data.dataset import PRIVATE
from byhand.errors import ByhandError, ByhandWarning
from byhand.files import keep_aside, make_folder, write_atomically
from byhand.model import MODEL_FILE, Model, load_model
from byhand.training.checkpoint import CHECKPOINT_FILE
from byhand.training.folder_lock import holds_only_a_lock, locked
from byhand.training.recipe import Recipe
from byhand.training.run import Run

RECIPE_FILE, HISTORY_FILE = "recipe.toml", "history.json"


def new_run_folder(out: str | None, recipe: Recipe) -> Path:
    """Make the folder for a run: `out`, or `runs/RECIPE-N` with the first free N, which no other process gets.

    Raises:
        ByhandError: it cannot be written, or is in use already.
    """
    if out is not None:
        folder = Path(out)
        try:
            if folder.is_file() or (folder.is_dir() and not holds_only_a_lock(folder)):
                raise ByhandError(f"{folder} is in use already: choose an --out that is new or empty.")
        except OSError as error:
            raise ByhandError(f"Cannot use the folder {out}: {error.strerror or error}. Choose another.") from error
        return make_folder(folder)
    runs, number = make_folder(Path("runs")), 1
    while True:
        folder = runs / f"{recipe.name}-{number}"
        try:
            folder.mkdir()
            return folder
        except FileExistsError:
            number += 1
        except OSError as error:
            raise ByhandError(f"Cannot make the folder {folder}: {error.strerror or error}. Give --out.") from error


@contextmanager
def held_new_folder(out: str | None, recipe: Recipe) -> Iterator[Path]:
    """As `new_run_folder`, locked while it is worked in.

    Raises:
        ByhandError: as `new_run_folder`, and where another process was quicker.
    """
    folder = new_run_folder(out, recipe)
    with locked(folder):
        if not holds_only_a_lock(folder):
            raise ByhandError(f"{folder} is in use already: choose an --out that is new or empty.")
        yield folder


@contextmanager
def held_folder_to_resume(folder: Path) -> Iterator[Path]:
    """The folder of an interrupted training, locked while it is worked in.

    A damaged model beside the checkpoint is kept aside: the training makes a new one.

    Raises:
        ByhandError: there is no training, it is finished, or another process has the folder.
    """
    try:
        if not (folder / RECIPE_FILE).is_file():
            raise ByhandError(f"There is no training to resume in {folder}: it has no {RECIPE_FILE}.")
    except OSError as error:
        raise ByhandError(f"Cannot look into {folder}: {error.strerror or error}.") from error
    with locked(folder):
        try:
            finished = is_finished(folder)
        except ByhandError as error:
            aside = keep_aside(folder / MODEL_FILE)
            message = f"{error} It was renamed to {aside.name}, and the training makes a new one."
            warnings.warn(message, ByhandWarning, stacklevel=2)
            finished = False
        if finished:
            (folder / CHECKPOINT_FILE).unlink(missing_ok=True)  # its process was killed before it could do so
            raise ByhandError(f"The training in {folder} is finished: there is nothing to resume.")
        yield folder


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
