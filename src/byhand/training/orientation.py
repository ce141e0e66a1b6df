"""Transposed digits, recognised by a model that knows upright ones.

EMNIST's digits are stored with rows and columns exchanged. Under EMNIST's own names they are turned upright when they
are read; renamed to MNIST's, nothing but the images can tell.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from byhand.data.dataset import Dataset, LabelledImages
from byhand.data.mapped_images import MappedImages
from byhand.data.mnist_form import IMAGE_SHAPE
from byhand.model import load_model

JUDGED_BY = "fast"  # reads 98 % of MNIST's test images upright, 15 % transposed; of any 500, 79 % more upright
IMAGES_LOOKED_AT = 500
# How many more of the images must be read rightly when turned, as a fraction.
CLEAR_LEAD = 0.3
NOTE = "The digits are transposed, as EMNIST stores them: they were turned upright."


def is_transposed(images: LabelledImages) -> bool:
    """Tell whether these are MNIST-like digits with rows and columns exchanged.

    Args:
        images: of any kind; what is not of ten digits, in 28 x 28 bytes, is never called transposed.
    """
    model = load_model(JUDGED_BY)
    known = [images.label_names[i] in model.label_names for i in np.unique(images.labels)]
    if images.images.shape[1:] != IMAGE_SHAPE or images.images.dtype != np.uint8 or len(known) < 2 or not all(known):
        return False
    some = images.take(np.sort(images.some(IMAGES_LOOKED_AT, seed=0))).with_classes_of(model.label_names)
    right = [
        float((model.logits(looked_at).argmax(axis=1) == some.labels).mean())
        for looked_at in (some.images, some.images.swapaxes(1, 2))
    ]
    return right[1] - right[0] > CLEAR_LEAD


def upright(data: Dataset) -> Dataset:
    """The data with its digits upright; if that took turning them, with a note."""
    if data.name == "mnist" or not is_transposed(data.train):
        return data
    train, test = (replace(part, images=_turned(part)) for part in (data.train, data.test))
    return replace(data, train=train, test=test, notes=(*data.notes, NOTE))


def upright_examples(examples: LabelledImages) -> tuple[LabelledImages, tuple[str, ...]]:
    """Examples to evaluate on, upright, and the note if they had to be turned."""
    return (replace(examples, images=_turned(examples)), (NOTE,)) if is_transposed(examples) else (examples, ())


def _turned(part: LabelledImages) -> Any:
    if isinstance(part.images, MappedImages):
        return part.images.turned()
    return np.ascontiguousarray(part.images.swapaxes(1, 2))
