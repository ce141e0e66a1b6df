"""scikit-learn's MLPClassifier with the same settings."""

import time
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.task import CLASSES, HIDDEN, LEARNING_RATE, PIXELS, first_weights, scaled_images
from byhand import load_mnist, load_model


class ScikitLearn:
    """One epoch is one call of `partial_fit`; it shuffles by itself."""

    def __init__(self) -> None:
        self.inputs, self.labels = scaled_images(), load_mnist().train_labels
        self.models: dict[int, Any] = {}
        self.reader: Any = None
        warnings.simplefilter("ignore")  # it warns that one epoch is not enough

    def _model(self, batch: int, shuffle: bool = True) -> Any:
        from sklearn.neural_network import MLPClassifier

        return MLPClassifier(
            (HIDDEN,), activation="logistic", solver="sgd", alpha=0, batch_size=batch, momentum=0,
            learning_rate_init=LEARNING_RATE, max_iter=1, warm_start=True, random_state=0, shuffle=shuffle,
        )  # fmt: skip

    def epoch(self, batch: int) -> float:
        """Train one epoch."""
        model = self.models.setdefault(batch, self._model(batch))
        start = time.perf_counter()
        model.partial_fit(self.inputs, self.labels, classes=range(CLASSES))
        return time.perf_counter() - start

    def predict(self, images: NDArray[Any]) -> NDArray[Any]:
        """Labels from bytes."""
        return self.predict_scaled(images.reshape(-1, PIXELS) / np.float32(255))

    def predict_scaled(self, inputs: NDArray[Any]) -> NDArray[Any]:
        """Labels from scaled rows, with the weights of byhand's model."""
        if self.reader is None:
            self.reader = self._model(200).fit(self.inputs[:200], self.labels[:200])
            dense = load_model().network.dense
            self.reader.coefs_ = [layer.weights for layer in dense]
            self.reader.intercepts_ = [layer.bias for layer in dense]
        labels: NDArray[Any] = self.reader.predict(inputs)
        return labels

    def losses(self, order: NDArray[Any], batch: int) -> float:
        """Mean loss over one epoch in the given order."""
        inputs, labels = self.inputs[order].astype(np.float64), self.labels[order]
        model = self._model(batch, shuffle=False).fit(inputs[:200], labels[:200])
        w1, b1, w2, b2 = first_weights(dtype=np.float64)
        model.coefs_, model.intercepts_ = [w1, w2], [b1, b2]
        return float(model.fit(inputs, labels).loss_)
