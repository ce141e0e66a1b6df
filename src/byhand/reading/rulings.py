"""Ruling lines: ruled and squared paper, grids, boxes for digits; taken out without cutting the strokes across them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from byhand.reading.components import EIGHT, Box
from byhand.reading.foreground import Foreground
from byhand.reading.page import convex, edges_of, filled, four_sided, holes

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class RulingSettings:
    """What a ruling line looks like. Lines are searched in a page of reduced size, whose pixels these are.

    Attributes:
        side_px: side of a square as large as the reduced page; with the longer side instead, digits in a comb across
            a long strip met its lines.
        smallest_page_px: smaller pages, on their shorter side, hold no lines across them.
        shortest_px: shorter lines are strokes.
        steepest_degrees: lines tilt by no more than this.
        across: a line across the page is filled to at least this part of the foreground's extent.
        most_lined: more of the page than this is not covered by lines.
        filled: a piece of a line is filled with foreground to at least this part.
        slender: a line is so many times longer than thick, at least.
        thicker: where it is thicker by this factor, a stroke crosses it.
        broader, broad_of_shorter: what is so many times as broad as the lines, and at least this part of the page's
            shorter side, is a stroke if it is darker. Where less is enough, strokes take pieces of lines along: 25
            instead of 15 errors in 370 digits on 15 pages of grids.
        darker: what is darker than the lines by this factor is no part of them,
        beside: if at least this part of the stroke it belongs to is beside the lines.
        hollow: a grid or a box fills less than this part of the box around it.
        straight: a quadrilateral has at least this part of a cell's area in common with it.
        several: so many cells are a grid; fewer are if they take up half of its convex hull,
        celled: and more take up at least this part: in a shadow, cells of squared paper are a narrow band.
        paper: what meets the page's edge in places farther apart than this part of its own width and height is squared
            paper; a photographed grid is near the edge, and specks join them: 15 instead of 64 errors in 432 digits.
        bow_of_side: what comes no deeper into a cell, as a part of its side, is a line that is not straight;
        box_line_of_side: the lines of a box are thinner than this part of its side; with 0.13, one in a photograph of
            thick boxes stays, and even with 0.17, a 6 that fills its four sides is none.
        spanning: what meets the page's edge in places so far apart, as a part of its shorter side, is a shadow.
        edge_of_shorter: what comes so near the page's edge meets it.
    """

    side_px: int = 1000
    smallest_page_px: int = 200
    shortest_px: int = 24
    steepest_degrees: float = 12
    across: float = 0.6
    most_lined: float = 0.3
    filled: float = 0.9
    slender: float = 12
    thicker: float = 1.8
    broader: float = 2.5
    broad_of_shorter: float = 0.02
    darker: float = 1.6
    beside: float = 0.2
    hollow: float = 0.5
    straight: float = 0.9
    several: int = 4
    celled: float = 0.35
    paper: float = 0.5
    bow_of_side: float = 0.1
    box_line_of_side: float = 0.15
    spanning: float = 0.3
    edge_of_shorter: float = 0.015


def remove_rulings(
    foreground: Foreground, inside: Mask | None, settings: RulingSettings | None = None
) -> tuple[Foreground, tuple[Box, ...], Mask | None]:
    """Take out ruling lines, and what is left of them, and shadows across the page.

    Args:
        foreground: what stands out from the background.
        inside: True where the page is; None for everywhere.
        settings: see `RulingSettings`.

    Returns:
        The rest of the foreground; the boxes of what was taken out; and where there may be a digit in it after all,
        for in a picture cropped to its digits they meet the edges: a shadow, or what a line was taken out of at the
        edge, as a whole; None if nowhere.
    """
    settings = settings or RulingSettings()
    mask = foreground.mask
    step = math.ceil(math.sqrt(mask.size) / settings.side_px)
    few = _pooled(mask, step)
    within = np.ones(few.shape, bool) if inside is None else ~_pooled(~inside, step)
    edge_px = round(settings.edge_of_shorter * min(few.shape)) + 1
    edge = _edge_of(within, edge_px)
    grids, lines = Lines(few, _pooled(foreground.weak, step), edge, settings).found()
    # What is left of the desk lies a little within the page that was found on it.
    border, border_px = (_edge_of(within, 2), 2) if inside is None else (edge, edge_px)
    apart = settings.spanning * min(few.shape) * math.sqrt(within.mean())
    rest = few & ~lines & ~grids
    shadows = _shadows(rest, border, border_px, apart, broader=settings.broader, rim=inside is not None)
    gone = few & (grids | lines | shadows)
    if not gone.any():
        return foreground, (), None
    cut = _cut_at_edge(few, gone) | shadows
    labels, count = ndimage.label(_enlarged_by(gone, 2))  # what is left of a line is one
    height, width = mask.shape
    boxes = tuple(
        (x.start * step, y.start * step, min(width, x.stop * step), min(height, y.stop * step))
        for y, x in ndimage.find_objects(np.where(gone, labels, 0), count)
    )
    away = mask & _enlarged(gone, step, mask.shape)
    ruled = away & ~_enlarged(shadows, step, mask.shape)
    if ruled.any():  # a pen is mostly darker than ruling lines, and its strokes go on beside them
        broad = ruled & _enlarged(_broad(few, gone & ~shadows, settings), step, mask.shape)
        thin = ruled & ~broad if (ruled & ~broad).any() else ruled
        # Lines differ from place to place: in a shadow, they stand out more.
        side = round(settings.spanning * min(mask.shape))
        there, dark = (
            ndimage.uniform_filter(thin * values, side)[ruled] for values in (np.float32(1), foreground.density)
        )
        own = foreground.density[ruled]
        usual = np.maximum(dark / np.maximum(there, 1e-6), np.median(foreground.density[thin]))
        pen = np.zeros_like(ruled)
        pen[ruled] = own > settings.darker * usual
        rest = mask & ~away
        labels, count = ndimage.label(pen | rest)
        beside, along = (np.bincount(labels[part], minlength=count + 1) for part in (rest, pen))
        away[pen] = (beside <= settings.beside * (beside + along))[labels[pen]]
        away &= ~(pen & broad)
    drawn = away & _enlarged(shadows, step, mask.shape)
    if drawn.any():  # so is a pen on a drawing that goes on beyond the page
        labels, count = ndimage.label(drawn, EIGHT)
        usual = np.array([0, *ndimage.median(foreground.density, labels, range(1, count + 1))])
        away &= ~(drawn & (foreground.density > settings.darker * usual[labels]))
    left = replace(foreground, density=np.where(away, 0, foreground.density), mask=mask & ~away)
    return left, boxes, mask & _enlarged(cut, step, mask.shape) if cut.any() else None


def _cut_at_edge(mask: Mask, gone: Mask) -> Mask:
    """What meets the picture's edge, is no larger than a digit there can be, and is partly gone."""
    labels, count = ndimage.label(mask, EIGHT)
    cut = np.zeros(count + 1, bool)
    for side in edges_of(labels):
        cut[side] = True
    touched = np.zeros(count + 1, bool)
    touched[labels[gone]] = True
    cut &= touched
    cut[0] = False
    for number, place in enumerate(ndimage.find_objects(labels, count), start=1):
        cut[number] &= max(part.stop - part.start for part in place) <= min(mask.shape)
    return np.asarray(cut[labels])


def _broad(mask: Mask, lines: Mask, settings: RulingSettings) -> Mask:
    """Strokes several times as broad as the lines that cross them."""
    thickness = float(np.percentile(np.minimum(_runs_down(mask), _runs_down(mask.T).T)[lines], 25))
    side = round(max(settings.broader * thickness, settings.broad_of_shorter * min(mask.shape), 3))
    opened = _opened(mask, side)
    return mask & _enlarged_by(opened, side) if opened.any() else opened


def without_thin(foreground: Foreground, thinnest_px: float) -> tuple[Foreground, tuple[Box, ...]]:
    """Only strokes of at least such a breadth, with what is thin beside them: broad strokes narrow at their ends.

    Returns:
        The foreground, and the boxes of what was taken out.
    """
    side = round(thinnest_px)
    if side < 2:
        return foreground, ()
    mask = foreground.mask & _enlarged_by(_opened(foreground.mask, side), side)
    thin, _ = ndimage.label(foreground.mask & ~mask, EIGHT)
    boxes = ((x.start, y.start, x.stop, y.stop) for y, x in ndimage.find_objects(thin))
    lines = tuple(box for box in boxes if max(box[2] - box[0], box[3] - box[1]) > side)  # the others are specks
    return replace(foreground, density=np.where(mask, foreground.density, 0), mask=mask), lines


def _opened(mask: Mask, side_px: int) -> Mask:
    """What squares of such a side within the mask cover (opening: Serra 1982)."""
    if min(mask.shape) < side_px:
        return np.zeros_like(mask)
    return ~_squares(~np.pad(_squares(mask, side_px), side_px - 1), side_px)


def _enlarged_by(mask: Mask, width_px: int) -> Mask:
    """The mask with what lies so near it."""
    return ~_squares(~np.pad(mask, width_px), 2 * width_px + 1)


def _squares(mask: Mask, side_px: int) -> Mask:
    """Where the mask is True all over the square of such a side whose upper left pixel this is."""
    reach = 1
    while reach < side_px:  # each pixel stands for a square of this side: an eighth of the time of minimum_filter
        step = min(reach, side_px - reach)
        mask = mask[step:] & mask[:-step]
        mask = mask[:, step:] & mask[:, :-step]
        reach += step
    return mask


def _pooled(mask: Mask, step: int) -> Mask:
    """Each block of so many pixels as one: True where any is."""
    # Of step 2, `any` over axes of two takes 27 ms for 3 million pixels, and this 4.
    return mask if step == 1 else np.asarray(Image.fromarray(255 * mask.astype(np.uint8)).reduce(step)) > 0


def _enlarged(mask: Mask, step: int, shape: tuple[int, ...]) -> Mask:
    """The reverse: each pixel as a block."""
    return np.repeat(np.repeat(mask, step, axis=0), step, axis=1)[: shape[0], : shape[1]]


def _edge_of(inside: Mask, width_px: int) -> Mask:
    """The rim of the page; where the page goes on beyond the picture, that of the picture."""
    return inside & ~_squares(np.pad(inside, width_px), 2 * width_px + 1)


def _shadows(mask: Mask, edge: Mask, edge_px: int, apart_px: float, *, broader: float, rim: bool) -> Mask:
    """What meets the page's edge in places far apart: a shadow across the page, or the desk beside it.

    But strokes that are broader than that, by a factor, are written across a line. Where the page lies on a desk, thin
    things that are mostly at its rim are no better than shadows.
    """
    labels, count = ndimage.label(mask, EIGHT)
    dropped = np.zeros(count + 1, bool)
    strokes = np.zeros_like(mask)
    for number, contact in enumerate(ndimage.find_objects(np.where(edge, labels, 0), count), start=1):
        if contact is None or max(part.stop - part.start for part in contact) <= apart_px:
            continue
        dropped[number] = True
        own = labels == number
        _, places = ndimage.label(own & edge, EIGHT)
        thickness = (own & edge).sum() / edge_px / places
        body = _opened(own, round(broader * thickness) + 1)
        if not (body & edge).any():
            strokes |= own & _enlarged_by(body, math.ceil(thickness))
    if rim:
        areas, near = np.bincount(labels.ravel()), np.bincount(labels[edge], minlength=count + 1)
        longer = np.array([max(p.stop - p.start for p in place) for place in ndimage.find_objects(labels, count)])
        dropped[1:] |= (near[1:] > 0.5 * areas[1:]) & (areas[1:] < 0.2 * longer**2)
    return np.asarray(dropped[labels]) & ~strokes


class Lines:
    """The search for lines in a reduced page.

    Args:
        mask: True where there is foreground.
        weak: True where there may be, too: faint lines are broken in the mask.
        edge: True along the page's rim.
        settings: see `RulingSettings`.
    """

    def __init__(self, mask: Mask, weak: Mask, edge: Mask, settings: RulingSettings) -> None:
        self.mask, self.weak, self.edge, self.settings = mask, weak, edge, settings
        self.whole = 0.3 * min(mask.shape)  # as long as a line across the page is at least

    def found(self) -> tuple[Mask, Mask]:
        """Where there are grids and boxes, and where there are other lines."""
        # Squared paper reaches the page's edge, and grids that were drawn or printed on it mostly do not.
        grids = self._grids(self.mask, at_edge=False)
        rest = self.mask & ~grids
        across, down = np.zeros_like(rest), np.zeros_like(rest)
        whole = self.whole
        if min(rest.shape) >= self.settings.smallest_page_px:
            # More than that is noise, in which lines could be found anywhere.
            weak = (self.weak if self.weak.mean() < self.settings.most_lined else self.mask) & ~grids
            across, down = self._across_page(weak) & rest, self._across_page(weak.T).T & rest
            # A straight 1, however long, ends before the edge.
            across &= (across & self.edge).any()
            down &= (down & self.edge).any()
            across, down = self._both_uncrossed(rest, across, down, (whole, whole), self.settings.slender)
        grids |= self._grids(rest & ~(across | down), at_edge=True)
        for place, own in self._large(rest & ~(across | down | grids)):
            height, width = own.shape
            comb = width > 3 * height and self._along(own, 0.5 * width).any()
            if comb or ((self.edge[place] & own).any() and max(own.shape) >= whole):
                # The teeth of a tilted comb are shorter than it is high.
                lengths = (0.5 * width, 0.75 * (height - abs(self._tilt(own)) * width)) if comb else (whole, whole)
                level, upright = self._along(own, lengths[0]), self._along(own.T, lengths[1]).T
                level, upright = self._both_uncrossed(
                    own, level, upright, lengths, 4 if comb else self.settings.slender
                )
                across[place] |= level
                down[place] |= upright
        across, down = across & ~grids, down & ~grids
        lines = across | down
        return grids, lines | self._fragments(across, down) if lines.any() else lines

    def _large(self, mask: Mask) -> Iterator[tuple[tuple[slice, slice], Mask]]:
        """Give the place and the mask of each component that is large enough to hold lines."""
        labels, count = ndimage.label(mask, EIGHT)
        for number, place in enumerate(ndimage.find_objects(labels, count), start=1):
            if max(part.stop - part.start for part in place) >= self.settings.shortest_px:
                yield place, labels[place] == number

    def _grids(self, mask: Mask, *, at_edge: bool) -> Mask:
        """The lines of all grids and boxes, without what is written in their cells.

        Args:
            mask: True where there is foreground.
            at_edge: whether what reaches the page's edge may be a grid, too.
        """
        grids = np.zeros_like(mask)
        for place, own in self._large(mask):
            if (at_edge or not self._spans(place, own)) and (cells := self._cells(own)) is not None:
                grids[place] |= own & ~cells
        return grids

    def _spans(self, place: tuple[slice, slice], own: Mask) -> bool:
        """Tell whether a component meets the page's edge in places far apart, as squared paper does."""
        contact = self.edge[place] & own
        if not contact.any():
            return False
        extents = [np.ptp(np.flatnonzero(contact.any(axis=axis))) for axis in (1, 0)]
        return all(extent > self.settings.paper * side for extent, side in zip(extents, own.shape, strict=True))

    def _cells(self, own: Mask) -> Mask | None:
        """Where the cells are in a component that is a grid, or a box for a digit; None if it is neither.

        What the component encloses are cells if they have four sides. Whatever of it reaches into a cell's convex hull
        belongs to what is written there.
        """
        if float(own.mean()) > self.settings.hollow:
            return None
        labels, enclosed = holes(own)
        cells = []
        for number, place in enumerate(ndimage.find_objects(labels), start=1):
            narrow = min(part.stop - part.start for part in place) < self.settings.shortest_px / 2
            if enclosed[number] and not narrow:
                cells.append((place, filled(labels[place] == number)))
        if not cells:
            return None
        usual = self._usual_area(own, [region for _, region in cells])
        if usual is None:
            return self._divided_box(own)
        inside = np.zeros_like(own)
        for place, region in cells:
            hull = convex(region)
            if region.sum() > 1.5 * usual:  # several cells, where the lines between them have gaps
                rest, side = own[place] & hull, 0.8 * math.sqrt(usual)
                hull = hull & ~self._along(rest, side) & ~self._along(rest.T, side).T
            inside[place] |= hull & ~self._bowed(own[place] & hull, hull)
        return inside

    def _usual_area(self, own: Mask, cells: Sequence[Mask]) -> float | None:
        """The area of most of what a component encloses, pixels; None if these are no cells of a grid or a box."""
        areas = np.array([cell.sum() for cell in cells])
        hull = convex(own).sum()  # not of the box around it, which is larger where a grid is tilted
        half = 0.5 * hull
        if areas.sum() < (self.settings.celled * hull if len(cells) >= self.settings.several else half):
            return None
        right = areas[[four_sided(cell) > self.settings.straight for cell in cells]]
        alike = int((right > 0.3 * right.max(initial=0)).sum())
        if not alike or (alike < self.settings.several and right.sum() < half):
            return None
        return float(np.median(right))

    def _bowed(self, written: Mask, cell: Mask) -> Mask:
        """What is not written in a cell, but is a line that bows into its convex hull: pieces near the hull's edge."""
        depth = max(1, round(self.settings.bow_of_side * math.sqrt(cell.sum())))
        deep = ~_enlarged_by(~np.pad(cell, 1), depth)[1:-1, 1:-1]
        labels, count = ndimage.label(written, EIGHT)
        shallow = np.ones(count + 1, bool)
        shallow[labels[written & deep]] = False
        shallow[0] = False
        return np.asarray(shallow[labels])

    def _divided_box(self, own: Mask) -> Mask | None:
        """The inside of a box in which a digit touches several sides; None if it is none."""
        if max(own.shape) > 2 * min(own.shape):
            return None
        # From outside, the lines end where most rows and columns have their first gap.
        sides = [side[len(side) // 5 : -(len(side) // 5) or None] for side in (own, own[:, ::-1], own.T, own[::-1].T)]
        line_px = 1 + int(np.median(np.concatenate([_first_run(side) for side in sides])))
        if line_px > self.settings.box_line_of_side * min(own.shape):
            return None  # a digit
        whole = filled(own)
        if four_sided(whole) < self.settings.straight:
            return None
        inside = ndimage.binary_erosion(whole, EIGHT, iterations=line_px)
        digit = own & inside
        rows, columns = np.flatnonzero(digit.any(axis=1)), np.flatnonzero(inside.any(axis=1))
        if not len(rows) or np.ptp(rows) < 0.5 * np.ptp(columns):
            return None  # the bar of an 8
        return np.asarray(inside)

    def _across_page(self, mask: Mask) -> Mask:
        """Foreground on lines near the horizontal that are filled over most of the page.

        Every pixel votes, for each slope, for the height at which a line through it begins (Hough 1962). Pixels of one
        column vote for different heights.
        """
        found = np.zeros_like(mask)
        height, width = mask.shape
        places, _, length = _runs(np.pad(mask.T, ((0, 0), (0, 1))))
        columns, rows = np.divmod(places[length <= 0.005 * math.sqrt(mask.size) + 3], height + 1)
        if not self.settings.shortest_px <= len(rows) < self.settings.most_lined * mask.size:
            return found
        least = self.settings.across * max(np.ptp(columns) + 1, 0.7 * width, self.settings.shortest_px)
        for degrees in np.arange(-self.settings.steepest_degrees, self.settings.steepest_degrees + 0.25, 0.5):
            slope = math.tan(math.radians(degrees))
            drop = np.rint(slope * np.arange(width)).astype(int)
            start = rows + (drop.max() - drop)[columns]
            votes = _pairs(np.bincount(start))  # two neighbouring heights count together
            if (votes < least).all():
                continue
            on = ndimage.maximum_filter1d(votes >= least, 3, mode="constant")[start]
            found[rows[on], columns[on]] = True
        return found

    def _along(self, own: Mask, length: float) -> Mask:
        """Foreground on nearly horizontal, perhaps curved lines of at least this length, crossing strokes included."""
        height, width = own.shape
        size = max(3, round(length))
        if width < size:
            return np.zeros_like(own)
        tilt = self._tilt(own)
        drop = np.rint(tilt * np.arange(width)).astype(int)
        drop -= drop.min()
        # Each column moved up by what the line has dropped there: the line is level, but for its curvature.
        tall = np.zeros((height + int(drop.max()), width), np.float32)
        rows, columns = np.arange(height)[:, np.newaxis] + (drop.max() - drop), np.arange(width)
        tall[rows, columns] = own
        slack = 2 * max(1, round(0.02 * length)) + 1
        thick = ndimage.maximum_filter1d(tall, slack, axis=0)
        full = ndimage.uniform_filter1d(thick, size, axis=1, mode="constant") >= self.settings.filled
        along = ndimage.maximum_filter1d(full, size, axis=1) & (tall > 0)
        # Where a stroke stands on the line, only what is as thick as the line is line.
        return np.asarray(along[rows, columns])

    def _tilt(self, own: Mask) -> float:
        """The slope at which the profile of the rows is sharpest."""
        rows, columns = np.nonzero(own & (_runs_down(own) <= 0.02 * max(own.shape) + 3))
        if len(rows) < self.settings.shortest_px:
            return 0.0
        take = slice(None, None, -(-len(rows) // 20_000))
        slopes = np.tan(np.radians(np.arange(-self.settings.steepest_degrees, self.settings.steepest_degrees + 1)))

        def sharpness(slope: float) -> float:
            start = np.rint(rows[take] - slope * columns[take]).astype(int)
            return float((np.bincount(start - start.min()).astype(float) ** 2).sum())

        return float(max(slopes, key=lambda slope: (sharpness(slope), -abs(slope))))

    def _both_uncrossed(
        self, mask: Mask, across: Mask, down: Mask, lengths: tuple[float, float], slender: float
    ) -> tuple[Mask, Mask]:
        """Level and upright lines without the strokes that cross them; a line of the other kind is no such stroke."""
        level = self._uncrossed(mask & ~(down & ~across), across, lengths[0] / slender)
        upright = self._uncrossed((mask & ~(across & ~down)).T, down.T, lengths[1] / slender).T
        return level, upright

    def _uncrossed(self, mask: Mask, lines: Mask, thickest: float) -> Mask:
        """Nearly horizontal lines without the strokes that cross them, which are thicker than the lines there."""
        if not lines.any():
            return lines
        run = _runs_down(mask)
        thickness = float(np.median(run[lines]))
        if thickness > thickest:
            return np.zeros_like(lines)
        return lines & (run <= self.settings.thicker * thickness + 1)

    def _fragments(self, across: Mask, down: Mask) -> Mask:
        """What is left of lines: no thicker than they are, and where one of them goes on."""
        # What is thicker is a shadow, beside which all digits would be short pieces of lines.
        thickest = self.whole / self.settings.slender
        thickness = min(thickest, max(_thickness(lines) for lines in (across, down) if lines.any()))
        near = math.ceil(2 * thickness) + 2
        longest = 0.45 * min(self.mask.shape)
        labels, count = ndimage.label(self.mask & ~(across | down), EIGHT)
        dropped = np.zeros(count + 1, bool)
        for number, (rows, columns) in enumerate(ndimage.find_objects(labels, count), start=1):
            height, width = rows.stop - rows.start, columns.stop - columns.start
            longer, shorter = max(height, width), min(height, width)
            if longer > longest or shorter > 2 * thickness + 0.12 * longer:
                continue
            wide = slice(max(0, columns.start - near), columns.stop + near)
            tall = slice(max(0, rows.start - near), rows.stop + near)
            if longer <= 3 * thickness:  # where two lines crossed
                dropped[number] = across[tall, wide].any() or down[tall, wide].any()
                continue
            goes_on = (width >= height and across[rows, wide].any()) or (height >= width and down[tall, columns].any())
            own = labels[rows, columns] == number
            dropped[number] = goes_on and own.sum() / longer <= 1.4 * thickness
        return np.asarray(dropped[labels])


def _pairs(votes: NDArray[Any]) -> NDArray[Any]:
    """Each count with that before it."""
    return np.asarray(votes + np.concatenate([[0], votes[:-1]]))


def _thickness(lines: Mask) -> float:
    """How thick lines are in pixels: four times the mean distance to the edge, which grows from 1 by one."""
    columns = np.pad(lines.T, 1)
    places, number, length = _runs(columns)
    # The square of the distance within the column, and then by columns farther and farther aside: lines are thin. In
    # 1/25 of the time of SciPy's distance_transform_edt.
    down = np.zeros(columns.size, np.int64)
    down[places] = np.minimum(number, length + 1 - number) ** 2
    nearest, aside = down[places], 1
    while aside**2 < nearest.max():
        for step in (-aside, aside):
            there = down.take(places + step * columns.shape[1], mode="wrap")
            nearest = np.minimum(nearest, there + aside**2)
        aside += 1
    return 4 * float(np.sqrt(nearest).mean()) - 1


def _runs_down(mask: Mask) -> NDArray[Any]:
    """For each pixel of foreground, how many pixels of foreground follow one another in its column through it."""
    columns = np.pad(mask.T, ((0, 0), (0, 1)))
    places, _, length = _runs(columns)
    lengths = np.zeros(columns.size, np.int32)
    lengths[places] = length
    return lengths.reshape(columns.shape)[:, :-1].T


def _runs(mask: Mask) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Where a mask whose last column is empty is True, as places in it row by row.

    And for each of these, the how manieth it is, from 1, of how many that follow one another.
    """
    places = np.flatnonzero(mask)
    first = np.diff(places, prepend=-2) > 1
    run = first.cumsum() - 1
    return places, places - places[first][run] + 1, np.bincount(run)[run]


def _first_run(mask: Mask) -> NDArray[np.intp]:
    """The length of the first run of True in each row that has one."""
    begun = mask.cumsum(axis=1) > 0
    ended = begun & ~mask
    lengths = np.where(ended.any(axis=1), ended.argmax(axis=1), mask.shape[1]) - begun.argmax(axis=1)
    return np.asarray(lengths[begun.any(axis=1)])
