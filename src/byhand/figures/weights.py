"""What each unit of the first layer looks for, as an image of its weights."""

import math

import numpy as np
from matplotlib.figure import Figure

from byhand.figures.style import AGAINST_AND_FOR, MARGIN, check_count, look, shorten
from byhand.figures.tiles import lay_out
from byhand.model import Model

MOST = 128
# The few largest weights are cut off at the end of the colour scale, or the rest would look pale.
SCALE_QUANTILE = 0.998
WIDTH = 12.0
NOTE = "A stroke on orange speaks for the {what}, a stroke on blue against it."


@look()
def draw_weights(model: Model, count: int | None = None) -> Figure:
    """Draw the weights of the first layer's units as images, those first to which the next layer listens most.

    A network without a hidden layer shows the weights of its labels, in their order.

    Args:
        model: whose weights.
        count: how many units, at most 128.

    Raises:
        ByhandError: a count that cannot be drawn.
    """
    count = check_count(count, MOST, MOST, "units")
    first = model.network.dense[0].weights
    units = first.shape[1]
    hidden = len(model.network.dense) > 1
    order = np.arange(units)
    if hidden:
        # How much a unit matters: the length of the vector of weights with which it enters the next layer.
        order = np.argsort(-np.linalg.norm(model.network.dense[1].weights, axis=1), kind="stable")
    order = order[:count]
    height, width = model.image_shape
    images = first.T[order].reshape(len(order), height, width).astype(np.float64)
    limit = float(np.quantile(np.abs(images), SCALE_QUANTILE)) or 1.0

    if hidden:
        title = f"What the {units} hidden units look for" if units > 1 else "What the one hidden unit looks for"
        note = NOTE.format(what="unit")
        if len(order) < units:
            title += f": the {len(order)} that matter most"
        elif units > 1:
            note += " Sorted by how much they matter."
    else:
        title, note = "What speaks for each label, and what against it", NOTE.format(what="label")
        if len(order) < units:
            note += f" Here the first {len(order)} of {units}."
    # About twice as many columns as rows, in inches, and images as large as the page allows.
    columns = min(len(order), math.ceil(math.sqrt(2 * len(order) * height / width)))
    name_height = 0 if hidden else 0.35
    side = min(1.7, (WIDTH / columns - 0.08) * max(height, width) / width)
    beside = 0.08 if hidden else 0.4
    tiles = lay_out(images, columns, side=side, beside=beside, above=0.08 + name_height)
    figure, axes = tiles.page(title, note, least_width=9, below=0.8)
    picture = tiles.show(axes, AGAINST_AND_FOR, (-limit, limit))
    if not hidden:
        for label, (row, column) in zip(order, tiles.corners, strict=True):
            axes.annotate(
                shorten(model.label_names[label]), (column + (width - 1) / 2, row - 0.5), (0, 5),
                textcoords="offset points", ha="center", va="bottom", weight="bold",
            )  # fmt: skip

    wide, total = figure.get_size_inches()
    place = (MARGIN / wide, (MARGIN + 0.35) / total, 4 / wide, 0.2 / total)
    bar = figure.colorbar(picture, cax=figure.add_axes(place), orientation="horizontal", extend="both")
    bar.set_ticks([-limit, 0, limit], labels=[f"−{limit:.2g}", "0", f"{limit:.2g}"])
    bar.ax.tick_params(length=0, pad=6)
    bar.outline.set_visible(False)
    figure.text((MARGIN + 4.25) / wide, (MARGIN + 0.45) / total, "weight of a pixel", va="center")
    return figure
