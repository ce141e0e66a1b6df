"""How models bear what they have not been shown: turned, moved, noisy, thick and thin digits."""

import numpy as np
from matplotlib.figure import Figure

from byhand.data import LabelledImages
from byhand.evaluation.robustness import CHANGES, accuracies
from byhand.figures.style import BLUE, FAINT, GREEN, VERMILLION, check_count, look, page, settle
from byhand.model import Model, load_model, shipped_model

USUAL, MOST = 1000, 100_000
COMPARED_WITH = ("fast", "accurate")
STYLES = ((BLUE, "o", "-"), (VERMILLION, "s", "--"), (GREEN, "^", "-."))


@look()
def draw_robustness(model: Model, examples: LabelledImages, count: int | None = None, seed: int = 0) -> Figure:
    """Draw accuracy against the strength of each change, for the model beside those that come with byhand.

    Args:
        model: compared with the shipped models if they read the same labels from images of the same size.
        examples: images for it.
        count: how many images to measure on, chosen at random.
        seed: decides which.

    Raises:
        ByhandError: a count that cannot be measured.
    """
    chosen = examples.some(check_count(count, USUAL, MOST, "images"), seed)
    models = [load_model(shipped_model(name)) for name in COMPARED_WITH]
    models = [m for m in models if (m.label_names, m.image_shape) == (model.label_names, model.image_shape)]
    if not any(np.array_equal(m.network.parameters, model.network.parameters) for m in models):
        models.append(model)

    figure = page(
        13, 9, "Rotated, shifted, noisy, thick or thin: what each network still reads",
        f"Accuracy on {len(chosen):,} test images, each changed as the axis says. Unchanged images are at 0.",
    )  # fmt: skip
    for axes, (name, change) in zip(figure.subplots(2, 2, sharey=True).flat, CHANGES.items(), strict=True):
        for one, (colour, marker, line) in zip(models, STYLES, strict=False):
            values = accuracies(one, examples.take(chosen), change)
            title = str(one.recipe.get("name", "this model"))
            axes.plot(change.strengths, values, color=colour, marker=marker, ls=line, label=title)
        axes.set_title(name.capitalize())
        axes.set_xlabel(change.unit)
        axes.set_ylim(0, 1.02)
        axes.yaxis.set_major_formatter(lambda part, _: f"{100 * part:g} %")
        axes.grid(axis="y")
        axes.axvline(0, color=FAINT, zorder=0)
    figure.axes[0].legend(loc="lower center")
    return settle(figure)
