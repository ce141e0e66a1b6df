"""Arrays as data: what people hold in Python, and what files of numbers give."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from byhand.data.dataset import Dataset
from byhand.data.grey_levels import to_grey_levels
from byhand.data.labels import to_labels
from byhand.data.parts import Part, Parts
from byhand.errors import ByhandError

ACCEPTED = (
    "a source such as 'mnist' or a path, (X, y), (X, y, X_test, y_test), ((X, y), (X_test, y_test)), or a dictionary "
    "with x_train, y_train and perhaps x_test, y_test"
)
# Keys of dictionaries and .npz files: Keras' own, scikit-learn's, and those of tutorials; compared in lower case.
KEYS = {
    "train images": ("x_train", "train_x", "train_images", "training_images", "x", "images", "data"),
    "train labels": ("y_train", "train_y", "train_labels", "training_labels", "y", "labels", "label", "target"),
    "test images": ("x_test", "test_x", "test_images"),
    "test labels": ("y_test", "test_y", "test_labels"),
}


class Numbers(NamedTuple):
    """A part of a data set in whatever form it came: images, labels and ids, and what messages call the first two."""

    images: Any
    labels: Any = None
    ids: NDArray[Any] | None = None
    images_name: str = "X"
    labels_name: str = "y"
    spare: bool = False  # as in `Part`


def parts_of_numbers(
    name: str, title: str, train: Numbers | None, test: Numbers | None, notes: Sequence[str] = (), **more: Any
) -> Parts:
    """Recognise shapes, ranges, polarity and labels of a data set's parts together.

    Args:
        name: as in `Parts`.
        title: as in `Parts`.
        train: what there is to learn from.
        test: what there is to test on.
        notes: as in `Parts`.
        **more: as in `Parts`.

    Raises:
        ByhandError: as `to_grey_levels` and `to_labels`.
    """
    given = [part for part in (train, test) if part is not None]
    images, told = to_grey_levels([part.images for part in given], [part.images_name for part in given])
    said = [*notes, *told]
    parts = []
    for part, grey in zip(given, images, strict=True):
        labels = None
        if part.labels is not None:
            labels, told = to_labels(part.labels, part.labels_name)
            said += told
            if len(labels) != len(grey):
                raise ByhandError(
                    f"{part.images_name} has {len(grey):,} images and {part.labels_name} {len(labels):,} labels: there "
                    "must be one label per image."
                )
        parts.append(Part(grey, labels, part.ids, spare=part.spare))
    first = parts.pop(0) if train is not None else None
    return Parts(name, title, first, parts.pop(0) if test is not None else None, tuple(said), **more)


def parts_of_mapping(mapping: Mapping[str, Any], name: str, title: str) -> Parts:
    """Take a dictionary of arrays, or a .npz file, by its keys.

    Raises:
        ByhandError: no images among its keys, or what `parts_of_numbers` raises.
    """
    keys = {str(key).lower(): key for key in mapping}
    found = {what: next((keys[key] for key in known if key in keys), None) for what, known in KEYS.items()}
    if "images" in keys and found["train images"] == keys.get("data"):
        found["train images"] = keys["images"]

    def part(which: str) -> Numbers | None:
        images, labels = found[f"{which} images"], found[f"{which} labels"]
        if images is None:
            if labels is not None:
                raise ByhandError(
                    f"{title} has labels, {labels}, and no images to go with them among its keys: {listed}."
                )
            return None
        values = None if labels is None else mapping[labels]
        return Numbers(mapping[images], values, None, f"{images} of {title}", f"{labels} of {title}")

    listed = ", ".join(map(str, mapping)) or "none"
    train, test = part("train"), part("test")
    if train is None and test is None:
        raise ByhandError(
            f"{title} has no images under a key that byhand knows (x_train, y_train, x_test, y_test, X, y): "
            f"it has {listed}."
        )
    return parts_of_numbers(name, title, train, test)


def dataset_of(data: Any, seed: int) -> Dataset | str:
    """Turn what was given to `byhand.train(data=...)` into a data set, or into the name of a source.

    Args:
        data: a source as text or path; a `Dataset`; (X, y), (X, y, X_test, y_test), ((X, y), (X_test, y_test)) or what
            `load_mnist` gives; or a dictionary with the keys of Keras' mnist.npz. Images and labels may be NumPy
            arrays, lists, or pandas' data frames and series.
        seed: decides which fifth of each label is held out where no test set is given.

    Raises:
        ByhandError: something else, a path where nothing is, or images and labels that cannot be used.
    """
    if isinstance(data, Dataset | str):
        return data
    if isinstance(data, Path):
        if not data.exists():
            raise ByhandError(f"There is no data at {data}.")
        return str(data)
    if isinstance(data, Mapping):
        return parts_of_mapping(data, "arrays", "data").dataset(seed)
    if isinstance(data, tuple | list) and len(data) == 2 and all(_is_pair(item) for item in data):
        data = (*data[0], *data[1])
    if isinstance(data, tuple | list) and len(data) in (2, 4):
        train = Numbers(data[0], data[1], None, "X", "y")
        test = Numbers(data[2], data[3], None, "X_test", "y_test") if len(data) == 4 else None
        for part in (train, test):
            if part is not None and (part.images is None or part.labels is None):
                missing = part.images_name if part.images is None else part.labels_name
                raise ByhandError(f"{missing} in data is None: give images with a label for each.")
        return parts_of_numbers("arrays", "data", train, test).dataset(seed)
    given = type(data).__name__ + (f" of {len(data)}" if isinstance(data, tuple | list) else "")
    raise ByhandError(f"data cannot be a {given}: give {ACCEPTED}.")


def _is_pair(item: Any) -> bool:
    """Tell whether this is images and labels, as in ((X, y), (X_test, y_test)), and not images or labels alone."""
    return isinstance(item, tuple | list) and len(item) == 2 and _dimensions(item[0]) >= 2 and _dimensions(item[1]) >= 1


def _dimensions(values: Any) -> int:
    try:
        return np.ndim(values)
    except ValueError:  # ragged lists
        return 0
