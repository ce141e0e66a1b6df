import numpy as np
import pytest

from byhand.evaluation import calibration_error, fit_temperature
from byhand.nn import softmax


def honest(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits of a network whose probabilities are true, and labels drawn by them."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (n, 10))
    return logits, np.array([rng.choice(10, p=p) for p in softmax(logits)])


@pytest.mark.parametrize("distortion", [0.2, 1.0, 3.0])
def test_a_distorted_network_becomes_honest_again(distortion: float) -> None:
    logits, labels = honest(20_000)
    temperature = fit_temperature(distortion * logits, labels)
    assert temperature == pytest.approx(distortion, rel=0.03)
    assert calibration_error(softmax(distortion * logits / temperature), labels) < 0.01


def test_no_other_temperature_gives_less_loss() -> None:
    logits, labels = honest(300, seed=1)

    def loss(temperature: float) -> float:
        return float(-np.log(softmax(logits / temperature)[np.arange(300), labels]).mean())

    best = fit_temperature(logits, labels)
    assert all(loss(best) < loss(best * factor) for factor in (0.9, 0.999, 1.001, 1.1))


def test_without_mistakes_or_sense_the_temperature_stays_within_bounds() -> None:
    logits = 5 * np.eye(10)
    assert 0.05 <= fit_temperature(logits, np.arange(10)) < 0.2
    assert fit_temperature(logits, (np.arange(10) + 1) % 10) == pytest.approx(20)
    assert fit_temperature(np.zeros((4, 10)), np.arange(4)) == 1
    assert fit_temperature(np.zeros((0, 10)), np.zeros(0, int)) == 1
    assert 0.05 <= fit_temperature(1e4 * np.eye(10), np.arange(10)) <= 20
