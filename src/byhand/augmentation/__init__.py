"""Data augmentation: images changed at random and images made up, so that a network learns more than MNIST shows."""

from byhand.augmentation.augmentation import Augmentation
from byhand.augmentation.corruptions import Corruptions
from byhand.augmentation.deformations import Deformations

__all__ = ["Augmentation", "Corruptions", "Deformations"]
