"""Diagnosis: why a training has learned little, from what can be measured, and what to do about it."""

import numpy as np

from byhand.nn import SoftmaxNLL
from byhand.training.loop import Training

# A loss above this fraction of that of guessing means that little has been learned. After the first epochs, a training
# that learns slowly may still be there; then only a loss that is as good as that of guessing counts.
LITTLE_LEARNED, NOTHING_LEARNED = 0.8, 0.98
# Fewer steps say nothing yet.
STEPS_TO_JUDGE = 50
EXAMPLES_MEASURED = 500
# The root mean square of the first layer's gradient over that of the last layer. One hidden layer of sigmoids that
# learns has about 1 / 5; five such layers that learn nothing, about 1 / 10,000.
VANISHING_RATIO = 1e-2
# A hidden unit that puts out less than this for every image is dead, and more of them than this fraction are too many.
DEAD_OUTPUT, MANY_DEAD = 1e-6, 0.3


def diagnose(training: Training) -> str | None:
    """Say what is probably wrong with a training, after an epoch; None where it learns.

    Vanishing gradients and dead units are recognised by measuring them on some of the training images; else the
    learning rate is compared with the usual one.
    """
    guessing, loss = training.guard.guessing, training.history[-1].train_loss
    last = training.step == training.steps or training.stopped_early
    enough = guessing * (LITTLE_LEARNED if last else NOTHING_LEARNED)
    if loss < enough or (training.step < STEPS_TO_JUDGE and not last):
        return None
    recipe = training.recipe
    start = f"Warning: after epoch {training.epoch} the loss is {loss:.4f}, and guessing gives {guessing:.4f}; "
    ratio, dead = _measure(training)
    if ratio < VANISHING_RATIO:
        return (
            f"{start}the gradients vanish on their way back: those of the first layer are {1 / max(ratio, 1e-30):,.0f} "
            "times smaller than those of the last. Try --activation relu --initialiser he --learning-rate 0.1."
        )
    usual = float(f"{recipe.usual_rate:.2g}")
    if dead > MANY_DEAD and recipe.learning_rate > usual:
        return (
            f"{start}{dead:.0%} of the hidden units are dead, that is, 0 for every image: the learning rate of "
            f"{recipe.learning_rate:g} is too high. Try --learning-rate {usual:g}."
        )
    if recipe.learning_rate == usual:
        return f"{start}more --epochs or more hidden units may help."
    too = "high" if recipe.learning_rate > usual else "low"
    return (
        f"{start}most likely the learning rate of {recipe.learning_rate:g} is too {too}. Try --learning-rate {usual:g}."
    )


def _measure(training: Training) -> tuple[float, float]:
    """The first layer's gradient relative to the last one's, and the fraction of hidden units that are dead."""
    inputs, targets = training.inputs[:EXAMPLES_MEASURED], training.targets[:EXAMPLES_MEASURED]
    network, criterion = training.network, SoftmaxNLL()
    if training.scale:
        inputs = training.scale(inputs, dtype=targets.dtype)
    *hidden, _ = network.activations(inputs)
    dead = [(np.abs(layer).max(axis=0) < DEAD_OUTPUT).mean() for layer in hidden]
    criterion.forward(network.forward(inputs), targets)
    network.backward(criterion.backward())
    first, last = (float(np.sqrt(np.mean(network.dense[i].weights_gradient ** 2))) for i in (0, -1))
    # Dead units have no gradient, either; that is no gradient that vanishes on the way.
    ratio = first / last if last and max(dead, default=0) < MANY_DEAD else 1.0
    return ratio, float(np.mean(dead)) if dead else 0.0
