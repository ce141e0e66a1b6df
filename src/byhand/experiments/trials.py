"""Trials that no option of `byhand train` makes: with other data, other pixels, or fewer weights.

All of them train in one process, whose scaling can be exchanged.
"""

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.data import Dataset, LabelledImages
from byhand.evaluation.robustness import add_noise, rotate
from byhand.model import Model, load_model
from byhand.preprocessing import MinMaxScaling
from byhand.training.divergence import DivergedError
from byhand.training.recipe import Recipe
from byhand.training.run import Run
from byhand.training.train import train

Results = dict[str, dict[str, float]]

NOISE, DEGREES = (40, 80, 120), (10, 20, 40)
KEPT = (0.5, 0.3, 0.1)
EPOCHS = 3
# Of the fine-tuning that forgets: fast enough to be seen in five short epochs.
FORGETTING_RATE = 0.2


def _dataset(train_part: LabelledImages, test: LabelledImages) -> Dataset:
    return Dataset("arrays", train_part, test)


def _accuracy(model: Model, images: NDArray[Any], labels: NDArray[Any]) -> float:
    return float((model.logits(images).argmax(axis=1) == labels).mean())


def shuffled_labels() -> Results:
    """Learn 1,000 images whose labels were dealt out at random."""
    mnist = Dataset.mnist()
    few = mnist.train.take(np.arange(1000))
    dealt = replace(few, labels=np.random.default_rng(0).permutation(few.labels))
    model = train("fast", _dataset(dealt, mnist.test), epochs=150, workers=1)
    return {
        "shuffled": {
            "train_accuracy": _accuracy(model, dealt.images, dealt.labels),
            "accuracy": model.results["test_accuracy"],
        }
    }


def noise() -> Results:
    """Add noise to the test images."""
    return {f"noise {deviation}": _changed(add_noise, deviation) for deviation in (0, *NOISE)}


def rotation() -> Results:
    """Turn the test images."""
    return {f"{degrees} degrees": _changed(rotate, degrees) for degrees in (0, *DEGREES)}


def _changed(change: Any, strength: float) -> dict[str, float]:
    test = Dataset.mnist().test
    images = np.rint(change(test.images.astype(np.float32), strength)).clip(0, 255).astype(np.uint8)
    return {name: _accuracy(load_model(name), images, test.labels) for name in ("fast", "accurate")}


def pruning() -> Results:
    """Set the smallest weights of each layer to 0."""
    test, results = Dataset.mnist().test, {}
    for kept in (1.0, *KEPT):
        model = load_model()
        for layer in model.network.dense:
            sizes = np.abs(layer.weights)
            layer.weights[sizes < np.quantile(sizes, 1 - kept)] = 0
        results[f"{kept:.0%} kept"] = {"accuracy": _accuracy(model, test.images, test.labels)}
    return results


def never_seen() -> Results:
    """Learn without any 7."""
    mnist = Dataset.mnist()
    without = mnist.train.take(mnist.train.labels != 7)
    model = train("fast", _dataset(without, mnist.test), epochs=EPOCHS, workers=1)
    sevens = mnist.test.images[mnist.test.labels == 7]
    probabilities = model.predict_proba(sevens)
    taken_for = np.bincount(probabilities.argmax(axis=1), minlength=10)
    others = mnist.test.take(mnist.test.labels != 7)
    return {
        "without 7": {
            "accuracy": model.results["test_accuracy"],
            "of_others": _accuracy(model, others.images, others.labels),
            "of_sevens": float(taken_for[7] / len(sevens)),
            "most_often": float(taken_for.argmax()),
            "share": float(taken_for.max() / len(sevens)),
            "confidence": float(probabilities.max(axis=1).mean()),
        }
    }


def forgetting() -> Results:
    """Fine-tune a trained network on images of 5 to 9 alone, and with some of all digits mixed in."""
    mnist = Dataset.mnist()
    old = mnist.test.take(mnist.test.labels < 5)
    high = mnist.train.take(np.flatnonzero(mnist.train.labels >= 5)[:2000])
    names = tuple("56789")
    new = LabelledImages(high.images, high.labels - 5, names)
    high_test = mnist.test.take(mnist.test.labels >= 5)
    data = _dataset(new, LabelledImages(high_test.images, high_test.labels - 5, names))
    results = {"before": _old_and_new(load_model(), old, high_test)}
    for name, mixed in (("alone", 0), ("mixed", 3000)):
        model = train(None, data, fine_tune="fast", mixed=mixed, learning_rate=FORGETTING_RATE, workers=1)
        results[name] = _old_and_new(model, old, high_test)
    return results


def _old_and_new(model: Model, old: LabelledImages, new: LabelledImages) -> dict[str, float]:
    return {
        "low_digits": _accuracy(model, old.images, old.labels),
        "high_digits": _accuracy(model, new.images, new.labels),
    }


def unscaled() -> Results:
    """Give the network grey levels from 0 to 255 as they are, with the usual settings and with a rate to match."""
    trials: tuple[tuple[str, dict[str, float]], ...] = (
        ("unscaled", {}), ("small rate", {"learning_rate": 0.05}), ("scaled", {}),
    )  # fmt: skip
    results = {}
    for name, options in trials:
        run = Run(Recipe.load("fast", epochs=EPOCHS, workers=1, **options))
        if name != "scaled":
            pixels = len(run.model.preprocessing.scaling.minimum)
            scaling = MinMaxScaling(np.zeros(pixels), np.ones(pixels))
            run.training.scale = scaling.transform
        else:
            scaling = run.model.preprocessing.scaling
        diverged = 0.0
        try:
            run.training.run()
        except DivergedError:
            diverged = 1.0
        test = run.setup.test
        logits = run.model.network.forward(scaling.transform(test.images))
        results[name] = {
            "accuracy": float((logits.argmax(axis=1) == test.labels).mean()),
            "diverged": diverged,
        }
    return results


def scaling_on_test() -> Results:
    """The original's flaw: fit the scaling of each pixel on all images, and, as it should be, on those learned from."""
    results = {}
    for name in ("all images", "training images"):
        run = Run(Recipe.load("fast", split="original", scaling="per-pixel", epochs=EPOCHS, workers=1))
        learned_from = run.training.inputs
        assert isinstance(learned_from, np.ndarray)
        if name == "training images":
            scaling = MinMaxScaling.fit(learned_from, per_pixel=True)
            run.model.preprocessing = replace(run.model.preprocessing, scaling=scaling)
            run.training.scale = scaling.transform
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            run.complete()
        assert run.evaluation
        test = run.setup.test.images.reshape(len(run.setup.test), -1)
        seen = (test.max(axis=0) > learned_from.max(axis=0)) | (test.min(axis=0) < learned_from.min(axis=0))
        results[name] = {
            "accuracy": run.evaluation.accuracy, "loss": run.evaluation.loss, "pixels_beyond": float(seen.sum()),
        }  # fmt: skip
    return results
