"""Mistakes in the loss and its gradient."""

from typing import Any

import numpy as np

from byhand.exercises.mistakes.subject import Mistake, Part, Subject, moved
from byhand.nn import SoftmaxNLL
from byhand.nn import softmax as stable_softmax

# Ten classes, as who writes for digits may count on; and as many images, where a mistake fits all shapes.
_p = stable_softmax(np.random.default_rng(2024).normal(0, 1, (10, 10)))
_labels = np.array([2, 0, 2, 9, 7, 1, 5, 5, 3, 8])


def _one_hot(p: Any, labels: Any) -> Any:
    return np.eye(p.shape[1])[labels]


def _right_p(p: Any, labels: Any) -> Any:
    return p[np.arange(len(labels)), labels]


def _criterion(p: Any, labels: Any) -> tuple[SoftmaxNLL, float]:
    criterion = SoftmaxNLL()
    return criterion, criterion.forward(np.log(np.array(p, np.float64)), _one_hot(p, labels))


LOSS = Subject(
    lambda p, labels: (_criterion(p, labels)[1],),
    ((_p[:5], _labels[:5]), (_p, _labels), (_p[:1].astype(np.float32), _labels[:1])),
    (
        Part(
            "the loss",
            (
                Mistake("The minus is missing: a loss is never negative.", lambda p, y: np.log(_right_p(p, y)).mean()),
                Mistake(
                    "That is the sum over the images: the mean is wanted.",
                    lambda p, y: -np.log(_right_p(p, y)).sum(),
                ),
                Mistake(
                    "The mean also runs over the classes: divide by n only.",
                    lambda p, y: -np.log(_right_p(p, y)).mean() / p.shape[1],
                ),
                Mistake(
                    "That is the logarithm to base 10: take the natural one, np.log.",
                    lambda p, y: -np.log10(_right_p(p, y)).mean(),
                ),
                Mistake(
                    "That is the logarithm to base 2: take the natural one, np.log.",
                    lambda p, y: -np.log2(_right_p(p, y)).mean(),
                ),
                Mistake("The logarithm is missing.", lambda p, y: -_right_p(p, y).mean()),
                Mistake("The logarithm is missing.", lambda p, y: (1 - _right_p(p, y)).mean()),
                Mistake(
                    "The logarithm comes after the mean: take it of each image's probability first.",
                    lambda p, y: -np.log(_right_p(p, y).mean()),
                ),
                Mistake(
                    "The labels are not one-hot: their numbers are used as factors.",
                    lambda p, y: -(y[:, None] * np.log(p)).sum(axis=1).mean(),
                ),
                Mistake(
                    "The labels are not one-hot: their numbers are used as factors.",
                    lambda p, y: -(y[:, None] * np.log(p)).mean(),
                ),
                Mistake(
                    "All classes are added up: only the right one's probability counts.",
                    lambda p, y: -np.log(p).sum(axis=1).mean(),
                ),
                Mistake(
                    "All classes are averaged: only the right one's probability counts.",
                    lambda p, y: -np.log(p).mean(),
                ),
                Mistake(
                    "That is the mean squared error; the loss here is -log p of the right class.",
                    lambda p, y: ((p - _one_hot(p, y)) ** 2).mean(),
                ),
                Mistake(
                    "That is the mean squared error; the loss here is -log p of the right class.",
                    lambda p, y: ((p - _one_hot(p, y)) ** 2).sum(axis=1).mean(),
                ),
                Mistake(
                    "The wrong classes are counted as well, as log(1 - p): with softmax only the right one counts.",
                    lambda p, y: -np.log(np.where(_one_hot(p, y) == 1, p, 1 - p)).sum(axis=1).mean(),
                ),
                Mistake(
                    "p[:, labels] picks whole columns: p[np.arange(n), labels] picks one number from each row.",
                    lambda p, y: -np.log(p[:, y]).mean(),
                ),
                Mistake(
                    "p[labels] picks whole rows: p[np.arange(n), labels] picks one number from each row.",
                    lambda p, y: -np.log(p[y]).mean(),
                ),
                Mistake(
                    "One loss for each image comes back: their mean is wanted.",
                    lambda p, y: -np.log(_right_p(p, y)),
                ),
                Mistake(
                    "p is put through softmax once more: it holds probabilities already.",
                    lambda p, y: -np.log(_right_p(stable_softmax(p), y)).mean(),
                ),
            ),
        ),
    ),
)
LOSS_BACKWARD = Subject(
    lambda p, labels: (_criterion(p, labels)[0].backward(),),
    ((_p[:5], _labels[:5]), (_p, _labels), (_p[:1].astype(np.float32), _labels[:1])),
    (
        Part(
            "dL/dz",
            (
                Mistake(
                    "The mean is missing: the loss is a mean over n images, so divide by n.",
                    lambda p, y: p - _one_hot(p, y),
                ),
                Mistake("The sign is wrong: it is p - y, not y - p.", lambda p, y: (_one_hot(p, y) - p) / len(p)),
                Mistake(
                    "The sign is wrong, and the division by n is missing: it is (p - y) / n.",
                    lambda p, y: _one_hot(p, y) - p,
                ),
                Mistake(
                    "The labels are not one-hot: class numbers are subtracted from probabilities.",
                    lambda p, y: (p - y) / len(p),
                ),
                Mistake(
                    "The labels are not one-hot: class numbers are subtracted from probabilities.",
                    lambda p, y: p - y,
                ),
                Mistake(
                    "The labels are not one-hot: class numbers are subtracted from probabilities.",
                    lambda p, y: (p - y[:, None]) / len(p),
                ),
                Mistake(
                    "The labels are not one-hot: class numbers are subtracted from probabilities.",
                    lambda p, y: p - y[:, None],
                ),
                Mistake(
                    "It is divided by the number of classes: divide by the number of images.",
                    lambda p, y: (p - _one_hot(p, y)) / p.shape[1],
                ),
                Mistake(
                    "It is divided by n and by the number of classes: by n only.",
                    lambda p, y: (p - _one_hot(p, y)) / p.size,
                ),
                Mistake("It is divided by n twice.", lambda p, y: (p - _one_hot(p, y)) / len(p) ** 2),
                Mistake(
                    "That is the gradient by the probabilities p; go on through softmax to the logits z.",
                    lambda p, y: -_one_hot(p, y) / p / len(p),
                ),
                Mistake(
                    "That is the gradient by the probabilities p; go on through softmax to the logits z.",
                    lambda p, y: -_one_hot(p, y) / p,
                ),
                Mistake(
                    "Softmax's derivative is applied twice: p - y contains it.",
                    lambda p, y: (p - _one_hot(p, y)) * p * (1 - p) / len(p),
                ),
                Mistake(
                    "Softmax's derivative is applied twice: p - y contains it.",
                    lambda p, y: (p - _one_hot(p, y)) * p * (1 - p),
                ),
                Mistake("y is missing: subtract 1 at the right class.", lambda p, y: p / len(p)),
                Mistake("y is missing: subtract 1 at the right class.", lambda p, y: p),
                Mistake("p is missing: it is p - y.", lambda p, y: -_one_hot(p, y) / len(p)),
                Mistake(
                    "p[:, labels] -= 1 changes whole columns: p[np.arange(n), labels] is one number in each row.",
                    lambda p, y: (p - np.isin(np.arange(p.shape[1]), y)) / len(p),
                ),
                Mistake(
                    "p is put through softmax once more: it holds probabilities already.",
                    lambda p, y: (stable_softmax(p) - _one_hot(p, y)) / len(p),
                ),
                Mistake("That is the gradient of the squared error.", lambda p, y: 2 * (p - _one_hot(p, y)) / len(p)),
            ),
        ),
    ),
    loss=lambda arguments, part, at, move: _criterion(
        stable_softmax(moved(np.log(arguments[0]), at, move)), arguments[1]
    )[1],
)
