"""Preprocessing: what happens to an image before the network sees it, in training and in use alike."""

from byhand.preprocessing.deskewing import deskew
from byhand.preprocessing.preprocessing import Preprocessing
from byhand.preprocessing.scaling import MinMaxScaling

__all__ = ["MinMaxScaling", "Preprocessing", "deskew"]
