"""How good a model is, on any labelled images."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.committee import Committee
from byhand.data.labels import one_hot
from byhand.errors import ByhandError
from byhand.model import Model
from byhand.nn import SoftmaxNLL

CALIBRATION_BINS = 15


@dataclass(frozen=True)
class Evaluation:
    """What was measured.

    Attributes:
        examples: how many images.
        accuracy: part of them that got their true label, 0 to 1.
        loss: mean negative log-likelihood of the true labels, in nats.
        calibration_error: expected calibration error, 0 to 1 (see `calibration_error`).
        confusion: shape (classes, classes): how many images of the row's label were taken for the column's.
        per_digit: for each label "digit", "precision", "recall", "f1" (None where there is nothing to divide
            by) and "support", the number of its images.
    """

    examples: int
    accuracy: float
    loss: float
    calibration_error: float
    confusion: NDArray[np.int64]
    per_digit: list[dict[str, Any]]


def evaluate(
    model: Model | Committee,
    images: NDArray[Any],
    labels: NDArray[np.integer[Any]],
    label_names: tuple[str, ...] | None = None,
) -> Evaluation:
    """Measure a model on labelled images.

    Args:
        model: what is measured, one model or several that vote.
        images: as for `Model.predict_proba`, shape (n, height, width).
        labels: class numbers, shape (n,): positions in `label_names`.
        label_names: what the classes are called; None for the model's own names in their order.

    Raises:
        ByhandError: no images, images of another size, or labels that the model does not know.
    """
    if len(images) == 0:
        raise ByhandError("There are no images to evaluate the model on.")
    truth = as_model_classes(model, labels, label_names)
    logits = model.logits(images).astype(np.float64) / model.temperature
    classes = len(model.label_names)
    criterion = SoftmaxNLL()
    loss = criterion.forward(logits, one_hot(truth, classes, logits.dtype))
    predicted = criterion.probabilities.argmax(axis=1)
    confusion = np.bincount(truth * classes + predicted, minlength=classes**2).reshape(classes, classes)
    return Evaluation(
        len(images),
        float((predicted == truth).mean()),
        loss,
        calibration_error(criterion.probabilities, truth),
        confusion,
        _per_digit(model, confusion),
    )


def calibration_error(probabilities: NDArray[Any], truth: NDArray[np.integer[Any]]) -> float:
    """Measure how far the model's confidence is from its accuracy, 0 (honest) to 1.

    Predictions are put into 15 bins of equal width by their confidence, the largest probability; the result is
    the mean over the bins, weighted by their size, of |accuracy - mean confidence|.
    Source: Guo et al. 2017, "On calibration of modern neural networks", equation 3.

    Args:
        probabilities: shape (n, classes).
        truth: class numbers, shape (n,).
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    bins = np.clip(np.ceil(confidence * CALIBRATION_BINS).astype(int) - 1, 0, CALIBRATION_BINS - 1)
    gaps = np.bincount(bins, weights=right - confidence, minlength=CALIBRATION_BINS)
    return float(np.abs(gaps).sum() / len(truth))


def as_model_classes(
    model: Model | Committee, labels: NDArray[np.integer[Any]], label_names: tuple[str, ...] | None
) -> NDArray[np.intp]:
    """Translate class numbers of the data to class numbers of the model, by name.

    Args:
        model: says which labels there are.
        labels: class numbers, shape (n,): positions in `label_names`.
        label_names: what the data calls its classes; None if it counts like the model.

    Raises:
        ByhandError: images have a label that the model does not know.
    """
    names = label_names or model.label_names
    unknown = [names[i] for i in np.unique(labels) if names[i] not in model.label_names]
    if unknown:
        raise ByhandError(
            f"The data has the label{'s' * (len(unknown) > 1)} {', '.join(unknown[:5])}, and the model knows only "
            f"{', '.join(model.label_names)}: evaluate it on data of the kind it was trained on."
        )
    position = np.array([model.label_names.index(name) if name in model.label_names else -1 for name in names])
    classes: NDArray[np.intp] = position[labels]
    return classes


def _per_digit(model: Model | Committee, confusion: NDArray[np.int64]) -> list[dict[str, Any]]:
    rows = []
    for i, label in enumerate(model.labels.tolist()):
        right, predicted, support = (int(n) for n in (confusion[i, i], confusion[:, i].sum(), confusion[i].sum()))
        rows.append(
            {
                "digit": label,
                "precision": right / predicted if predicted else None,
                "recall": right / support if support else None,
                "f1": 2 * right / (predicted + support) if predicted + support else None,
                "support": support,
            }
        )
    return rows
