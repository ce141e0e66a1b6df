"""Evaluation: how good a model is, how honest, and how robust."""

from byhand.evaluation.calibration import calibration_error, fit_temperature
from byhand.evaluation.ensemble import Ensemble
from byhand.evaluation.metrics import Evaluation, evaluate

__all__ = ["Ensemble", "Evaluation", "calibration_error", "evaluate", "fit_temperature"]
