"""byhand where scikit-learn's estimators stand: `MLPClassifier`, and `DigitReader` for pipelines that begin with photos."""

from byhand.estimator.classifier import MLPClassifier
from byhand.estimator.digit_reader import DigitReader

__all__ = ["DigitReader", "MLPClassifier"]
