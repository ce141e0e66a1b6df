"""Mistakes in the sigmoid."""

from typing import Any

import numpy as np

from byhand.exercises.mistakes.subject import Arrays, Mistake, Part, Subject, moved
from byhand.nn import Sigmoid

rng = np.random.default_rng(2024)
_z, _g = rng.normal(0, 2, (5, 3)), rng.normal(0, 1, (5, 3))
_a = 1 / (1 + np.exp(-_z))


def _sigmoid(z: Any) -> Any:
    return Sigmoid().forward(np.array(z, np.float64))


def _sigmoid_backward(a_gradient: Any, a: Any) -> Arrays:
    layer = Sigmoid()
    layer.output = np.array(a, np.float64)
    return (layer.backward(np.array(a_gradient, np.float64)),)


SIGMOID_FORWARD = Subject(
    lambda z: (_sigmoid(z),),
    ((_z,), (_z[:1, :2].astype(np.float32),), (np.array([[-1000.0, 0.0, 1000.0]]),)),
    (
        Part(
            "the result",
            (
                Mistake("The sign in the exponent is wrong: it is e to the minus z.", lambda z: 1 / (1 + np.exp(z))),
                Mistake("The denominator has the wrong sign: it is 1 plus e^-z.", lambda z: 1 / (1 - np.exp(-z))),
                Mistake("Brackets are missing: 1 / 1 + e^-z divides only the first 1.", lambda z: 1 / 1 + np.exp(-z)),
                Mistake("That is the denominator: 1 is still to be divided by it.", lambda z: 1 + np.exp(z)),
                Mistake("That is tanh, from -1 to 1; the sigmoid goes from 0 to 1.", np.tanh),
                Mistake("That is ReLU, max(z, 0).", lambda z: np.maximum(z, 0)),
                Mistake("That is e^-z alone.", lambda z: np.exp(-z)),
                Mistake(
                    "That is the derivative, a (1 - a): the forward function gives a.",
                    lambda z: _sigmoid(z) * (1 - _sigmoid(z)),
                ),
                Mistake("z comes back as it was.", lambda z: z),
                Mistake(
                    "Large numbers give NaN: e^z / (1 + e^z) divides infinity by infinity for z = 1000, "
                    "1 / (1 + e^-z) does not.",
                    lambda z: np.exp(z) / (1 + np.exp(z)),
                ),
                Mistake("The sigmoid is applied twice.", lambda z: _sigmoid(_sigmoid(z))),
            ),
        ),
    ),
)
SIGMOID_BACKWARD = Subject(
    _sigmoid_backward,
    ((_g, _a), (_g[:1, :2].astype(np.float32), _a[:1, :2].astype(np.float32))),
    (
        Part(
            "dL/dz",
            (
                Mistake(
                    "The derivative is taken at the wrong place: a is the sigmoid's output already, and you apply "
                    "the sigmoid to it once more.",
                    lambda g, a: g * _sigmoid(a) * (1 - _sigmoid(a)),
                ),
                Mistake("The chain rule is missing: multiply by a_gradient.", lambda g, a: a * (1 - a)),
                Mistake("The factor (1 - a) is missing.", lambda g, a: g * a),
                Mistake("The factor a is missing.", lambda g, a: g * (1 - a)),
                Mistake(
                    "1 - a² is the derivative of tanh; that of the sigmoid is a (1 - a).",
                    lambda g, a: g * (1 - a * a),
                ),
                Mistake("a_gradient comes back as it was: the activation's derivative is missing.", lambda g, a: g),
                Mistake("It must be multiplied by the derivative, not divided.", lambda g, a: g / (a * (1 - a))),
                Mistake("It must be multiplied by the derivative, not added to it.", lambda g, a: g + a * (1 - a)),
                Mistake(
                    "The roles are exchanged: the derivative is a (1 - a), not g (1 - g).",
                    lambda g, a: a * g * (1 - g),
                ),
                Mistake("a² - a has the wrong sign: it is a - a².", lambda g, a: g * a * (a - 1)),
                Mistake(
                    "Brackets are missing: g · a · 1 - a is something else than g · a · (1 - a).",
                    lambda g, a: g * a * 1 - a,
                ),
            ),
        ),
    ),
    loss=lambda arguments, part, at, move: float(
        np.sum(arguments[0] * _sigmoid(moved(np.log(arguments[1] / (1 - arguments[1])), at, move)))
    ),
)
