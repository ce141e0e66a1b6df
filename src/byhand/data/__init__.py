"""Data: files in, arrays out. Nothing here knows of networks."""

from byhand.data.batches import batches
from byhand.data.dataset import Dataset
from byhand.data.labels import one_hot
from byhand.data.mnist import MNIST, load_mnist
from byhand.data.scaling import MinMaxScaling
from byhand.data.splits import stratified_split

__all__ = ["MNIST", "Dataset", "MinMaxScaling", "batches", "load_mnist", "one_hot", "stratified_split"]
