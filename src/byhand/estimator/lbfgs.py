"""L-BFGS: SciPy's optimiser on the whole training set at once, with the network's own loss and gradient."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, minimize

from byhand.training.loop import Training


def minimise(
    training: Training, *, max_iter: int, max_fun: int, tol: float, each: Callable[[float], None]
) -> tuple[int, bool]:
    """Minimise the loss of all examples together.

    Args:
        training: has the network, which learns in place, inputs, targets and loss.
        max_iter: iterations at most.
        max_fun: evaluations of loss and gradient at most.
        tol: the largest entry of the gradient at which it is enough.
        each: called after each iteration with the loss.

    Returns:
        How many iterations there were, and whether the tolerance was reached.
    """
    network, criterion, penalty = training.network, training.criterion, training.penalty
    inputs, targets = training.inputs, training.targets
    assert isinstance(inputs, np.ndarray)
    assert isinstance(targets, np.ndarray)
    if training.scale:
        inputs = training.scale(inputs, dtype=targets.dtype)

    def loss_and_gradient(parameters: NDArray[Any]) -> tuple[float, NDArray[np.float64]]:
        network.parameters[:] = parameters
        loss = criterion.forward(network.forward(inputs), targets) + penalty.forward()
        network.backward(criterion.backward())
        penalty.backward()
        return loss, network.gradient.astype(np.float64)

    def note(intermediate_result: OptimizeResult) -> None:
        each(float(intermediate_result.fun))

    result = minimize(
        loss_and_gradient, network.parameters.astype(np.float64), method="L-BFGS-B", jac=True, callback=note,
        options={"maxiter": max_iter, "maxfun": max_fun, "gtol": tol},
    )  # fmt: skip
    network.parameters[:] = result.x
    return int(min(result.nit, max_iter)), result.status == 0
