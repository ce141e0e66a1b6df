"""A model as scikit-learn's own MLPClassifier, with the same weights, and back."""

from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import LabelBinarizer

from byhand.errors import ByhandError
from byhand.export.networks import model_of
from byhand.model import Model
from byhand.nn import Network

THEIRS = {"sigmoid": "logistic", "tanh": "tanh", "relu": "relu", "identity": "identity"}
OURS = {theirs: ours for ours, theirs in THEIRS.items()}


def to_sklearn(model: Model) -> Any:
    """Make a fitted `sklearn.neural_network.MLPClassifier` with the weights of a model.

    It takes the network's inputs, prepared by `model.preprocessing.inputs(images)`, and gives the model's
    probabilities, but for rounding: the last layer is divided by the model's temperature. With two classes,
    scikit-learn has one output, the logit of the second class against the first:
    exp(b) / (exp(a) + exp(b)) = 1 / (1 + exp(-(b - a))).
    """
    network, dtype = model.network, model.network.parameters.dtype
    classifier = MLPClassifier(tuple(network.sizes[1:-1]), activation=THEIRS[network.activation])
    weights = [layer.weights.copy() for layer in network.dense]
    biases = [layer.bias.copy() for layer in network.dense]
    for last in (weights, biases):
        last[-1] /= dtype.type(model.temperature)
    binary = len(model.label_names) == 2
    if binary:
        weights[-1] = weights[-1][:, 1:] - weights[-1][:, :1]
        biases[-1] = biases[-1][1:] - biases[-1][:1]
    classifier.coefs_, classifier.intercepts_ = weights, biases
    classifier.classes_ = model.labels
    classifier._label_binarizer = LabelBinarizer().fit(model.labels)
    classifier.n_features_in_, classifier.n_layers_ = network.sizes[0], len(network.sizes)
    classifier.n_outputs_, classifier.out_activation_ = len(biases[-1]), "logistic" if binary else "softmax"
    classifier.n_iter_, classifier.loss_curve_, classifier.t_ = len(model.history), [], 0
    return classifier


def from_sklearn(classifier: Any) -> Model:
    """Make a model of a fitted `sklearn.neural_network.MLPClassifier`.

    The model takes the classifier's inputs as they are, as images (n, height, width) if they are square numbers.

    Raises:
        ByhandError: it is not fitted, or no classifier of one label per example.
    """
    if not hasattr(classifier, "coefs_") or not hasattr(classifier, "classes_"):
        raise ByhandError(f"This {type(classifier).__name__} is no fitted MLPClassifier of scikit-learn.")
    weights, biases = list(classifier.coefs_), list(classifier.intercepts_)
    classes = list(classifier.classes_)
    if len(classes) == 2 and classifier.n_outputs_ == 1:
        weights[-1] = np.hstack([np.zeros_like(weights[-1]), weights[-1]])
        biases[-1] = np.concatenate([np.zeros_like(biases[-1]), biases[-1]])
    elif classifier.out_activation_ != "softmax":
        raise ByhandError("This MLPClassifier gives several labels per example, which byhand's models do not.")
    sizes = [len(weights[0]), *(len(bias) for bias in biases)]
    network = Network(sizes, OURS[classifier.activation], weights[0].dtype)
    for layer, weight, bias in zip(network.dense, weights, biases, strict=True):
        layer.weights[:], layer.bias[:] = weight, bias
    return model_of(network, tuple(map(str, classes)), "scikit-learn")
