from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from byhand.augmentation.corruptions import KINDS, Corruption, Corruptions
from byhand.data.mnist import load_mnist

SEEDS = st.integers(0, 2**32 - 1)
EACH = pytest.mark.parametrize("kind", [kind for kind, _ in KINDS], ids=lambda kind: kind.__name__)


@pytest.fixture(scope="module")
def digits() -> NDArray[np.float32]:
    return (load_mnist().train_images[:60] / 255).astype(np.float32)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@EACH
def test_a_kind_changes_most_images_and_stays_in_range(kind: Corruption, digits: NDArray[np.float32]) -> None:
    kept = digits.copy()
    for seed in range(5):
        corrupted = kind(digits, rng(seed))
        assert corrupted.shape == digits.shape
        assert corrupted.dtype == np.float32
        assert corrupted.min() >= 0
        assert corrupted.max() <= 1
        changed = np.abs(corrupted - digits).max(axis=(1, 2)) > 0.01
        assert changed.mean() > 0.5
    assert np.array_equal(digits, kept)


@EACH
def test_a_kind_is_one_of_its_seed(kind: Corruption, digits: NDArray[np.float32]) -> None:
    assert kind(digits, rng(3)).tobytes() == kind(digits, rng(3)).tobytes()
    if kind.__name__ != "deskewed":
        assert kind(digits, rng(3)).tobytes() != kind(digits, rng(4)).tobytes()


def ink(images: NDArray[np.float32]) -> NDArray[Any]:
    return np.asarray(images.sum(axis=(1, 2)))


def named(name: str) -> Corruption:
    return next(kind for kind, _ in KINDS if kind.__name__ == name)


def test_pens(digits: NDArray[np.float32]) -> None:
    assert (named("thicken")(digits, rng()) >= digits).all()
    assert (named("thin")(digits, rng()) <= digits).all()
    assert (ink(named("fade")(digits, rng())) < 1.2 * ink(digits)).all()


@pytest.mark.parametrize("name", ["rule", "box", "strike", "neighbour", "background"])
def test_what_is_added_takes_no_ink_away(name: str, digits: NDArray[np.float32]) -> None:
    assert (named(name)(digits, rng()) >= digits - 1e-6).all()


@pytest.mark.parametrize("name", ["blur", "coarsen", "motion_blur"])
def test_ink_is_spread_but_not_lost(name: str) -> None:
    middle = np.zeros((1, 28, 28), np.float32)
    middle[0, 12:16, 12:16] = 1
    for seed in range(20):
        spread = named(name)(middle, rng(seed))
        assert spread.max() < 1.001
        assert ink(spread) == pytest.approx(16, rel=0.15)


@settings(deadline=None)
@given(st.integers(1, 40), SEEDS)
def test_same_seed_same_bits(n: int, seed: int) -> None:
    images = rng(seed).random((n, 784), np.float32)
    first = Corruptions().corrupt(images.copy(), 28, 28, rng(seed))
    assert Corruptions().corrupt(images, 28, 28, rng(seed)) is images
    assert first.tobytes() == images.tobytes()
    assert np.isfinite(images).all()
    assert images.min() >= 0
    assert images.max() <= 1


def test_strength_is_the_share(digits: NDArray[np.float32]) -> None:
    images = np.tile(digits.reshape(60, 784), (50, 1))
    assert np.array_equal(Corruptions(0).corrupt(images.copy(), 28, 28, rng()), images)

    def changed(strength: float) -> float:
        corrupted = Corruptions(strength).corrupt(images.copy(), 28, 28, rng())
        return float((corrupted != images).any(axis=1).mean())

    assert changed(0.25) < changed(0.5) < changed(1) < 1
    untouched = np.prod([1 - share for _, share in KINDS])
    assert changed(1) == pytest.approx(1 - untouched, abs=0.15)


def test_images_of_other_sizes() -> None:
    images = rng().random((200, 12 * 9), np.float32)
    corrupted = Corruptions().corrupt(images, 12, 9, rng())
    assert corrupted.shape == (200, 108)
    assert np.isfinite(corrupted).all()
