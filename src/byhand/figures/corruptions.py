"""Corruptions: what other people's pens, paper and cameras do to a digit, as the reader learns from it."""

import numpy as np
from matplotlib.figure import Figure

from byhand.augmentation.corruptions import KINDS
from byhand.data import LabelledImages
from byhand.figures.style import INK, check_count, look
from byhand.figures.tiles import lay_out

USUAL, MOST = 10, 30
NAMES_WIDTH = 1.9  # inches


@look()
def draw_corruptions(examples: LabelledImages, count: int | None = None, seed: int = 0) -> Figure:
    """Draw `count` images chosen at random, a row for each kind of corruption.

    Raises:
        ByhandError: a count that cannot be drawn.
    """
    chosen = examples.some(check_count(count, USUAL, MOST, "images and their corruptions"), seed)
    lowest, highest = examples.grey_range
    originals = ((examples.images[chosen] - lowest) / max(highest - lowest, 1)).astype(np.float32)
    corrupted = [kind(originals, np.random.default_rng([seed, row])) for row, (kind, _) in enumerate(KINDS)]
    images = np.concatenate([originals, *corrupted])
    tiles = lay_out(images, len(originals), side=0.5, beside=0.06, above=0.06)
    figure, axes = tiles.page(
        "What other people's pens and cameras do",
        "Each kind is applied to a fraction of the images that the reader learns from, often several to one.",
        least_width=8,
        left=NAMES_WIDTH,
    )
    tiles.show(axes, INK, (0, 1))
    names = ["original", *(f"{kind.__name__.replace('_', ' ')}, {100 * share:.0f} %" for kind, share in KINDS)]
    for name, corner in zip(names, tiles.corners[:: len(originals)], strict=True):
        middle = (corner[1], corner[0] + tiles.tile[0] / 2)
        axes.annotate(name, middle, (-8, 0), textcoords="offset points", ha="right", va="center")
    return figure
