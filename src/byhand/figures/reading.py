"""How a picture is read, step by step: a panel per stage."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from byhand.errors import ByhandError
from byhand.figures.style import BLUE, FAINT, INK, QUIET, VERMILLION, bare, look, page, settle
from byhand.reading import Digit, Stages

# Panels per row, and their size in inches.
COLUMNS, WIDTH, LEAST_HEIGHT, MOST_HEIGHT = 3, 3.6, 1.6, 4.0
# So many digits are shown in MNIST's form.
MOST_DIGITS = 24
# Pictures are shown with at most so many pixels on their longer side: more would only make the file larger.
LARGEST = 600


@look()
def draw_reading(stages: Stages) -> Figure:
    """Draw what every step of the pipeline made of a picture.

    Raises:
        ByhandError: there is no foreground to follow.
    """
    found = stages.found
    if found is None or not found.foreground.mask.any():
        raise ByhandError("There is nothing to draw: nothing stands out from the background in this picture.")
    reading = stages.reading
    title = f"{len(reading.digits)} digits" if len(reading.digits) != 1 else "1 digit"
    grey = found.page.grey
    height, width = grey.shape
    tall = min(max(WIDTH * height / width, LEAST_HEIGHT), MOST_HEIGHT) + 0.4
    figure = page(
        COLUMNS * WIDTH + 0.7, 2 * tall + 1.7, f"From a picture to {title}",
        "Blue: sure. Orange, with a question mark: to be checked. Grey: no digit.",
    )  # fmt: skip
    grid = figure.add_gridspec(3, COLUMNS, height_ratios=(tall, tall, 1.1))
    panels = [figure.add_subplot(grid[i // COLUMNS, i % COLUMNS]) for i in range(2 * COLUMNS)]
    colours = stages.picture.colours
    _show(panels[0], colours, "1  the picture, upright")
    ground = "dark on light" if found.page.dark_on_light else "light on dark"
    _show(panels[1], grey, f"2  the page, {ground}")
    if found.page.inside is not None:
        panels[1].contour(_thinned(found.page.inside.astype(float)), [0.5], colors=VERMILLION, linewidths=2)
    _show(panels[2], found.foreground.level, "3  its background")
    _show(panels[3], 255.0 * ~found.foreground.mask, "4  foreground, with rulings")
    density = np.zeros(grey.shape, np.float32)
    for one in found.components:
        part = density[one.top : one.bottom, one.left : one.right]
        np.maximum(part, one.density[: part.shape[0], : part.shape[1]], out=part)
    _show(panels[4], 255 * (1 - density), "5  components, rulings removed")
    _show(panels[5], colours, "6  digits in reading order")
    _mark(panels[5], stages)
    _digits(figure.add_subplot(grid[2, :]), stages)
    return settle(figure)


def _thinned(image: np.ndarray) -> np.ndarray:
    """Every so-many-th pixel of a large picture."""
    step = -(-max(image.shape[:2]) // LARGEST)
    return image[::step, ::step]


def _show(axes: Axes, image: np.ndarray, title: str) -> None:
    bare(axes)
    axes.set_title(title)
    small = _thinned(image)
    if small.ndim == 2:
        axes.imshow(small, "gray", vmin=0, vmax=255, interpolation="antialiased")
    else:
        axes.imshow(small, interpolation="antialiased")
    axes.spines[:].set_visible(True)
    axes.spines[:].set_color(FAINT)


def _mark(axes: Axes, stages: Stages) -> None:
    """Draw the boxes, numbered in reading order."""
    height, width = _thinned(stages.picture.colours).shape[:2]
    across, down = width / stages.picture.size[0], height / stages.picture.size[1]
    boxes = [(one.box, BLUE if one.sure else VERMILLION) for one in stages.reading.digits]
    for (left, top, right, bottom), colour in [
        *boxes,
        *((one.box, QUIET) for one in stages.reading.other if one.kind == "unknown"),
    ]:
        corner = left * across - 0.5, top * down - 0.5
        size = (right - left) * across, (bottom - top) * down
        axes.add_patch(Rectangle(corner, *size, fill=False, edgecolor=colour, linewidth=1.5))
    for one in stages.reading.digits:
        left, top, *_ = one.box
        text, colour = _said(one)
        axes.annotate(text, (left * across, top * down), color=colour, size=11, va="bottom", clip_on=True)


def _digits(axes: Axes, stages: Stages) -> None:
    """The digits in MNIST's form with what was read."""
    bare(axes)
    shown = stages.reading.digits[:MOST_DIGITS]
    rest = len(stages.reading.digits) - len(shown)
    axes.set_title("7  as the network sees them" + (f" (the first {len(shown)})" if rest else ""))
    count = max(len(shown), COLUMNS * 4)
    row = np.full((28, 32 * count - 4), np.nan)
    for i, one in enumerate(shown):
        row[:, 32 * i : 32 * i + 28] = one.image
        text, colour = _said(one)
        place: Any = (32 * i + 13.5, 30)
        axes.annotate(text, place, color=colour, ha="center", va="top", size=12, annotation_clip=False)
    axes.imshow(row, INK, vmin=0, vmax=255, interpolation="nearest")


def _said(one: Digit) -> tuple[str, str]:
    """What is written beside a digit, and in which colour."""
    return one.marked, BLUE if one.sure else VERMILLION
