import numpy as np
import pytest

from byhand.data import Dataset
from byhand.errors import ByhandError
from byhand.evaluation import Ensemble, evaluate
from byhand.model import Model
from byhand.training.run import Run


def two(run: Run) -> list[Model]:
    """The model, and one that has forgotten a part of what it knew and is less sure."""
    other = Model.from_bytes(run.model.to_bytes(), "copy")
    other.network.dense[0].weights[:, :6] = 0
    other.temperature = 2.0
    return [run.model, other]


def test_an_ensemble_averages_probabilities(small_run: Run, few_digits: Dataset) -> None:
    members, images, labels = two(small_run), few_digits.test.images, few_digits.test.labels
    mean = np.mean([member.predict_proba(images) for member in members], axis=0)
    result = evaluate(Ensemble(members), few_digits.test)
    assert result.accuracy == (mean.argmax(axis=1) == labels).mean()
    assert result.loss == pytest.approx(-np.log(mean[np.arange(len(labels)), labels]).mean(), rel=1e-5)
    alone = [evaluate(member, few_digits.test).accuracy for member in members]
    assert alone[0] != alone[1] and min(alone) < result.accuracy


def test_models_of_different_labels_cannot_be_averaged(small_run: Run) -> None:
    members = two(small_run)
    members[1].label_names = tuple("abcdefghij")
    with pytest.raises(ByhandError, match="cannot be averaged"):
        Ensemble(members)
