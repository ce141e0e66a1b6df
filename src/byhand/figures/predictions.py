"""What the model makes of some images, and how sure it is."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from byhand.data import LabelledImages
from byhand.figures.style import (
    FAINT,
    INK,
    MARGIN,
    QUIET,
    RIGHT,
    TEXT,
    WRONG,
    bare,
    check_count,
    look,
    page,
    shorten,
    sure,
)
from byhand.model import Model

USUAL, MOST = 5, 50
PER_ROW = 5
# Bars under an image: beyond this, only those of the most probable labels.
MOST_BARS = 10
# Inches: a column of the page, and from top to bottom an image's three lines, itself, a gap, a bar, free space.
COLUMN, LINES, IMAGE, GAP, BAR, SPACE = 2.75, 0.85, 2.0, 0.15, 0.25, 0.35


@look()
def draw_predictions(model: Model, examples: LabelledImages, count: int | None = None, seed: int = 0) -> Figure:
    """Draw `count` images chosen at random, each with its predicted and true label and all probabilities.

    Raises:
        ByhandError: a count that cannot be drawn, or images that the model cannot read.
    """
    chosen = examples.some(check_count(count, USUAL, MOST, "predictions"), seed)
    probabilities = model.predict_proba(examples.images[chosen])
    truth = examples.labels[chosen]
    right = int((probabilities.argmax(axis=1) == truth).sum())
    columns = min(PER_ROW, len(chosen))
    rows = -(-len(chosen) // columns)
    bars = BAR * min(MOST_BARS, len(model.label_names))
    width, row_height = max(7.5, COLUMN * columns + 2 * MARGIN), LINES + IMAGE + GAP + bars + SPACE
    figure = page(
        width,
        rows * row_height,
        f"{right} of {len(chosen)} images read right",
        "Chosen at random. The bars are the model's probabilities, from 0 to 100 %.",
    )
    figure.set_layout_engine("none")
    total = figure.get_figheight()
    names = 0.15 + 0.1 * max(len(shorten(name, 10)) for name in model.label_names)
    for place, position in enumerate(chosen):
        left = MARGIN + COLUMN * (place % columns)
        bottom = row_height * (rows - 1 - place // columns) + SPACE
        bar_axes = figure.add_axes(
            ((left + names) / width, bottom / total, (COLUMN - names - 0.25) / width, bars / total)
        )
        _bars(bar_axes, model, int(truth[place]), probabilities[place])
        image_axes = figure.add_axes(
            (left / width, (bottom + bars + GAP) / total, (COLUMN - 0.25) / width, IMAGE / total)
        )
        low, high = examples.grey_range
        image_axes.imshow(examples.images[position], INK, vmin=low, vmax=high, interpolation="nearest")
        bare(image_axes)
        _headline(image_axes, model, int(truth[place]), probabilities[place])
    return figure


def _headline(axes: Axes, model: Model, truth: int, probabilities: NDArray[np.floating]) -> None:
    """Write over an image whether it was read right, how sure the model is, and both labels."""
    predicted = int(probabilities.argmax())
    mark, colour = ("✓ right", RIGHT) if predicted == truth else ("✗ wrong", WRONG)
    read, true = (shorten(model.label_names[label]) for label in (predicted, truth))
    confidence = sure(float(probabilities[predicted]))
    style: dict[str, Any] = {
        "xycoords": "axes fraction",
        "textcoords": "offset points",
        "ha": "center",
        "va": "bottom",
        "size": 13,
    }
    axes.annotate(f"{mark}, {confidence}", (0.5, 1), (0, 42), weight="bold", color=colour, **style)
    axes.annotate(f"read as {read}\ntrue label: {true}", (0.5, 1), (0, 5), **style)


def _bars(axes: Axes, model: Model, truth: int, probabilities: NDArray[np.floating]) -> None:
    """Draw the probabilities of all labels, or of the most probable ones, in the labels' order."""
    predicted = int(probabilities.argmax())
    shown = np.sort(np.argsort(-probabilities, kind="stable")[:MOST_BARS])
    colours = {truth: RIGHT, predicted: RIGHT if predicted == truth else WRONG}
    places = np.arange(len(shown))
    axes.barh(places, np.ones(len(shown)), 0.72, color="#F4F4F4")
    axes.barh(places, probabilities[shown], 0.72, color=[colours.get(int(label), FAINT) for label in shown])
    bare(axes)
    axes.set_yticks(places, [shorten(model.label_names[label], 10) for label in shown])
    axes.tick_params(length=0, labelsize=13)
    for label, name in zip(shown, axes.get_yticklabels(), strict=True):
        name.set_fontweight("bold" if label in colours else "normal")
        name.set_color(TEXT if label in colours else QUIET)
    axes.set_xlim(0, 1)
    axes.set_ylim(len(shown) - 0.5, -0.5)
