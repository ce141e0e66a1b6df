"""How good a model is, on any labelled images."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from byhand.data.dataset import LabelledImages
from byhand.data.mapped_images import MappedImages
from byhand.data.one_hot import one_hot
from byhand.errors import ByhandError
from byhand.evaluation.calibration import calibration_error
from byhand.jupyter import html_rows, html_table
from byhand.nn import SoftmaxNLL


@dataclass(frozen=True)
class Evaluation:
    """What was measured.

    Attributes:
        examples: how many images.
        accuracy: fraction of them classified right, 0 to 1.
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

    def _repr_html_(self) -> str:
        """The evaluation as tables, for Jupyter: the whole, and one row per label."""
        whole = {
            "images": f"{self.examples:,}",
            "accuracy": f"{self.accuracy:.2%}",
            "loss": f"{self.loss:.4f}",
            "calibration error": f"{self.calibration_error:.2%}",
        }
        return html_table(whole) + html_rows(self.per_digit)


class Classifier(Protocol):
    """What can be evaluated: a model, an ensemble, or whoever else gives logits for images of known classes."""

    label_names: tuple[str, ...]
    temperature: float

    @property
    def labels(self) -> NDArray[Any]:
        """The labels, shape (classes,)."""

    def logits(self, images: NDArray[Any]) -> NDArray[Any]:
        """Give logits, to be divided by the temperature, shape (n, classes)."""


def evaluate(model: Classifier, examples: LabelledImages) -> Evaluation:
    """Measure a model, or whatever else classifies, on labelled images.

    Raises:
        ByhandError: no images, images of another size, or labels that the model does not know.
    """
    if len(examples) == 0:
        raise ByhandError("There are no images to evaluate the model on.")
    truth = examples.with_classes_of(model.label_names).labels
    classes = len(model.label_names)
    if isinstance(examples.images, MappedImages):
        loss, probabilities = _of_blocks(model, examples.images, truth)
    else:
        loss, probabilities = _loss_and_probabilities(model, examples.images, truth)
    predicted = probabilities.argmax(axis=1)
    confusion = np.bincount(truth * classes + predicted, minlength=classes**2).reshape(classes, classes)
    return Evaluation(
        len(examples),
        float((predicted == truth).mean()),
        loss,
        calibration_error(probabilities, truth),
        confusion,
        _per_digit(model, confusion),
    )


def _loss_and_probabilities(
    model: Classifier, images: NDArray[Any], truth: NDArray[np.integer[Any]]
) -> tuple[float, NDArray[Any]]:
    logits = model.logits(images).astype(np.float64) / model.temperature
    criterion = SoftmaxNLL()
    loss = criterion.forward(logits, one_hot(truth, len(model.label_names), logits.dtype))
    return loss, criterion.probabilities


def _of_blocks(
    model: Classifier, images: MappedImages, truth: NDArray[np.integer[Any]]
) -> tuple[float, NDArray[np.float32]]:
    """The same for images on the disk, some at a time; of millions, single precision is kept."""
    total, probabilities = 0.0, np.empty((len(images), len(model.label_names)), np.float32)
    start = 0
    for block in images.blocks():
        stop = start + len(block)
        loss, probabilities[start:stop] = _loss_and_probabilities(model, block, truth[start:stop])
        total += loss * len(block)
        start = stop
    return total / len(images), probabilities


def _per_digit(model: Classifier, confusion: NDArray[np.int64]) -> list[dict[str, Any]]:
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
