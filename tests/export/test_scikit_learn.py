import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

import byhand
from byhand.export import from_sklearn, to_sklearn

from .conftest import a_model, in_float64


@pytest.mark.parametrize("name", ["fast", "accurate"])
def test_a_copy_gives_the_same_probabilities(name: str, test_images: NDArray[np.uint8]) -> None:
    model = byhand.load_model(name)
    # In single precision, rounding alone takes byhand's own probabilities 1.7e-6 away from those in double precision.
    for version, tolerance in ((model, 3e-6), (in_float64(model), 1e-9)):
        copy = to_sklearn(version)
        inputs = model.preprocessing.inputs(test_images, version.network.parameters.dtype)
        assert isinstance(copy, MLPClassifier)
        expected = version.predict_proba(test_images)
        np.testing.assert_allclose(copy.predict_proba(inputs), expected, rtol=0, atol=tolerance)
        np.testing.assert_array_equal(copy.predict(inputs), version.predict(test_images))


@pytest.mark.parametrize("labels", [("no", "yes"), ("3", "5"), ("a", "b", "c")])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "identity"])
def test_there_and_back(labels: tuple[str, ...], activation: str, test_images: NDArray[np.uint8]) -> None:
    model = a_model([64, 9, 7, len(labels)], activation, labels=labels, temperature=1.3, dtype=np.float64)
    inputs = model.preprocessing.inputs(test_images[:40, 10:18, 10:18], np.float64)
    copy = to_sklearn(model)
    expected = model.predict_proba(test_images[:40, 10:18, 10:18])
    np.testing.assert_allclose(copy.predict_proba(inputs), expected, atol=1e-12)
    back = from_sklearn(copy)
    np.testing.assert_allclose(back.predict_proba(inputs), expected, atol=1e-12)
    assert list(back.labels) == list(model.labels) == list(copy.classes_)


@pytest.mark.parametrize("classes", [2, 10])
def test_what_scikit_learn_has_trained_becomes_a_model(classes: int) -> None:
    inputs, labels = load_digits(n_class=classes, return_X_y=True)
    theirs = MLPClassifier((20,), max_iter=30, random_state=0, tol=1e3, n_iter_no_change=30).fit(inputs / 16, labels)
    model = from_sklearn(theirs)
    np.testing.assert_allclose(model.predict_proba(inputs / 16), theirs.predict_proba(inputs / 16), atol=1e-12)
    again = byhand.Model.from_bytes(model.to_bytes(), "a model")
    np.testing.assert_array_equal(again.predict(inputs / 16), theirs.predict(inputs / 16))


def test_what_is_no_such_classifier_is_refused() -> None:
    with pytest.raises(byhand.ByhandError, match="no fitted MLPClassifier"):
        from_sklearn(MLPClassifier())
    several = MLPClassifier((3,), max_iter=1).partial_fit(np.eye(4), np.eye(4, 2, dtype=int), classes=[0, 1])
    with pytest.raises(byhand.ByhandError, match="several labels"):
        from_sklearn(several)
