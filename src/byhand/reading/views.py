"""Several looks at the same image: what the network thinks of it on the average of small shifts.

A network without convolutions has to learn every place of a stroke anew, and its doubts differ from place to place.
The mean of five looks is right a little more often than one, and its confidence is worth more.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.model import Model

# Down and to the right, in pixels.
SHIFTS = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))
# Where fewer or more than these parts of its border are bright, a picture is dark or bright all around.
MOSTLY_DARK, MOSTLY_BRIGHT = 0.1, 0.9


def probabilities(model: Model, images: NDArray[Any]) -> NDArray[np.float64]:
    """Give the probability of each label, the mean over five looks.

    Args:
        model: reads images of this size.
        images: ink bright on dark, 0 to 255, shape (n, height, width).

    Returns:
        Shape (n, classes); rows sum to 1.
    """
    looks = [model.predict_proba(np.roll(images, shift, axis=(1, 2))) for shift in SHIFTS]
    return np.asarray(np.mean(looks, axis=0, dtype=np.float64))


def probabilities_of_small(model: Model, pictures: NDArray[Any], prepared: NDArray[Any]) -> NDArray[np.float64]:
    """The same for pictures of the network's own size: looked at as they are, and as they were prepared.

    The reader has learned from whole images with noise, lines and grey paper in them, and reads those better as they
    are than after an attempt to cut the digit out. A digit that is small or off the centre is better cut out.

    Args:
        model: reads images of this size.
        pictures: as they came, 0 to 255, ink bright or dark, shape (n, height, width).
        prepared: the digit found in each, brought to MNIST's form, shape (n, height, width).
    """
    bright = bright_border(pictures)
    negative = bright > MOSTLY_BRIGHT
    unclear = (bright >= MOSTLY_DARK) & ~negative
    upright = np.where(negative[:, np.newaxis, np.newaxis], 255 - pictures, pictures)
    whole, cut_out = probabilities(model, upright), probabilities(model, prepared)
    result: NDArray[np.float64] = (whole + cut_out) / 2
    if unclear.any():
        # Which is ink and which is paper? The network does not know negatives: the surer answer is the right one,
        # and what was cut out after a guess is worth nothing.
        either = whole[unclear], probabilities(model, 255 - pictures[unclear])
        surer = either[0].max(axis=1) >= either[1].max(axis=1)
        result[unclear] = np.where(surer[:, np.newaxis], *either)
    return result


def bright_border(pictures: NDArray[Any]) -> NDArray[np.float64]:
    """The part of each picture's border that is brighter than midway between its extremes: shape (n,), 0 to 1."""
    border = np.concatenate([pictures[:, 0], pictures[:, -1], pictures[:, 1:-1, 0], pictures[:, 1:-1, -1]], axis=1)
    lowest, highest = pictures.min(axis=(1, 2)), pictures.max(axis=(1, 2))
    middle = (lowest.astype(float) + highest) / 2
    return np.asarray((border > middle[:, np.newaxis]).mean(axis=1))
