import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, log_loss, precision_recall_fscore_support

from byhand.data import Dataset, LabelledImages
from byhand.errors import ByhandError
from byhand.evaluation import calibration_error, evaluate
from byhand.training.run import Run


def test_all_figures_are_scikit_learn_s(small_run: Run, few_digits: Dataset) -> None:
    images, labels = few_digits.test.images, few_digits.test.labels
    measured = evaluate(small_run.model, few_digits.test)
    predicted = small_run.model.predict(images)
    probabilities = small_run.model.predict_proba(images)
    assert measured.examples == 500
    assert measured.accuracy == (predicted == labels).mean() == small_run.model.results["test_accuracy"]
    assert measured.loss == pytest.approx(log_loss(labels, probabilities), rel=1e-4)
    np.testing.assert_array_equal(measured.confusion, confusion_matrix(labels, predicted))
    columns = precision_recall_fscore_support(labels, predicted)
    for name, expected in zip(("precision", "recall", "f1", "support"), columns, strict=True):
        np.testing.assert_allclose([row[name] for row in measured.per_digit], expected)
    assert [row["digit"] for row in measured.per_digit] == list(range(10))


def test_the_calibration_error_is_that_of_a_plain_loop() -> None:
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(4) * 0.5, 800)
    truth = rng.integers(4, size=800)
    expected = 0.0
    for low in range(15):
        confidence = probabilities.max(axis=1)
        inside = (confidence > low / 15) & (confidence <= (low + 1) / 15)
        if inside.any():
            right = (probabilities.argmax(axis=1) == truth)[inside]
            expected += inside.mean() * abs(right.mean() - confidence[inside].mean())
    assert calibration_error(probabilities, truth) == pytest.approx(expected)


def test_certainty_about_the_truth_is_perfect_calibration() -> None:
    assert calibration_error(np.eye(3), np.arange(3)) == 0
    assert calibration_error(np.eye(3), (np.arange(3) + 1) % 3) == 1


def test_classes_are_matched_by_name(small_run: Run, few_digits: Dataset) -> None:
    images, labels = few_digits.test.images, few_digits.test.labels
    upside_down = tuple(reversed("0123456789"))
    measured = evaluate(small_run.model, LabelledImages(images, 9 - labels, upside_down))
    assert measured.accuracy == small_run.model.results["test_accuracy"]


def test_a_label_that_no_image_has_has_no_recall(small_run: Run, few_digits: Dataset) -> None:
    ones = few_digits.test.labels == 1
    measured = evaluate(small_run.model, few_digits.test.take(ones))
    assert measured.per_digit[0]["recall"] is None
    assert measured.per_digit[0]["support"] == 0
    assert measured.per_digit[1]["precision"] == 1.0


def test_labels_that_the_model_does_not_know_are_refused(small_run: Run, few_digits: Dataset) -> None:
    with pytest.raises(ByhandError, match="label ten"):
        evaluate(small_run.model, LabelledImages(few_digits.test.images[:1], np.array([0]), ("ten",)))
    with pytest.raises(ByhandError, match="no images"):
        evaluate(small_run.model, few_digits.test.take(slice(0)))
