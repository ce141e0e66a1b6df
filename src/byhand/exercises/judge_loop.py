"""Does the learner's loop show every image once, and take the right step for each batch?"""

import copy
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.exercises.judge import ABSOLUTE, Fault, call
from byhand.nn import SGD, Network, Sigmoid, SoftmaxNLL

Parameters = list[NDArray[Any]]

# Ten classes, as who writes for digits may count on.
SIZES, IMAGES, RATE = (5, 4, 10), 6, 0.7
# In the second trial image i is the i-th row of the identity, so that row i of W1 moves for this image alone. The rate
# is so small that it does not matter which batch comes first, and so large that float32 can tell.
COUNTED, BATCH, SMALL_RATE, SEEDS = 7, 3, 1e-3, range(6)
TOLERANCE = 1e-3


def judge_loop(function: Callable[..., Any]) -> Fault | None:
    """Compare `train_epoch` with the library; None where it is right."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return _one_batch(function) or _every_image_once(function)


def _start(sizes: tuple[int, ...]) -> Parameters:
    rng = np.random.default_rng(5)
    inputs, hidden, classes = sizes
    return [rng.normal(0, 1, shape) for shape in ((inputs, hidden), (hidden,), (hidden, classes), (classes,))]


def _after(function: Callable[..., Any], *arguments: Any) -> Parameters | Fault:
    """The parameters after the learner's epoch, or what went wrong."""
    given = copy.deepcopy(arguments)
    found = call(function, given)
    if isinstance(found, Fault):
        return found
    found = given[2] if found is None else found
    try:
        result = [np.array(one, np.float64) for one in found]
    except (TypeError, ValueError):
        return Fault("It must give the list of parameters back: [W1, b1, W2, b2].")
    shapes, wanted = [one.shape for one in result], [one.shape for one in arguments[2]]
    if shapes != wanted:
        return Fault(f"The parameters have the shapes {shapes} afterwards, and {wanted} before.")
    if not np.array_equal(given[0], arguments[0]) or not np.array_equal(given[1], arguments[1]):
        return Fault("x or labels are overwritten in place, and the next epoch needs them: take new arrays.")
    return result


def _one_batch(function: Callable[..., Any]) -> Fault | None:
    """All images in one batch: whatever their order, there is one right step."""
    rng = np.random.default_rng(8)
    x, labels, start = rng.normal(0, 1, (IMAGES, SIZES[0])), rng.integers(0, SIZES[2], IMAGES), _start(SIZES)
    labels[:3] = 0, 1, 2
    results = []
    for seed in SEEDS:
        found = _after(function, x, labels, start, RATE, IMAGES, np.random.default_rng(seed))
        if isinstance(found, Fault):
            return found
        results.append(found)
    wanted = _step(x, labels, start, RATE)
    wrong = next((found for found in results if not _same(found, wanted)), None)
    if wrong is None:
        return None
    if any(not _same(found, results[0]) for found in results):
        return _every_image_once(function) or Fault(
            "With all images in one batch the step must not depend on their order, and it does: are images and labels "
            "taken in the same order?"
        )
    for says, gives in MISTAKES:
        if _same(wrong, gives(x, labels, start)):
            return Fault(says)
    names = ("W1", "b1", "W2", "b2")
    bad = [name for name, a, b in zip(names, wrong, wanted, strict=True) if not np.allclose(a, b, 1e-4, ABSOLUTE)]
    for name, a, b, before in zip(names, wrong, wanted, start, strict=True):
        step, right = (a - before).ravel(), (b - before).ravel()
        factor = float(step @ right / (right @ right))
        if name in bad and factor > 0 and abs(factor - 1) > TOLERANCE and np.allclose(step, factor * right, 1e-3):
            times, what = (factor, "large") if factor > 1 else (1 / factor, "small")
            return Fault(f"The step of {name} has the right direction and is {times:.4g} times too {what}.")
    return Fault(f"After one step with all images in one batch, {', '.join(bad)} {_differs(bad)} from the library's.")


def _differs(names: list[str]) -> str:
    return "differs" if len(names) == 1 else "differ"


def _every_image_once(function: Callable[..., Any]) -> Fault | None:
    """Several batches: how far each image's own row of W1 moves says how often it was shown, in how large a batch."""
    sizes = (COUNTED, *SIZES[1:])
    # One label for all, so that a loop that mixes up labels still has its images counted.
    x, labels, start = np.eye(COUNTED), np.ones(COUNTED, int), _start(sizes)
    # With one image in the batch, its share is 1; with three of them, 1 / 3.
    alone = np.array([_step(x[[i]], labels[[i]], start, 1.0)[0][i] - start[0][i] for i in range(COUNTED)])
    shares = []
    for seed in SEEDS:
        found = _after(function, x, labels, start, SMALL_RATE, BATCH, np.random.default_rng(seed))
        if isinstance(found, Fault):
            return found
        moved = (found[0] - start[0]) / SMALL_RATE
        shares.append((moved * alone).sum(axis=1) / (alone * alone).sum(axis=1))
    share = np.round(np.array(shares), 1)
    if (share[0] == 0).sum() == COUNTED:
        return Fault("With several batches nothing moves: is the result of each step kept for the next?")
    if (share == 0).any():
        missing = int((share[0] == 0).sum())
        if missing == COUNTED % BATCH:
            return Fault(
                f"The last, smaller batch is left out: of {COUNTED} images in batches of {BATCH}, {missing} is not"
                " shown."
            )
        return Fault(f"Of {COUNTED} images in batches of {BATCH}, {missing} are never shown.")
    # The shares of a batch sum to 1.
    if share.sum(axis=1).max() > -(-COUNTED // BATCH) + 0.5:
        return Fault("Some images are shown more than once in an epoch.")
    if (np.abs(share - share[0]) < 0.05).all() and len(set(share[0])) > 1:
        return Fault("The order is the same in every epoch: take it from rng.permutation(len(x)).")
    return None


def _same(a: Parameters, b: Parameters) -> bool:
    return all(np.allclose(one, other, 1e-4, ABSOLUTE) for one, other in zip(a, b, strict=True))


def _step(x: NDArray[Any], labels: NDArray[Any], start: Parameters, rate: float) -> Parameters:
    """The library's step."""
    network, criterion = _network(start), SoftmaxNLL()
    criterion.forward(network.forward(x).copy(), np.eye(len(start[3]))[labels])
    network.backward(criterion.backward())
    SGD(network.parameters, network.gradient).step(rate)
    return [array.copy() for layer in network.dense for array in (layer.weights, layer.bias)]


def _network(start: Parameters) -> Network:
    network = Network([len(start[0]), len(start[1]), len(start[3])], "sigmoid", np.float64)
    network.parameters[:] = np.concatenate([one.ravel() for one in start])
    return network


# What typical mistakes would give.

Gradients = tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]


def _gradients(
    x: NDArray[Any], labels: NDArray[Any], start: Parameters, back_through: NDArray[Any], with_slope: bool = True
) -> Gradients:
    """The gradients where the error goes back through the weights `back_through`."""
    first, b1, second, b2 = start
    a = Sigmoid().forward(x @ first + b1)
    criterion = SoftmaxNLL()
    criterion.forward(a @ second + b2, np.eye(len(b2))[labels])
    delta2 = criterion.backward()
    delta1 = delta2 @ back_through.T
    if with_slope:
        delta1 = delta1 * a * (1 - a)
    return x.T @ delta1, delta1.sum(axis=0), a.T @ delta2, delta2.sum(axis=0)


def _moved(start: Parameters, gradients: Gradients, rates: tuple[float, float, float, float]) -> Parameters:
    return [w - rate * g for w, g, rate in zip(start, gradients, rates, strict=True)]


def _with_rates(*factors: float) -> Callable[..., Parameters]:
    rates = (RATE * factors[0], RATE * factors[1], RATE * factors[2], RATE * factors[3])
    return lambda x, labels, start: _moved(start, _gradients(x, labels, start, start[2]), rates)


def _with_new_weights(x: NDArray[Any], labels: NDArray[Any], start: Parameters) -> Parameters:
    new = _step(x, labels, start, RATE)[2]
    return _moved(start, _gradients(x, labels, start, new), (RATE, RATE, RATE, RATE))


def _without_slope(x: NDArray[Any], labels: NDArray[Any], start: Parameters) -> Parameters:
    return _moved(start, _gradients(x, labels, start, start[2], with_slope=False), (RATE, RATE, RATE, RATE))


def _two_steps(x: NDArray[Any], labels: NDArray[Any], start: Parameters) -> Parameters:
    return _step(x, labels, _step(x, labels, start, RATE), RATE)


MISTAKES: tuple[tuple[str, Callable[..., Parameters]], ...] = (
    ("Nothing moves: is the result of sgd_step kept, and given back at the end?", _with_rates(0, 0, 0, 0)),
    ("The learning rate is applied twice.", _with_rates(RATE, RATE, RATE, RATE)),
    ("Each step is taken twice.", _with_rates(2, 2, 2, 2)),
    ("The epoch is run twice.", _two_steps),
    ("It goes uphill: a sign is wrong.", _with_rates(-1, -1, -1, -1)),
    ("The mean is missing: the step is as many times too large as there are images in the batch.",
     _with_rates(IMAGES, IMAGES, IMAGES, IMAGES)),
    ("The gradients are divided by the batch twice: loss_backward has done it.",
     _with_rates(1 / IMAGES, 1 / IMAGES, 1 / IMAGES, 1 / IMAGES)),
    ("The biases do not learn: their gradients belong into the step as well.", _with_rates(1, 0, 1, 0)),
    ("The first layer does not learn.", _with_rates(0, 0, 1, 1)),
    ("The second layer does not learn.", _with_rates(1, 1, 0, 0)),
    ("The first layer's bias does not learn.", _with_rates(1, 0, 1, 1)),
    ("The second layer's bias does not learn.", _with_rates(1, 1, 1, 0)),
    ("The sigmoid's derivative is missing on the way back to the first layer.", _without_slope),
    ("The second layer takes its step before the error has gone back through its old weights.", _with_new_weights),
)  # fmt: skip
