"""How training went, epoch by epoch."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from byhand.errors import ByhandError
from byhand.figures.style import BLUE, TEXT, VERMILLION, look, page, percent, settle
from byhand.model import Model

# With more epochs than this, markers would run into one line.
MOST_MARKERS = 40


@look()
def draw_history(model: Model) -> Figure:
    """Draw loss and accuracy by epoch, and the accuracy on the test set where it is known.

    Raises:
        ByhandError: the model has no history.
    """
    if not model.history:
        raise ByhandError("This model has no history to draw: it did not finish an epoch of training.")
    epochs = [entry["epoch"] for entry in model.history]
    losses = [entry["train_loss"] for entry in model.history]
    held_out = _of_validation(model, "validation_accuracy")
    held_out_losses = _of_validation(model, "validation_loss")
    test_accuracy = model.results.get("test_accuracy")

    after = f"After {len(epochs)} epoch{'s' * (len(epochs) > 1)}"
    if test_accuracy is None:
        title = f"{after}, the loss is {losses[-1]:.3g}"
    else:
        title = f"{after}, {percent(test_accuracy, 2)} of the test images read right"
    figure = page(
        13, 5.2, title, "Loss: how surprised the network is by the true label. Accuracy: how many it reads right."
    )
    loss, accuracy = figure.subplots(1, 2, gridspec_kw={"wspace": 0.08})
    train = {"color": BLUE, "marker": "o" if len(epochs) <= MOST_MARKERS else "", "label": "training images"}

    validation: dict[str, Any] = {"color": VERMILLION, "ls": "--", "marker": "s" if len(epochs) <= MOST_MARKERS else ""}
    loss.plot(epochs, losses, **train)
    if held_out_losses:
        loss.plot(*zip(*held_out_losses, strict=True), **validation, label="held-out images")
        loss.legend(loc="upper right")
    loss.set_ylabel("mean loss (nats)")
    loss.set_ylim(0, 1.08 * max([*losses, *(value for _, value in held_out_losses)]) or 1)

    accuracy.plot(epochs, [entry["train_accuracy"] for entry in model.history], **train)
    if held_out:
        accuracy.plot(*zip(*held_out, strict=True), **validation, label="held-out images")
    if test_accuracy is not None:
        name = f"test images, at the end: {percent(test_accuracy, 2)}"
        accuracy.axhline(test_accuracy, color=TEXT, ls=":", lw=2, zorder=1, label=name)
    accuracy.set_ylabel("accuracy")
    shown = [float(value) for line in accuracy.lines for value in np.asarray(line.get_ydata())]
    span = max(max(shown) - min(shown), 0.02)
    # Room below the curves for their names.
    accuracy.set_ylim(min(shown) - 0.45 * span, max(shown) + 0.06 * span)
    accuracy.yaxis.set_major_formatter(lambda part, _: f"{100 * part:g} %")
    accuracy.legend(loc="lower right")

    for axes in (loss, accuracy):
        axes.set_xlabel("epoch (once through all training images)")
        axes.set_xlim(epochs[0] - 0.5, epochs[-1] + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
        axes.grid(axis="y")
    return settle(figure)


def _of_validation(model: Model, name: str) -> list[tuple[int, float]]:
    """Epochs and what was measured on held-out images after them; empty where nothing was held out."""
    # Models of before the loss was kept lack it.
    return [(entry["epoch"], entry[name]) for entry in model.history if entry.get(name) is not None]
