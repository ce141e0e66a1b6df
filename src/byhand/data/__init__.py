"""Data: files in, labelled images out. Nothing here knows of networks."""

from byhand.data.batches import batches
from byhand.data.dataset import Dataset, LabelledImages
from byhand.data.mnist import MNIST, load_mnist
from byhand.data.one_hot import one_hot
from byhand.data.splits import stratified_split

__all__ = ["MNIST", "Dataset", "LabelledImages", "batches", "load_mnist", "one_hot", "stratified_split"]
