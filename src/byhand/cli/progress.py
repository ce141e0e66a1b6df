"""What is shown while `byhand train` runs: the epochs."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from byhand.cli.common import percent
from byhand.training.loop import Epoch, Event
from byhand.training.recipe import Recipe
from byhand.training.run import Run


class TrainingProgress:
    """Progress on stderr; the bar appears only where someone watches a terminal."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.warned = False
        self.console = Console(stderr=True, highlight=False)
        self.progress = Progress(
            TextColumn("epoch {task.fields[epoch]}/{task.fields[epochs]}"),
            BarColumn(bar_width=30),
            TextColumn("loss {task.fields[loss]:.4f}  {task.fields[rate]:,.0f} examples/s"),
            TimeRemainingColumn(compact=True),
            TextColumn("left"),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )

    def __enter__(self) -> Self:
        """Say what is about to be trained on what."""
        run = self.run
        layers = "-".join(map(str, run.model.network.sizes))
        for note in run.data.notes:
            self._line(note)
        parameters = f"{run.model.network.parameters.size:,} parameters"
        self._line(
            f"{run.recipe.name}: {layers}, {run.recipe.activation}, {parameters}; {_method(run.recipe)}; "
            f"{run.setup.train_examples:,} images to learn from, {len(run.setup.test):,} to test on"
        )
        self.progress.start()
        epochs = run.recipe.epochs
        total = len(run.training.inputs) * epochs
        self.task = self.progress.add_task("", total=total, epoch=1, epochs=epochs, loss=float("nan"), rate=0.0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.stop()

    def show(self, event: Event) -> None:
        """Move the bar, or print the line of a finished epoch."""
        if event is Event.PROGRESS:
            training = self.run.training
            self.progress.update(
                self.task,
                completed=(training.epoch - 1) * len(training.inputs) + training.shown,
                epoch=training.epoch,
                loss=training.loss,
                rate=training.shown / max(training.epoch_seconds, 1e-9),
            )
        elif event is Event.EPOCH:
            self._epoch(self.run.history[-1])

    def _epoch(self, epoch: Epoch) -> None:
        epochs = self.run.recipe.epochs
        measured = ""
        if epoch.validation_accuracy is not None:
            measured = f"  validation {percent(epoch.validation_accuracy)}, loss {epoch.validation_loss:.4f}"
        self._line(
            f"epoch {epoch.epoch:>{len(str(epochs))}}/{epochs}  loss {epoch.train_loss:.4f}  "
            f"accuracy {percent(epoch.train_accuracy)}{measured}  learning rate {epoch.learning_rate:.4g}  "
            f"{epoch.seconds:.2f} s"
        )
        training = self.run.training
        if training.stopped_early:
            self._line(
                f"Stopped early: the validation loss was lowest after epoch {training.best_epoch}, "
                "whose weights are kept."
            )
        if not self.warned and (warning := self.run.warning):
            self._line(warning)
            self.warned = True

    def _line(self, text: str) -> None:
        self.console.print(text, soft_wrap=True, markup=False)


def _method(recipe: Recipe) -> str:
    """Optimiser and learning rate, which may follow from other settings, in words."""
    momentum = f", momentum {recipe.momentum:g}" if recipe.momentum and recipe.optimizer != "adam" else ""
    return f"{recipe.optimizer}{momentum}, learning rate {recipe.learning_rate:g}"
