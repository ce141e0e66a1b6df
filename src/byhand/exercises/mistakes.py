"""The catalogue of faults: what typical mistakes would give, and how to call them.

Nothing is guessed from the learner's code. For each mistake its result is computed, from the same arguments, and
compared with what the learner's function gave; only a mistake that gives these very numbers is named.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.nn import Dense, Sigmoid, SoftmaxNLL
from byhand.nn import softmax as stable_softmax
from byhand.nn.gradient_check import STEP

Arrays = tuple[Any, ...]


@dataclass(frozen=True)
class Mistake:
    """A fault.

    Attributes:
        says: its name, as a sentence for the learner.
        gives: what it would give, from the function's arguments.
    """

    says: str
    gives: Callable[..., Any]


@dataclass(frozen=True)
class Part:
    """One result of a function.

    Attributes:
        name: what messages call it.
        mistakes: that are known for it.
    """

    name: str
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True)
class Subject:
    """What the judge knows of a function.

    Attributes:
        right: gives the results, one for each part, with the library.
        cases: arguments to try it on; no two sizes of an array are alike.
        parts: of the result.
        loss: for backward functions, the scalar whose gradient part i is, as a function of the number `moved` at
            position `at`: loss(arguments, part, at, moved).
        may_change: positions of arguments that may be changed in place.
    """

    right: Callable[..., Arrays]
    cases: tuple[Arrays, ...]
    parts: tuple[Part, ...]
    loss: Callable[[Arrays, int, tuple[int, ...], float], float] | None = None
    may_change: tuple[int, ...] = ()


def finite_difference(subject: Subject, arguments: Arrays, part: int, at: tuple[int, ...]) -> float | None:
    """Measure one derivative; None for functions that give no gradient."""
    if subject.loss is None:
        return None
    above, below = (subject.loss(arguments, part, at, move) for move in (STEP, -STEP))
    return (above - below) / (2 * STEP)


def _moved(array: Any, at: tuple[int, ...], move: float) -> Any:
    array = np.array(array, np.float64)
    array[at] += move
    return array


def _one_hot(p: Any, labels: Any) -> Any:
    return np.eye(p.shape[1])[labels]


def _right_p(p: Any, labels: Any) -> Any:
    return p[np.arange(len(labels)), labels]


# What the library says.


def _sigmoid(z: Any) -> Any:
    return Sigmoid().forward(np.array(z, np.float64))


def _sigmoid_backward(a_gradient: Any, a: Any) -> Arrays:
    layer = Sigmoid()
    layer.output = np.array(a, np.float64)
    return (layer.backward(np.array(a_gradient, np.float64)),)


def _criterion(p: Any, labels: Any) -> tuple[SoftmaxNLL, float]:
    criterion = SoftmaxNLL()
    return criterion, criterion.forward(np.log(np.array(p, np.float64)), _one_hot(p, labels))


def _dense(x: Any, weights: Any, b: Any) -> Dense:
    return Dense(weights, b, np.empty_like(weights), np.empty_like(b))


def _dense_forward(x: Any, weights: Any, b: Any) -> Arrays:
    return (_dense(x, weights, b).forward(x).copy(),)


def _dense_backward(z_gradient: Any, x: Any, weights: Any) -> Arrays:
    layer = _dense(x, weights, np.zeros(weights.shape[1]))
    layer.forward(x)
    x_gradient = layer.backward(z_gradient)
    return x_gradient.copy(), layer.weights_gradient, layer.bias_gradient


def _sgd(parameters: Any, gradients: Any, rate: float) -> Arrays:
    from byhand.nn import SGD

    result = []
    for w, g in zip(parameters, gradients, strict=True):
        flat, step = np.array(w, np.float64), np.array(g, np.float64)
        SGD(flat, step).step(rate)
        result.append(flat)
    return tuple(result)


# Arguments to try.

_rng = np.random.default_rng(2024)
_z = _rng.normal(0, 2, (5, 3))
_a, _g = 1 / (1 + np.exp(-_z)), _rng.normal(0, 1, (5, 3))
_p = stable_softmax(_rng.normal(0, 1, (5, 3)))
_labels = np.array([2, 0, 2, 1, 0])
_x, _weights, _b = _rng.normal(0, 1, (5, 4)), _rng.normal(0, 1, (4, 3)), _rng.normal(0, 1, 3)
_square = _rng.normal(0, 1, (3, 3))
_large = np.array([[1000.0, 1001.0, 1002.0], [-3.0, 0.5, 1.0], [-1000.0, -1001.0, -999.0]])
_parameters = [_rng.normal(0, 1, shape) for shape in ((4, 3), (3,), (3, 2), (2,))]
_gradients = [_rng.normal(0, 1, one.shape) for one in _parameters]

SUBJECTS: dict[str, Subject] = {
    "sigmoid_forward": Subject(
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
                    Mistake("That is the derivative, a (1 - a): the forward function gives a.", lambda z: _sigmoid(z) * (1 - _sigmoid(z))),
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
    ),
    "sigmoid_backward": Subject(
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
                    Mistake("1 - a² is the derivative of tanh; that of the sigmoid is a (1 - a).", lambda g, a: g * (1 - a * a)),
                    Mistake("a_gradient comes back as it was: the activation's derivative is missing.", lambda g, a: g),
                    Mistake("It must be multiplied by the derivative, not divided.", lambda g, a: g / (a * (1 - a))),
                    Mistake("It must be multiplied by the derivative, not added to it.", lambda g, a: g + a * (1 - a)),
                    Mistake("The roles are exchanged: the derivative is a (1 - a), not g (1 - g).", lambda g, a: a * g * (1 - g)),
                    Mistake("a² - a has the wrong sign: it is a - a².", lambda g, a: g * a * (a - 1)),
                    Mistake("Brackets are missing: g · a · 1 - a is something else than g · a · (1 - a).", lambda g, a: g * a * 1 - a),
                ),
            ),
        ),
        loss=lambda arguments, part, at, move: float(
            np.sum(arguments[0] * _sigmoid(_moved(np.log(arguments[1] / (1 - arguments[1])), at, move)))
        ),
    ),
    "softmax": Subject(
        lambda z: (stable_softmax(np.array(z, np.float64)),),
        ((_z,), (_z[:1, :2].astype(np.float32),), (_large,)),
        (
            Part(
                "the probabilities",
                (
                    Mistake("The sum runs over the wrong axis: each row must sum to 1, not each column.", lambda z: np.exp(z) / np.exp(z).sum(axis=0)),
                    Mistake(
                        "The sum runs over the wrong axis: each row must sum to 1, not each column.",
                        lambda z: np.exp(z - z.max(axis=0)) / np.exp(z - z.max(axis=0)).sum(axis=0),
                    ),
                    Mistake("The sum runs over all rows together: each row must sum to 1 by itself (axis=1).", lambda z: np.exp(z) / np.exp(z).sum()),
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
                    Mistake("The division by the sum is missing.", np.exp),
                    Mistake("The division by the sum is missing.", lambda z: np.exp(z - z.max(axis=1, keepdims=True))),
                    Mistake("The sign in the exponent is wrong: it is e to the z.", lambda z: stable_softmax(-z)),
                    Mistake("The exponential is missing: logits may be negative.", lambda z: z / z.sum(axis=1, keepdims=True)),
                    Mistake("That is the logarithm of the probabilities.", lambda z: np.log(stable_softmax(z))),
                    Mistake("That is the sigmoid of each logit: the rows do not sum to 1.", lambda z: _sigmoid(z)),
                    Mistake("It is divided by the mean of the row, not by its sum.", lambda z: stable_softmax(z) * z.shape[1]),
                    Mistake("Softmax is applied twice.", lambda z: stable_softmax(stable_softmax(z))),
                ),
            ),
        ),
    ),
    "loss": Subject(
        lambda p, labels: (_criterion(p, labels)[1],),
        ((_p, _labels), (_p[:1].astype(np.float32), _labels[:1])),
        (
            Part(
                "the loss",
                (
                    Mistake("The minus is missing: a loss is never negative.", lambda p, y: np.log(_right_p(p, y)).mean()),
                    Mistake("That is the sum over the images: the mean is wanted.", lambda p, y: -np.log(_right_p(p, y)).sum()),
                    Mistake("The mean also runs over the classes: divide by n only.", lambda p, y: -np.log(_right_p(p, y)).mean() / p.shape[1]),
                    Mistake("That is the logarithm to base 10: take the natural one, np.log.", lambda p, y: -np.log10(_right_p(p, y)).mean()),
                    Mistake("That is the logarithm to base 2: take the natural one, np.log.", lambda p, y: -np.log2(_right_p(p, y)).mean()),
                    Mistake("The logarithm is missing.", lambda p, y: -_right_p(p, y).mean()),
                    Mistake("The logarithm is missing.", lambda p, y: (1 - _right_p(p, y)).mean()),
                    Mistake("The logarithm comes after the mean: take it of each image's probability first.", lambda p, y: -np.log(_right_p(p, y).mean())),
                    Mistake("The labels are not one-hot: their numbers are used as factors.", lambda p, y: -(y[:, None] * np.log(p)).sum(axis=1).mean()),
                    Mistake("The labels are not one-hot: their numbers are used as factors.", lambda p, y: -(y[:, None] * np.log(p)).mean()),
                    Mistake("All classes are added up: only the right one's probability counts.", lambda p, y: -np.log(p).sum(axis=1).mean()),
                    Mistake("All classes are averaged: only the right one's probability counts.", lambda p, y: -np.log(p).mean()),
                    Mistake("That is the mean squared error; the loss here is -log p of the right class.", lambda p, y: ((p - _one_hot(p, y)) ** 2).mean()),
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
                    Mistake("One loss for each image comes back: their mean is wanted.", lambda p, y: -np.log(_right_p(p, y))),
                    Mistake("p is put through softmax once more: it holds probabilities already.", lambda p, y: -np.log(_right_p(stable_softmax(p), y)).mean()),
                ),
            ),
        ),
    ),
    "loss_backward": Subject(
        lambda p, labels: (_criterion(p, labels)[0].backward(),),
        ((_p, _labels), (_p[:1].astype(np.float32), _labels[:1])),
        (
            Part(
                "dL/dz",
                (
                    Mistake("The mean is missing: the loss is a mean over n images, so divide by n.", lambda p, y: p - _one_hot(p, y)),
                    Mistake("The sign is wrong: it is p - y, not y - p.", lambda p, y: (_one_hot(p, y) - p) / len(p)),
                    Mistake("The sign is wrong, and the division by n is missing: it is (p - y) / n.", lambda p, y: _one_hot(p, y) - p),
                    Mistake("The labels are not one-hot: class numbers are subtracted from probabilities.", lambda p, y: (p - y[:, None]) / len(p)),
                    Mistake("The labels are not one-hot: class numbers are subtracted from probabilities.", lambda p, y: p - y[:, None]),
                    Mistake("It is divided by the number of classes: divide by the number of images.", lambda p, y: (p - _one_hot(p, y)) / p.shape[1]),
                    Mistake("It is divided by n and by the number of classes: by n only.", lambda p, y: (p - _one_hot(p, y)) / p.size),
                    Mistake("It is divided by n twice.", lambda p, y: (p - _one_hot(p, y)) / len(p) ** 2),
                    Mistake("That is the gradient by the probabilities p; go on through softmax to the logits z.", lambda p, y: -_one_hot(p, y) / p / len(p)),
                    Mistake("That is the gradient by the probabilities p; go on through softmax to the logits z.", lambda p, y: -_one_hot(p, y) / p),
                    Mistake("Softmax's derivative is applied twice: p - y contains it.", lambda p, y: (p - _one_hot(p, y)) * p * (1 - p) / len(p)),
                    Mistake("Softmax's derivative is applied twice: p - y contains it.", lambda p, y: (p - _one_hot(p, y)) * p * (1 - p)),
                    Mistake("y is missing: subtract 1 at the right class.", lambda p, y: p / len(p)),
                    Mistake("y is missing: subtract 1 at the right class.", lambda p, y: p),
                    Mistake("p is missing: it is p - y.", lambda p, y: -_one_hot(p, y) / len(p)),
                    Mistake(
                        "p[:, labels] -= 1 changes whole columns: p[np.arange(n), labels] is one number in each row.",
                        lambda p, y: (p - np.isin(np.arange(p.shape[1]), y)) / len(p),
                    ),
                    Mistake("p is put through softmax once more: it holds probabilities already.", lambda p, y: (stable_softmax(p) - _one_hot(p, y)) / len(p)),
                    Mistake("That is the gradient of the squared error.", lambda p, y: 2 * (p - _one_hot(p, y)) / len(p)),
                ),
            ),
        ),
        loss=lambda arguments, part, at, move: _criterion(
            stable_softmax(_moved(np.log(arguments[0]), at, move)), arguments[1]
        )[1],
    ),
    "dense_forward": Subject(
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
                    Mistake("The result is transposed: one row for each image, one column for each unit.", lambda x, w, b: (x @ w + b).T),
                    Mistake("The product is the wrong way round: it is x times W.", lambda x, w, b: w @ x + b),
                    Mistake("* multiplies number by number: the product of matrices is @.", lambda x, w, b: x * w + b),
                    Mistake("All biases are added to each unit: each has its own.", lambda x, w, b: x @ w + b.sum()),
                    Mistake("The bias is added once for each input: add it once, after the product.", lambda x, w, b: x @ w + len(w) * b),
                    Mistake("The bias is added to each row of images, not to each unit.", lambda x, w, b: x @ w + b[:, None]),
                    Mistake("The activation comes later: z is the sum alone.", lambda x, w, b: _sigmoid(x @ w + b)),
                    Mistake("The bias is multiplied, not added.", lambda x, w, b: x @ w * b),
                ),
            ),
        ),
    ),
    "dense_backward": Subject(
        _dense_backward,
        ((_g, _x, _weights), (_g[:1], _x[:1], _weights), (_g[:3], _x[:3, :3], _square)),
        (
            Part(
                "x_gradient",
                (
                    Mistake("W must be transposed: the error goes back through each weight the other way.", lambda g, x, w: g @ w),
                    Mistake("It is transposed: its shape is that of x.", lambda g, x, w: w @ g.T),
                    Mistake("It is divided by n once more: z_gradient has the mean in it already.", lambda g, x, w: g @ w.T / len(g)),
                    Mistake("x does not belong here: dz/dx is W alone.", lambda g, x, w: (g @ w.T) * x),
                    Mistake("The error has been added up over the images: each keeps its own.", lambda g, x, w: g.sum(axis=0) @ w.T),
                    Mistake("The sigmoid's derivative belongs into sigmoid_backward.", lambda g, x, w: (g @ w.T) * x * (1 - x)),
                    Mistake("z_gradient is missing.", lambda g, x, w: np.ones_like(g) @ w.T),
                ),
            ),
            Part(
                "W_gradient",
                (
                    Mistake("It is transposed: its shape is that of W, (inputs, units).", lambda g, x, w: g.T @ x),
                    Mistake("x must be transposed: the product adds up over the images.", lambda g, x, w: x @ g),
                    Mistake("It is divided by n once more: z_gradient has the mean in it already.", lambda g, x, w: x.T @ g / len(g)),
                    Mistake("That is the product of means: multiply image by image, then add up.", lambda g, x, w: np.outer(x.mean(axis=0), g.mean(axis=0))),
                    Mistake("That is the product of sums: multiply image by image, then add up.", lambda g, x, w: np.outer(x.sum(axis=0), g.sum(axis=0))),
                    Mistake("x is missing: each weight's gradient is its input times the error.", lambda g, x, w: np.ones_like(x).T @ g),
                    Mistake("z_gradient is missing.", lambda g, x, w: x.T @ np.ones_like(g)),
                    Mistake("Only the first image counts: add up over all.", lambda g, x, w: np.outer(x[0], g[0])),
                    Mistake("Only the last image counts: add up over all.", lambda g, x, w: np.outer(x[-1], g[-1])),
                    Mistake("W does not belong here: dz/dW is x alone.", lambda g, x, w: x.T @ g * w),
                    Mistake("The absolute value of x has been taken.", lambda g, x, w: np.abs(x).T @ g),
                    Mistake("There is one gradient for each image: add them up.", lambda g, x, w: x[:, :, None] * g[:, None, :]),
                ),
            ),
            Part(
                "b_gradient",
                (
                    Mistake("The sum runs over the wrong axis: add up over the images, axis=0.", lambda g, x, w: g.sum(axis=1)),
                    Mistake("It is summed over everything: each unit has its own bias (axis=0).", lambda g, x, w: g.sum()),
                    Mistake("That is the mean over the images: z_gradient has the mean in it already, so add up.", lambda g, x, w: g.mean(axis=0)),
                    Mistake("It is not added up over the images: a bias is shared by all of them.", lambda g, x, w: g),
                    Mistake("The bias is forgotten: its gradient is not 0.", lambda g, x, w: np.zeros(g.shape[1])),
                    Mistake("z_gradient is missing.", lambda g, x, w: np.ones(g.shape[1])),
                    Mistake("z_gradient is missing.", lambda g, x, w: np.full(g.shape[1], float(len(g)))),
                    Mistake("Only the first image counts: add up over all.", lambda g, x, w: g[0]),
                    Mistake("Only the last image counts: add up over all.", lambda g, x, w: g[-1]),
                    Mistake("x does not belong here: a bias is a weight whose input is always 1.", lambda g, x, w: x.sum(axis=0)),
                ),
            ),
        ),
        loss=lambda arguments, part, at, move: float(np.sum(arguments[0] * _dense_forward(
            _moved(arguments[1], at, move) if part == 0 else arguments[1],
            _moved(arguments[2], at, move) if part == 1 else arguments[2],
            _moved(np.zeros(arguments[2].shape[1]), at, move) if part == 2 else np.zeros(arguments[2].shape[1]),
        )[0])),
    ),
    "sgd_step": Subject(
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
                    Mistake("This parameter has not moved: a step changes all of them, biases too.", lambda w, g, r, i=i: w[i]),
                    Mistake("The parameters are scaled by the learning rate as well.", lambda w, g, r, i=i: r * (w[i] - g[i])),
                    Mistake("The parameter is multiplied into the step: it is w - rate · gradient.", lambda w, g, r, i=i: w[i] - r * g[i] * w[i]),
                    Mistake("Only the gradient's sign is used.", lambda w, g, r, i=i: w[i] - r * np.sign(g[i])),
                    Mistake("The step is taken twice.", lambda w, g, r, i=i: w[i] - 2 * r * g[i]),
                    Mistake("The gradient comes back instead of the parameters.", lambda w, g, r, i=i: g[i]),
                ),
            )
            for i in range(4)
        ),
        may_change=(0,),
    ),
}  # fmt: skip
