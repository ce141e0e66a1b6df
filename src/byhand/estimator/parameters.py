"""scikit-learn's names for what a recipe says, and back."""

import re
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np

from byhand.errors import ByhandError, choose, in_python
from byhand.nn import Adam
from byhand.training.recipe import Recipe

ACTIVATIONS = {"logistic": "sigmoid", "sigmoid": "sigmoid", "tanh": "tanh", "relu": "relu", "identity": "identity"}
SOLVERS, LEARNING_RATES = ("sgd", "adam", "lbfgs"), ("constant", "invscaling", "adaptive")
SCALINGS = ("whole-range", "per-pixel")
# Parameters that a recipe has by the same name.
SHARED = (
    "schedule", "rotation", "scale", "shear", "shift", "elastic", "smoothness", "fading", "temperature", "deskew",
    "shuffle",
)  # fmt: skip
# Those it has by another name.
OF_RECIPE = {
    "hidden": "hidden_layer_sizes", "epochs": "max_iter", "l2": "alpha", "optimizer": "solver",
    "learning_rate": "learning_rate_init", "seed": "random_state",
}  # fmt: skip
# scikit-learn's "auto".
USUAL_BATCH_SIZE = 200


def recipe_of(parameters: Mapping[str, Any], batch_size: int, mean_weight: float, seed: int, dtype: str) -> Recipe:
    """Write an estimator's parameters as a recipe.

    Args:
        parameters: as `MLPClassifier.get_params` gives them; all of them are checked.
        batch_size: examples per step.
        mean_weight: of the training examples.
        seed: decides everything random.
        dtype: number type of the network.

    Raises:
        ByhandError: a parameter that cannot work.
    """
    _check(parameters)
    activation = _among(parameters, "activation", ACTIVATIONS)
    momentum, optimizer = (0.0, "adam") if parameters["solver"] != "sgd" else (parameters["momentum"], "sgd")
    if momentum and parameters["nesterovs_momentum"]:
        optimizer = "nesterov"
    initialiser = parameters["initialiser"] or "glorot"  # the nearest; the estimator draws the weights
    # scikit-learn adds alpha / 2 times the sum of all squared weights to the *sum* of a batch's weighted losses; here,
    # the penalty is added to their mean with weights whose mean is 1: that is the sum over batch size and mean weight.
    l2 = float(parameters["alpha"]) / (batch_size * mean_weight)
    settings = {name: parameters[name] for name in SHARED} | {
        "name": "estimator", "data": "arrays", "scaling": parameters["scaling"] or "whole-range",
        "hidden": _layers(parameters["hidden_layer_sizes"]), "activation": ACTIVATIONS[activation],
        "initialiser": initialiser, "epochs": parameters["max_iter"], "batch_size": batch_size, "optimizer": optimizer,
        "learning_rate": parameters["learning_rate_init"], "momentum": momentum, "l2": l2, "seed": seed, "dtype": dtype,
        "workers": parameters["workers"] or 1,
    }  # fmt: skip
    try:
        return Recipe.from_settings(settings, "estimator")
    except ByhandError as error:
        raise ByhandError(in_scikit_learn(str(error))) from None


def parameters_of(recipe: Recipe) -> dict[str, Any]:
    """Write a recipe as an estimator's parameters: the same training.

    Raises:
        ByhandError: the recipe does what the estimator does not: drawn digits, corruptions, fine-tuning.
    """
    for name in ("drawn_digits", "outliers", "corruptions", "fine_tune", "limit"):
        if getattr(recipe, name):
            raise ByhandError(
                f"The recipe {recipe.name} uses {name}, which the estimator does not do: train it with byhand.train "
                "and wrap the model with MLPClassifier.from_model."
            )
    return {name: getattr(recipe, name) for name in SHARED} | {
        "hidden_layer_sizes": recipe.hidden, "activation": recipe.activation, "initialiser": recipe.initialiser,
        "solver": "adam" if recipe.optimizer == "adam" else "sgd", "nesterovs_momentum": recipe.optimizer == "nesterov",
        "momentum": recipe.momentum, "alpha": recipe.l2 * recipe.batch_size, "batch_size": recipe.batch_size,
        "learning_rate_init": recipe.learning_rate, "max_iter": recipe.epochs, "n_iter_no_change": recipe.epochs,
        "scaling": recipe.scaling, "random_state": recipe.seed, "dtype": recipe.dtype,
        "workers": recipe.workers or None,
    }  # fmt: skip


def in_scikit_learn(sentence: str) -> str:
    """Put the estimator's names in place of the recipe's in a sentence on a setting."""
    sentence = in_python(sentence)
    for ours, theirs in OF_RECIPE.items():
        sentence = re.sub(rf"(?<![\w/]){ours}(?=[ =.'])", theirs, sentence, count=1)
    return re.sub(r"setting ('\w+') of the recipe estimator", r"parameter \1", sentence)


def batch_size_of(parameters: Mapping[str, Any], examples: int) -> int:
    """Examples per step: at most as many as there are, and with "lbfgs" all of them."""
    if parameters["solver"] == "lbfgs":
        return examples
    size = parameters["batch_size"]
    if size == "auto":
        size = USUAL_BATCH_SIZE
    _number(parameters, "batch_size", size, 1, integral=True)
    return int(min(size, examples))


def _layers(sizes: Any) -> list[Any]:
    """Units per hidden layer as a list; a single number is one layer."""
    return [sizes] if isinstance(sizes, Real) else list(sizes)


def _check(parameters: Mapping[str, Any]) -> None:
    """Check what a recipe does not have."""
    _among(parameters, "solver", SOLVERS)
    _among(parameters, "learning_rate", LEARNING_RATES)
    if parameters["scaling"] is not None:
        _among(parameters, "scaling", SCALINGS)
    for name in ("alpha", "tol", "power_t"):
        _number(parameters, name, parameters[name], 0)
    for name in ("beta_1", "beta_2"):
        _number(parameters, name, parameters[name], 0, 1)
    _number(parameters, "epsilon", parameters["epsilon"], 0, above=True)
    _number(parameters, "validation_fraction", parameters["validation_fraction"], 0, 1)
    _number(parameters, "max_fun", parameters["max_fun"], 1, integral=True)
    if parameters["n_iter_no_change"] != np.inf:
        _number(parameters, "n_iter_no_change", parameters["n_iter_no_change"], 1, integral=True)
    if parameters["workers"] is not None:
        _number(parameters, "workers", parameters["workers"], 1, integral=True)
        if parameters["workers"] > 1:
            _check_sharing(parameters)
    if parameters["schedule"] != "constant" and parameters["learning_rate"] != "constant":
        raise ByhandError("schedule and learning_rate both change the learning rate: leave one of them 'constant'.")
    if parameters["solver"] == "lbfgs" and any(
        parameters[name] for name in ("rotation", "scale", "shear", "shift", "elastic")
    ):
        raise ByhandError(
            "solver='lbfgs' needs the same examples in each iteration: use 'adam' or 'sgd' to deform them."
        )


def _check_sharing(parameters: Mapping[str, Any]) -> None:
    """Check what several processes cannot do: they know of a training what a recipe says."""
    if parameters["solver"] == "lbfgs":
        raise ByhandError("workers share the batches of solver='adam' or 'sgd'; 'lbfgs' has none: leave workers out.")
    if parameters["solver"] == "sgd" and parameters["learning_rate"] != "constant":
        raise ByhandError(
            "workers need to know the learning rate beforehand: learning_rate='constant', perhaps with "
            "schedule='one-cycle', or leave workers out."
        )
    usual = {"beta_1": Adam.beta1, "beta_2": Adam.beta2, "epsilon": Adam.epsilon}
    if parameters["solver"] == "adam" and any(parameters[name] != value for name, value in usual.items()):
        raise ByhandError("workers use Adam with its usual beta_1, beta_2 and epsilon: leave those out, or workers.")


def _among(parameters: Mapping[str, Any], name: str, choices: Any) -> str:
    value = parameters[name]
    if not isinstance(value, str) or value not in choices:
        raise ByhandError(f"{name} cannot be {value!r}: {choose(value, choices)}")
    return value


def _number(
    parameters: Mapping[str, Any], name: str, value: Any, least: float, below: float = np.inf, *,
    above: bool = False, integral: bool = False,
) -> None:  # fmt: skip
    kind = Integral if integral else Real
    fine = isinstance(value, kind) and not isinstance(value, bool)
    if not fine or not (least < value if above else least <= value) or not value < below:
        bound = f"above {least:g}" if above else f"at least {least:g}"
        limit = "" if below == np.inf else f" and below {below:g}"
        what = "a whole number" if integral else "a number"
        raise ByhandError(f"{name} cannot be {parameters[name]!r}: it must be {what}, {bound}{limit}.")
