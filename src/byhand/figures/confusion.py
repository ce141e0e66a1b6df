"""What is taken for what."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from byhand.data import LabelledImages
from byhand.evaluation import Evaluation, evaluate
from byhand.figures.style import ERRORS, QUIET, TEXT, look, page, percent, settle, shorten
from byhand.model import Model

# With more labels than this, those with the most errors.
MOST_LABELS = 40
DIAGONAL = "#E8EEF2"


@look()
def draw_confusion(model: Model, examples: LabelledImages) -> Figure:
    """Draw the confusion matrix: a row per true label, a column per predicted one, counts in the cells.

    Only the errors have colour, on a scale of their own: next to the many right answers they would all look
    the same.
    """
    evaluation, label_names = evaluate(model, examples), model.label_names
    counts, shown = evaluation.confusion, np.arange(len(label_names))
    errors = counts - np.diag(np.diag(counts))
    title, note = (
        _title(evaluation, errors, label_names),
        "How often each label was taken for each. The stronger the colour, the more errors.",
    )
    if len(label_names) > MOST_LABELS:
        both = errors.sum(axis=0) + errors.sum(axis=1)
        shown = np.sort(np.argsort(-both, kind="stable")[:MOST_LABELS])
        note += f" Here the {MOST_LABELS} of {len(label_names)} labels with the most errors."
        counts, errors = counts[np.ix_(shown, shown)], errors[np.ix_(shown, shown)]
    names = [shorten(label_names[i]) for i in shown]
    longest = max(map(len, names))
    side = len(shown) * max(0.66, 0.14 * len(f"{counts.max():,}") + 0.1)
    figure = page(
        max(7.5, side + 1.9 + 0.13 * longest), side + 1.5 + (0.13 * longest if longest > 4 else 0), title, note
    )
    axes = figure.subplots()
    most = max(1, int(errors.max()))
    axes.imshow(np.where(np.eye(len(shown), dtype=bool), np.nan, errors), ERRORS, vmin=0, vmax=most)
    for row, column in np.ndindex(counts.shape):
        count, on_diagonal = int(counts[row, column]), row == column
        if on_diagonal:
            axes.fill(
                [row - 0.5, row - 0.5, row + 0.5, row + 0.5],
                [row - 0.5, row + 0.5, row + 0.5, row - 0.5],
                color=DIAGONAL,
                lw=0,
            )
        weight = "bold" if on_diagonal or count > most / 2 else "normal"
        colour = QUIET if count == 0 else TEXT
        axes.text(
            column,
            row,
            f"{count:,}" if count or on_diagonal else "·",
            ha="center",
            va="center",
            weight=weight,
            color=colour,
            size=13,
        )
    slanted: dict[str, Any] = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if longest > 4 else {}
    axes.set_xticks(np.arange(len(shown)), names, **slanted)
    axes.set_yticks(np.arange(len(shown)), names)
    axes.set_xlabel("predicted label")
    axes.set_ylabel("true label")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    edges = np.arange(len(shown) + 1) - 0.5
    axes.hlines(edges, edges[0], edges[-1], color="#E6E6E6", lw=0.8)
    axes.vlines(edges, edges[0], edges[-1], color="#E6E6E6", lw=0.8)
    axes.set_xlim(edges[0] - 0.02, edges[-1] + 0.02)
    axes.set_ylim(edges[-1] + 0.02, edges[0] - 0.02)
    return settle(figure)


def _title(evaluation: Evaluation, errors: NDArray[np.int64], label_names: tuple[str, ...]) -> str:
    """Say how many were right, and what went wrong most often."""
    right = f"{percent(evaluation.accuracy, 2)} read right"
    if not errors.any():
        return right
    row, column = np.unravel_index(errors.argmax(), errors.shape)
    true, read = shorten(label_names[row]), shorten(label_names[column])
    return f"{right}; most common mistake: {true} read as {read}"
