"""byhand where scikit-learn's estimators stand: `MLPClassifier`, and `DigitReader` for pipelines of photographs."""

from byhand.estimator.classifier import MLPClassifier
from byhand.estimator.digit_reader import DigitReader

__all__ = ["DigitReader", "MLPClassifier"]
