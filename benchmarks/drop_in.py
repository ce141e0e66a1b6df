"""byhand's MLPClassifier in place of scikit-learn's: `python -m benchmarks.drop_in --save docs/results/drop-in.json`.

The examples of scikit-learn's documentation that use its MLPClassifier, with nothing changed but the import, and on
MNIST, how long both take, run by run in turn. And the same recipe through the estimator and through `byhand.train`.
What is timed is the processor's time with one thread of BLAS, which other programs change little.
"""

import argparse
import json
import os
import statistics
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import sklearn
from sklearn import datasets
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier as Theirs
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

import byhand
from byhand.estimator import MLPClassifier as Ours
from byhand.training.recipe import Recipe

KINDS = {"scikit-learn": Theirs, "byhand": Ours}
# Of "Compare Stochastic learning strategies for MLPClassifier".
STRATEGIES: dict[str, dict[str, Any]] = {
    "constant": {"solver": "sgd", "learning_rate": "constant", "momentum": 0, "learning_rate_init": 0.2},
    "constant, momentum": {
        "solver": "sgd", "learning_rate": "constant", "momentum": 0.9, "nesterovs_momentum": False,
        "learning_rate_init": 0.2,
    },
    "constant, Nesterov's": {
        "solver": "sgd", "learning_rate": "constant", "momentum": 0.9, "nesterovs_momentum": True,
        "learning_rate_init": 0.2,
    },
    "inverse scaling": {"solver": "sgd", "learning_rate": "invscaling", "momentum": 0, "learning_rate_init": 0.2},
    "inverse scaling, momentum": {
        "solver": "sgd", "learning_rate": "invscaling", "momentum": 0.9, "nesterovs_momentum": False,
        "learning_rate_init": 0.2,
    },
    "inverse scaling, Nesterov's": {
        "solver": "sgd", "learning_rate": "invscaling", "momentum": 0.9, "nesterovs_momentum": True,
        "learning_rate_init": 0.2,
    },
    "adam": {"solver": "adam", "learning_rate_init": 0.01},
}  # fmt: skip
# Of "Visualization of MLP weights on MNIST".
WEIGHTS_ON_MNIST: dict[str, Any] = {
    "hidden_layer_sizes": (40,), "max_iter": 8, "alpha": 1e-4, "solver": "sgd", "learning_rate_init": 0.2,
}  # fmt: skip
# Epochs of scikit-learn's own defaults (Adam, batches of 200, 100 units) that are timed.
DEFAULT_EPOCHS = 4
ESTIMATOR_EPOCHS = 3
SEEDS = range(10)
MNIST_SEEDS = range(40)


def seconds_of(work: Callable[[], Any]) -> tuple[float, Any]:
    """How long the processor takes, and what comes out."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def score_of(by_seed: list[float]) -> dict[str, float]:
    """Mean of the seeds' scores, and its standard error."""
    return {
        "mean": statistics.mean(by_seed), "standard_error": statistics.stdev(by_seed) / len(by_seed) ** 0.5,
        "seeds": len(by_seed),
    }  # fmt: skip


def strategies(kind: Any) -> dict[str, dict[str, float]]:
    """Score on the training set, as the example reports it, of each data set: the mean of all strategies."""
    digits = datasets.load_digits()
    problems = {
        "iris": (datasets.load_iris(return_X_y=True), 400),
        "digits": ((digits.data, digits.target), 15),
        "circles": (datasets.make_circles(noise=0.2, factor=0.5, random_state=1), 400),
        "moons": (datasets.make_moons(noise=0.3, random_state=0), 400),
    }
    scores = {}
    for name, ((inputs, labels), epochs) in problems.items():
        scaled = MinMaxScaler().fit_transform(inputs)
        scores[f"learning strategies, {name}"] = score_of(
            [
                statistics.mean(
                    kind(random_state=seed, max_iter=epochs, **strategy).fit(scaled, labels).score(scaled, labels)
                    for strategy in STRATEGIES.values()
                )
                for seed in SEEDS
            ]
        )
    return scores


def varying_alpha(kind: Any) -> dict[str, dict[str, float]]:
    """Test score of "Varying regularization in Multi-layer Perceptron": the mean of all alphas, for each data set."""
    inputs, labels = datasets.make_classification(
        n_features=2, n_redundant=0, n_informative=2, random_state=0, n_clusters_per_class=1
    )
    inputs += 2 * np.random.RandomState(2).uniform(size=inputs.shape)
    problems = {
        "moons": datasets.make_moons(noise=0.3, random_state=0),
        "circles": datasets.make_circles(noise=0.2, factor=0.5, random_state=1),
        "linearly separable": (inputs, labels),
    }
    scores = {}
    for name, (inputs, labels) in problems.items():
        train, test, train_labels, test_labels = train_test_split(inputs, labels, test_size=0.4, random_state=42)
        found = []
        for seed in SEEDS:
            classifiers = [
                kind(
                    solver="lbfgs", alpha=alpha, random_state=seed, max_iter=2000, early_stopping=True,
                    hidden_layer_sizes=[10, 10],
                )
                for alpha in np.logspace(-1, 1, 5)
            ]  # fmt: skip
            pipelines = [make_pipeline(StandardScaler(), classifier) for classifier in classifiers]
            found.append(statistics.mean(one.fit(train, train_labels).score(test, test_labels) for one in pipelines))
        scores[f"alpha, {name}"] = score_of(found)
    return scores


def recognising_digits(kind: Any) -> dict[str, dict[str, float]]:
    """Test score of "Recognizing hand-written digits", with an MLPClassifier."""
    images, labels = datasets.load_digits(return_X_y=True)
    train, test, train_labels, test_labels = train_test_split(images, labels, test_size=0.5, shuffle=False)
    scores = [kind(random_state=seed).fit(train, train_labels).score(test, test_labels) for seed in SEEDS]
    return {"recognising digits": score_of(scores)}


def mnist_of_the_example() -> list[Any]:
    """Training and test images, numbers from 0 to 1, and their labels, as the example divides them."""
    mnist = byhand.load_mnist()
    images = np.concatenate([mnist.train_images, mnist.test_images]).reshape(70_000, -1) / 255.0
    labels = np.concatenate([mnist.train_labels, mnist.test_labels]).astype(str)
    return list(train_test_split(images, labels, random_state=0, test_size=0.7))


def weights_on_mnist(kind: Any) -> dict[str, dict[str, float]]:
    """Test score of "Visualization of MLP weights on MNIST", in float32, which saves half of the time."""
    train, test, train_labels, test_labels = mnist_of_the_example()
    inputs, others = train.astype(np.float32), test.astype(np.float32)
    scores = [
        kind(**WEIGHTS_ON_MNIST, random_state=seed).fit(inputs, train_labels).score(others, test_labels)
        for seed in MNIST_SEEDS
    ]
    return {"weights on MNIST, float32": score_of(scores)}


def on_mnist(runs: int) -> dict[str, Any]:
    """Fit times and test scores of both on MNIST.

    In float64, as the example is; in float32; and byhand with `dtype="float32"` beside scikit-learn in float64.
    """
    train, test, train_labels, test_labels = mnist_of_the_example()
    measured = {}
    for name, settings in {
        "weights on MNIST": WEIGHTS_ON_MNIST,
        "defaults on MNIST": {"max_iter": DEFAULT_EPOCHS},
    }.items():
        for case, dtype, own in (
            ("float64", np.float64, {}),
            ("float32", np.float32, {}),
            ("float64, byhand with dtype='float32'", np.float64, {"dtype": "float32"}),
        ):
            inputs, others = train.astype(dtype), test.astype(dtype)
            seconds: dict[str, list[float]] = {kind: [] for kind in KINDS}
            scores: dict[str, list[float]] = {kind: [] for kind in KINDS}
            for run in range(runs):
                for kind in sorted(KINDS, reverse=bool(run % 2)):
                    classifier = KINDS[kind](**settings, random_state=run, **(own if kind == "byhand" else {}))
                    taken, fitted = seconds_of(partial(classifier.fit, inputs, train_labels))
                    seconds[kind].append(taken)
                    scores[kind].append(float(fitted.score(others, test_labels)))
            ratios = [a / b for a, b in zip(seconds["scikit-learn"], seconds["byhand"], strict=True)]
            means = {kind: statistics.mean(found) for kind, found in scores.items()}
            measured[f"{name}, {case}"] = {
                "seconds": seconds, "scores": means, "epochs": settings["max_iter"], "ratio": statistics.median(ratios),
            }  # fmt: skip
            print(name, case, means, f"{statistics.median(ratios):.2f}", flush=True)
    return measured


def beside_the_trainer(runs: int) -> dict[str, Any]:
    """The recipe `fast` through the estimator and through `byhand.train`, testing included, run by run in turn."""
    mnist = byhand.load_mnist()
    rows = mnist.train_images.reshape(60_000, -1)
    recipe = Recipe.load("fast", epochs=ESTIMATOR_EPOCHS)
    data = (mnist.train_images, mnist.train_labels, mnist.test_images, mnist.test_labels)

    def by_estimator() -> float:
        fitted = Ours.from_recipe(recipe).fit(rows, mnist.train_labels)
        return float(fitted.score(mnist.test_images.reshape(10_000, -1), mnist.test_labels))

    def by_trainer() -> float:
        model = byhand.train("fast", data, epochs=ESTIMATOR_EPOCHS, workers=1)
        return float(model.results["test_accuracy"])

    seconds: dict[str, list[float]] = {"estimator": [], "trainer": []}
    accuracies = {}
    for run in range(runs):
        ways = {"estimator": by_estimator, "trainer": by_trainer}
        for name in sorted(ways, reverse=bool(run % 2)):
            taken, accuracies[name] = seconds_of(ways[name])
            seconds[name].append(taken)
    ratios = [a / b for a, b in zip(seconds["estimator"], seconds["trainer"], strict=True)]
    print("estimator / trainer", f"{statistics.median(ratios):.3f}", accuracies, flush=True)
    return {"seconds": seconds, "accuracies": accuracies, "epochs": recipe.epochs, "ratio": statistics.median(ratios)}


def examples() -> dict[str, dict[str, dict[str, float]]]:
    """The scores of all examples, of both."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for kind, classifier in KINDS.items():
        for example in (recognising_digits, strategies, varying_alpha, weights_on_mnist):
            for name, score in example(classifier).items():
                found.setdefault(name, {})[kind] = score
                print(name, kind, score, flush=True)
    return found


def main() -> None:
    """Measure all, or one part; print, and keep what was asked for."""
    parts: dict[str, Callable[[int], Any]] = {
        "examples": lambda runs: examples(), "mnist": on_mnist, "trainer": beside_the_trainer,
    }  # fmt: skip
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", type=Path, help="a JSON file to keep the result in")
    parser.add_argument("--runs", type=int, default=5, help="of what is timed")
    parser.add_argument("--only", choices=parts, help="measure this part again, and keep the rest of the file")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # some of the examples end before they converge, as in the documentation
    result = {name: part(arguments.runs) for name, part in parts.items() if arguments.only in (None, name)}
    if arguments.save:
        kept = json.loads(arguments.save.read_text("utf-8")) if arguments.only and arguments.save.exists() else {}
        # Each part with what it was measured with.
        result = kept | result | {"scikit-learn": sklearn.__version__, "runs": arguments.runs}
        arguments.save.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
