"""A model card: what a model was trained on and how, what was measured, and what it cannot do, as Markdown.

Source of the idea: Mitchell et al. 2019, "Model cards for model reporting".
"""

from typing import Any

from byhand.export.metadata import description_of
from byhand.model import Model

DATA = {
    "mnist": "MNIST, 60,000 training and 10,000 test images of handwritten digits, 28 x 28 pixels (Yann LeCun, Corinna "
    "Cortes and Christopher J. C. Burges, CC BY-SA 3.0)",
    "folder": "pictures of its owner's own",
    "file": "a file of its owner's own",
    "arrays": "arrays of its owner's own",
}
# Results by their names in the model file: as the card writes them, and whether they are parts of one.
FIGURES = {
    "train_examples": ("images learned from", False),
    "test_examples": ("images tested on", False),
    "test_accuracy": ("right on the test set", True),
    "test_loss": ("loss on the test set, nats", False),
    "validation_accuracy": ("right on held-out images", True),
    "test_accuracy_before": ("right on the test set before fine-tuning", True),
}


def model_card(model: Model) -> str:
    """Write the card of a model, from what its file says of it."""
    recipe, preprocessing = model.recipe, model.preprocessing
    height, width = model.image_shape
    data = str(recipe.get("data", "unknown"))
    low, high = preprocessing.scaling.range
    title = str(recipe.get("name", "model"))
    return "\n".join(
        [
            f"# {title}",
            "",
            f"A multi-layer perceptron of [byhand](https://pypi.org/project/byhand/): {description_of(model)}.",
            "",
            "## Use",
            "",
            f"Images of {width} x {height} pixels, one symbol each, bright on dark, grey levels from {low:g} to "
            f"{high:g}{', deskewed by the model itself' * preprocessing.deskew}. It gives a probability for each of "
            f"{len(model.label_names)} labels: {', '.join(model.label_names)}.",
            "",
            "## Data",
            "",
            f"{DATA.get(data, data).capitalize() if data in DATA and data != 'mnist' else DATA.get(data, data)}.",
            "",
            "## Recipe",
            "",
            *_table("setting", "value", {name: _plain(value) for name, value in sorted(recipe.items())}),
            "",
            "## Figures",
            "",
            *_figures(model),
            "",
            "## Limits",
            "",
            *(f"- {limit}" for limit in _limits(model)),
            "",
        ]
    )


def _figures(model: Model) -> list[str]:
    """What was measured."""
    rows = {}
    for name, (words, is_part) in FIGURES.items():
        value = model.results.get(name)
        if value is not None:
            rows[words] = f"{value:.2%}" if is_part else f"{value:,}" if isinstance(value, int) else f"{value:.4f}"
    return _table("measured", "value", rows) if rows else ["Nothing was measured."]


def _limits(model: Model) -> list[str]:
    """What follows from the way it was trained."""
    recipe = model.recipe
    limits = [
        "It knows its own labels only, and gives one of them for whatever it sees"
        + (
            ", though letters, doodles and noise mostly get a low probability: it was trained with such outliers."
            if recipe.get("outliers")
            else ", letters, doodles and noise included."
        ),
        "Figures hold for images made the way its data was; another pen, camera or hand costs accuracy.",
    ]
    if not (model.preprocessing.deskew or recipe.get("rotation") or recipe.get("shift")):
        limits.append("Images that are shifted or turned are often misread: it was trained without deformed ones.")
    if model.temperature == 1.0:
        limits.append("Its probabilities are not calibrated: being sure of something says little.")
    if model.results.get("test_accuracy") is None:
        limits.append("It has not been tested.")
    return limits


def _table(left: str, right: str, rows: dict[str, str]) -> list[str]:
    return [f"| {left} | {right} |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows.items())]


def _plain(value: Any) -> str:
    """A setting as text that leaves the table in one piece."""
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text.replace("|", "\\|").replace("\n", " ") or "-"
