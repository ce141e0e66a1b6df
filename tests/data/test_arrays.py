"""What people pass to `byhand.train(data=...)`: recognised and said, or refused in their own words."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

import byhand
from byhand.data import Dataset
from byhand.data.arrays import dataset_of
from byhand.data.grey_levels import to_grey_levels
from byhand.data.labels import to_labels
from byhand.errors import ByhandError, InputWarning

from .digits import IMAGES, LABELS, MNIST

X, Y = IMAGES, LABELS
X2, Y2 = MNIST.train_images[:40], MNIST.train_labels[:40]


def data_of(given: Any) -> Dataset:
    data = dataset_of(given, seed=0)
    assert isinstance(data, Dataset)
    return data


@pytest.mark.parametrize(
    "shape",
    [
        lambda x: x.reshape(-1, 784), lambda x: x[..., None], lambda x: x[:, None], lambda x: x.tolist(), list,
        lambda x: np.repeat(x[..., None], 3, axis=3), lambda x: np.repeat(x[:, None], 3, axis=1),
    ],
)  # fmt: skip
def test_every_shape_of_the_same_images_gives_the_same_data(shape: Callable[[Any], Any]) -> None:
    data = data_of((shape(X), Y, shape(X2), Y2))
    np.testing.assert_array_equal(data.train.images, X)
    np.testing.assert_array_equal(data.test.images, X2)
    np.testing.assert_array_equal(data.train.labels, Y)
    assert (data.name, data.label_names, data.notes) == ("arrays", tuple("0123456789"), ())


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (lambda x: x / 255, "from 0 to 1 "),
        (lambda x: (x / np.float32(255)).astype(np.float16), "from 0 to 1 "),
        (lambda x: x.astype(float), "rounded"),
        (lambda x: x.astype(np.int64), ""),
        (lambda x: x.astype(np.uint16) * 257, "from 0 to 6.554e+04"),
        (lambda x: x.astype(np.uint16) * 16, "from 0 to 4095"),
        (lambda x: x / 127.5 - 1, "from -1 to 1 "),
        (lambda x: (x / 255 - 0.1307) / 0.3081, "from -0.4242 to 2.821"),
        (lambda x: 255 - x, "inverted"),
        (lambda x: 1 - x / 255, "inverted"),
        (lambda x: x.astype(object), "rounded"),
    ],
)
def test_every_range_and_polarity_ends_as_mnist_keeps_its_images(change: Callable[[Any], Any], note: str) -> None:
    before = change(X)
    kept = before.copy()
    data = data_of((before, Y, change(X2), Y2))
    assert data.train.images.dtype == np.uint8
    assert np.abs(data.train.images.astype(int) - X).max() <= 1
    assert np.abs(data.test.images.astype(int) - X2).max() <= 1
    assert note in " ".join(data.notes)
    assert bool(data.notes) == bool(note)
    np.testing.assert_array_equal(before, kept)


@pytest.mark.parametrize("change", [lambda x: x > 127, lambda x: (x > 127).astype(int), lambda x: (x > 127) * 1.0])
def test_truth_values_are_black_and_white(change: Callable[[Any], Any]) -> None:
    data = data_of((change(X), Y, change(X2), Y2))
    np.testing.assert_array_equal(data.train.images, (X > 127) * 255)
    assert "from 0 to 1 " in data.notes[0]


def test_a_test_set_may_have_another_polarity() -> None:
    data = data_of((X, Y, 255 - X2, Y2))
    np.testing.assert_array_equal(data.test.images, X2)
    assert data.notes == ("The images of X_test were dark on light and were inverted.",)


def test_sixteenths_are_those_of_scikit_learn() -> None:
    from sklearn.datasets import load_digits

    digits = load_digits()
    data = data_of(digits)
    assert len(data.train) + len(data.test) == 1797
    assert data.train.images.shape[1:] == (8, 8)
    assert data.train.images.max() == 255
    assert "from 0 to 16" in data.notes[0]


@pytest.mark.parametrize(
    "given",
    [
        (X, Y, X2, Y2), [X, Y, X2, Y2], ((X, Y), (X2, Y2)), [(X, Y), (X2, Y2)], byhand.load_mnist()._replace(
            train_images=X, train_labels=Y, test_images=X2, test_labels=Y2),
        {"x_train": X, "y_train": Y, "x_test": X2, "y_test": Y2},
        {"X_train": X, "Y_train": Y, "X_test": X2, "y_test": Y2},
    ],
)  # fmt: skip
def test_every_arrangement_gives_the_same_data(given: Any) -> None:
    data = data_of(given)
    np.testing.assert_array_equal(data.train.images, X)
    np.testing.assert_array_equal(data.test.labels, Y2)


def test_without_a_test_set_a_fifth_of_each_label_is_held_out_by_seed() -> None:
    for form in ((X, Y), {"X": X, "y": Y}, [X.tolist(), Y.tolist()]):
        data = data_of(form)
        assert (len(data.train), len(data.test)) == (160, 40)
        assert "40 of 200" in data.notes[0]
        share = np.bincount(data.test.labels) / np.bincount(Y)
        assert share.min() > 0.1
    again, other = dataset_of((X, Y), 0), dataset_of((X, Y), 1)
    assert isinstance(again, Dataset)
    assert isinstance(other, Dataset)
    np.testing.assert_array_equal(data.test.images, again.test.images)
    assert not np.array_equal(other.test.images, again.test.images)


def test_pandas() -> None:
    pandas = pytest.importorskip("pandas")
    frame, series = (
        pandas.DataFrame(X.reshape(-1, 784), dtype=float),
        pandas.Series(Y, index=range(1000, 1000 + len(Y))),
    )
    for labels in (series, series.astype("Int64"), series.astype(str), series.astype("category"), series.to_frame()):
        np.testing.assert_array_equal(data_of((frame, labels, X2, Y2)).train.labels, Y)
    with pytest.raises(ByhandError, match="y has no label in row 3 "):
        dataset_of((frame, series.astype("Int64").where(np.arange(len(Y)) != 3)), 0)
    frame.iloc[5, 1] = None
    with pytest.raises(ByhandError, match=r"X has 1 pixels that are no numbers .* in row 5 "):
        dataset_of((frame, Y), 0)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (Y.astype(float), Y), (Y[:, None], Y), (np.eye(10)[Y], Y), (np.eye(10, dtype=bool)[Y], Y), (Y.astype(str), Y),
        (Y.astype("S1"), Y), ([int(y) for y in Y], Y), (Y.astype(object), Y), (Y > 4, Y > 4),
    ],
)  # fmt: skip
def test_labels_of_every_kind(labels: Any, expected: NDArray[Any]) -> None:
    data = data_of((X, labels, X2, labels[: len(X2)]))
    np.testing.assert_array_equal(data.train.labels, expected)
    assert ("one-hot" in " ".join(data.notes)) == (np.ndim(labels) == 2 and np.shape(labels)[1] > 1)


def with_(array: NDArray[Any], row: int, value: Any) -> NDArray[Any]:
    changed = array.astype(object if value is None else float)
    changed[row] = value
    return changed


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((with_(X, 7, np.nan), Y), r"X has 784 pixels that are no numbers \(nan\) in row 7 "),
        ((X, Y, with_(X2, 3, np.inf), Y2), "X_test .* no numbers .*inf.* in row 3 "),
        (
            (np.ma.masked_array(X, np.zeros(X.shape) + np.arange(200)[:, None, None] == 7), Y),
            "X has 784 pixels .* in row 7 ",
        ),
        ((with_(X, 7, 1e300), Y), "X has a pixel of 1e.300 in row 7 "),
        ((X, with_(Y, 9, np.nan)), "y has no label in row 9 "),
        ((X, with_(Y, 9, None)), "y has no label in row 9 "),
        ((X, [*Y[:-1].astype(str), ""]), "y has no label in row 199 "),
        ((X, with_(Y, 9, 2.5)), r"y has 2\.5 in row 9 "),
        ((X, Y[:-1]), "X has 200 images and y 199 labels"),
        ((X, Y, X2, Y2[:-1]), "X_test has 40 images and y_test 39 labels"),
        ((X / 255, Y, X2, Y2), "different ranges, X from 0 to 1 and X_test from 0 to 255"),
        ((X, np.eye(10)[Y] + 0.1), "y has shape .* not one-hot"),
        ((X, X), "y has shape"),
        ((Y, X), "X has shape .200,."),
        ((X[0], Y), "X has shape .28, 28."),
        ((X.reshape(-1, 392), Y), "X has shape .400, 392."),
        ((X, Y, X2[:, :20], Y2), "must have one size"),
        ((X[:0], Y[:0]), "data has 0 images to learn from and to test on: too few"),
        ((X[:1], Y[:1]), "data has 1 images to learn from"),
        ((X, np.zeros(200)), "nothing to tell apart"),
        (([[1, 2], [3]], [0, 1]), "X must hold numbers, in images of one size"),
        ((X.astype(complex), Y), "X must hold numbers, not complex128"),
        ((np.full((4, 16), "a"), [0, 1, 0, 1]), "X must hold numbers"),
        ((X, None), "y in data is None"),
        ((X,), "tuple of 1: give a source such as 'mnist'"),
        ((X, Y, X2), "tuple of 3"),
        (5, "data cannot be a int"),
        (X, "data cannot be a ndarray"),
        ({"a": X}, r"no images under a key .*: it has a\."),
        ({"y": Y}, "labels, y, and no images"),
        (Path("/no/such/place"), "There is no data at /no/such/place"),
        ("no-such-place", "There is no data at no-such-place"),
        ("", "There is no data"),
        (b"mnist", "data cannot be a bytes"),
        ("x" * 5000, "There is no data at x"),
        ("a\0b", "There is no data at a"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(given: Any, words: str) -> None:
    with pytest.raises(ByhandError, match=words) as refused:
        byhand.train("fast", data=given, epochs=1)
    assert "--" not in str(refused.value)


def test_train_learns_from_arrays_and_says_what_it_recognised() -> None:
    images, labels = MNIST.train_images[:2000].reshape(-1, 784) / 255, MNIST.train_labels[:2000]
    with pytest.warns(InputWarning, match=r"from 0 to 1 .* 400 of 2,000 images are kept for testing"):
        model = byhand.train("fast", data=(images, labels), epochs=5, hidden=[32])
    assert model.results["train_examples"] == 1600
    assert model.results["test_examples"] == 400
    assert model.results["test_accuracy"] > 0.8
    assert model.recipe["data"] == "arrays"


def test_transposed_digits_are_turned_upright() -> None:
    turned = MNIST.train_images[:1000].swapaxes(1, 2)
    with pytest.warns(InputWarning, match="transposed"):
        model = byhand.train("fast", data=(turned, MNIST.train_labels[:1000]), epochs=20, hidden=[32])
    assert (model.predict(MNIST.test_images) == MNIST.test_labels).mean() > 0.75


@given(
    arrays(np.float64, (2, 4, 4), elements=st.floats(0, 1, width=16)),
    st.sampled_from([1, 255]),
)
def test_any_fractions_become_bytes_in_their_order(images: NDArray[Any], full: int) -> None:
    [grey], _ = to_grey_levels([images * full], ["X"])
    assert grey.shape == images.shape
    assert grey.dtype == np.uint8
    order = np.argsort(images, axis=None, kind="stable")
    steps = np.diff(grey.reshape(-1)[order].astype(int))
    assert (steps >= 0).all() or (steps <= 0).all()


@given(st.lists(st.one_of(st.integers(-5, 20), st.text(), st.none(), st.floats(), st.booleans()), max_size=8))
def test_any_labels_are_taken_or_refused(values: list[Any]) -> None:
    try:
        labels, _ = to_labels(values, "y")
    except ByhandError as error:
        assert str(error).startswith("y ")
    else:
        assert labels.shape == (len(values),)
        assert labels.dtype.kind in "biuU"
