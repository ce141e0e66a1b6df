"""Mistakes in softmax."""

import numpy as np

from byhand.exercises.mistakes.subject import Mistake, Part, Subject
from byhand.nn import Sigmoid
from byhand.nn import softmax as stable_softmax

_z = np.random.default_rng(2024).normal(0, 2, (5, 3))
_large = np.array([[1000.0, 1001.0, 1002.0], [-3.0, 0.5, 1.0], [-1000.0, -1001.0, -999.0]])


SOFTMAX = Subject(
    lambda z: (stable_softmax(np.array(z, np.float64)),),
    ((_z,), (_z[:3],), (_z[:1, :2].astype(np.float32),), (_large,)),
    (
        Part(
            "the probabilities",
            (
                Mistake(
                    "The sum runs over the wrong axis: each row must sum to 1, not each column.",
                    lambda z: np.exp(z) / np.exp(z).sum(axis=0),
                ),
                Mistake(
                    "The sum runs over the wrong axis: each row must sum to 1, not each column.",
                    lambda z: np.exp(z - z.max(axis=0)) / np.exp(z - z.max(axis=0)).sum(axis=0),
                ),
                Mistake(
                    "The sum runs over all rows together: each row must sum to 1 by itself (axis=1).",
                    lambda z: np.exp(z) / np.exp(z).sum(),
                ),
                Mistake(
                    "The sum runs over all rows together: each row must sum to 1 by itself (axis=1).",
                    lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(),
                ),
                Mistake(
                    "Large logits give NaN or 0: e^1000 is beyond all numbers. Subtract each row's maximum first.",
                    lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
                ),
                Mistake(
                    "The maximum of all rows is subtracted: a row far below it becomes 0 / 0. Subtract each row's own.",
                    lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(axis=1, keepdims=True),
                ),
                Mistake(
                    "The maximum of each column is subtracted; it must be that of each row (axis=1).",
                    lambda z: np.exp(z - z.max(axis=0)) / np.exp(z - z.max(axis=0)).sum(axis=1, keepdims=True),
                ),
                Mistake(
                    "keepdims=True is missing: without it each column is divided by a row's sum.",
                    lambda z: np.exp(z) / np.exp(z).sum(axis=1),
                ),
                Mistake(
                    "keepdims=True is missing: without it each column is divided by a row's sum.",
                    lambda z: (
                        np.exp(z - z.max(axis=1, keepdims=True)) / np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1)
                    ),
                ),
                Mistake(
                    "keepdims=True is missing: without it a row's maximum is subtracted from a column.",
                    lambda z: np.exp(z - z.max(axis=1)) / np.exp(z - z.max(axis=1)).sum(axis=1),
                ),
                Mistake(
                    "keepdims=True is missing: without it a row's maximum is subtracted from a column.",
                    lambda z: np.exp(z - z.max(axis=1)) / np.exp(z - z.max(axis=1)).sum(axis=1, keepdims=True),
                ),
                Mistake("The division by the sum is missing.", np.exp),
                Mistake("The division by the sum is missing.", lambda z: np.exp(z - z.max(axis=1, keepdims=True))),
                Mistake("The sign in the exponent is wrong: it is e to the z.", lambda z: stable_softmax(-z)),
                Mistake(
                    "The exponential is missing: logits may be negative.",
                    lambda z: z / z.sum(axis=1, keepdims=True),
                ),
                Mistake("That is the logarithm of the probabilities.", lambda z: np.log(stable_softmax(z))),
                Mistake(
                    "That is the sigmoid of each logit: the rows do not sum to 1.",
                    lambda z: Sigmoid().forward(z.copy()),
                ),
                Mistake(
                    "It is divided by the mean of the row, not by its sum.",
                    lambda z: stable_softmax(z) * z.shape[1],
                ),
                Mistake("Softmax is applied twice.", lambda z: stable_softmax(stable_softmax(z))),
            ),
        ),
    ),
)
