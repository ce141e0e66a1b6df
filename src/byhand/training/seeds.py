"""Random number streams: one for each thing that chance decides, all from the recipe's seed.

Each has its own, so that switching one thing on or off, such as augmentation, leaves all others as they were.
"""

import numpy as np


class RandomStreams:
    """The random number generators of one training.

    Attributes:
        split: which images are held out or left out.
        weights: where the weights start.
        order: the order in which images are shown.
        augmentation: deformations and corruptions of each batch.
        drawing: digits and outliers that are made up.
        fine_tuning: what fine-tuning holds out, mixes in, and the order it shows.
        calibration: corruptions of the held-out images on which confidence is fitted.
    """

    def __init__(self, seed: int) -> None:
        self.split, self.weights, self.order = np.random.default_rng(seed).spawn(3)
        self.augmentation, self.drawing, self.fine_tuning, self.calibration = (
            np.random.default_rng([seed, number]) for number in range(1, 5)
        )
