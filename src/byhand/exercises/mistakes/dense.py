"""Mistakes in the dense layer."""

from typing import Any

import numpy as np

from byhand.exercises.mistakes.subject import Arrays, Mistake, Part, Subject, moved
from byhand.nn import Dense, Sigmoid

rng = np.random.default_rng(2024)
_g, _x, _weights, _b = (rng.normal(0, 1, shape) for shape in ((5, 3), (5, 4), (4, 3), (3,)))
# Where all sizes are alike, nothing fails, and a transposed matrix gives other numbers.
_square = rng.normal(0, 1, (3, 3))


def _dense(x: Any, weights: Any, b: Any) -> Dense:
    return Dense(weights, b, np.empty_like(weights), np.empty_like(b))


def _dense_forward(x: Any, weights: Any, b: Any) -> Arrays:
    return (_dense(x, weights, b).forward(x).copy(),)


def _dense_backward(z_gradient: Any, x: Any, weights: Any) -> Arrays:
    layer = _dense(x, weights, np.zeros(weights.shape[1]))
    layer.forward(x)
    x_gradient = layer.backward(z_gradient)
    return x_gradient.copy(), layer.weights_gradient, layer.bias_gradient


DENSE_FORWARD = Subject(
    _dense_forward,
    ((_x, _weights, _b), (_x[:1], _weights, _b), (_x[:3, :3], _square, _b)),
    (
        Part(
            "z",
            (
                Mistake("The bias is forgotten.", lambda x, w, b: x @ w),
                Mistake("The bias has the wrong sign.", lambda x, w, b: x @ w - b),
                Mistake("W is transposed: it has one row for each input.", lambda x, w, b: x @ w.T + b),
                Mistake("x is transposed: it has one row for each image.", lambda x, w, b: x.T @ w + b),
                Mistake(
                    "The result is transposed: one row for each image, one column for each unit.",
                    lambda x, w, b: (x @ w + b).T,
                ),
                Mistake("The product is the wrong way round: it is x times W.", lambda x, w, b: w @ x + b),
                Mistake("* multiplies number by number: the product of matrices is @.", lambda x, w, b: x * w + b),
                Mistake("All biases are added to each unit: each has its own.", lambda x, w, b: x @ w + b.sum()),
                Mistake(
                    "The bias is added once for each input: add it once, after the product.",
                    lambda x, w, b: x @ w + len(w) * b,
                ),
                Mistake(
                    "The bias is added to each row of images, not to each unit.", lambda x, w, b: x @ w + b[:, None]
                ),
                Mistake(
                    "The activation comes later: z is the sum alone.", lambda x, w, b: Sigmoid().forward(x @ w + b)
                ),
                Mistake("The bias is multiplied, not added.", lambda x, w, b: x @ w * b),
            ),
        ),
    ),
)
DENSE_BACKWARD = Subject(
    _dense_backward,
    ((_g, _x, _weights), (_g[:1], _x[:1], _weights), (_g[:3], _x[:3, :3], _square)),
    (
        Part(
            "x_gradient",
            (
                Mistake(
                    "W must be transposed: the error goes back through each weight the other way.",
                    lambda g, x, w: g @ w,
                ),
                Mistake("It is transposed: its shape is that of x.", lambda g, x, w: w @ g.T),
                Mistake(
                    "It is divided by n once more: z_gradient has the mean in it already.",
                    lambda g, x, w: g @ w.T / len(g),
                ),
                Mistake("x does not belong here: dz/dx is W alone.", lambda g, x, w: (g @ w.T) * x),
                Mistake(
                    "The error has been added up over the images: each keeps its own.",
                    lambda g, x, w: g.sum(axis=0) @ w.T,
                ),
                Mistake(
                    "The sigmoid's derivative belongs into sigmoid_backward.",
                    lambda g, x, w: (g @ w.T) * x * (1 - x),
                ),
                Mistake("z_gradient is missing.", lambda g, x, w: np.ones_like(g) @ w.T),
            ),
        ),
        Part(
            "W_gradient",
            (
                Mistake("It is transposed: its shape is that of W, (inputs, units).", lambda g, x, w: g.T @ x),
                Mistake("x must be transposed: the product adds up over the images.", lambda g, x, w: x @ g),
                Mistake(
                    "It is divided by n once more: z_gradient has the mean in it already.",
                    lambda g, x, w: x.T @ g / len(g),
                ),
                Mistake(
                    "That is the product of means: multiply image by image, then add up.",
                    lambda g, x, w: np.outer(x.mean(axis=0), g.mean(axis=0)),
                ),
                Mistake(
                    "That is the product of sums: multiply image by image, then add up.",
                    lambda g, x, w: np.outer(x.sum(axis=0), g.sum(axis=0)),
                ),
                Mistake(
                    "x is missing: each weight's gradient is its input times the error.",
                    lambda g, x, w: np.ones_like(x).T @ g,
                ),
                Mistake("z_gradient is missing.", lambda g, x, w: x.T @ np.ones_like(g)),
                Mistake("Only the first image counts: add up over all.", lambda g, x, w: np.outer(x[0], g[0])),
                Mistake("Only the last image counts: add up over all.", lambda g, x, w: np.outer(x[-1], g[-1])),
                Mistake("W does not belong here: dz/dW is x alone.", lambda g, x, w: x.T @ g * w),
                Mistake("The absolute value of x has been taken.", lambda g, x, w: np.abs(x).T @ g),
                Mistake(
                    "There is one gradient for each image: add them up.",
                    lambda g, x, w: x[:, :, None] * g[:, None, :],
                ),
            ),
        ),
        Part(
            "b_gradient",
            (
                Mistake(
                    "The sum runs over the wrong axis: add up over the images, axis=0.",
                    lambda g, x, w: g.sum(axis=1),
                ),
                Mistake("It is summed over everything: each unit has its own bias (axis=0).", lambda g, x, w: g.sum()),
                Mistake(
                    "That is the mean over the images: z_gradient has the mean in it already, so add up.",
                    lambda g, x, w: g.mean(axis=0),
                ),
                Mistake("It is not added up over the images: a bias is shared by all of them.", lambda g, x, w: g),
                Mistake("The bias is forgotten: its gradient is not 0.", lambda g, x, w: np.zeros(g.shape[1])),
                Mistake("z_gradient is missing.", lambda g, x, w: np.ones(g.shape[1])),
                Mistake("z_gradient is missing.", lambda g, x, w: np.full(g.shape[1], float(len(g)))),
                Mistake("Only the first image counts: add up over all.", lambda g, x, w: g[0]),
                Mistake("Only the last image counts: add up over all.", lambda g, x, w: g[-1]),
                Mistake(
                    "x does not belong here: a bias is a weight whose input is always 1.",
                    lambda g, x, w: x.sum(axis=0),
                ),
            ),
        ),
    ),
    loss=lambda arguments, part, at, move: float(
        np.sum(
            arguments[0]
            * _dense_forward(
                moved(arguments[1], at, move) if part == 0 else arguments[1],
                moved(arguments[2], at, move) if part == 1 else arguments[2],
                moved(np.zeros(arguments[2].shape[1]), at, move) if part == 2 else np.zeros(arguments[2].shape[1]),
            )[0]
        )
    ),
)
