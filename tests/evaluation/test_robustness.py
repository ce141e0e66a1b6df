import numpy as np
import pytest

from byhand.data import LabelledImages, load_mnist
from byhand.evaluation.robustness import CHANGES, accuracies, add_noise, rotate, shift, thicken
from byhand.model import load_model

IMAGES = load_mnist().test_images[:100]
FLOATS = IMAGES.astype(np.float32)


@pytest.mark.parametrize("name", CHANGES)
def test_no_strength_changes_nothing_and_more_strength_more(name: str) -> None:
    change = CHANGES[name]
    assert 0 in change.strengths and list(change.strengths) == sorted(change.strengths)
    np.testing.assert_allclose(change.apply(FLOATS, 0), FLOATS, atol=1e-3)
    distance = [float(np.abs(change.apply(FLOATS, s) - FLOATS).mean()) for s in change.strengths if s >= 0]
    assert distance == sorted(distance) and distance[-1] > 5


def test_directions() -> None:
    np.testing.assert_allclose(shift(FLOATS, 2)[:, :, 2:], FLOATS[:, :, :-2], atol=1e-3)
    np.testing.assert_allclose(rotate(FLOATS, 90), np.rot90(FLOATS, -1, (1, 2)), atol=0.05)
    mass = [float(thicken(FLOATS, pixels).sum()) for pixels in (-2, -1, 0, 1, 2)]
    assert mass == sorted(mass)
    assert add_noise(FLOATS, 300).min() == 0 and add_noise(FLOATS, 300).max() == 255


def test_accuracies_are_those_of_the_changed_images() -> None:
    model, labels = load_model(), load_mnist().test_labels[:100]
    examples = LabelledImages(IMAGES, labels, model.label_names)
    values = accuracies(model, examples, CHANGES["rotation"])
    middle = CHANGES["rotation"].strengths.index(0)
    assert values[middle] == (model.predict(IMAGES) == labels).mean()
    assert values[0] < values[middle] > values[-1]
