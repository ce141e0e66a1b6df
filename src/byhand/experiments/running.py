"""Runs an experiment and measures its outcome."""

import warnings

import numpy as np

from byhand.data import Dataset
from byhand.evaluation import evaluate
from byhand.experiments.table import Experiment
from byhand.experiments.trials import Results
from byhand.training.divergence import DivergedError
from byhand.training.recipe import Recipe
from byhand.training.run import Run

# A hidden unit that puts out the same for all images, within so much, tells nothing.
ALIKE = 1e-6
IMAGES_MEASURED = 1000


def run(experiment: Experiment) -> Results:
    """Run all trials of an experiment; give what was measured, by trial and name."""
    with warnings.catch_warnings():
        # What goes wrong here goes wrong on purpose.
        warnings.simplefilter("ignore")
        if experiment.special:
            return experiment.special()
        data = Dataset.mnist()
        return {trial.name: _train(trial.options, data) for trial in experiment.trials}


def _train(options: dict[str, object], data: Dataset) -> dict[str, float]:
    """Train with options of `byhand train`, and measure; in one process, whatever the machine.

    Returns:
        "accuracy" and "loss" on the test set; "train_accuracy" in the last epoch; "steps"; "diverged", 0 or 1; "dead",
        the fraction of hidden units that put out the same for all images; "ratio", by how much the first layer's
        gradient is smaller than the last one's, at the start.
    """
    training_run = Run(Recipe.load("fast", **options, workers=1), data)
    training, network = training_run.training, training_run.model.network
    ratio = _gradient_ratio(training_run)
    diverged = False
    try:
        training_run.complete()
    except DivergedError:
        diverged = True
    result = evaluate(training_run.model, training_run.setup.test)
    scale = training_run.model.preprocessing.scaling.transform
    *hidden, _ = network.activations(scale(training_run.setup.test.images[:IMAGES_MEASURED]))
    dead = [np.ptp(layer, axis=0) < ALIKE for layer in hidden]
    return {
        "accuracy": result.accuracy,
        "loss": result.loss,
        "train_accuracy": training.history[-1].train_accuracy if training.history else 0.0,
        "steps": float(training.step),
        "diverged": float(diverged),
        "dead": float(np.concatenate(dead).mean()) if dead else 0.0,
        "ratio": ratio,
    }


def _gradient_ratio(training_run: Run) -> float:
    """The root mean square of the first layer's gradient over that of the last one's, before the first step."""
    from byhand.nn import SoftmaxNLL

    network, setup, criterion = training_run.model.network, training_run.setup, SoftmaxNLL()
    inputs = training_run.model.preprocessing.scaling.transform(setup.pixels[:IMAGES_MEASURED])
    criterion.forward(network.forward(inputs), setup.targets[:IMAGES_MEASURED])
    network.backward(criterion.backward())
    first, last = (float(np.sqrt(np.mean(network.dense[i].weights_gradient ** 2))) for i in (0, -1))
    return first / last if last else 0.0
