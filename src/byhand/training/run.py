"""One training from start to finish: data in, tested model out."""

import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from byhand.data.dataset import Dataset
from byhand.data.mapped_images import MappedImages
from byhand.data.picture_folder import Prepare
from byhand.data.sources import load_dataset
from byhand.errors import ByhandError, ByhandWarning
from byhand.evaluation import Evaluation, evaluate, fit_temperature
from byhand.files import keep_aside
from byhand.model import load_model
from byhand.processors import one_blas_thread
from byhand.training.checkpoint import CHECKPOINT_FILE, DamagedCheckpointError, load_checkpoint, save_checkpoint
from byhand.training.crew import Crew
from byhand.training.crew_size import choose_members, crew_for
from byhand.training.diagnosis import diagnose
from byhand.training.fine_tuning import set_up_fine_tuning
from byhand.training.loop import Epoch, Event, Training
from byhand.training.orientation import upright
from byhand.training.recipe import Recipe
from byhand.training.setup import set_up

# Those of MNIST, the data set that is known before it is loaded.
EXAMPLES = 60_000
# A checkpoint is written after an epoch if the last one is at least so old: what an interruption may cost.
SECONDS_BETWEEN_CHECKPOINTS = 2.0


class Run:
    """A training and what came of it. Making one loads and prepares everything; `events` does the work.

    Attributes:
        recipe: the settings.
        data: what the images came from.
        setup: what training starts from.
        training: the loop, with where it stands.
        model: learns in place.
        before: where a model is fine-tuned, that model on the test set.
        folder: where checkpoints are written, and where an interrupted training resumes; None for nowhere.
        evaluation: on the test set; None until the end.
        interrupted: set by whoever stopped in the middle; the model is what had been learned until then.
        seconds: from loading to evaluation.
    """

    def __init__(self, recipe: Recipe, data: Dataset | Callable[[], Dataset] | None = None) -> None:
        """Load the data and prepare the model.

        Args:
            recipe: the settings.
            data: what to learn from instead of `recipe.data`; or a function that gives the images of `recipe.data`,
                which somebody has begun to load.

        Raises:
            ByhandError: the data, or the model to fine-tune, cannot be used.
        """
        self._start = time.perf_counter()
        origin = load_model(recipe.fine_tune) if recipe.fine_tune else None
        # Its processes start while the data is loaded.
        crew = crew_for(recipe, EXAMPLES if recipe.data == "mnist" and not isinstance(data, Dataset) else 0)
        self.data = upright(
            (data() if callable(data) else data)
            or load_dataset(
                recipe.data,
                seed=recipe.seed,
                image_size=origin.image_shape if origin else None,
                labels=recipe.labels,
                photographs=_read_photographs,
            )
        )
        self.setup = setup = set_up_fine_tuning(origin, recipe, self.data) if origin else set_up(recipe, self.data)
        self.recipe, self.model = setup.recipe, setup.model
        with one_blas_thread():
            self.before = evaluate(self.model, setup.test) if origin else None
        self.training = Training(
            self.model.network, setup.pixels, setup.targets, setup.recipe, setup.order_rng,
            scale=self.model.preprocessing.scaling.transform,
            augment=setup.augmentation.augment if setup.augmentation else None,
            augmentation_rng=setup.augmentation_rng,
            validate=self.validate if setup.recipe.validation else None,
        )  # fmt: skip
        self.crew = self._crew(crew)
        self.folder: Path | None = None
        self.evaluation: Evaluation | None = None
        self.interrupted = False
        self.seconds = 0.0

    @property
    def history(self) -> list[Epoch]:
        """One entry per finished epoch."""
        return self.training.history

    @property
    def train_seconds(self) -> float:
        """Time spent learning in finished epochs: no loading, validation or figures."""
        return sum(epoch.seconds for epoch in self.history)

    @property
    def warning(self) -> str | None:
        """What is probably wrong if little has been learned until the last epoch."""
        return diagnose(self.training) if self.history else None

    def events(self) -> Iterator[Event]:
        """Train as the recipe says, or resume from the folder's checkpoint; at the end, evaluate on the test set.

        Whoever takes the events decides the pace: between two of them, nothing happens. Stopping early leaves the
        model as it is then.

        Yields:
            What has just happened; `training` and `history` say more.

        Raises:
            DivergedError: training diverged; the model has its last good weights.
            ByhandError: the checkpoint cannot be read, or belongs to another training.
        """
        training = self.training
        checkpoint = self.folder / CHECKPOINT_FILE if self.folder else None
        if checkpoint and checkpoint.exists():
            self._go_on_from(checkpoint)
        last_checkpoint = time.perf_counter()
        with self.crew or nullcontext():
            if self.crew:
                self.crew.join(training, self.recipe.workers)
            for event in training.events():
                if event is Event.EPOCH:
                    self.model.history.append(self.history[-1].without_seconds())
                yield event
                if (
                    event is Event.EPOCH
                    and checkpoint
                    and time.perf_counter() - last_checkpoint > SECONDS_BETWEEN_CHECKPOINTS
                ):
                    self._save(checkpoint)
                    last_checkpoint = time.perf_counter()
        # On one core: shared between two, sums are added in another order, and a loss is another in its last digits.
        with one_blas_thread():
            self.evaluation = self._finish()
        self.seconds = time.perf_counter() - self._start

    def _go_on_from(self, checkpoint: Path) -> None:
        """Resume; where the checkpoint is damaged, begin anew, which takes longer and gives the same model."""
        try:
            load_checkpoint(self.training, checkpoint)
        except DamagedCheckpointError as error:
            aside = keep_aside(checkpoint)
            message = f"{error} It was renamed to {aside.name}, and the training begins anew."
            warnings.warn(message, ByhandWarning, stacklevel=3)
        self.model.history[:] = [epoch.without_seconds() for epoch in self.history]

    def _save(self, checkpoint: Path) -> None:
        """Write a checkpoint; that the disk is full is no reason to lose what is being learned."""
        try:
            save_checkpoint(self.training, checkpoint)
        except ByhandError as error:
            message = f"No checkpoint after epoch {self.training.epoch}, and the training goes on. {error}"
            warnings.warn(message, ByhandWarning, stacklevel=3)

    def complete(self) -> Self:
        """Train to the end without stopping; raises as `events`."""
        for _ in self.events():
            pass
        return self

    def _crew(self, crew: Crew | None) -> Crew | None:
        """Decide how many processes train, by trying; None where this one does alone."""
        training = self.training
        # A crew's processes learn from shared memory, which images that stay on the disk may not fit into.
        if not isinstance(training.inputs, MappedImages):
            crew = crew or crew_for(self.recipe, len(training.inputs))
        workers = 1
        if crew:
            workers = choose_members(training, crew, self.recipe.workers)
        self.recipe = replace(self.recipe, workers=workers)
        self.model.recipe["workers"] = workers
        if crew and workers == 1:
            crew.finish()
        return crew if workers > 1 else None

    def validate(self) -> tuple[float, float]:
        """Accuracy, 0 to 1, and loss, in nats, on the held-out images."""
        with one_blas_thread():  # as at the end
            result = evaluate(self.model, self.setup.validation)
        return result.accuracy, result.loss

    def _finish(self) -> Evaluation:
        """Fit the temperature, test the model, and note the results in it."""
        setup, model = self.setup, self.model
        model.round_to_stored()
        if len(setup.validation):
            model.temperature = fit_temperature(self._validation_logits(), setup.validation.labels)
        evaluation = evaluate(model, setup.test)
        kept = self.history[self.training.best_epoch - 1 if self.recipe.patience else -1]
        model.results.update(
            test_examples=evaluation.examples,
            test_accuracy=evaluation.accuracy,
            test_loss=evaluation.loss,
            train_examples=setup.train_examples,
            validation_accuracy=kept.validation_accuracy,
        )
        if self.before:
            model.results["test_accuracy_before"] = self.before.accuracy
        return evaluation

    def _validation_logits(self) -> NDArray[Any]:
        """Logits of the held-out images, corrupted as those learned from: confidence is for what will be read."""
        setup, images = self.setup, self.setup.validation.images
        if setup.augmentation and setup.recipe.corruptions:
            scaling, step = self.model.preprocessing.scaling, setup.recipe.batch_size
            batches = (scaling.transform(images[start : start + step]) for start in range(0, len(images), step))
            corrupted = [setup.augmentation.augment(batch, setup.calibration_rng) for batch in batches]
            images = scaling.inverse(np.concatenate(corrupted))
        return self.model.logits(images)


def _read_photographs() -> Prepare:
    """Photographs of digits become images as in `byhand read --single`; loaded only where there are some."""
    from byhand.reading.photographs import SingleDigits
    from byhand.reading.reader import reading_model

    return SingleDigits(reading_model())
