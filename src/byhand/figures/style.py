"""One look for all figures: readable from the last row and by colour-blind readers, the same on every machine.

Nothing here touches pyplot or the user's own Matplotlib settings: figures are plain `Figure` objects, made under
settings that hold only while `look` does.
"""

import io
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from byhand.errors import ByhandError
from byhand.files import write_atomically

# Source: Okabe and Ito 2008, "Color universal design", whose colours all eyes can tell apart.
BLUE, ORANGE, GREEN, VERMILLION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, YELLOW = "#56B4E9", "#CC79A7", "#F0E442"
TEXT, QUIET, FAINT, PAPER = "#1A1A1A", "#595959", "#D4D4D4", "#F3F1EC"
# Ten labels need three more; figures that colour by label write the label as well.
LABEL_COLOURS = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILLION, YELLOW, "#8C8C8C", "#7A5195", "#8B6B43")
RIGHT, WRONG = BLUE, VERMILLION

INK = LinearSegmentedColormap.from_list("byhand-ink", [PAPER, TEXT])
ERRORS = LinearSegmentedColormap.from_list("byhand-errors", ["#FFFFFF", "#F6C9A6", VERMILLION])
# In steps that the eye hardly sees and that make files half as large; an odd number, so that 0 is white.
AGAINST_AND_FOR = LinearSegmentedColormap.from_list(
    "byhand-against-and-for", ["#00304D", BLUE, "#FFFFFF", VERMILLION, "#662D00"], 33
)

# Sizes are in points (1/72 inch) for text and in inches for everything else.
TEXT_SIZE, TITLE_SIZE = 14, 19
MARGIN, TITLE_LINE, NOTE_LINE, GAP = 0.35, 0.35, 0.27, 0.2
# The mean width of a letter, on the safe side, as a part of the text's size.
LETTER, BOLD_LETTER = 0.55, 0.62
DPI = 110

ENDINGS = (".png", ".svg", ".pdf")
# What the formats would otherwise write into each file: when it was made.
NO_DATE: dict[str, dict[str, Any]] = {".png": {}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
SETTINGS: Any = {
    "font.size": TEXT_SIZE,
    "axes.titlesize": TEXT_SIZE + 1,
    "axes.labelsize": TEXT_SIZE,
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.labelpad": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": TEXT,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": TEXT,
    "ytick.labelcolor": TEXT,
    "text.color": TEXT,
    "text.parse_math": False,  # a label may contain dollar signs
    "axes.grid": False,
    "grid.color": "#E6E6E6",
    "legend.frameon": False,
    "lines.linewidth": 2.5,
    "lines.markersize": 7,
    "svg.hashsalt": "byhand",
    "pdf.fonttype": 42,
}


class ShownFigure(Figure):
    """A figure that Jupyter shows, also where `%matplotlib inline` has not been said."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png")
        return buffer.getvalue()


@contextmanager
def look() -> Iterator[None]:
    """Draw with byhand's settings, and give the user's own back afterwards; also serves as `@look()`."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        yield


def page(width: float, height: float, title: str, note: str = "") -> Figure:
    """Make a page with a title, a quieter note under it, and below them `height` inches for the content.

    What is put there as subplots is laid out by `settle` so that nothing overlaps.
    """
    usable = width - 2 * MARGIN
    heads = textwrap.wrap(title, int(usable / (BOLD_LETTER * TITLE_SIZE / 72)))
    notes = textwrap.wrap(note, int(usable / (LETTER * TEXT_SIZE / 72)))
    total = MARGIN + len(heads) * TITLE_LINE + len(notes) * NOTE_LINE + GAP + height
    figure = ShownFigure((width, total), DPI)
    FigureCanvasAgg(figure)
    top = total - MARGIN
    style: dict[str, Any] = {"va": "top", "ha": "left", "linespacing": 1.25}
    figure.text(MARGIN / width, top / total, "\n".join(heads), size=TITLE_SIZE, weight="bold", **style)
    top -= len(heads) * TITLE_LINE
    if notes:
        figure.text(MARGIN / width, top / total, "\n".join(notes), color=QUIET, **style)
    figure.set_layout_engine(
        "constrained", rect=(MARGIN / width, MARGIN / total, usable / width, (height - MARGIN) / total)
    )
    return figure


def bare(axes: Axes) -> None:
    """Take away frame and ticks."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)


def settle(figure: Figure) -> Figure:
    """Lay out the subplots now, under byhand's settings, in the same way each time.

    Matplotlib's layout differs in the last digit from one time to the next; rounding makes it the same.
    """
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.axes:
        left, bottom, width, height = axes.get_position(original=True).bounds
        axes.set_position((round(left, 5), round(bottom, 5), round(width, 5), round(height, 5)))
    return figure


def percent(part: float, digits: int = 1) -> str:
    """Write a part as a percentage that says 100 % or 0 % only where it is exactly that."""
    smallest = 10.0**-digits
    if 100 - smallest / 2 <= 100 * part < 100:
        return f"> {100 - smallest:.{digits}f} %"
    if 0 < 100 * part < smallest / 2:
        return f"< {smallest:.{digits}f} %"
    return "100 %" if part == 1 else f"{100 * part:.{digits}f} %"


def sure(confidence: float) -> str:
    """Write how sure the model is. It never is entirely, though the computer may round its probability to 1."""
    return f"{percent(min(confidence, 0.9999))} sure"


def shorten(label: str, letters: int = 14) -> str:
    """Cut a long label so that it finds room."""
    return label if len(label) <= letters else label[: letters - 1].rstrip() + "…"


def check_count(count: int | None, usual: int, most: int, what: str) -> int:
    """Give the count the user wants, or the usual one.

    Raises:
        ByhandError: it is below 1 or above `most`, beyond which nobody can see anything.
    """
    if count is None:
        return usual
    if not 1 <= count <= most:
        raise ByhandError(f"Cannot draw {count} {what}: choose a count from 1 to {most}.")
    return count


def save(figure: Figure, path: str | Path) -> None:
    """Write a figure as PNG, SVG or PDF; the same figure always gives the same bytes.

    Raises:
        ByhandError: the name has another ending, or the place cannot be written; an old file there stays whole.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise ByhandError(f"Cannot write a figure to {path}: its name must end in .png, .svg or .pdf.")
    content = io.BytesIO()
    with look():
        figure.savefig(content, format=ending[1:], metadata=NO_DATE[ending])
    write_atomically(path, content.getvalue())
