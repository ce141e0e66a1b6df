"""A model of a training step's time, fitted to what was measured, and what it says of more cores.

A step of b examples in a network with h hidden units, shared by m members, is the sum of

    products      the five matrix products, 2 b (2 * 784 + 3 * 10) h / m operations; what is done to each hidden unit's
                  number grows alike, and has its price in this one;
    parameters    reading and writing weights and gradients, 784 h / m numbers;
    batch         gathering and scaling the images, b * 784 numbers, and the loss: in each member, whole;
    exchange      b * 10 numbers from each other member, m - 1 of them;
    meeting       waiting for each other member, m - 1 of them;
    calls         what NumPy and Python take for a step whatever its size.

Each has one price, not negative, chosen so that the squares of the relative errors are least.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from benchmarks.task import CLASSES, PIXELS

TERMS = ("products", "parameters", "batch", "exchange", "meeting", "calls")
PREDICTED_MEMBERS = (1, 2, 4, 8, 16)
PREDICTED = ((128, 64), (128, 512), (1024, 128), (4096, 128), (4096, 4096))  # hidden units, batch


def amounts(hidden: int, batch: int, members: int) -> NDArray[np.float64]:
    """How much of each term a step has."""
    share, others = hidden / members, members - 1
    products = 2 * batch * (2 * PIXELS + 3 * CLASSES) * share
    return np.array([products, PIXELS * share, batch * PIXELS, others * batch * CLASSES, others, 1.0])


def cost_model(points: list[dict[str, Any]]) -> dict[str, Any]:
    """Fit the prices to measured points: "hidden", "batch", "members", "seconds a step".

    Returns:
        "prices" in seconds for one of each term; "largest relative error" and "mean relative error" of the fit, 0 for
        none; "predicted": for each network and batch how many times as fast as one process 1 to 16 members are, and the
        term that takes most with 16.
    """
    measured = np.array([point["seconds a step"] for point in points])
    counted = np.array([amounts(point["hidden"], point["batch"], point["members"]) for point in points])
    # Relative errors, and columns of one size: prices differ by ten powers of ten.
    relative = counted / measured[:, np.newaxis]
    sizes = relative.max(axis=0)
    prices = nnls(relative / sizes, np.ones(len(points)))[0] / sizes
    errors = np.abs(counted @ prices / measured - 1)
    predicted = []
    for hidden, batch in PREDICTED:
        parts = {members: amounts(hidden, batch, members) * prices for members in PREDICTED_MEMBERS}
        times = {members: float(part.sum()) for members, part in parts.items()}
        predicted.append(
            {
                "hidden": hidden,
                "batch": batch,
                "times as fast": {str(members): times[1] / seconds for members, seconds in times.items()},
                "most of it": TERMS[int(parts[PREDICTED_MEMBERS[-1]].argmax())],
            }
        )
    return {
        "prices": dict(zip(TERMS, prices.tolist(), strict=True)),
        "largest relative error": float(errors.max()),
        "mean relative error": float(errors.mean()),
        "predicted": predicted,
    }
