"""Where the model is wrong and most sure of itself."""

import numpy as np
from matplotlib.figure import Figure

from byhand.data import LabelledImages
from byhand.figures.style import BOLD_LETTER, INK, MARGIN, TEXT_SIZE, WRONG, check_count, look, page, shorten, sure
from byhand.figures.tiles import lay_out
from byhand.model import Model

USUAL, MOST = 20, 200
PER_ROW = 5
SIDE = 1.5
# A caption longer than this, in letters, is broken into two lines.
LONGEST_CAPTION = 14


@look()
def draw_mistakes(model: Model, examples: LabelledImages, count: int | None = None) -> Figure:
    """Draw the `count` wrong predictions that the model was most sure of, the surest first.

    Raises:
        ByhandError: a count that cannot be drawn, or images that the model cannot read.
    """
    count = check_count(count, USUAL, MOST, "mistakes")
    probabilities = model.predict_proba(examples.images)
    predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(predicted != examples.labels)
    if len(wrong) == 0:
        return _no_mistakes(len(examples.images))
    shown = wrong[np.argsort(-confidence[wrong], kind="stable")][:count]

    captions = []
    for i in shown:
        true, read = (shorten(model.label_names[label]) for label in (examples.labels[i], predicted[i]))
        caption = f"{true} read as {read}"
        captions.append(caption if len(caption) <= LONGEST_CAPTION else f"{true}\nread as {read}")
    lines = 2 + max(caption.count("\n") for caption in captions)
    columns = PER_ROW if len(shown) > 2 * PER_ROW else -(-len(shown) // -(-len(shown) // PER_ROW))
    images = examples.images[shown].astype(np.float64)
    width = SIDE * images.shape[2] / max(images.shape[1:])
    # A caption may be wider than its image: keep it off its neighbours and on the page.
    letters = max(len(line) for caption in [*captions, "> 99.9 % sure"] for line in caption.split("\n"))
    overhang = max(0.0, letters * BOLD_LETTER * TEXT_SIZE / 72 - width)
    tiles = lay_out(images, columns, side=SIDE, beside=max(0.45, overhang + 0.15), above=0.27 * lines + 0.25)
    note = "The surest mistakes first." if len(shown) == len(wrong) else f"The {len(shown)} mistakes it was surest of."
    figure, axes = tiles.page(
        f"{len(wrong):,} of {len(examples.images):,} images read wrong",
        note,
        least_width=max(7, tiles.width + overhang + 2 * MARGIN),
        left=overhang / 2,
    )
    tiles.show(axes, INK, examples.grey_range)
    for i, caption, (row, column) in zip(shown, captions, tiles.corners, strict=True):
        x, y = column + (images.shape[2] - 1) / 2, row - 0.5
        axes.annotate(
            sure(float(confidence[i])), (x, y), (0, 5), textcoords="offset points", ha="center", va="bottom", size=13
        )
        axes.annotate(
            caption, (x, y), (0, 24), textcoords="offset points", ha="center", va="bottom", weight="bold", color=WRONG
        )
    return figure


def _no_mistakes(images: int) -> Figure:
    figure = page(
        8,
        1,
        "No mistakes",
        f"All {images:,} images were read right." if images > 1 else "The one image was read right.",
    )
    return figure
