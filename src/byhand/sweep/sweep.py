"""A sweep: trials are trained wherever there is room, judged on held-out images, and the best is trained again."""

import dataclasses
import hashlib
import json
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from byhand.data.dataset import Dataset
from byhand.data.mapped_images import MappedImages
from byhand.data.sources import OPENML, load_dataset
from byhand.engines import Engine, LocalEngine, Lost
from byhand.errors import ByhandError
from byhand.files import make_folder
from byhand.processors import one_blas_thread
from byhand.sweep.results import LOST, RESULTS_FILE, Results
from byhand.sweep.search import Range, Trial, trials_of
from byhand.sweep.trial import run_trial
from byhand.training.checkpoint import CHECKPOINT_FILE
from byhand.training.orientation import upright
from byhand.training.recipe import Recipe
from byhand.training.run import Run
from byhand.training.run_folder import RECIPE_FILE, is_finished, save_recipe, save_run

BEST_FOLDER = "best"
# Held out where the recipe holds out nothing: a fifth of the images, but no more than 10,000, on which an accuracy of
# 98 % has a standard error of 0.14 points.
HELD_OUT_PART, MOST_HELD_OUT = 0.2, 10_000
# Successive halving: a third goes on, with three times the epochs (Li et al. 2018, "Hyperband", section 3.6).
HALVING = 3


class Sweep:
    """Many trainings and what came of them.

    Attributes:
        recipe: the settings that are not tried, with how many images are held out.
        trials: that there are; with successive halving, the later rounds join when they begin.
        planned: how many there will be.
        results: of the trials, as they come; a finished trial is never repeated.
        folder: where results and best model are kept.
    """

    def __init__(
        self,
        recipe: Recipe,
        grid: Mapping[str, Sequence[Any] | Range],
        *,
        random: int | None = None,
        seeds: int = 1,
        halving: bool = False,
        out: str | Path | None = None,
    ) -> None:
        """Check everything and find what is done already; nothing is trained yet.

        Args:
            recipe: the settings that are not tried.
            grid: as for `trials_of`.
            random: as for `trials_of`.
            seeds: as for `trials_of`; the mean over the seeds counts.
            halving: begin with few epochs, and go on with the best third and three times as many, until the recipe's.
            out: the sweep's folder; one with results goes on. None for a folder in runs/ named after the sweep.

        Raises:
            ByhandError: a grid, a setting or data that cannot work, or a folder in use.
        """
        trials_of(recipe, grid, random, seeds)  # a grid that cannot work is refused before anything is loaded
        if halving and "epochs" in grid:
            raise ByhandError("--halving chooses the epochs itself: leave them out of --grid.")
        self.data = (
            None
            if recipe.data == "mnist"
            else upright(load_dataset(recipe.data, seed=recipe.seed, labels=recipe.labels))
        )
        self._asked_for = recipe
        examples = 60_000 if self.data is None else len(self.data.train)
        examples = min(recipe.limit or examples, examples)
        if not recipe.validation:
            recipe = dataclasses.replace(recipe, validation=max(1, min(MOST_HELD_OUT, int(examples * HELD_OUT_PART))))
        if recipe.validation >= examples:
            raise ByhandError(
                f"Cannot hold out {recipe.validation:,} of {examples:,} images to judge by: use a smaller --validation."
            )
        self.recipe, self.seeds, self.halving = recipe, seeds, halving
        self.trials = trials_of(recipe, grid, random, seeds)
        self.names = list(grid)
        self._rounds = _rounds(len(self.trials) // seeds, recipe.epochs) if halving else [(recipe.epochs, 0)]
        if halving:
            self.trials = [_with_epochs(trial, self._rounds[0][0]) for trial in self.trials]
        self.planned = len(self.trials) + sum(groups * seeds for _, groups in self._rounds[1:])
        self._of_data = _fingerprint(recipe.data)
        self.folder = self._place(out)
        self.results = Results(self.folder, self.names)
        self.seconds = 0.0

    def run(self, engine: Engine) -> Iterator[tuple[Trial, dict[str, Any]]]:
        """Train what is left.

        Yields:
            Each trial with its row of the results, as they come: first those that are there already.

        Raises:
            ByhandError: the engine's workers ended, or the data cannot be brought to them.
        """
        # Processes of this machine map the same file; those of a cluster would each be sent a copy.
        if self.data and isinstance(self.data.train.images, MappedImages) and not isinstance(engine, LocalEngine):
            raise ByhandError(
                "These images are too many to be sent to a cluster: search on this machine with --engine local, or "
                "give fewer images as --data."
            )
        start = time.perf_counter()
        candidates = self.trials
        for number, (epochs, groups) in enumerate(self._rounds):
            if number:
                candidates = self._survivors(candidates, epochs, groups)
                self.trials = [*self.trials, *candidates]
            keys = {trial.number: trial.key(self._of_data) for trial in candidates}
            left = [trial for trial in candidates if keys[trial.number] not in self.results.rows]
            for trial in candidates:
                if trial not in left:
                    yield trial, self.results.rows[keys[trial.number]]
            recipes = {trial.number: trial for trial in left}
            tasks = [(trial.number, trial.recipe) for trial in left]
            for (which, recipe), measured in engine.run(_numbered, tasks, self.data):
                if isinstance(measured, Lost):
                    measured = {"error": LOST + measured.reason, "validation_accuracy": None, "validation_loss": None}
                row = recipes[which].chosen | measured
                row |= {"seed": recipe.seed, "epochs": recipe.epochs, "key": keys[which]}
                self.results.add(row)
                yield recipes[which], row
        self._last = candidates
        self.seconds += time.perf_counter() - start

    @property
    def failed(self) -> int:
        """How many of the trials ended with an error."""
        return sum(bool(self._row(trial)["error"]) for trial in self.trials if self._row(trial))

    def best(self) -> dict[str, Any]:
        """The settings with the highest mean validation accuracy over their seeds; of equals, the first.

        Raises:
            ByhandError: no trial succeeded.
        """
        scored = self._scored(self._last)
        if not scored:
            reasons = [row["error"] for trial in self.trials if (row := self._row(trial)) and row["error"]]
            raise ByhandError(
                f"All {len(self.trials)} trials failed; the first: {reasons[0] if reasons else 'unknown'}"
            )
        group, accuracy, loss = max(scored, key=lambda one: one[1])
        return {
            "trial": group[0].number,
            "settings": {name: list(v) if isinstance(v, tuple) else v for name, v in group[0].chosen.items()},
            "seeds": [trial.recipe.seed for trial in group],
            "validation_accuracy": accuracy,
            "validation_loss": loss,
        }

    def refit(self) -> list[Path]:
        """Train the best settings again, on all training images, test once, and save an ordinary run folder per seed.

        With early stopping, the images to judge by stay held out. A model that is there already is kept.

        Raises:
            ByhandError: as `Run`.
        """
        best = self.best()
        group = next(one for one in _groups(self._last) if one[0].number == best["trial"])
        folders = []
        for trial in group:
            held_out = self.recipe.validation if trial.recipe.patience else self._asked_for.validation
            recipe = dataclasses.replace(trial.recipe, validation=held_out)
            folder = self.folder / (BEST_FOLDER if len(group) == 1 else f"{BEST_FOLDER}-{recipe.seed}")
            folders.append(folder)
            if folder.is_dir() and is_finished(folder) and _same(Recipe.load(str(folder / RECIPE_FILE)), recipe):
                continue
            make_folder(folder)
            if (folder / RECIPE_FILE).is_file() and not _same(Recipe.load(str(folder / RECIPE_FILE)), recipe):
                (folder / CHECKPOINT_FILE).unlink(missing_ok=True)
            run = Run(recipe, self.data)
            run.folder = folder
            save_recipe(recipe, folder)
            with one_blas_thread():
                run.complete()
            save_run(run, folder)
        return folders

    def _row(self, trial: Trial) -> dict[str, Any]:
        return self.results.rows.get(trial.key(self._of_data), {})

    def _survivors(self, candidates: list[Trial], epochs: int, groups: int) -> list[Trial]:
        """The best of a round, with more epochs."""
        best = sorted(self._scored(candidates), key=lambda one: -one[1])[:groups]
        kept = [_with_epochs(trial, epochs) for group, _, _ in best for trial in group]
        return [dataclasses.replace(trial, number=len(self.trials) + i) for i, trial in enumerate(kept, start=1)]

    def _scored(self, trials: list[Trial]) -> list[tuple[list[Trial], float, float]]:
        """The groups none of whose trials failed, with mean validation accuracy and loss over their seeds."""
        scored = []
        for group in _groups(trials):
            rows = [self._row(trial) for trial in group]
            if all(row and not row["error"] for row in rows):
                scored.append((group, _mean(rows, "validation_accuracy"), _mean(rows, "validation_loss")))
        return scored

    def _place(self, out: str | Path | None) -> Path:
        """The sweep's folder; one that holds something else is refused."""
        if out is None:
            named = json.dumps([trial.key(self._of_data) for trial in self.trials] + [self.halving])
            folder = Path("runs") / f"sweep-{self.recipe.name}-{hashlib.sha256(named.encode()).hexdigest()[:6]}"
        else:
            folder = Path(out)
        if folder.is_file() or (folder.is_dir() and any(folder.iterdir()) and not (folder / RESULTS_FILE).is_file()):
            raise ByhandError(f"{folder} is in use already: choose an --out that is new, empty, or a sweep's.")
        return make_folder(folder)


def _numbered(task: tuple[int, Recipe], data: Dataset | None) -> dict[str, Any]:
    """What an engine runs for each trial."""
    return run_trial(task[1], data)


def _rounds(groups: int, epochs: int) -> list[tuple[int, int]]:
    """The epochs of each round of successive halving, and how many of so many settings it trains."""
    rounds = [(epochs, groups)]
    while rounds[0][0] >= HALVING and rounds[-1][1] >= HALVING:
        longest, fewest = rounds[0][0], rounds[-1][1]
        lengths = [longest // HALVING, *(length for length, _ in rounds)]
        sizes = [*(size for _, size in rounds), fewest // HALVING]
        rounds = list(zip(lengths, sizes, strict=True))
    return rounds


def _with_epochs(trial: Trial, epochs: int) -> Trial:
    return dataclasses.replace(trial, recipe=dataclasses.replace(trial.recipe, epochs=epochs))


def _groups(trials: list[Trial]) -> list[list[Trial]]:
    """Trials that differ in nothing but the seed of a repetition."""
    found: dict[str, list[Trial]] = {}
    for trial in trials:
        found.setdefault(json.dumps(trial.chosen), []).append(trial)
    return list(found.values())


def _mean(rows: list[dict[str, Any]], name: str) -> float:
    return statistics.fmean(row[name] for row in rows)


def _same(one: Recipe, other: Recipe) -> bool:
    """Whether two recipes say the same, wherever they stand."""
    return dataclasses.replace(one, name="", data="") == dataclasses.replace(other, name="", data="")


def _fingerprint(source: str) -> str:
    """What tells data from any other: name, size and time of a file or of those in a folder."""
    if source == "mnist" or source.startswith(OPENML):
        return source
    path = Path(source).resolve()
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    seen = [
        (str(file), status.st_size, status.st_mtime_ns) for file in files if file.is_file() and (status := file.stat())
    ]
    return hashlib.sha256(json.dumps([str(path), seen]).encode()).hexdigest()
