"""How many processes should share a training: measured, on a few steps of the very training that is about to run."""

import copy
import time
from contextlib import suppress

import numpy as np

from byhand.errors import ByhandError
from byhand.processors import cores
from byhand.training.crew import Crew, can_share, crew_of
from byhand.training.divergence import DivergedError
from byhand.training.loop import Event, Training
from byhand.training.recipe import Recipe

# Below so many weights times images shown, about half a second of learning, a second process is not worth its start.
WORTH_A_CREW = 1e10
PIXELS = 784  # of most images; the size of others is known too late
# A trial: so many steps, but for so long at most. With 60 steps, the start took 0.1 s longer; 22 timed
# trainings with either chose the same.
TRIAL_STEPS, FEWEST_TRIAL_STEPS, TRIAL_SECONDS = 24, 4, 0.15
# More processes must be faster by this factor: they are in the way of others.
WORTH_MORE = 1.05


def crew_for(recipe: Recipe, examples: int) -> Crew | None:
    """Get as many processes as may help, if any.

    Args:
        recipe: says how many at most, or 0 for as many as there are cores.
        examples: how many images will be shown in an epoch; 0 if that is not known yet.
    """
    if not recipe.hidden or not examples or not can_share():
        return None
    size = recipe.workers
    if not size:
        shown = recipe.epochs * min(recipe.limit or examples, examples)
        size = min(cores(), recipe.hidden[0]) if recipe.hidden[0] * PIXELS * shown >= WORTH_A_CREW else 1
    with suppress(OSError):
        return crew_of(size) if size > 1 else None
    return None


def choose_members(training: Training, crew: Crew, wanted: int) -> int:
    """Try a few steps with one process and with 2, 4, ... members.

    The number is all that is chosen: it is kept in the recipe, which must give the same bytes when it is used again.

    Args:
        training: that is about to start; nothing in it changes.
        crew: the processes.
        wanted: how many the user wants; 0 for the fastest.

    Returns:
        How many members are fastest.
    """
    try:
        crew.prepare(training)
    except (OSError, ByhandError):
        return 1
    if wanted:
        return crew.size
    alone = seconds_per_step(training, None, 1)
    steps = max(FEWEST_TRIAL_STEPS, min(TRIAL_STEPS, int(TRIAL_SECONDS / alone)))
    best, fastest, members = 1, alone, 2
    while members <= crew.size:
        try:
            shared = seconds_per_step(training, crew, members, steps)
        except ByhandError:
            return 1
        if shared * WORTH_MORE > fastest:
            break
        best, fastest = members, shared
        members = crew.size if members < crew.size < 2 * members else 2 * members
    if best > 1 and not training.one_thread:
        # Last, for BLAS' threads look for work for a while, each on a core that a member would need.
        threads = seconds_per_step(training, None, 1, one_thread=False)
        if threads < fastest * WORTH_MORE:
            return 1
    return best


def seconds_per_step(
    training: Training, crew: Crew | None, members: int, steps: int = TRIAL_STEPS, one_thread: bool = True
) -> float:
    """How long a step of a copy of a training takes, undisturbed: the fastest tenth of a few.

    One process stops early when it has taken too long: on a machine with other work, threads that wait for each other
    can take a hundred times as long for a step. Several take as many steps as all have been told.
    """
    trial = Training(
        copy.deepcopy(training.network), training.inputs, training.targets, training.recipe, np.random.default_rng(0),
        scale=training.scale, augment=training.augment, weighted=training.criterion.weighted,
    )  # fmt: skip
    trial.one_thread = one_thread
    if crew:
        crew.join(trial, members, steps)
    times = [time.perf_counter()]
    with suppress(DivergedError):
        for event in trial.events():
            if event is Event.STEP:
                times.append(time.perf_counter())
                late = crew is None and len(times) > FEWEST_TRIAL_STEPS and times[-1] - times[0] > TRIAL_SECONDS
                if late or len(times) > steps:
                    break
    return float(np.quantile(np.diff(times)[1:], 0.1))
