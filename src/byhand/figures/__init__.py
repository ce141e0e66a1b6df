"""Figures: what the data, the training and the model look like.

Nothing else in byhand imports Matplotlib. `FIGURES` has them all behind one signature.
"""

from typing import Protocol

from matplotlib.figure import Figure

from byhand.errors import ByhandError
from byhand.evaluation import evaluate
from byhand.figures.boundary import draw_boundary
from byhand.figures.calibration import draw_calibration
from byhand.figures.confusion import draw_confusion
from byhand.figures.deformations import draw_deformations
from byhand.figures.disturbances import draw_disturbances
from byhand.figures.examples import Examples
from byhand.figures.history import draw_history
from byhand.figures.mistakes import draw_mistakes
from byhand.figures.predictions import draw_predictions
from byhand.figures.robustness import draw_robustness
from byhand.figures.samples import draw_samples
from byhand.figures.style import save
from byhand.figures.weights import draw_weights
from byhand.model import Model

__all__ = ["DESCRIPTIONS", "FIGURES", "Draw", "Examples", "save"]


class Draw(Protocol):
    """How every figure is drawn."""

    def __call__(self, model: Model, examples: Examples, *, count: int | None, seed: int) -> Figure:
        """Draw the figure.

        Args:
            model: a trained model.
            examples: labelled images for it.
            count: how many images or units to show; None for the figure's usual number.
            seed: decides what is chosen by chance.

        Raises:
            ByhandError: there is nothing to draw, or a count that the figure cannot have.
        """


def _samples(model: Model, examples: Examples, *, count: int | None, seed: int) -> Figure:
    return draw_samples(examples, count, seed)


def _deformations(model: Model, examples: Examples, *, count: int | None, seed: int) -> Figure:
    return draw_deformations(examples, count, seed)


def _disturbances(model: Model, examples: Examples, *, count: int | None, seed: int) -> Figure:
    return draw_disturbances(examples, count, seed)


def _history(model: Model, examples: Examples, *, count: int | None, seed: int) -> Figure:
    _refuse_count("history", count)
    return draw_history(model)


def _predictions(model: Model, examples: Examples, *, count: int | None, seed: int) -> Figure:
    return draw_predictions(model, examples, count, seed)


def _mistakes(model: Model, examples: Examples, *, count: int | None, seed: int) -> Figure:
    return draw_mistakes(model, examples, count)


def _confusion(model: Model, examples: Examples, *, count: int | None, seed: int) -> Figure:
    _refuse_count("confusion", count)
    return draw_confusion(evaluate(model, examples.images, examples.labels), model.label_names)


def _calibration(model: Model, examples: Examples, *, count: int | None, seed: int) -> Figure:
    _refuse_count("calibration", count)
    return draw_calibration(model, examples)


def _robustness(model: Model, examples: Examples, *, count: int | None, seed: int) -> Figure:
    return draw_robustness(model, examples, count, seed)


def _weights(model: Model, examples: Examples, *, count: int | None, seed: int) -> Figure:
    return draw_weights(model, count)


def _boundary(model: Model, examples: Examples, *, count: int | None, seed: int) -> Figure:
    return draw_boundary(model, examples, count, seed)


def _refuse_count(name: str, count: int | None) -> None:
    if count is not None:
        raise ByhandError(f"The figure '{name}' always shows everything: leave out the count.")


FIGURES: dict[str, Draw] = {
    "samples": _samples,
    "deformations": _deformations,
    "disturbances": _disturbances,
    "history": _history,
    "predictions": _predictions,
    "mistakes": _mistakes,
    "confusion": _confusion,
    "calibration": _calibration,
    "robustness": _robustness,
    "weights": _weights,
    "boundary": _boundary,
}
DESCRIPTIONS = {
    "samples": "Images of each label, chosen by chance; the count is per label.",
    "deformations": "Images turned, stretched and bent by chance, as training can show them.",
    "disturbances": "Images spoilt by other people's pens, papers and cameras, as the reader learns from them.",
    "history": "Loss and accuracy by epoch.",
    "predictions": "Some images with predicted label, true label and all probabilities.",
    "mistakes": "The wrong predictions that the model was surest of.",
    "confusion": "How often each label was taken for each other one.",
    "calibration": "Whether the model is as often right as it is sure.",
    "robustness": "Accuracy on turned, moved, noisy, thick and thin images; the count is of images.",
    "weights": "What each unit of the first layer looks for.",
    "boundary": "Where the model draws the line, and why that takes a hidden layer; the count is of points.",
}
