"""How people use a model: from several threads, copied, pickled, with images in other ranges."""

import copy
import pickle
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

import byhand
from byhand.data import Dataset
from byhand.errors import ByhandError, InputWarning
from byhand.nn import Network
from byhand.nn.optimisers import OPTIMISERS
from byhand.processors import one_blas_thread
from byhand.training.loop import Training
from byhand.training.recipe import Recipe

MNIST = byhand.load_mnist()
IMAGES, LABELS = MNIST.test_images[:300], MNIST.test_labels[:300]


@pytest.mark.parametrize("name", ["fast", "accurate", "reader"])
def test_eight_threads_get_the_answers_of_one(name: str) -> None:
    model, rng = byhand.load_model(name), np.random.default_rng(0)
    starts, counts = rng.integers(0, 250, 500), rng.integers(1, 50, 500)
    parts = [IMAGES[start : start + count] for start, count in zip(starts, counts, strict=True)]
    for use in (model.predict, model.predict_proba):
        alone = [use(part) for part in parts]
        with ThreadPoolExecutor(8) as threads:
            together = list(threads.map(use, parts))
        assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))


def test_many_images_get_the_same_bits_on_one_core_and_on_all() -> None:
    model, images = byhand.load_model(), MNIST.test_images[:1100]
    with threadpool_limits(2, "blas"):  # also where there is one core
        on_two = model.logits(images)
        with threadpool_limits(1, "blas"):
            assert np.array_equal(model.logits(images), on_two)
        with ThreadPoolExecutor(4) as threads:
            assert all(np.array_equal(one, on_two) for one in threads.map(model.logits, [images] * 8))
        with one_blas_thread() as before:
            assert before == 2, "what limited BLAS to one thread gave it back"
        parts = [model.logits(images[start : start + 100]) for start in range(0, 1100, 100)]
    np.testing.assert_allclose(np.concatenate(parts), on_two, rtol=0, atol=1e-4)


def test_many_images_are_refused_by_an_overflowing_model_without_a_warning_from_a_thread() -> None:
    model = copy.deepcopy(byhand.load_model())
    model.network.parameters[:] = np.finfo(np.float32).max
    with threadpool_limits(2, "blas"), warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ByhandError, match="no finite numbers"):
            model.predict(MNIST.test_images[:1000])


@pytest.mark.parametrize("count", [1, 300])
def test_large_logits_are_no_reason_to_refuse_and_none_to_warn(count: int) -> None:
    model = byhand.load_model("fast")
    last = model.network.dense[-1]
    last.weights *= 1e30  # the sum of the logits' squares is beyond float32, they are not
    with warnings.catch_warnings(action="error"):
        assert np.abs(model.logits(IMAGES[:count])).max() > 1e20


def test_numpy_warns_of_the_callers_own_overflows_after_a_prediction() -> None:
    before = np.geterr()
    byhand.load_model("fast").predict(IMAGES[:1])
    assert np.geterr() == before


def test_eight_threads_read_as_one() -> None:
    pictures = [np.kron(image, np.ones((4, 4), np.uint8)) for image in IMAGES[:40]]
    alone = [byhand.read(picture, single=True) for picture in pictures]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda picture: byhand.read(picture, single=True), pictures)) == alone


def trained(network: Network, optimizer: str) -> bytes:
    inputs = np.random.default_rng(1).random((90, 12), np.float32)
    targets = np.eye(3, dtype=np.float32)[np.arange(90) % 3]
    recipe = Recipe(epochs=3, batch_size=8, learning_rate=0.01, momentum=0.5, optimizer=optimizer)
    Training(network, inputs, targets, recipe, np.random.default_rng(2)).run()
    return network.parameters.tobytes()


@pytest.mark.parametrize("optimizer", OPTIMISERS)
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_copy_learns_bit_for_bit_like_the_original(optimizer: str, again: Any) -> None:
    network = Network([12, 7, 3], "tanh")
    network.initialise("glorot", np.random.default_rng(0))
    before = network.parameters.tobytes()
    copied = again(network)
    learned = trained(copied, optimizer)
    if again is not copy.copy:  # a shallow copy shares the weights, as a shallow copy of a list shares its items
        assert network.parameters.tobytes() == before
        assert trained(network, optimizer) == learned
    assert learned != before


def test_a_training_in_progress_can_be_copied() -> None:
    network = Network([12, 7, 3])
    network.initialise("glorot", np.random.default_rng(0))
    targets = np.eye(3, dtype=np.float32)[np.arange(90) % 3]
    inputs = np.random.default_rng(1).random((90, 12), np.float32)
    training = Training(network, inputs, targets, Recipe(epochs=2, momentum=0.9), np.random.default_rng(2))
    other = copy.deepcopy(training)
    other.run()
    assert network.parameters.tobytes() != other.network.parameters.tobytes()
    training.run()
    assert network.parameters.tobytes() == other.network.parameters.tobytes()


@pytest.mark.parametrize("again", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_copied_model_answers_alike(again: Any) -> None:
    model = byhand.load_model()
    np.testing.assert_array_equal(again(model).predict_proba(IMAGES), model.predict_proba(IMAGES))


OTHER_FORMS: dict[str, tuple[Any, str | None]] = {
    "fractions": (IMAGES / 255, "fractions of the range"),
    "float32 fractions": ((IMAGES / np.float32(255)).astype(np.float32), "fractions of the range"),
    "truth values": (IMAGES > 127, "fractions of the range"),
    "ones and zeros": ((IMAGES > 127).astype(np.uint8), "fractions of the range"),
    "a channel": (IMAGES[..., np.newaxis], None),
    "rows": (IMAGES.reshape(300, 784), None),
    "floats": (IMAGES.astype(float), None),
    "negatives": (255 - IMAGES, "negatives"),
    "one negative": (255 - IMAGES[:1], "negatives"),
    "negative fractions": (1 - IMAGES / 255, "negatives"),
}


@pytest.mark.parametrize("form", OTHER_FORMS)
def test_other_ranges_are_recognised_and_said(form: str) -> None:
    images, word = OTHER_FORMS[form]
    model = byhand.load_model()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        predicted = model.predict(images)
    assert (predicted == LABELS[: len(images)]).mean() >= 0.96
    assert [w.category for w in said] == [InputWarning] * len(said)
    assert any(word in str(w.message) for w in said) if word else not said


@pytest.mark.parametrize(
    ("images", "words"),
    [
        ((IMAGES / 255 - 0.1307) / 0.3081, "from -0.42.* to 2.8"),
        (IMAGES / 127.5 - 1, "from -1 to 1"),
        (IMAGES.astype(np.uint16) * 257, "to 65535"),
        (IMAGES * 1e300, "far beyond"),
        (IMAGES.astype(str), "must be numbers"),
        (IMAGES.astype(object), "must be numbers"),
        (IMAGES.astype(complex), "must be numbers"),
        (IMAGES[0], "shape"),
        (IMAGES.transpose(1, 2, 0), "shape"),
    ],
)  # fmt: skip
def test_what_cannot_be_recognised_is_refused(images: Any, words: str) -> None:
    for use in (byhand.load_model().predict, byhand.load_model().predict_proba):
        with pytest.raises(ByhandError, match=words):
            use(images)


def test_a_pixel_that_is_no_number_is_named() -> None:
    images = IMAGES.astype(float)
    images[17, 3, 4] = np.nan
    with pytest.raises(ByhandError, match="Image 17 "):
        byhand.load_model().predict(images)


def test_what_a_model_of_bright_images_takes_for_a_negative(few_digits: Dataset) -> None:
    from dataclasses import replace

    paper = replace(
        few_digits,
        train=replace(few_digits.train, images=255 - few_digits.train.images),
        test=replace(few_digits.test, images=255 - few_digits.test.images),
    )
    model = byhand.train("fast", paper, epochs=5, hidden=[32], learning_rate=0.1)
    as_trained = model.predict(paper.test.images)
    with pytest.warns(InputWarning, match="negatives"):
        np.testing.assert_array_equal(model.predict(few_digits.test.images), as_trained)
