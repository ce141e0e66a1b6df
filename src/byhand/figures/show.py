"""`byhand.show`: a figure of a model, from Python."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from byhand.data.arrays import dataset_of
from byhand.data.sources import load_examples
from byhand.errors import ByhandError
from byhand.figures import draw
from byhand.model import Model, load_model

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def show(
    figure: str, model: Model | None = None, data: Any = "mnist", *, count: int | None = None, seed: int = 0
) -> "Figure":
    """Draw a figure of a model and labelled images; Jupyter shows it.

    Args:
        figure: "confusion", "mistakes", "weights", "history", ...: one of those that `byhand show --help` lists.
        model: a trained model; None for the one that comes along.
        data: a source as in `byhand show --data`, or (images, labels).
        count: how many images or units to show; None for the figure's usual number.
        seed: decides what is chosen at random.

    Raises:
        ByhandError: no such figure, or data or a count that it cannot have.
    """
    model = model or load_model()
    if isinstance(data, str | Path):
        examples, _ = load_examples(data, image_size=model.image_shape)
    else:
        if not isinstance(data, tuple | list) or len(data) != 2:
            raise ByhandError("Data for a figure is a source such as 'mnist' or a path, or (images, labels).")
        images, labels = data
        dataset = dataset_of((images, labels, images, labels), seed)
        assert not isinstance(dataset, str)
        examples = dataset.test
    return draw(figure, model, examples.with_classes_of(model.label_names), count=count, seed=seed)
