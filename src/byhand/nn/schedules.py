"""Schedules: the learning rate of each step. `progress` is the part of all training already done, 0 to 1."""

import math

WARM_UP = 0.2


def constant(progress: float) -> float:
    """The full learning rate, always."""
    return 1.0


def one_cycle(progress: float) -> float:
    """Rise in a straight line from a tenth to the full rate, then fall along half a cosine to zero.

    Starting low lets the first, wild gradients settle; ending at zero averages out the noise of the batches.
    Source: Smith and Topin 2018, "Super-convergence".
    """
    if progress < WARM_UP:
        return 0.1 + 0.9 * progress / WARM_UP
    return (1 + math.cos(math.pi * (progress - WARM_UP) / (1 - WARM_UP))) / 2


SCHEDULES = {"constant": constant, "one-cycle": one_cycle}
