from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from byhand.data import Dataset, batches, load_mnist, one_hot, stratified_split
from byhand.errors import ByhandError
from byhand.preprocessing import MinMaxScaling

IMAGES = arrays(np.uint8, (6, 3, 2))


def test_mnist_is_all_there() -> None:
    mnist = load_mnist()
    assert mnist.train_images.shape == (60_000, 28, 28)
    assert mnist.test_images.shape == (10_000, 28, 28)
    assert {array.dtype for array in mnist} == {np.dtype(np.uint8)}
    assert np.bincount(mnist.train_labels).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(mnist.test_labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert Dataset.mnist().label_names == tuple("0123456789")


def test_a_damaged_installation_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(load_mnist.__globals__["SHA256"], "t10k-labels-idx1-ubyte.gz", "0" * 64)
    with pytest.raises(ByhandError, match=r"t10k-labels-idx1-ubyte\.gz is damaged"):
        load_mnist()


@given(IMAGES, st.booleans())
def test_scaling_goes_from_0_to_1_and_back(images: NDArray[Any], per_pixel: bool) -> None:
    scaling = MinMaxScaling.fit(images, per_pixel)
    scaled = scaling.transform(images, np.float64)
    assert scaled.shape == (6, 6)
    assert scaled.min() >= 0
    assert scaled.max() <= 1 + 1e-12
    np.testing.assert_allclose(scaling.inverse(scaled), images.reshape(6, 6), atol=1e-9)
    varying = np.ptp(images.reshape(6, 6), axis=0) > 0
    if per_pixel:
        np.testing.assert_allclose(scaled[:, varying].max(axis=0), 1)
        np.testing.assert_allclose(scaled[:, varying].min(axis=0), 0, atol=1e-12)


def test_constant_pixels_are_scaled_to_0_whatever_they_show_later() -> None:
    train = np.array([[7, 0], [7, 10]], np.uint8)
    scaled = MinMaxScaling.fit(train, per_pixel=True).transform(np.array([[200, 5]], np.uint8))
    assert scaled.tolist() == [[0.0, 0.5]]
    assert scaled.dtype == np.float32


def test_scaling_needs_an_image() -> None:
    with pytest.raises(ByhandError):
        MinMaxScaling.fit(np.zeros((0, 4), np.uint8))


@given(st.lists(st.integers(0, 4), min_size=5, max_size=80), st.data())
def test_a_split_is_complete_and_gives_every_label_its_share(labels: list[int], data: st.DataObject) -> None:
    held_out = data.draw(st.integers(0, len(labels) - 1))
    array = np.array(labels)
    kept, chosen = stratified_split(array, held_out, np.random.default_rng(1))
    assert len(chosen) == held_out
    assert sorted([*kept, *chosen]) == list(range(len(labels)))
    for label in set(labels):
        share = labels.count(label) * held_out / len(labels)
        assert abs((array[chosen] == label).sum() - share) < 2


def test_a_split_is_decided_by_its_seed() -> None:
    labels = np.arange(1000) % 10
    first, again, other = (stratified_split(labels, 100, np.random.default_rng(seed))[1].tolist() for seed in (1, 1, 2))
    assert first == again != other
    assert np.bincount(labels[first]).tolist() == [10] * 10


@pytest.mark.parametrize("held_out", [-1, 10, 11])
def test_a_split_that_leaves_nothing_is_refused(held_out: int) -> None:
    with pytest.raises(ByhandError, match="validation"):
        stratified_split(np.zeros(10, int), held_out, np.random.default_rng(0))


@given(st.integers(1, 50), st.integers(1, 60), st.booleans())
def test_an_epoch_shows_every_example_once(examples: int, batch_size: int, shuffle: bool) -> None:
    inputs, targets = np.arange(examples)[:, None] * np.ones((1, 3)), one_hot(np.arange(examples), examples)
    rng = np.random.default_rng(0) if shuffle else None
    seen, sizes = [], []
    for batch_inputs, batch_targets in batches(inputs, targets, batch_size, rng):
        assert batch_inputs[:, 0].tolist() == batch_targets.argmax(axis=1).tolist()
        seen += batch_inputs[:, 0].tolist()
        sizes.append(len(batch_inputs))
    assert sorted(seen) == list(range(examples))
    assert all(size == batch_size for size in sizes[:-1])
    if not shuffle:
        assert seen == sorted(seen)


def test_every_epoch_has_a_fresh_order() -> None:
    inputs, rng = np.arange(100.0)[:, None], np.random.default_rng(0)
    epochs = [[float(x[0, 0]) for x, _ in batches(inputs, inputs, 1, rng)] for _ in range(3)]
    assert epochs[0] != epochs[1] != epochs[2] != epochs[0]


def test_one_hot_has_a_one_in_the_label_s_column() -> None:
    assert one_hot(np.array([2, 0]), 3).tolist() == [[0, 0, 1], [1, 0, 0]]
