"""Tables: the cells between rulings, in rows and columns.

A cell is what rulings enclose, if it has four sides. Cells side by side are a row, cells below each other a column; so
a table may be tilted or in perspective. A cell that is missing, since a line has a gap, is put where its row and its
column meet; one that spans several columns counts for the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from byhand.errors import ByhandError
from byhand.reading.components import EIGHT, Box
from byhand.reading.grouping import connected
from byhand.reading.page import four_sided

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class TableSettings:
    """What a table looks like.

    Attributes:
        side_px: longer side of the reduced page in which cells are searched.
        least_px: shorter side of a cell there.
        straight: a cell's largest quadrilateral has at least this part of its area in common with it.
        least_of_usual: smaller things than this part of the usual cell's area are loops of digits.
        common: neighbours in a row share this part of their height, those in a column of their width.
        apart: between neighbours there is no more than this part of the smaller one's side.
    """

    side_px: int = 1000
    least_px: int = 8
    straight: float = 0.8
    least_of_usual: float = 0.15
    common: float = 0.6
    apart: float = 0.6


@dataclass(frozen=True)
class CellPlace:
    """Where a cell is: row and column from 0, and its box in pixels."""

    row: int
    column: int
    box: Box


def find_table(mask: Mask, settings: TableSettings | None = None) -> list[CellPlace]:
    """Find the cells of the one table on a page.

    Args:
        mask: True where there is foreground, rulings included, shape (h, w).
        settings: see `TableSettings`.

    Returns:
        All cells, row by row.

    Raises:
        ByhandError: there is no table, or there are several.
    """
    settings = settings or TableSettings()
    boxes = enclosed(mask, settings)
    tables = [cells for cells in _tables(boxes, settings) if len(cells) > 1]
    if not tables:
        raise ByhandError("There is no table in it: no ruled lines that enclose cells.")
    if len(tables) > 1:
        raise ByhandError(f"There are {len(tables)} tables in it: choose one with --region LEFT,TOP,RIGHT,BOTTOM.")
    return _numbered(np.array(tables[0], float), settings)


def enclosed(mask: Mask, settings: TableSettings) -> list[Box]:
    """Boxes of everything with four sides that rulings enclose, and that encloses nothing of its kind."""
    step = -(-max(mask.shape) // settings.side_px)
    height, width = mask.shape
    few = mask
    if step > 1:
        padded = np.pad(mask, ((0, -height % step), (0, -width % step)))
        few = np.asarray(padded.reshape(padded.shape[0] // step, step, -1, step).any(axis=(1, 3)))
    # A gap of a pixel in a line is closed.
    closed = ndimage.binary_closing(np.pad(few, 2), EIGHT)[2:-2, 2:-2]
    components, count = ndimage.label(closed, EIGHT)
    found: list[tuple[Box, int]] = []
    for number, place in enumerate(ndimage.find_objects(components, count), start=1):
        if min(part.stop - part.start for part in place) < settings.least_px:
            continue
        own = components[place] == number
        holes, inside = ndimage.label(ndimage.binary_fill_holes(own) & ~own)
        for hole, where in enumerate(ndimage.find_objects(holes, inside), start=1):
            rows, columns = where
            if min(rows.stop - rows.start, columns.stop - columns.start) < settings.least_px:
                continue
            region = ndimage.binary_fill_holes(np.pad(holes[where] == hole, 1))
            if four_sided(region) >= settings.straight:
                left, top = place[1].start + columns.start, place[0].start + rows.start
                right, bottom = place[1].start + columns.stop, place[0].start + rows.stop
                box = left * step, top * step, min(width, right * step), min(height, bottom * step)
                found.append((box, int(region.sum())))
    found = [
        one for one in found if not any(other is not one and _within(other[0], one[0]) for other in _largest(found))
    ]
    if not found:
        return []
    areas = np.sort([area for _, area in found])
    usual = areas[np.searchsorted(areas.cumsum(), areas.sum() / 2)]
    return [box for box, area in found if area >= settings.least_of_usual * usual]


def _largest(found: list[tuple[Box, int]]) -> list[tuple[Box, int]]:
    """Those that are no loops of digits: a frame around a table is told by the cells in it."""
    most = max((area for _, area in found), default=0)
    areas = np.sort([area for _, area in found if area < 0.5 * most] or [most])
    usual = areas[np.searchsorted(areas.cumsum(), areas.sum() / 2)]
    several = [one for one in found if one[1] >= 0.3 * usual]
    return several if len(several) > 2 else []


def _within(box: Box, other: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return other[0] < x < other[2] and other[1] < y < other[3] and box[2] - box[0] < other[2] - other[0]


def _neighbours(cells: NDArray[Any], axis: int, settings: TableSettings) -> Mask:
    """Which cells follow one another in a row (axis 0) or in a column (axis 1): shape (n, n), symmetric."""
    low, high = cells[:, axis], cells[:, axis + 2]
    beside_low, beside_high = cells[:, 1 - axis], cells[:, 3 - axis]
    side = beside_high - beside_low
    common = np.minimum.outer(beside_high, beside_high) - np.maximum.outer(beside_low, beside_low)
    # Reach is measured by the height in both directions: columns may be wide.
    short = np.minimum(high - low, side)
    gap = np.maximum.outer(low, low) - np.minimum.outer(high, high)
    near = gap <= settings.apart * np.minimum.outer(short, short)
    past = gap > -0.3 * np.minimum.outer(high - low, high - low)
    return np.asarray(near & past & (common >= settings.common * np.maximum.outer(side, side)))


def _tables(boxes: Sequence[Box], settings: TableSettings) -> list[list[Box]]:
    """Cells that belong together: each beside or below another one, whatever their sizes."""
    if not boxes:
        return []
    cells = np.array(boxes, float)
    loose = TableSettings(common=0.0, apart=settings.apart)
    linked = np.zeros((len(cells), len(cells)), bool)
    for axis in (0, 1):
        side = cells[:, 3 - axis] - cells[:, 1 - axis]
        common = np.minimum.outer(cells[:, 3 - axis], cells[:, 3 - axis]) - np.maximum.outer(
            cells[:, 1 - axis], cells[:, 1 - axis]
        )
        linked |= _neighbours(cells, axis, loose) & (common >= settings.common * np.minimum.outer(side, side))
    return [[boxes[i] for i in members] for members in _groups(linked)]


def _groups(linked: Mask) -> list[list[int]]:
    labels = connected(linked | linked.T)
    return [np.flatnonzero(labels == number).tolist() for number in np.unique(labels)]


def _numbered(cells: NDArray[Any], settings: TableSettings) -> list[CellPlace]:
    """Put cells into rows and columns, and complete them."""
    rows, columns = (_lanes(cells, axis, settings) for axis in (0, 1))
    placed: dict[tuple[int, int], list[int]] = {}
    for i in range(len(cells)):
        placed.setdefault((_lane_of(i, rows, cells, 1), _lane_of(i, columns, cells, 0)), []).append(i)
    result = []
    for r in range(len(rows)):
        for c in range(len(columns)):
            own = cells[placed.get((r, c), [])]
            if len(own):
                box = [*own[:, :2].min(axis=0), *own[:, 2:].max(axis=0)]
            else:
                x, y = _nearest(columns[c], r, rows, cells, 1), _nearest(rows[r], c, columns, cells, 0)
                box = [cells[x, 0], cells[y, 1], cells[x, 2], cells[y, 3]]
                if any(_within((*map(int, box),), (*map(int, cells[i]),)) for i in rows[r] + columns[c]):  # type: ignore[arg-type]
                    continue  # it is a part of a larger cell
            left, top, right, bottom = (round(float(side)) for side in box)
            result.append(CellPlace(r, c, (left, top, right, bottom)))
    return result


def _lanes(cells: NDArray[Any], axis: int, settings: TableSettings) -> list[list[int]]:
    """Rows (axis 0) or columns (axis 1), in order, without what is beside no cell of its kind.

    The longest come first. What is level with one of them is a part of it, beyond a missing cell, or a half of a cell
    that a stroke parts, or a headline over several columns.
    """
    side = cells[:, 3 - axis] - cells[:, 1 - axis]
    groups = _groups(_neighbours(cells, axis, settings))
    lanes: list[list[int]] = []
    for group in sorted(groups, key=lambda group: (-len(group), float(np.mean(side[group])))):
        if all(_overlap(group[0], lane, cells, 1 - axis) < 0.5 for lane in lanes):
            lanes.append(group)
    middle = (cells[:, 1 - axis] + cells[:, 3 - axis]) / 2
    along = (cells[:, axis] + cells[:, axis + 2]) / 2
    slopes = [
        np.polyfit(along[lane], middle[lane], 1)[0] for lane in lanes if len(lane) > 1 and np.ptp(along[lane]) > 0
    ]
    level = middle - (float(np.median(slopes)) if slopes else 0.0) * along
    return sorted(lanes, key=lambda lane: float(np.mean(level[lane])))


def _lane_of(i: int, lanes: list[list[int]], cells: NDArray[Any], axis: int) -> int:
    """The lane of a cell: its own, or the first one that it overlaps most of.

    Args:
        i: which cell.
        lanes: rows or columns.
        cells: boxes.
        axis: 1 for rows, 0 for columns: the side that tells them apart.
    """
    for number, lane in enumerate(lanes):
        if i in lane:
            return number
    common = [_overlap(i, lane, cells, axis) for lane in lanes]
    enough = [number for number, part in enumerate(common) if part > 0.5]
    return enough[0] if enough else int(np.argmax(common))


def _overlap(i: int, lane: list[int], cells: NDArray[Any], axis: int) -> float:
    """Which part of its side, or of theirs, a cell has in common with the nearest cell of a lane; axis as there."""
    near = cells[lane[int(np.argmin(np.abs(cells[lane, 1 - axis] - cells[i, 1 - axis])))]]
    common = min(near[axis + 2], cells[i, axis + 2]) - max(near[axis], cells[i, axis])
    return float(common / max(1.0, min(near[axis + 2] - near[axis], cells[i, axis + 2] - cells[i, axis])))


def _nearest(lane: list[int], other: int, lanes: list[list[int]], cells: NDArray[Any], axis: int) -> int:
    """Of a lane's cells, the one nearest to another lane that crosses it."""
    middle = (cells[:, axis] + cells[:, axis + 2]) / 2
    return min(lane, key=lambda i: abs(float(middle[i] - np.mean(middle[lanes[other]]))))


def cell_of(box: Box, cells: Sequence[CellPlace]) -> int | None:
    """The cell in which the middle of a box is; where two overlap, the one whose middle is nearer."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    best, least = None, np.inf
    for i, cell in enumerate(cells):
        left, top, right, bottom = cell.box
        # How far from the cell's middle, 1 at its edge; tilted cells and strokes over the line reach a little farther.
        far = max(abs(2 * x - left - right) / max(1, right - left), abs(2 * y - top - bottom) / max(1, bottom - top))
        if far < least and far <= 1.15:
            best, least = i, far
    return best
