"""Which settings to try: every combination of a grid, or some of them at random."""

import dataclasses
import hashlib
import itertools
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

import numpy as np

from byhand.errors import ByhandError, choose
from byhand.training.recipe import Recipe

# Trials with different ones of these would be judged on different images, or share the cores otherwise.
FIXED = ("name", "data", "labels", "split", "validation", "workers")
MOST_TRIALS = 1_000_000
RANGE = ".."


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, to be drawn at random: evenly if whole, else on a logarithmic scale above 0.

    Learning rates and penalties matter by their order of magnitude, and in a narrow range the two scales hardly differ
    (Bergstra and Bengio 2012, "Random search for hyper-parameter optimization", section 2.2).
    """

    low: float
    high: float

    def draw(self, rng: np.random.Generator) -> Any:
        """One number, with three digits: more say nothing."""
        if isinstance(self.low, int) and isinstance(self.high, int):
            return int(rng.integers(self.low, self.high + 1))
        if self.low > 0:
            return float(f"{math.exp(rng.uniform(math.log(self.low), math.log(self.high))):.3g}")
        return float(f"{rng.uniform(self.low, self.high):.3g}")


# For each setting, its values, or the range that they are drawn from.
Grid = dict[str, list[Any] | Range]


@dataclass(frozen=True)
class Trial:
    """One training of a sweep.

    Attributes:
        number: from 1, the same in every run of the sweep.
        recipe: all settings.
        chosen: those that the sweep chose, without the seed of a repetition.
    """

    number: int
    recipe: Recipe
    chosen: dict[str, Any]

    def key(self, data: str) -> str:
        """What tells this training from every other, given what tells the data."""
        settings = {name: value for name, value in self.recipe.settings().items() if name != "name"}
        return hashlib.sha256(json.dumps([settings, data], sort_keys=True).encode()).hexdigest()[:16]


def parse_grid(words: Iterable[str]) -> Grid:
    """Read what was given to `--grid`: NAME=V1,V2 or NAME=LOW..HIGH.

    Raises:
        ByhandError: another form, a setting that does not exist, a value of another type, or one given twice.
    """
    grid: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        name = name.strip().replace("-", "_")
        if not equals or not name:
            raise ByhandError(f"--grid {word} has no values: write NAME=V1,V2, as in learning_rate=0.1,0.5.")
        if name in grid:
            raise ByhandError(f"--grid has {name} twice: give all its values at once.")
        low, dots, high = text.partition(RANGE)
        if dots:
            grid[name] = Range(_value(name, low), _value(name, high))
        else:
            grid[name] = [_value(name, one) for one in text.split(",")]
    return checked(grid)


def checked(grid: Mapping[str, Sequence[Any] | Range]) -> Grid:
    """Refuse a grid that cannot work.

    Raises:
        ByhandError: it is empty, has a setting that does not exist or must be the same for all trials, no values, a
            value twice, or a range without a width.
    """
    if not grid:
        raise ByhandError("There is nothing to try: give --grid NAME=V1,V2, as in --grid learning_rate=0.1,0.5.")
    for name, values in grid.items():
        _check_name(name)
        if isinstance(values, Range):
            numbers = all(
                isinstance(end, int | float) and not isinstance(end, bool) for end in (values.low, values.high)
            )
            if not numbers or not (0 <= values.low < values.high < math.inf):
                raise ByhandError(
                    f"--grid {name} cannot go from {values.low} to {values.high}: a range has two numbers, from 0 on, "
                    "the lower first."
                )
            continue
        if len(values) == 0:
            raise ByhandError(f"--grid {name} has no values: give at least one.")
        seen: list[Any] = []
        for value in values:
            if value in seen:
                raise ByhandError(f"--grid {name} has the value {_written(value)} twice: give each once.")
            seen.append(value)
    return {name: values if isinstance(values, Range) else list(values) for name, values in grid.items()}


def trials_of(
    recipe: Recipe, grid: Mapping[str, Sequence[Any] | Range], random: int | None = None, seeds: int = 1
) -> list[Trial]:
    """All trials of a sweep, each checked, and each trained by one process: several trials run at a time.

    Args:
        recipe: the settings that are not tried.
        grid: values, or ranges, of those that are.
        random: draw so many different combinations, by the recipe's seed, instead of trying all.
        seeds: train each combination so many times, with the recipe's seed and those that follow it.

    Raises:
        ByhandError: a grid or a combination that cannot work, or no trials.
    """
    grid = checked(grid)
    if random is not None and random < 1:
        raise ByhandError(f"--random cannot be {random}: a sweep needs at least one trial.")
    if seeds < 1 or (seeds > 1 and "seed" in grid):
        raise ByhandError(
            f"--seeds cannot be {seeds}: train each setting at least once."
            if seeds < 1
            else "--seeds and a grid of seeds say the same: leave one of them out."
        )
    ranges = [name for name, values in grid.items() if isinstance(values, Range)]
    lists = {name: values for name, values in grid.items() if not isinstance(values, Range)}
    combinations = math.prod(len(values) for values in lists.values())
    if random is None and ranges:
        raise ByhandError(f"{ranges[0]} has a range: say with --random how many trials to draw from it.")
    if random is not None and not ranges and random > combinations:
        raise ByhandError(f"--random {random} is more than the {combinations:,} combinations there are: leave it out.")
    if (random or combinations) * seeds > MOST_TRIALS:
        raise ByhandError(
            f"This sweep has {(random or combinations) * seeds:,} trials, more than {MOST_TRIALS:,}: use --random."
        )
    if random is None:
        chosen = [dict(zip(lists, values, strict=True)) for values in itertools.product(*lists.values())]
    else:
        chosen = _drawn(grid, random, np.random.default_rng(recipe.seed))
    trials: list[Trial] = []
    for settings in chosen:
        whole = recipe.changed(workers=1, **settings)
        for repetition in range(seeds):
            own = dataclasses.replace(whole, seed=whole.seed + repetition) if repetition else whole
            trials.append(Trial(len(trials) + 1, own, settings))
    return trials


def _drawn(grid: Grid, count: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """So many different combinations."""
    found: dict[str, dict[str, Any]] = {}
    for _ in range(1000 * count):
        settings = {
            name: values.draw(rng) if isinstance(values, Range) else values[int(rng.integers(len(values)))]
            for name, values in grid.items()
        }
        found.setdefault(json.dumps(settings), settings)
        if len(found) == count:
            return list(found.values())
    raise ByhandError(f"The ranges do not hold {count:,} different combinations: give a smaller --random.")


def _check_name(name: str) -> None:
    names = [field.name for field in dataclasses.fields(Recipe) if field.name not in FIXED]
    if name in FIXED:
        raise ByhandError(
            f"{name} must be the same for all trials, or they could not be compared: leave it out of --grid."
        )
    if name not in names:
        raise ByhandError(f"There is no setting '{name}' to try: {choose(name, names)}")


def _value(name: str, text: str) -> Any:
    """A value as the setting's type wants it; layers are joined by dashes, as in 128-64."""
    _check_name(name)
    kind, text = get_type_hints(Recipe)[name], text.strip()
    try:
        if name == "hidden":
            return () if text == "none" else tuple(int(units) for units in text.split("-"))
        if kind is bool:
            return {"true": True, "false": False}[text.lower()]
        if kind is not str:
            return kind(text)
    except (ValueError, KeyError):
        expected = {"hidden": "layers such as 128 or 128-64"}.get(
            name, {bool: "true or false", int: "a whole number"}.get(kind, "a number")
        )
        raise ByhandError(f"--grid {name} cannot be '{text}': give {expected}.") from None
    return text


def _written(value: Any) -> str:
    return "-".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
