"""Connected components: pieces of foreground, and how they are put together and taken apart."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from byhand.reading.foreground import Foreground
from byhand.reading.page import convex, filled

Box = tuple[int, int, int, int]  # left, top, right, bottom; the last two are just outside
EIGHT = np.ones((3, 3), bool)  # neighbours of a pixel
DRAWN = 0.3  # what is darker, 0 to 1, is drawn; the rest is a soft edge
# What encloses less than this part of its own amount has holes as strokes have them, and is no outline.
ENCLOSED = 0.2
CONVEX = 0.85  # what fills more than this part of its convex hull is a ring: rather a 0 than the outline of a 1


@dataclass(frozen=True)
class ComponentSettings:
    """Which foreground belongs to a stroke.

    Attributes:
        edge: what has less than this part of its stroke's darkness is background; with 0.42, thin strokes break.
        faint: strokes with less than this part of the page's usual darkness shine through from the back,
        usual: which is the darkness that this part of the foreground does not exceed.
        noise: what has less than this part of the darkness of the darkest tenth is noise, however much of it there is.
        least_of_usual: pieces smaller than this part of the usual height are specks.
        least_px: pieces smaller than this, or of less foreground, are specks of noise.
        line_of_usual: a piece longer than so many usual heights,
        thin_of_usual: and on average thinner than this part of one, is a line. A number whose digits touch is thicker,
            0.2 to 0.3 of its height, and so is an underline that digits stand on.
    """

    edge: float = 0.35
    faint: float = 0.4
    usual: float = 0.7
    noise: float = 0.15
    least_of_usual: float = 0.07
    least_px: int = 5
    line_of_usual: float = 4.0
    thin_of_usual: float = 0.12


@dataclass(frozen=True, eq=False)
class Component:
    """Some foreground with its place in the picture.

    Attributes:
        density: 0 (background) to 1 (foreground), shape (height, width).
        left: column of its left edge in the picture.
        top: row of its upper edge in the picture.
        darkness: of its darkest part in the picture, 0 to 1; 1 in its density.
    """

    density: NDArray[np.float32] = field(repr=False)
    left: int
    top: int
    darkness: float = 1.0

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.density.shape[0])

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.density.shape[1])

    @property
    def right(self) -> int:
        """The column just right of it."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The row just below it."""
        return self.top + self.height

    @property
    def box(self) -> Box:
        """Left, top, right, bottom in pixels."""
        return self.left, self.top, self.right, self.bottom

    @property
    def amount(self) -> float:
        """How much foreground it is, in pixels of full darkness."""
        return float(self.density.sum())


def connected_components(
    foreground: Foreground, settings: ComponentSettings | None = None
) -> tuple[tuple[Component, ...], tuple[Box, ...]]:
    """Give every connected piece of foreground, cut off where it has less than a part of its own darkness.

    Returns:
        The components, and the boxes of pieces that are too faint to be written, specks of noise apart.
    """
    settings = settings or ComponentSettings()
    density = foreground.density
    labels, count = ndimage.label(foreground.mask, EIGHT)
    if not count:
        return (), ()
    mask = foreground.mask
    smooth = density
    if min(density.shape) > 100:  # the mean of 3 x 3 pixels, in half the time of uniform_filter
        bordered = np.pad(density, 1, mode="edge")
        down = bordered[:-2] + bordered[1:-1]
        down += bordered[2:]
        smooth = down[:, :-2] + down[:, 1:-1]
        smooth += down[:, 2:]
        smooth /= 9
    owners = labels[mask]
    darkest = np.zeros(count + 1, np.float32)
    np.maximum.at(darkest, owners, smooth[mask])
    areas = np.bincount(owners, minlength=count + 1)
    places = ndimage.find_objects(labels, count)
    order = np.argsort(darkest)
    # Noise weighs less than by its area, and a long thin line less than by its height.
    weights = np.minimum([0, *((y.stop - y.start) ** 2 for y, _ in places)], 10 * areas)
    shares = weights[order].cumsum() / weights.sum()
    usual, dark = darkest[order][np.searchsorted(shares, [settings.usual, 0.9])]
    least = max(settings.faint * usual, settings.noise * dark)
    faint = [
        (x.start, y.start, x.stop, y.stop)
        for darkness, area, (y, x) in zip(darkest[1:], areas[1:], places, strict=True)
        if darkness < least and not is_noise(y.stop - y.start, x.stop - x.start, area, settings)
    ]
    darkest[darkest < least] = np.inf
    darkest[0] = np.inf
    strokes = np.zeros_like(mask)
    strokes[mask] = density[mask] > settings.edge * darkest[owners]
    pieces, count = ndimage.label(strokes, EIGHT)
    found = []
    for number, place in enumerate(ndimage.find_objects(pieces, count), start=1):
        own = pieces[place] == number
        # With the soft edge around it, within its box.
        around = ndimage.binary_dilation(own, EIGHT) if min(own.shape) > 1 else own
        here, scale = density[place], float(darkest[labels[place][own][0]])
        found.append(
            Component(
                np.where(around, np.minimum(1, here / scale), 0).astype(np.float32),
                place[1].start,
                place[0].start,
                scale,
            )
        )
    return tuple(found), tuple(faint)


def filled_outlines(pieces: Sequence[Component]) -> Component | None:
    """What components are the outlines of, if they enclose much: inside of one of them, but not of a second one."""
    if not pieces:
        return None
    whole = combined(pieces)
    solid = np.zeros(whole.density.shape, bool)
    for piece in pieces:
        top, left = piece.top - whole.top, piece.left - whole.left
        # The rule of even and odd: within the outline of a hole, too, it is the hole again.
        solid[top : top + piece.height, left : left + piece.width] ^= filled(piece.density > DRAWN)
    ink = whole.density > DRAWN
    if (solid & ~ink).sum() < ENCLOSED * ink.sum() or solid.sum() > CONVEX * convex(solid).sum():
        return None
    return replace(whole, density=np.maximum(whole.density, solid.astype(np.float32)))


def is_noise(height: int, width: int, amount: float, settings: ComponentSettings) -> bool:
    """Tell whether something so large, in pixels, is no more than noise of the picture."""
    return max(height, width) < settings.least_px or amount < settings.least_px


def is_speck(one: Component, usual_px: float, settings: ComponentSettings | None = None) -> bool:
    """Tell whether a component is too small to be written, on a page with digits of a usual height."""
    settings = settings or ComponentSettings()
    small = max(one.height, one.width) < settings.least_of_usual * usual_px
    return small or is_noise(one.height, one.width, one.amount, settings)


def is_line(one: Component, usual_px: float, settings: ComponentSettings) -> bool:
    """Tell whether a component is a line, such as a margin, on a page with digits of a usual height."""
    length = max(one.height, one.width)
    return length > settings.line_of_usual * usual_px and one.amount < settings.thin_of_usual * usual_px * length


def usual_height(components: Sequence[Component]) -> float:
    """The height of most of the foreground: half of it belongs to components at least so high; pixels.

    What is faint counts less, such as a shadow, however large it is: 374 instead of 386 errors in 17 x 432 digits.
    """
    heights = np.array([max(one.height, 0.5 * one.width) for one in components], float)
    weights = np.array([one.amount * one.darkness for one in components])  # a hundred specks weigh no more than a digit
    order = np.argsort(heights)
    return float(heights[order][np.searchsorted(weights[order].cumsum(), weights.sum() / 2)]) if len(order) else 0.0


def usual_darkness(components: Sequence[Component]) -> float:
    """The darkness of most of the foreground: half of it belongs to components at least so dark, 0 to 1."""
    darkness, amounts = (np.array([getattr(one, name) for one in components]) for name in ("darkness", "amount"))
    order = np.argsort(darkness)
    half = np.searchsorted(amounts[order].cumsum(), amounts.sum() / 2)
    return float(darkness[order][half]) if len(order) else 0.0


def combined(components: Sequence[Component]) -> Component:
    """Several components as one."""
    if len(components) == 1:
        return components[0]
    left, top = min(s.left for s in components), min(s.top for s in components)
    right, bottom = max(s.right for s in components), max(s.bottom for s in components)
    density = np.zeros((bottom - top, right - left), np.float32)
    for s in components:
        part = density[s.top - top : s.bottom - top, s.left - left : s.right - left]
        np.maximum(part, s.density, out=part)
    return Component(density, left, top, max(s.darkness for s in components))


def trimmed(one: Component) -> Component | None:
    """A component without its empty margins; None if there is no foreground."""
    rows = np.flatnonzero(one.density.max(axis=1, initial=0) > DRAWN)
    columns = np.flatnonzero(one.density.max(axis=0, initial=0) > DRAWN)
    if not len(rows) or not len(columns):
        return None
    inner = one.density[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return replace(one, density=inner, left=one.left + int(columns[0]), top=one.top + int(rows[0]))


def rescaled(one: Component, factor: float) -> Component:
    """A component with place and size multiplied by a factor."""
    if factor == 1:
        return one
    left, top, right, bottom = (side * factor for side in one.box)
    size = max(1, round(right) - int(left)), max(1, round(bottom) - int(top))
    density = np.asarray(Image.fromarray(one.density).resize(size, Image.Resampling.BOX))
    return replace(one, density=density, left=int(left), top=int(top))
