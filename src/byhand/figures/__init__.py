"""Figures: what the data, the training and the model look like.

`FIGURES` lists them; `draw` finds the function `draw_NAME` in the file `NAME.py`. Nothing else in byhand imports
Matplotlib, and this file only when something is drawn.
"""

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from byhand.errors import ByhandError, choose

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from byhand.data import LabelledImages
    from byhand.model import Model

PICTURE, SWEEP = "stages", "folder"  # what figures of one picture, and of a sweep, need instead of data


@dataclass(frozen=True)
class Entry:
    """A figure in the list.

    Attributes:
        needs: the arguments that its function takes.
        description: what it shows, in one sentence.
    """

    needs: tuple[str, ...]
    description: str


FIGURES = {
    "samples": Entry(("examples", "count", "seed"), "Images of each label, chosen at random; the count is per label."),
    "deformations": Entry(("examples", "count", "seed"), "Affine and elastic deformations, as training can show them."),
    "corruptions": Entry(("examples", "count", "seed"), "What the reader learns from: other pens, paper and cameras."),
    "history": Entry(("model",), "Loss and accuracy by epoch."),
    "predictions": Entry(
        ("model", "examples", "count", "seed"), "Some images with predicted label, true label and all probabilities."
    ),
    "mistakes": Entry(("model", "examples", "count"), "The wrong predictions that the model was surest of."),
    "confusion": Entry(("model", "examples"), "How often each label was taken for each other one."),
    "calibration": Entry(("model", "examples"), "Whether the model is right as often as it is sure."),
    "robustness": Entry(
        ("model", "examples", "count", "seed"),
        "Accuracy on rotated, shifted, noisy, thick and thin images; the count is of images.",
    ),
    "weights": Entry(("model", "count"), "What each unit of the first layer looks for."),
    "boundary": Entry(
        ("model", "examples", "count", "seed"),
        "The decision boundary, and why it takes a hidden layer; the count is of points.",
    ),
    "reading": Entry((PICTURE,), "A picture on its way to digits, step by step: byhand show reading photo.jpg."),
    "sweep": Entry((SWEEP,), "What a sweep found, setting by setting: byhand show sweep FOLDER."),
}


def draw(name: str, model: "Model", examples: "LabelledImages", *, count: int | None = None, seed: int = 0) -> "Figure":
    """Draw a figure of a model and labelled images.

    Args:
        name: one of `FIGURES`, but not "reading" or "sweep".
        model: a trained model.
        examples: images with the model's classes.
        count: how many images or units to show; None for the figure's usual number.
        seed: decides what is chosen at random.

    Raises:
        ByhandError: there is nothing to draw, or a count that the figure cannot have.
    """
    if name not in FIGURES or {PICTURE, SWEEP} & {*FIGURES[name].needs}:
        choices = [other for other, entry in FIGURES.items() if not {PICTURE, SWEEP} & {*entry.needs}]
        raise ByhandError(f"There is no figure '{name}' of a model: {choose(name, choices)}")
    needs = FIGURES[name].needs
    if count is not None and "count" not in needs:
        raise ByhandError(f"The figure '{name}' always shows everything: leave out the count.")
    if "examples" in needs and len(examples) == 0:
        raise ByhandError("There are no images to draw.")
    given = {"model": model, "examples": examples, "count": count, "seed": seed}
    function = getattr(importlib.import_module(f"byhand.figures.{name}"), f"draw_{name}")
    figure: Figure = function(**{argument: given[argument] for argument in needs})
    return figure
