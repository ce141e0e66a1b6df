"""Many small images side by side as one picture: Matplotlib draws that at once, a hundred axes in seconds."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from byhand.figures.style import DPI, MARGIN, bare, page


@dataclass(frozen=True)
class Tiles:
    """Images laid out in rows, left to right and top to bottom.

    Attributes:
        picture: all of them, NaN where there is none, shape (height, width) in pixels of the images.
        corners: (row, column) of each image's upper left pixel, shape (n, 2).
        tile: (height, width) of one image in pixels.
        pixel: the side of a pixel in inches.
    """

    picture: NDArray[np.float64]
    corners: NDArray[np.intp]
    tile: tuple[int, int]
    pixel: float

    @property
    def width(self) -> float:
        """Width of the picture in inches."""
        return float(self.picture.shape[1] * self.pixel)

    @property
    def height(self) -> float:
        """Height of the picture in inches."""
        return float(self.picture.shape[0] * self.pixel)

    def page(
        self, title: str, note: str = "", *, least_width: float = 0, left: float = 0, below: float = 0
    ) -> tuple[Figure, Axes]:
        """Make a page for the picture with axes in pixels; `left` and `below` stay free, in inches."""
        # At least this wide, so that a title over a few narrow images need not be broken into many lines.
        width = max(least_width, self.width + left + 2 * MARGIN)
        figure = page(width, self.height + below + MARGIN, title, note)
        figure.set_layout_engine("none")
        total = figure.get_figheight()
        axes = figure.add_axes(
            ((MARGIN + left) / width, (MARGIN + below) / total, self.width / width, self.height / total),
            in_layout=False,
        )
        bare(axes)
        return figure, axes

    def show(self, axes: Axes, colours: Colormap, limits: tuple[float, float]) -> AxesImage:
        """Draw the picture."""
        return axes.imshow(
            self.picture, colours, vmin=limits[0], vmax=limits[1], aspect="auto", interpolation="nearest"
        )


def lay_out(images: NDArray[Any], columns: int, *, side: float, beside: float = 0.1, above: float = 0.1) -> Tiles:
    """Lay images out.

    Args:
        images: shape (n, height, width); an image that is NaN all over leaves its place empty.
        columns: images per row.
        side: about the longer side of an image, inches.
        beside: free space right of each image, inches.
        above: free space above each image, inches.
    """
    count, height, width = images.shape
    # Whole dots of the screen for each pixel, or some would look wider than others.
    pixel = max(1, round(side / max(height, width) * DPI)) / DPI
    right, top = max(1, round(beside / pixel)), max(1, round(above / pixel))
    rows = -(-count // columns)
    picture = np.full((rows * (top + height), columns * (width + right) - right), np.nan)
    places = np.arange(count)
    corners = np.stack([places // columns * (top + height) + top, places % columns * (width + right)], axis=1)
    for image, (row, column) in zip(images, corners, strict=True):
        picture[row : row + height, column : column + width] = image
    return Tiles(picture, corners, (height, width), pixel)
