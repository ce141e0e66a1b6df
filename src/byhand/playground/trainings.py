"""The trainings that visitors watch: started, steered, kept as long as their page is open."""

import json
import secrets
import shutil
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from byhand.errors import ByhandError
from byhand.files import write_atomically
from byhand.model import MODEL_FILE, Model
from byhand.playground.live import in_words, train_live
from byhand.playground.pool import BusyError
from byhand.playground.worker import Worker
from byhand.training.recipe import Recipe
from byhand.training.run_folder import HISTORY_FILE, new_run_folder, save_recipe

MOST_AT_ONCE = 4  # that learn or are paused
# Of ended trainings whose pages are still open, the models are kept; a class of thirty each has its own.
MOST_OPEN = 64
MOST_KEPT_BYTES = 500_000_000
# What may be saved while the server runs: the largest network that the page trains takes 67 MB.
MOST_SAVES = 100
MOST_SAVED_BYTES = 500_000_000
RUNS = Path("runs")  # see training/run_folder.py
MOST_OFFERED = 20  # run folders on the page
HELD_OUT = 1000  # training images to report on; the test set is left for the end
OVER = "This training is over: start it again."
LONGEST_DELAY_SECONDS = 10.0  # after each batch, in slow motion; the page's own slowest is 1 s
COMMANDS = ("pause", "resume", "step", "stop", "rate", "delay")
# What the page may choose, with the bounds that a browser and a visitor's patience set.
LARGEST = {"epochs": 1000, "units": 2000, "layers": 5}
# The deformations at full strength, those that `byhand train --help` explains.
DEFORMATIONS = {"rotation": 8.0, "scale": 0.08, "shear": 0.08, "shift": 0.8, "elastic": 0.5}
CHOICES = ("hidden", "activation", "learning_rate", "schedule", "batch_size", "optimizer", "momentum", "epochs", "seed")


def default_settings() -> dict[str, Any]:
    """What the page starts with: the recipe `fast`, on all images, without deformations."""
    recipe = Recipe.load("fast").settings()
    return {name: recipe[name] for name in CHOICES} | {"amount": 0, "deformations": 0}


def recipe_from(settings: Any, data: str) -> Recipe:
    """Make a recipe of the page's settings.

    Args:
        settings: what `default_settings` names, from an untrusted source; what is missing keeps its default.
        data: where the images come from.

    Raises:
        ByhandError: a setting that does not exist or cannot work.
    """
    if not isinstance(settings, dict) or not set(settings) <= set(default_settings()):
        raise ByhandError("These settings are not the page's own: open it again.")
    settings = dict(settings)
    amount, strength = settings.pop("amount", 0), settings.pop("deformations", 0)
    for value, what in ((amount, "amount of data"), (strength, "strength of the deformations")):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1_000_000:
            raise ByhandError(f"The {what} cannot be {value!r}.")
    settings |= {name: strength * value for name, value in DEFORMATIONS.items()}
    limit = int(amount) + HELD_OUT if amount else 0
    try:
        fast = replace(Recipe.load("fast"), name="play")
        recipe = fast.changed(**settings, data=data, limit=limit, validation=HELD_OUT, workers=1)
    except ByhandError as error:
        raise ByhandError(in_words(str(error))) from error
    if (
        recipe.epochs > LARGEST["epochs"]
        or len(recipe.hidden) > LARGEST["layers"]
        or max(recipe.hidden, default=0) > LARGEST["units"]
    ):
        raise ByhandError(
            f"The page trains at most {LARGEST['layers']} hidden layers of {LARGEST['units']:,} units for "
            f"{LARGEST['epochs']:,} epochs: for more, use byhand train."
        )
    return recipe


@dataclass
class Training:
    """One visitor's training.

    Attributes:
        recipe: its settings.
        worker: where it runs.
        model: the latest model as the bytes of its file; empty before the first.
        failed: why it failed, or empty.
        saved: the model that was saved last, and where.
    """

    recipe: Recipe
    worker: Worker
    model: bytes = b""
    failed: str = ""
    saved: tuple[bytes, Path] | None = None


class TrainingOverError(ByhandError):
    """The training has ended: it cannot be steered any more."""


@dataclass
class Trainings:
    """All trainings whose pages are open, by their secret names.

    Attributes:
        open: the trainings.
        saves: how many were saved.
        saved_bytes: how much that took.
        saving: held while one is saved; requests to save come in threads.
    """

    open: dict[str, Training] = field(default_factory=dict)
    saves: int = 0
    saved_bytes: int = 0
    saving: threading.Lock = field(default_factory=threading.Lock)

    async def start(self, recipe: Recipe, paused: bool) -> str:
        """Start a training and give its name.

        Raises:
            BusyError: too many are open.
        """
        # One that has not started yet counts, too: many may be asked for at once.
        busy = sum(not training.worker.over for training in self.open.values())
        kept = sum(len(training.model) for training in self.open.values())
        if busy >= MOST_AT_ONCE:
            raise BusyError(f"{MOST_AT_ONCE} trainings are under way already: wait until one has ended.", 5)
        if len(self.open) >= MOST_OPEN or kept >= MOST_KEPT_BYTES:
            raise BusyError("Too many trainings are open: wait until someone closes one.", 30)
        name = secrets.token_urlsafe(16)
        training = self.open[name] = Training(recipe, Worker(train_live, recipe, paused))
        try:
            await training.worker.start()
        except BaseException:
            self.end(name)
            raise
        return name

    async def reports(self, name: str) -> AsyncIterator[dict[str, Any]]:
        """Give a training's reports until it ends.

        A report has "weights": true where a new model has come since the one before.
        """
        training = self.open[name]
        fresh = False
        try:
            async for word, value in training.worker.messages():
                if word == "model":
                    training.model, fresh = value, True
                else:
                    yield value | {"weights": fresh}
                    fresh = False
        except ByhandError as error:
            training.failed = in_words(str(error))
            yield {"state": "failed", "message": training.failed, "weights": False}

    def command(self, name: str, word: Any, value: Any) -> None:
        """Pass a command on.

        Raises:
            TrainingOverError: it has ended.
            BusyError: it has not taken the commands before.
            ByhandError: there is no such training or command.
        """
        if name not in self.open:
            raise ByhandError(OVER)
        number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1_000_000
        if (
            word not in COMMANDS
            or not number
            or (word == "rate" and value == 0)
            or (word == "delay" and value > LONGEST_DELAY_SECONDS)
        ):
            raise ByhandError(f"'{word}' cannot be done with {value!r}.")
        training = self.open[name]
        if training.worker.over:
            raise TrainingOverError(training.failed or OVER)
        if not training.worker.send((word, float(value))):
            raise BusyError("This training is behind with what it was told: try again in a moment.", 1)

    def save(self, name: str) -> Path:
        """Write a training's recipe, model and history into a new run folder, and give its path.

        What has been saved already is not written again.

        Raises:
            ByhandError: so much was saved already that no more may be, or the folder cannot be written.
        """
        training = self.find(name)
        with self.saving:
            model = training.model
            if training.saved and training.saved[0] == model:
                return training.saved[1]
            if self.saves >= MOST_SAVES or self.saved_bytes + len(model) > MOST_SAVED_BYTES:
                raise ByhandError(
                    f"The page has saved {self.saves} trainings, {self.saved_bytes / 1e6:.0f} MB, and saves no more "
                    "until byhand play is started again: download the model instead."
                )
            folder = new_run_folder(None, training.recipe)
            try:
                save_recipe(training.recipe, folder)
                history = Model.from_bytes(model, "the model").history
                write_atomically(folder / HISTORY_FILE, (json.dumps(history, indent=1) + "\n").encode())
                write_atomically(folder / MODEL_FILE, model)
            except ByhandError:  # the disk is full: no folder without a model stays for each press of the button
                shutil.rmtree(folder, ignore_errors=True)
                raise
            self.saves, self.saved_bytes = self.saves + 1, self.saved_bytes + len(model)
            training.saved = model, folder
            return folder

    @staticmethod
    def saved() -> dict[str, Path]:
        """The models in run folders where `byhand play` was started, by the folders' names, the newest last."""
        models = [path for path in RUNS.glob(f"*/{MODEL_FILE}") if changed_ns(path)]
        return {path.parent.name: path for path in sorted(models, key=changed_ns)[-MOST_OFFERED:]}

    def find(self, name: str) -> Training:
        """The training of that name.

        Raises:
            ByhandError: there is none, or it has no weights yet.
        """
        if name not in self.open or not self.open[name].model:
            raise ByhandError(OVER)
        return self.open[name]

    def end(self, name: str) -> None:
        """End a training and forget it."""
        if training := self.open.pop(name, None):
            training.worker.stop()

    def stop(self) -> None:
        """End all processes; what was learned stays until the pages are closed."""
        for training in self.open.values():
            training.worker.stop()


def changed_ns(path: Path) -> int:
    """When a file was changed last; 0 for one that has gone, or a link that leads nowhere."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
