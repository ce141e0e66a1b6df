"""Kinds of picture that people bring and that are hard to read: each drawn from a seed, with its labels."""

from collections.abc import Callable

import numpy as np

from evaluation_sets.generated_pages.forms import boxes, grid, table
from evaluation_sets.generated_pages.lines import broken, operators, slanted
from evaluation_sets.generated_pages.pages import Page
from evaluation_sets.generated_pages.printing import printed
from evaluation_sets.generated_pages.small_pictures import board, cell, crop, number, thick

HARD_KINDS: dict[str, Callable[[np.random.Generator], Page]] = {
    kind.__name__: kind
    for kind in (crop, cell, thick, grid, boxes, broken, slanted, operators, printed, table, board, number)
}


def make_hard_page(seed: int, kind: str | None = None) -> Page:
    """Make a picture of a kind in `HARD_KINDS`; without one, the seed says which."""
    make = HARD_KINDS[kind or list(HARD_KINDS)[seed % len(HARD_KINDS)]]
    return make(np.random.default_rng([seed, list(HARD_KINDS.values()).index(make)]))
