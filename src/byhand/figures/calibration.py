"""Whether "90 % sure" means right nine times out of ten: a reliability diagram."""

import numpy as np
from matplotlib.figure import Figure

from byhand.data import LabelledImages
from byhand.evaluation import calibration_error
from byhand.figures.style import BLUE, QUIET, TEXT, look, page, percent, settle
from byhand.model import Model

BINS = 10
# The accuracy of fewer images than this says little.
FEW = 10


@look()
def draw_calibration(model: Model, examples: LabelledImages) -> Figure:
    """Draw, for ten ranges of confidence, how many of the images in it were read right."""
    probabilities = model.predict_proba(examples.images).astype(np.float64)
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == examples.labels
    bins = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    counts = np.bincount(bins, minlength=BINS)
    filled = counts > 0
    mean = np.bincount(bins, confidence, BINS)[filled] / counts[filled]
    accuracy = np.bincount(bins, right, BINS)[filled] / counts[filled]
    spread = np.sqrt(np.maximum(accuracy * (1 - accuracy), 0.25 / counts[filled]) / counts[filled])

    error = calibration_error(probabilities, examples.labels)
    figure = page(
        9, 6.6, f"Confidence is off by {percent(error, 2)} on average",
        "Test images in groups by how sure the model is, with their number. On the dashed line, it is as often right "
        f"as it says. Bars are one standard error; hollow points are groups of fewer than {FEW} images.",
    )  # fmt: skip
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color=QUIET, ls="--", lw=1.5, zorder=1)
    enough = counts[filled] >= FEW
    axes.errorbar(mean[enough], accuracy[enough], spread[enough], color=BLUE, marker="o", ls="-", capsize=4)
    axes.plot(mean[~enough], accuracy[~enough], color=BLUE, marker="o", ls="", mfc="white")
    for x, y, count in zip(mean, accuracy, counts[filled], strict=True):
        axes.annotate(f"{count:,}", (x, y), (8, -6), textcoords="offset points", va="top", color=TEXT, size=13)
    axes.set_xlabel("mean confidence of the group")
    axes.set_ylabel("fraction read right")
    axes.set_xlim(0, 1.08)
    axes.set_ylim(-0.06, 1.06)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda part, _: f"{100 * part:g} %")
    axes.grid()
    return settle(figure)
