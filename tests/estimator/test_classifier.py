"""`MLPClassifier` where scikit-learn's stands."""

import os
import pickle
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
import pytest
import scipy.sparse
import sklearn
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import byhand
from byhand.errors import ByhandError
from byhand.estimator import MLPClassifier
from byhand.training.loop import Epoch, Event, Training

Array = NDArray[Any]
# A few epochs are enough here.
QUIET = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


CHECKS = """
import warnings
from sklearn.utils.estimator_checks import check_estimator
from byhand.estimator import MLPClassifier

warnings.simplefilter("ignore")
results = check_estimator(MLPClassifier(max_iter=40), on_fail=None, on_skip=None)
print(len(results), [result["check_name"] for result in results if result["status"] != "passed"])
"""


def test_scikit_learn_s_own_checks() -> None:
    """All of them: one is only done where SCIPY_ARRAY_API is set before anything is imported."""
    environment = os.environ | {"SCIPY_ARRAY_API": "1"}
    done = subprocess.run([sys.executable, "-c", CHECKS], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    count, others = done.stdout.split(maxsplit=1)
    assert int(count) > 50
    assert others.strip() == "[]"


@pytest.fixture(scope="module")
def digits() -> tuple[Array, Array]:
    images, labels = load_digits(return_X_y=True)
    return images / 16, labels


@pytest.mark.parametrize("recipe", ["fast", "accurate"])
def test_a_recipe_gives_the_very_weights_of_byhand_train(recipe: str) -> None:
    mnist = byhand.load_mnist()
    images, labels = mnist.train_images[:3000], mnist.train_labels[:3000]
    estimator = MLPClassifier.from_recipe(recipe, max_iter=2, random_state=3).fit(images.reshape(3000, -1), labels)
    model = byhand.train(recipe, (images, labels, mnist.test_images, mnist.test_labels), epochs=2, seed=3, workers=1)
    np.testing.assert_array_equal(estimator.model_.network.parameters, model.network.parameters)
    test = mnist.test_images.reshape(10_000, -1)
    assert estimator.score(test, mnist.test_labels) == model.results["test_accuracy"]
    np.testing.assert_array_equal(estimator.predict_proba(test), model.predict_proba(mnist.test_images))


def test_a_model_becomes_an_estimator() -> None:
    mnist, model = byhand.load_mnist(), byhand.load_model("accurate")
    estimator = MLPClassifier.from_model(model)
    rows = mnist.test_images[:50].reshape(50, -1)
    np.testing.assert_array_equal(estimator.predict_proba(rows), model.predict_proba(mnist.test_images[:50]))
    assert [w.shape for w in estimator.coefs_] == [(784, 128), (128, 10)]


@pytest.mark.parametrize(
    "parameters",
    [
        {"solver": "lbfgs"},
        {"solver": "sgd", "learning_rate_init": 0.1},
        {"solver": "sgd", "learning_rate_init": 0.1, "learning_rate": "invscaling", "power_t": 0.1},
        {"solver": "sgd", "learning_rate_init": 0.1, "learning_rate": "adaptive", "nesterovs_momentum": False},
        {"solver": "adam", "activation": "identity"},
        {"solver": "adam", "activation": "logistic", "learning_rate_init": 0.01, "schedule": "one-cycle"},
        {"solver": "adam", "early_stopping": True, "validation_fraction": 0.2},
        {"solver": "adam", "hidden_layer_sizes": (), "learning_rate_init": 0.01},
        {"solver": "adam", "rotation": 5.0, "shift": 0.5},
    ],
)
def test_every_way_to_learn_reads_digits(digits: tuple[Array, Array], parameters: dict[str, Any]) -> None:
    images, labels = digits
    usual = {"max_iter": 30, "batch_size": 50, "random_state": 0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        estimator = MLPClassifier(**(usual | parameters)).fit(images[:1200], labels[:1200])
    assert estimator.score(images[1200:], labels[1200:]) > 0.87
    assert len(estimator.loss_curve_) == estimator.n_iter_
    assert estimator.loss_curve_[-1] < 0.5 * estimator.loss_curve_[0]
    assert (estimator.validation_scores_ is not None) == bool(parameters.get("early_stopping"))
    probabilities = estimator.predict_proba(images[1200:])
    np.testing.assert_allclose(np.exp(estimator.predict_log_proba(images[1200:])), probabilities, atol=1e-12)


def test_alpha_is_that_of_scikit_learn(digits: tuple[Array, Array]) -> None:
    """With all examples at once, both minimise the same loss: they arrive at the same value."""
    from sklearn.neural_network import MLPClassifier as Theirs

    images, labels = digits[0][:300], digits[1][:300]
    weights = np.random.default_rng(0).integers(1, 4, 300)
    settings: dict[str, Any] = {
        "hidden_layer_sizes": (), "solver": "lbfgs", "alpha": 3.0, "max_iter": 2000, "tol": 1e-7, "random_state": 0,
    }  # fmt: skip
    ours = MLPClassifier(**settings).fit(images, labels, sample_weight=weights)
    theirs = Theirs(**settings).fit(images, labels, sample_weight=weights)
    np.testing.assert_allclose(ours.predict_proba(images), theirs.predict_proba(images), atol=1e-3)


@QUIET
@pytest.mark.parametrize(("solver", "exact"), [("adam", 1e-3), ("sgd", 1e-9)])
def test_learning_is_that_of_scikit_learn(digits: tuple[Array, Array], solver: Any, exact: float) -> None:
    """From the same weights, in the same order: Adam's and Nesterov's steps, momentum, alpha and the loss.

    Adam's epsilon is added to the root of the corrected mean square, as in Kingma and Ba's algorithm 1, and in
    scikit-learn to that of the uncorrected one.
    """
    from sklearn.neural_network import MLPClassifier as Theirs

    images, labels = digits[0][:300], digits[1][:300]
    settings: dict[str, Any] = {
        "solver": solver, "batch_size": 50, "shuffle": False, "warm_start": True, "random_state": 0, "max_iter": 1,
        "alpha": 0.1,
    }  # fmt: skip
    theirs, ours = Theirs(**settings).fit(images, labels), MLPClassifier(**settings).fit(images, labels)
    for mine, other in zip(ours.coefs_ + ours.intercepts_, theirs.coefs_ + theirs.intercepts_, strict=True):
        mine[...] = other
    theirs.set_params(max_iter=4).fit(images, labels)
    ours.set_params(max_iter=4).fit(images, labels)
    np.testing.assert_allclose(ours.predict_proba(images), theirs.predict_proba(images), rtol=exact)
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=0.01)  # which has the penalty before each step, not after all


@pytest.mark.parametrize(("activation", "factor"), [("relu", 6), ("logistic", 2)])
def test_the_first_weights_are_as_wide_as_those_of_scikit_learn(
    digits: tuple[Array, Array], activation: Any, factor: int
) -> None:
    estimator = MLPClassifier(activation=activation, learning_rate_init=1e-12, max_iter=1, random_state=0, tol=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        estimator.fit(*digits)
    for weights, biases in zip(estimator.coefs_, estimator.intercepts_, strict=True):
        limit = np.sqrt(factor / sum(weights.shape))
        assert 0.99 * limit < np.abs(weights).max() <= limit * 1.0001
        assert 0.7 * limit < np.abs(biases).max() <= limit * 1.0001


@QUIET
def test_class_weight_is_sample_weight(digits: tuple[Array, Array]) -> None:
    images, labels = digits[0][:200], digits[1][:200]
    by_class = MLPClassifier(max_iter=5, random_state=0, class_weight={3: 5.0}, tol=0).fit(images, labels)
    by_sample = MLPClassifier(max_iter=5, random_state=0, tol=0).fit(images, labels, np.where(labels == 3, 5.0, 1.0))
    np.testing.assert_array_equal(by_class.coefs_[0], by_sample.coefs_[0])


@QUIET
def test_parts_of_the_data_one_after_the_other(digits: tuple[Array, Array]) -> None:
    images, labels = digits
    whole = MLPClassifier(random_state=0, batch_size=64, max_iter=3, n_iter_no_change=3).fit(images, labels)
    parts = MLPClassifier(random_state=0, batch_size=64)
    for _ in range(3):
        parts.partial_fit(images, labels, classes=np.arange(10))
    # The optimiser's memory and the order of the examples go on as if the calls were one.
    np.testing.assert_array_equal(whole.coefs_[0], parts.coefs_[0])
    resumed = pickle.loads(pickle.dumps(parts)).partial_fit(images, labels)
    parts.partial_fit(images, labels)
    np.testing.assert_array_equal(resumed.coefs_[0], parts.coefs_[0])


@QUIET
def test_a_memory_map_is_never_copied(
    digits: tuple[Array, Array], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images, labels = np.rint(16 * digits[0]).astype(np.uint8), digits[1]
    np.save(tmp_path / "images.npy", images)
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    learned_from: list[Any] = []

    def look(training: Training) -> Iterator[Event]:
        learned_from.append(training.inputs)
        yield from ()

    monkeypatch.setattr(Training, "events", look)
    MLPClassifier(scaling="whole-range").fit(mapped, labels)
    MLPClassifier(scaling="whole-range").partial_fit(mapped, labels, classes=np.arange(10))
    assert [np.shares_memory(inputs, mapped) for inputs in learned_from] == [True, True]
    monkeypatch.undo()
    settings: dict[str, Any] = {"scaling": "whole-range", "max_iter": 2, "random_state": 0}
    expected = MLPClassifier(**settings).fit(images, labels).coefs_[0]
    np.testing.assert_array_equal(MLPClassifier(**settings).fit(mapped, labels).coefs_[0], expected)


@QUIET
def test_warm_start_goes_on(digits: tuple[Array, Array]) -> None:
    images, labels = digits
    estimator = MLPClassifier(max_iter=3, n_iter_no_change=3, warm_start=True, random_state=0)
    first = estimator.fit(images, labels).loss_
    assert estimator.fit(images, labels).loss_ < first
    assert len(estimator.loss_curve_) == 6
    with pytest.raises(byhand.ByhandError, match="warm_start"):
        estimator.fit(images, labels + 1)


@QUIET
def test_tables_words_and_sparse_matrices(digits: tuple[Array, Array]) -> None:
    images, labels = digits[0][:400], digits[1][:400]
    frame = pd.DataFrame(images, columns=[f"p{i}" for i in range(64)])
    names = np.array(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
    words = pd.Series(names[labels])
    settings: dict[str, Any] = {"max_iter": 30, "batch_size": 40, "random_state": 0, "n_iter_no_change": 30}
    estimator = MLPClassifier(**settings).fit(frame, words)
    assert list(estimator.classes_) == sorted(set(words))
    assert estimator.feature_names_in_[0] == "p0"
    assert estimator.score(frame, words) > 0.9
    sparse = MLPClassifier(**settings).fit(scipy.sparse.csr_array(images), words)
    np.testing.assert_array_equal(sparse.predict(scipy.sparse.csr_array(images)), estimator.predict(frame))
    narrow = images.astype(np.float32)
    assert MLPClassifier(max_iter=1, tol=0).fit(narrow, labels).coefs_[0].dtype == np.float32


@QUIET
def test_it_works_wherever_a_classifier_does(digits: tuple[Array, Array]) -> None:
    images, labels = digits[0][:300], digits[1][:300]
    estimator = MLPClassifier((16,), batch_size=20, max_iter=15, learning_rate_init=0.01, random_state=0)
    pipeline = make_pipeline(StandardScaler(), estimator).set_output(transform="pandas")
    grid = GridSearchCV(pipeline, {"mlpclassifier__alpha": [1e-4, 1.0]}, cv=2, n_jobs=2).fit(images, labels)
    assert grid.best_score_ > 0.7
    assert HalvingGridSearchCV(estimator, {"alpha": [1e-4, 1.0]}, cv=2, random_state=0).fit(images, labels).best_params_
    assert CalibratedClassifierCV(estimator, cv=2).fit(images, labels).predict_proba(images).shape == (300, 10)
    assert clone(estimator).get_params() == estimator.get_params()
    with sklearn.config_context(enable_metadata_routing=True):
        routed = clone(estimator).set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        scores = cross_validate(routed, images, labels, cv=2, params={"sample_weight": np.ones(300)})
    assert scores["test_score"].mean() > 0.7


@QUIET
def test_several_processes_learn_the_same(digits: tuple[Array, Array]) -> None:
    """With weighted examples and early stopping, in processes of joblib's, and on numbers that are not scaled."""
    images, labels = 16 * digits[0][:600], digits[1][:600]
    weights = np.random.default_rng(0).integers(0, 3, 600)
    alone = MLPClassifier((30, 20), max_iter=6, early_stopping=True, random_state=0).fit(images, labels, weights)
    shared = clone(alone).set_params(workers=2)
    team = next(iter(Parallel(n_jobs=2)(delayed(shared.fit)(images, labels, weights) for _ in range(1))))
    assert (alone.model_.recipe["workers"], team.model_.recipe["workers"]) == (1, 2)
    np.testing.assert_allclose(team.predict_proba(images), alone.predict_proba(images), rtol=1e-6, atol=1e-9)
    assert team.validation_scores_ == alone.validation_scores_
    assert pickle.loads(pickle.dumps(team)).workers == 2


def test_a_lost_process_ends_the_training_in_a_sentence() -> None:
    images, labels = load_digits(return_X_y=True)
    others = psutil.Process().children(recursive=True)

    def kill(*_: Any) -> None:
        for process in psutil.Process().children(recursive=True):
            if process not in others and "resource_tracker" not in " ".join(process.cmdline()):
                process.kill()

    with pytest.raises(ByhandError, match="leave workers out"):
        MLPClassifier((16,), workers=2, max_iter=50, random_state=0, callbacks=[kill]).fit(images, labels)


def test_callbacks_see_every_epoch_and_may_stop(digits: tuple[Array, Array]) -> None:
    seen: list[Epoch] = []

    def watch(estimator: MLPClassifier, epoch: Epoch) -> bool:
        seen.append(epoch)
        return len(seen) == 3

    estimator = MLPClassifier(callbacks=[watch]).fit(*digits)
    assert [epoch.epoch for epoch in seen] == [1, 2, 3]
    assert estimator.n_iter_ == 3


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"activation": "swish"}, "activation cannot be 'swish'"),
        ({"solver": "lbgfs"}, "did you mean 'lbfgs'"),
        ({"alpha": -1}, "alpha cannot be -1"),
        ({"hidden_layer_sizes": (0,)}, "hidden_layer_sizes cannot be 0"),
        ({"learning_rate_init": 0}, "learning_rate_init cannot be 0"),
        ({"max_iter": "5"}, "'max_iter' must be int"),
        ({"max_iter": 0}, "max_iter cannot be 0"),
        ({"batch_size": 0}, "batch_size cannot be 0"),
        ({"batch_size": "big"}, "batch_size cannot be 'big'"),
        ({"validation_fraction": 1.0}, "validation_fraction cannot be 1.0"),
        ({"schedule": "one-cycle", "learning_rate": "adaptive", "solver": "sgd"}, "both change the learning rate"),
        ({"solver": "lbfgs", "rotation": 5.0}, "needs the same examples"),
        ({"deskew": True, "image_shape": (8, 9)}, "72 pixels"),
        ({"early_stopping": True, "validation_fraction": 0.0}, "validation set is too small"),
        ({"workers": 0}, "workers cannot be 0"),
        ({"workers": "all"}, "workers cannot be 'all'"),
        ({"workers": 2, "solver": "lbfgs"}, "'lbfgs' has none"),
        ({"workers": 2, "solver": "sgd", "learning_rate": "adaptive"}, "learning rate beforehand"),
        ({"workers": 2, "beta_1": 0.8}, "beta_1"),
        ({"workers": 9, "hidden_layer_sizes": (8,)}, "too many for 8 unit"),
    ],
)
def test_parameters_that_cannot_work_get_one_sentence(
    digits: tuple[Array, Array], parameters: dict[str, Any], words: str
) -> None:
    with pytest.raises(byhand.ByhandError, match=words):
        MLPClassifier(**parameters).fit(*digits)


def test_data_that_cannot_work_gets_one_sentence(digits: tuple[Array, Array]) -> None:
    images, labels = digits
    with pytest.raises(byhand.ByhandError, match="several columns"):
        MLPClassifier().fit(images, np.eye(10, dtype=int)[labels])
    with pytest.raises(byhand.ByhandError, match="no square image"):
        MLPClassifier(rotation=5.0).fit(images[:, :60], labels)
    with pytest.raises(byhand.ByhandError, match="below 0"):
        MLPClassifier(rotation=5.0).fit(images - 1, labels)
    with pytest.raises(byhand.ByhandError, match="weights are 0"):
        MLPClassifier(class_weight=dict.fromkeys(range(10), 0.0)).fit(images, labels)
    with pytest.raises(byhand.ByhandError, match="first call"):
        MLPClassifier().partial_fit(images, labels)
    with pytest.raises(byhand.ByhandError, match="not in classes"):
        MLPClassifier().partial_fit(images, labels, classes=[0, 1])
    with pytest.raises(byhand.ByhandError, match="one-cycle"):
        MLPClassifier(schedule="one-cycle").partial_fit(images, labels, classes=np.arange(10))
