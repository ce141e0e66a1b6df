"""What random deformations make of an image."""

from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure

from byhand.augmentation.deformations import Deformations
from byhand.data import LabelledImages
from byhand.figures.style import FAINT, INK, check_count, look
from byhand.figures.tiles import lay_out

USUAL, MOST = 6, 40
# What is shown: how many of each kind.
EACH = 4
BOTH = Deformations(rotation=15, scale=0.15, shear=0.15, shift=1.5, elastic=1.2, smoothness=4)
KINDS = {"affine": replace(BOTH, elastic=0), "elastic": Deformations(elastic=1.2, smoothness=4), "both": BOTH}


@look()
def draw_deformations(examples: LabelledImages, count: int | None = None, seed: int = 0) -> Figure:
    """Draw `count` images chosen at random, each with a row of its deformations.

    Raises:
        ByhandError: a count that cannot be drawn.
    """
    chosen = examples.some(check_count(count, USUAL, MOST, "images with their deformations"), seed)
    originals = examples.images[chosen].astype(np.float32)
    rows, height, width = originals.shape
    repeated = originals.reshape(rows, -1).repeat(EACH, axis=0)
    rng = np.random.default_rng(seed)
    deformed = [kind.deform(repeated, height, width, rng).reshape(rows, EACH, height, width) for kind in KINDS.values()]
    images = np.concatenate([originals[:, np.newaxis], *deformed], axis=1)
    tiles = lay_out(images.reshape(-1, height, width), images.shape[1], side=0.85, beside=0.16, above=0.16)
    figure, axes = tiles.page(
        "One image, many ways to write it",
        f"Affine: turned by up to {BOTH.rotation:g}°, stretched by up to {100 * BOTH.scale:g} %, slanted, shifted. "
        f"Elastic: bent by about {BOTH.elastic:g} pixels.",
        least_width=10,
    )
    tiles.show(axes, INK, examples.grey_range)
    top = tiles.corners[0, 0] - 0.5
    gap = tiles.corners[1, 1] - width
    for place, name in enumerate(["original", *KINDS]):
        left = tiles.corners[max(0, 1 + EACH * (place - 1)), 1] - 0.5
        axes.annotate(name, (left, top), (0, 5), textcoords="offset points", va="bottom", size=13)
        if place:
            axes.axvline(left - gap / 2, ymax=1 - (top + 0.5) / len(tiles.picture), color=FAINT, linewidth=1.5)
    return figure
