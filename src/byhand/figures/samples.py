"""What there is to read: some images of each label."""

import numpy as np
from matplotlib.figure import Figure

from byhand.data import LabelledImages
from byhand.figures.style import INK, check_count, look, shorten
from byhand.figures.tiles import lay_out

PER_LABEL, MOST = 10, 40
MOST_LABELS = 40


@look()
def draw_samples(examples: LabelledImages, count: int | None = None, seed: int = 0) -> Figure:
    """Draw `count` images of each label, chosen at random, a row per label.

    Raises:
        ByhandError: a count that cannot be drawn.
    """
    count = check_count(count, PER_LABEL, MOST, "images per label")
    rng = np.random.default_rng(seed)
    present = np.unique(examples.labels)[:MOST_LABELS]
    members = [np.flatnonzero(examples.labels == label) for label in present]
    count = min(count, max(len(member) for member in members))
    height, width = examples.images.shape[1:]
    images = np.full((len(present), count, height, width), np.nan)
    for row, member in zip(images, members, strict=True):
        chosen = rng.permutation(member)[:count]
        row[: len(chosen)] = examples.images[chosen]
    tiles = lay_out(images.reshape(-1, height, width), count, side=0.75, beside=0.12, above=0.12)
    names = [shorten(examples.label_names[label]) for label in present]
    several = f"{count} examples" if count > 1 else "one example"
    note = "" if len(present) == len(examples.label_names) else f"{len(present)} of {len(examples.label_names)} labels."
    figure, axes = tiles.page(
        f"What there is to read: {several} of each label", note, least_width=7, left=0.25 + 0.13 * max(map(len, names))
    )
    tiles.show(axes, INK, examples.grey_range)
    axes.set_yticks(tiles.corners[::count, 0] + (height - 1) / 2, names)
    axes.tick_params(length=0, pad=10, labelsize=16)
    return figure
