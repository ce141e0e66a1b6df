"""The page: where it lies in the picture, whether its foreground is dark, and its brightness without colour cast."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from byhand.reading.background import luminance, mean_polarity
from byhand.reading.resizing import small, stretched

Mask = NDArray[np.bool_]

ROWS_AT_A_TIME = 32  # few enough to stay in the processor's cache: 9 instead of 22 ms for 2.3 megapixels
SIDE_PX = 256  # the longer side of the small picture in which a page is looked for
HULL_DIRECTIONS = 720

# A frame is of one colour: so much of each of its rows and columns differs by so many grey levels at most, of 255, as
# the blocks of a JPEG file do; and so much of the edge of what it encloses differs from it by at least so many.
FRAME_FILLED, FRAME_LEVELS = 0.98, 16
FRAME_EDGED, FRAME_STEP_LEVELS = 0.8, 60
# A hull larger than its quadrilateral by this factor is one with rounded corners: without it, cells of grids get lost.
ROUNDED = 1.1


@dataclass(frozen=True)
class PageSettings:
    """What a page on a desk looks like. Sizes are those of a picture reduced to 256 pixels.

    Attributes:
        small_px: a smaller picture, itself measured in pixels, shows no desk unless its rim is darker than the rest.
        least_of_picture, most_of_picture: which part of the picture a page takes up.
        least_filled: a quadrilateral has at least this part of the page's area in common with it.
        least_outlined: at least this part of its edge is a step in brightness,
        least_step: by at least this part.
        exact: the power of these two parts, where they are weighed against the area.
        levels: how many thresholds of brightness are tried.
        flat: where brightness changes by less than this part from pixel to pixel, there is no edge.
        most_pieces, least_piece, together: so many flat pieces, each at least this part of the picture, are put
            together, so many at a time.
        darkest_shadow: brightness in a shadow, relative to that beside it.
        rim_px: so much beside the page's edge is left out.
        clear_polarity: polarity less clear than this is tried both ways, 0 to 1.
    """

    small_px: int = 150
    least_of_picture: float = 0.12
    most_of_picture: float = 0.93
    least_filled: float = 0.93
    least_outlined: float = 0.8
    least_step: float = 0.15
    exact: int = 4
    levels: int = 20
    flat: tuple[float, ...] = (0.03, 0.06, 0.1)
    most_pieces: int = 8
    least_piece: float = 0.01
    together: int = 3
    darkest_shadow: float = 0.28
    rim_px: int = 4
    clear_polarity: float = 0.8


@dataclass(frozen=True)
class Page:
    """What the picture shows of a page.

    Attributes:
        grey: 0 to 255, foreground dark whatever the picture's polarity, float32, shape (h, w).
        inside: True where the page is, shape (h, w); None if it fills the picture.
        dark_on_light: whether foreground is darker than its background in the picture, too.
        level: how much of `grey` is one grey level of the picture: more than 1 where little light was.
    """

    grey: NDArray[np.float32] = field(repr=False)
    inside: Mask | None = field(default=None, repr=False)
    dark_on_light: bool = True
    level: float = 1.0

    def of(self, colours: NDArray[np.uint8]) -> "Page":
        """The same page in a larger picture, of which this one was a reduced copy."""
        height, width = colours.shape[:2]
        if self.grey.shape == (height, width):
            return self
        inside = None if self.inside is None else stretched(self.inside, width, height)
        return as_page(colours, inside, self.dark_on_light)


def find_pages(colours: NDArray[np.uint8], settings: PageSettings | None = None) -> Iterator[Page]:
    """Give what the picture may show, the likeliest first.

    A page in a frame, or on a darker desk; a page all over, in one polarity or both; a blackboard or dark sheet on
    something lighter.

    Args:
        colours: uint8, shape (h, w, 3).
        settings: see `PageSettings`; None if there is no desk to look for.
    """
    grey = luminance(colours)
    framed = within_frame(grey)
    if framed is not None:
        inside = np.zeros(grey.shape, bool)
        inside[framed] = True
        yield as_page(colours, inside, mean_polarity(grey[framed]) >= 0)
    light = find_page(colours, settings) if settings else None
    if light is not None:
        yield as_page(colours, light, True)
    polarity = mean_polarity(grey)
    yield as_page(colours, None, polarity >= 0)
    if abs(polarity) < (settings or PageSettings()).clear_polarity:
        yield as_page(colours, None, polarity < 0)
        dark = find_page(negative(colours), settings) if settings else None
        if dark is not None:
            yield as_page(colours, dark, False)


def negative(colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The negative of a picture, in which what is as bright as its brightest hundredth becomes black.

    From 255 instead, a blackboard in little light would hardly be brighter than what is around it.
    """
    brightest = np.uint8(np.percentile(colours[::4, ::4], 99))
    return np.asarray(brightest - np.minimum(colours, brightest))


def as_page(colours: NDArray[np.uint8], inside: Mask | None, dark_on_light: bool) -> Page:
    """Show foreground of any colour dark: red, green, blue relative to the background's, mean of least and mean.

    Args:
        colours: uint8, shape (h, w, 3).
        inside: where the page is; None for everywhere.
        dark_on_light: whether foreground is darker than its background.
    """
    colours = colours if dark_on_light else 255 - colours
    step = 4 if min(colours.shape[:2]) >= 64 else 1
    sample = colours[::step, ::step]
    background = sample[inside[::step, ::step]] if inside is not None else sample.reshape(-1, 3)
    white = np.maximum(np.percentile(background, 80, axis=0), 8).astype(np.float32)
    grey = np.empty(colours.shape[:2], np.float32)
    for top in range(0, len(grey), ROWS_AT_A_TIME):
        rows = slice(top, top + ROWS_AT_A_TIME)
        # Channel by channel: over an axis of three, min() and sum() take five times as long.
        red, green, blue = (colours[rows, :, i] * (np.float32(255) / white[i]) for i in range(3))
        least = np.minimum(np.minimum(red, green), blue)
        np.add(least * np.float32(0.5), (red + green + blue) * np.float32(1 / 6), out=grey[rows])
    return Page(grey, inside, dark_on_light, float(255 / white.max()))


def find_page(colours: NDArray[np.uint8], settings: PageSettings | None = None) -> Mask | None:
    """Find a page that lies on something darker; None if it seems to fill the picture.

    A page is a bright region with four straight sides, at least three of them within the picture.

    Args:
        colours: shape (h, w, 3).
        settings: see `PageSettings`.

    Returns:
        True where the page is, shape (h, w).
    """
    settings = settings or PageSettings()
    height, width, _ = colours.shape
    if min(height, width) < settings.small_px and not _has_dark_rim(colours, settings.least_step):
        return None
    channels = np.stack([small(colours[..., i], SIDE_PX) for i in range(3)], axis=-1)
    k = max(3, min(channels.shape[:2]) // 16) | 1
    # Without foreground, and with a little blur against noise.
    channels = ndimage.gaussian_filter(ndimage.grey_closing(channels, (k, k, 1)), (1, 1, 0))
    smooth = luminance(channels)
    low, high = np.percentile(smooth, [1, 99])
    if high - low < settings.least_step * high:
        return None
    # The largest such region, for a shadow that falls on the page parts it, too; but without any desk.
    chosen, most = None, 0.0
    for region in itertools.chain(_brighter(smooth, settings), _pieced_together(channels, settings)):
        # What takes longer comes later: most regions fail here.
        sides = sides_within(region)
        if sides < 2:
            continue
        pieces, region = region, filled(region)
        area = float(region.mean())
        if not settings.least_of_picture < area < settings.most_of_picture or area <= most:
            continue
        if ndimage.label(pieces)[1] > 1:
            continue
        if sides < 3:
            # No shadow is as dark as a dark desk.
            dark, bright = sorted(float(np.median(smooth[side])) for side in (region, ~region))
            if dark >= settings.darkest_shadow * bright:
                continue
        exact = four_sided(region)
        if exact <= settings.least_filled or area * exact**settings.exact <= most:
            continue
        sharp = _outlined(smooth, region, settings.least_step)
        if sharp >= settings.least_outlined and area * (exact * sharp) ** settings.exact > most:
            chosen, most = region, area * (exact * sharp) ** settings.exact
    if chosen is None:
        return None
    # Foreground at the edge belongs to the page, too.
    inner = ndimage.binary_erosion(convex(chosen), iterations=settings.rim_px, border_value=1)
    return stretched(inner, width, height)


def within_frame(grey: NDArray[Any]) -> tuple[slice, slice] | None:
    """Find what a frame of one colour along all four edges of a picture encloses; None if there is none.

    With a frame of 2 % of the shorter side, polarity is wrong, and of seven digits on ruled paper none was read.
    """
    color = float(np.median(np.concatenate(edges_of(grey))))
    alike = np.abs(grey - color) <= FRAME_LEVELS
    full = [alike.mean(axis=axis) >= FRAME_FILLED for axis in (1, 0)]
    if any(side.all() or not (side[0] and side[-1]) for side in full):
        return None
    rows, columns = (slice(int(side.argmin()), len(side) - int(side[::-1].argmin())) for side in full)
    # What a frame encloses differs from it all along their edge; a digit on its background does in a few places.
    other = np.abs(grey[rows, columns] - color) >= FRAME_STEP_LEVELS
    return (rows, columns) if min(edge.mean() for edge in edges_of(other)) >= FRAME_EDGED else None


def _has_dark_rim(colours: NDArray[Any], least_step: float) -> bool:
    """Tell whether most of a picture's rim is darker than most of the picture, by at least such a part."""
    grey = luminance(colours)
    return bool(np.median(np.concatenate(edges_of(grey))) < (1 - least_step) * np.median(grey))


def _brighter(smooth: NDArray[Any], settings: PageSettings) -> Iterator[Mask]:
    """The largest regions that are brighter than each of several levels."""
    low, high = np.percentile(smooth, [1, 99])
    for level in np.linspace(low, high, settings.levels + 2)[1:-1]:
        labels, count = ndimage.label(smooth > level)
        if count:
            yield labels == 1 + int(np.bincount(labels.ravel())[1:].argmax())


def _pieced_together(channels: NDArray[Any], settings: PageSettings) -> Iterator[Mask]:
    """What is made of flat pieces, between which there are edges: of the page, or of a shadow that falls on it."""
    steepness = np.max([ndimage.gaussian_gradient_magnitude(np.log(channels[..., i] + 4), 1) for i in range(3)], axis=0)
    for flat in settings.flat:
        labels, count = ndimage.label(steepness < flat)
        sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:]
        least = settings.least_piece * steepness.size
        numbers = [n for n in np.argsort(-sizes)[: settings.most_pieces] if sizes[n] >= least]
        # Each with half of the edge around it, which is some 5 pixels wide.
        pieces = [ndimage.binary_dilation(labels == 1 + n, iterations=3) for n in numbers]
        for many in range(1, settings.together + 1):
            for some in itertools.combinations(pieces, many):
                region = np.logical_or.reduce(some)
                if settings.least_of_picture < region.mean() < settings.most_of_picture:
                    yield region


def holes(region: Mask) -> tuple[NDArray[np.int32], Mask]:
    """The pieces of what is not in a region, numbered from 1, and for each number whether the region encloses it."""
    labels, count = ndimage.label(~region)
    enclosed = np.arange(count + 1) > 0
    for edge in edges_of(labels):
        enclosed[edge] = False
    return labels, enclosed


def filled(region: Mask) -> Mask:
    """A region with what it encloses."""
    # SciPy's binary_fill_holes, which grows what is outside pixel by pixel, takes three times as long.
    labels, enclosed = holes(region)
    return region | enclosed[labels]


def hull_of(region: Mask) -> NDArray[Any]:
    """The corners of a region's convex hull, row and column, in order: shape (n, 2); empty if it has no area.

    They are the points farthest out in so many directions that, in 200 regions of 256 pixels, none is missing that is
    a tenth of a pixel farther out. To load SciPy's exact hull takes 85 ms, a tenth of all that a photograph needs.
    """
    rows = np.flatnonzero(region.any(axis=1))
    first, last = region.argmax(axis=1)[rows], region.shape[1] - 1 - region[:, ::-1].argmax(axis=1)[rows]
    points = np.concatenate([np.stack([rows, first], axis=1), np.stack([rows, last], axis=1)])
    if not len(points):
        return points
    angles = np.linspace(0, 2 * np.pi, HULL_DIRECTIONS, endpoint=False)
    directions = np.stack([np.sin(angles), np.cos(angles)], axis=1)
    farthest = (directions @ points.T.astype(float)).argmax(axis=1)
    corners = points[farthest[farthest != np.roll(farthest, 1)]]
    return corners if len(corners) > 2 and _polygon_areas(corners[np.newaxis]).any() else points[:0]


def convex(region: Mask) -> Mask:
    """A region without its bays."""
    from PIL import Image, ImageDraw  # it brings all of Pillow's text along, 20 ms

    hull = hull_of(region)
    if not len(hull):
        return region
    image = Image.new("1", region.shape[::-1])
    ImageDraw.Draw(image).polygon(hull[:, ::-1].ravel().tolist(), fill=1)
    inside: Mask = region | np.asarray(image)
    return inside


def four_sided(region: Mask) -> float:
    """How nearly a region and its convex hull are the largest quadrilateral between its outermost points, 0 to 1."""
    hull = hull_of(region)
    if not len(hull):
        return 0.0
    # The points farthest out in so many directions: the corners are among them, or close to them.
    angles = np.arange(0, 2 * np.pi, np.pi / 12)
    outermost = np.unique((hull @ np.stack([np.sin(angles), np.cos(angles)])).argmax(axis=0))
    corners = hull[outermost].astype(float)
    if len(corners) < 4:
        return 0.0
    chosen = np.array(list(itertools.combinations(range(len(corners)), 4)))
    largest = float(_polygon_areas(corners[chosen]).max())
    if not largest:
        return 0.0
    area = float(region.sum())
    # A flower fills as much as a quadrilateral between its petals does, but its hull is none: of 78 drawn flowers, 45
    # were taken for blackboards, and the holes of their petals for digits.
    whole = float(_polygon_areas(hull[np.newaxis].astype(float))[0])
    return min(largest / area, area / largest, ROUNDED * largest / whole)


def _polygon_areas(corners: NDArray[Any]) -> NDArray[Any]:
    """The areas of polygons given by their corners in order, row and column, shape (n, corners, 2)."""
    y, x = corners.transpose(2, 0, 1)
    return np.asarray(np.abs((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1)) / 2)


def _outlined(smooth: NDArray[Any], region: Mask, least_step: float) -> float:
    """The part of a region's edge that is a sharp step from bright to dark, 0 to 1."""
    edge = region & ~ndimage.binary_erosion(region, iterations=2, border_value=1)
    inside = ndimage.binary_erosion(region, iterations=2, border_value=1)
    outside = ~ndimage.binary_dilation(region, iterations=2)
    if not edge.any():
        return 0.0
    bright, dark = (_mean_near(smooth, side)[edge] for side in (inside, outside))
    return float((bright - dark > least_step * np.maximum(np.abs(bright), np.abs(dark))).mean())


def _mean_near(values: NDArray[Any], where: Mask) -> NDArray[Any]:
    """The mean of the values within a few pixels, of those places alone."""
    weight = ndimage.uniform_filter(where.astype(np.float32), 9)
    mean: NDArray[Any] = ndimage.uniform_filter(np.where(where, values, 0).astype(np.float32), 9) / np.maximum(
        weight, 1e-3
    )
    return mean


def sides_within(region: Mask) -> int:
    """How many of the picture's four edges the region hardly touches."""
    return sum(float(edge.mean()) < 0.15 for edge in edges_of(region))


def edges_of(values: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """The first and last row and the first and last column of a picture."""
    return values[0], values[-1], values[:, 0], values[:, -1]
