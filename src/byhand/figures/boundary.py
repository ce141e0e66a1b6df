"""Where a network draws the line between labels, and what a hidden layer is good for."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

from byhand.data import LabelledImages, one_hot
from byhand.errors import ByhandError
from byhand.figures.style import (
    BLUE,
    LABEL_COLOURS,
    ORANGE,
    TEXT,
    bare,
    check_count,
    look,
    page,
    percent,
    settle,
    shorten,
)
from byhand.model import Model
from byhand.nn import Network
from byhand.training.loop import Training
from byhand.training.recipe import Recipe

# The main directions of this many images are nearly those of all.
PCA_IMAGES = 4000
POINTS, MOST = 400, PCA_IMAGES
# Points of the toy set to learn from, and as many fresh ones to draw and to measure on.
MOONS, NOISE = 500, 0.2
# The plane is looked at in a grid of this many points along its longer side.
GRID = 300
# Markers of labels that are too long to be written at each point.
SHAPES = "o^sDvPX<>*"


@look()
def draw_boundary(model: Model, examples: LabelledImages, count: int | None = None, seed: int = 0) -> Figure:
    """Draw decision regions: of two small networks on points in the plane, and of the model on a plane of images.

    Args:
        model: whose regions the large panel shows.
        examples: labelled images; their two main directions (PCA) span the plane.
        count: how many of them to draw as points.
        seed: decides the toy points, the small networks and which images are drawn.

    Raises:
        ByhandError: a count that cannot be drawn, too few images for a plane, or images the model cannot read.
    """
    count = check_count(count, POINTS, MOST, "points")
    if len(examples.images) < 3 or examples.images[0].size < 2:
        raise ByhandError("The figure 'boundary' needs at least 3 images of at least 2 pixels to lay a plane through.")
    figure = page(
        14,
        8.4,
        "A hidden layer bends the boundary",
        f"Left: two small networks learned from the same {MOONS} points, and are tested on the fresh ones drawn here.",
    )
    panels = figure.subplot_mosaic(
        [["straight", "plane"], ["bent", "plane"]],
        width_ratios=[1, 1.82],
        gridspec_kw={"wspace": 0.06, "hspace": 0.06},
    )
    _draw_moons(panels["straight"], (), "No hidden layer", seed)
    _draw_moons(panels["bent"], (16,), "16 hidden units", seed)
    _draw_plane(panels["plane"], model, examples, count, seed)
    return settle(figure)


def _draw_moons(axes: Axes, hidden: tuple[int, ...], name: str, seed: int) -> None:
    """Train a small network on two interlocked half-moons and draw its two regions."""
    from sklearn.datasets import make_moons

    points, labels = make_moons(2 * MOONS, noise=NOISE, random_state=seed % 2**32)
    recipe = Recipe(
        hidden=hidden, activation="tanh", optimizer="adam", learning_rate=0.03, schedule="one-cycle", epochs=60,
        batch_size=50, dtype="float64",
    )  # fmt: skip
    weights_rng, order_rng = np.random.default_rng(seed).spawn(2)
    network = Network([2, *hidden, 2], recipe.activation, recipe.dtype)
    network.initialise(recipe.initialiser, weights_rng)
    targets = one_hot(labels[:MOONS], 2, recipe.dtype)
    Training(network, points[:MOONS], targets, recipe, order_rng).run()

    fresh, truth = points[MOONS:], labels[MOONS:]
    accuracy = float((network.forward(fresh).argmax(axis=1) == truth).mean())
    x, y = _grid(points)
    _draw_regions(axes, x, y, network.forward(_points(x, y)), (BLUE, ORANGE))
    for label, marker, colour in ((0, "o", BLUE), (1, "^", _mix(ORANGE, "#000000", 0.25))):
        chosen = fresh[truth == label]
        axes.scatter(chosen[:, 0], chosen[:, 1], 32, color=colour, marker=marker, edgecolors="white", linewidths=0.6)
    axes.set_title(f"{name}: {percent(accuracy)} right", weight="bold")


def _draw_plane(axes: Axes, model: Model, examples: LabelledImages, count: int, seed: int) -> None:
    """Draw the model's regions on the plane through the mean image along the two main directions of the images."""
    from sklearn.decomposition import PCA

    basis = examples.some(PCA_IMAGES, seed)
    pixels = examples.images[basis].reshape(len(basis), -1).astype(np.float64)
    pca = PCA(2, svd_solver="full" if len(pixels) < pixels.shape[1] else "covariance_eigh")
    places = pca.fit_transform(pixels)
    x, y = _grid(places)
    # In parts: each point of the plane is a whole image.
    parts = np.array_split(_points(x, y), 20)
    logits = np.concatenate([model.logits(pca.inverse_transform(part)) for part in parts])
    colours = [LABEL_COLOURS[i % len(LABEL_COLOURS)] for i in range(len(model.label_names))]
    regions = _draw_regions(axes, x, y, logits, colours)

    shown, truth = places[:count], examples.labels[basis[:count]]
    for label in np.unique(truth):
        chosen = shown[truth == label]
        dark = _mix(colours[label], "#000000", 0.5)
        name = model.label_names[label]
        marker = _marker(name) or SHAPES[label % len(SHAPES)]
        axes.scatter(chosen[:, 0], chosen[:, 1], 45, color=dark, marker=marker, linewidths=0, label=shorten(name))
    if not all(_marker(name) for name in model.label_names):
        axes.legend(loc="upper left", bbox_to_anchor=(-0.02, 0), ncols=4, handletextpad=0.2)
    for label in np.unique(regions):
        row, column = _innermost(regions == label)
        name = shorten(model.label_names[label])
        axes.text(
            x[column], y[row], name, size=30 if len(name) < 3 else 18, weight="bold", ha="center", va="center",
            path_effects=[withStroke(linewidth=5, foreground="white")],
        )  # fmt: skip
    axes.set_title("This model, on the plane along which its images differ most (PCA)\n", weight="bold")
    absent = [shorten(name) for i, name in enumerate(model.label_names) if i not in regions]
    note = f"Large: what it reads there. Small: {len(shown)} images by true label."
    if 0 < len(absent) <= 4:
        note += f" No region here: {', '.join(absent)}."
    axes.annotate(note, (0, 1), (0, 9), xycoords="axes fraction", textcoords="offset points", va="bottom", size=13)


def _grid(points: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Span points, shape (n, 2), by the two axes of a grid with some room around them."""
    low, high = points.min(axis=0).astype(np.float64), points.max(axis=0).astype(np.float64)
    room = 0.06 * max(high - low) or 1.0
    low, high = low - room, high + room
    across, up = np.maximum(2, np.ceil((high - low) / max(high - low) * GRID)).astype(int)
    return np.linspace(low[0], high[0], across), np.linspace(low[1], high[1], up)


def _points(x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.float64]:
    """All points of the grid in rows, shape (len(y) * len(x), 2)."""
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def _draw_regions(
    axes: Axes, x: NDArray[Any], y: NDArray[Any], logits: NDArray[Any], colours: Sequence[str]
) -> NDArray[np.intp]:
    """Paint each region in a pale tone of its label's colour, with a dark line between any two.

    Args:
        axes: where to draw.
        x: the grid's columns.
        y: the grid's rows.
        logits: of a network at all points of the grid, shape (len(y) * len(x), classes).
        colours: one for each class.

    Returns:
        The class of each point, shape (len(y), len(x)).
    """
    regions: NDArray[np.intp] = logits.argmax(axis=1).reshape(len(y), len(x))
    pale = np.array([_mix(colour, "#FFFFFF", 0.7) for colour in colours])
    extent = (x[0], x[-1], y[0], y[-1])
    axes.imshow(pale[regions], extent=extent, origin="lower", interpolation="nearest")
    for label in np.unique(regions):
        # A region ends where another logit becomes the largest.
        others = np.delete(logits, label, axis=1).max(axis=1)
        lead = (logits[:, label] - others).reshape(regions.shape)
        if lead.min() < 0 < lead.max():
            axes.contour(x, y, lead, [0], colors=TEXT, linewidths=1.2)
    bare(axes)
    return regions


def _marker(name: str) -> Path | None:
    """The label itself as a marker, centred; None if it is too long for that."""
    path = TextPath((0, 0), name, size=10)
    if len(name) > 2 or len(path.vertices) == 0:
        return None
    box = path.get_extents()
    return path.transformed(Affine2D().translate(-(box.x0 + box.x1) / 2, -(box.y0 + box.y1) / 2))


def _mix(colour: str, other: str, part: float) -> tuple[float, float, float]:
    """Mix two colours; `part` is that of the other, 0 to 1."""
    red, green, blue = ((1 - part) * a + part * b for a, b in zip(to_rgb(colour), to_rgb(other), strict=True))
    return red, green, blue


def _innermost(region: NDArray[np.bool_]) -> tuple[int, int]:
    """Find a cell of a region, (row, column), that is far from its edge: peel off layers until none is left."""
    core = np.pad(region, 1)
    while core.any():
        region = core
        inside = region[1:-1, 1:-1] & region[:-2, 1:-1] & region[2:, 1:-1] & region[1:-1, :-2] & region[1:-1, 2:]
        core = np.pad(inside, 1)
    rows, columns = np.nonzero(region)
    middle = np.argmin((rows - rows.mean()) ** 2 + (columns - columns.mean()) ** 2)
    return int(rows[middle]) - 1, int(columns[middle]) - 1
