"""Mistakes in the step."""

from typing import Any

import numpy as np

from byhand.exercises.mistakes.subject import Arrays, Mistake, Part, Subject
from byhand.nn import SGD

rng = np.random.default_rng(2024)
_parameters = [rng.normal(0, 1, shape) for shape in ((4, 3), (3,), (3, 2), (2,))]
_gradients = [rng.normal(0, 1, one.shape) for one in _parameters]


def _sgd(parameters: Any, gradients: Any, rate: float) -> Arrays:
    result = []
    for w, g in zip(parameters, gradients, strict=True):
        flat, step = np.array(w, np.float64), np.array(g, np.float64)
        SGD(flat, step).step(rate)
        result.append(flat)
    return tuple(result)


SGD_STEP = Subject(
    _sgd,
    ((_parameters, _gradients, 0.3), (_parameters[:1], _gradients[:1], 2.0)),
    tuple(
        Part(
            f"parameter {i}",
            (
                Mistake("That goes uphill: subtract the gradient.", lambda w, g, r, i=i: w[i] + r * g[i]),
                Mistake("The learning rate is missing.", lambda w, g, r, i=i: w[i] - g[i]),
                Mistake("The learning rate is applied twice.", lambda w, g, r, i=i: w[i] - r * r * g[i]),
                Mistake("It is divided by the learning rate: multiply.", lambda w, g, r, i=i: w[i] - g[i] / r),
                Mistake("That is the step alone: subtract it from the parameters.", lambda w, g, r, i=i: r * g[i]),
                Mistake("That is the step alone: add it to the parameters.", lambda w, g, r, i=i: -r * g[i]),
                Mistake(
                    "This parameter has not moved: a step changes all of them, biases too.",
                    lambda w, g, r, i=i: w[i],
                ),
                Mistake(
                    "The parameters are scaled by the learning rate as well.",
                    lambda w, g, r, i=i: r * (w[i] - g[i]),
                ),
                Mistake(
                    "The parameter is multiplied into the step: it is w - rate · gradient.",
                    lambda w, g, r, i=i: w[i] - r * g[i] * w[i],
                ),
                Mistake("Only the gradient's sign is used.", lambda w, g, r, i=i: w[i] - r * np.sign(g[i])),
                Mistake("The step is taken twice.", lambda w, g, r, i=i: w[i] - 2 * r * g[i]),
                Mistake("The gradient comes back instead of the parameters.", lambda w, g, r, i=i: g[i]),
            ),
        )
        for i in range(4)
    ),
    may_change=(0,),
)
