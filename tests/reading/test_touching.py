"""Two touching digits, read at once."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

import byhand
from byhand.data.decoding import Picture, from_array
from byhand.model import load_model
from byhand.reading import read_picture, reading_model, stages_of
from byhand.reading.components import Component
from byhand.reading.grouping import guess
from byhand.reading.reader import pairs_of
from byhand.reading.splitting import SplittingSettings, split
from byhand.reading.stages import Settings
from byhand.reading.touching import guess_pairs, may_be_two, prepare_pair

MODEL = reading_model()
WITHOUT_PAIRS = replace(Settings(), splitting=SplittingSettings(pairs=False))


def number(digits: str, seed: int, overlap: int = 1) -> NDArray[np.float32]:
    """Digits of MNIST's test set, moved together until their strokes overlap, eight times as large: 0 to 1."""
    mnist, rng = byhand.load_mnist(), np.random.default_rng(seed)
    row = np.zeros((28, 28 * len(digits)), np.float32)
    end = 0
    for digit in digits:
        image = mnist.test_images[rng.choice(np.flatnonzero(mnist.test_labels == int(digit)))] / np.float32(255)
        image = image[:, image.max(axis=0) > 0.2]
        left = end
        while left > 0 and (np.minimum(row[:, left : left + image.shape[1]], image) > 0.3).sum() < overlap:
            left -= 1
        row[:, left : left + image.shape[1]] = np.maximum(row[:, left : left + image.shape[1]], image)
        end = left + image.shape[1]
    return np.kron(row[4:24, :end], np.ones((8, 8), np.float32))


def picture(ink: NDArray[np.float32]) -> Picture:
    """Dark on light, with a margin of half the digits' height."""
    return from_array((235 - 190 * np.pad(ink, len(ink) // 2)).astype(np.uint8))


def numbers(count: int, length: int) -> list[tuple[str, Picture]]:
    rng = np.random.default_rng(length)
    texts = ["".join(map(str, rng.integers(10, size=length))) for _ in range(count)]
    return [(text, picture(number(text, seed)[::2, ::2])) for seed, text in enumerate(texts)]


def read_right(some: list[tuple[str, Picture]], settings: Settings | None = None) -> float:
    texts = [stages_of(one, MODEL, settings=settings).reading.text for _, one in some]
    return float(np.mean([text.replace(" ", "") == truth for text, (truth, _) in zip(texts, some, strict=True)]))


@pytest.mark.parametrize(("length", "least"), [(2, 0.8), (3, 0.55)])
def test_numbers_whose_digits_touch_are_read(length: int, least: float) -> None:
    some = numbers(16, length)
    right = read_right(some)
    assert right >= least
    assert right > read_right(some, WITHOUT_PAIRS)


def test_each_digit_of_a_pair_has_its_half_of_the_box_its_image_and_its_probabilities() -> None:
    digits = read_picture(picture(number("56", 3)), MODEL).digits
    assert [one.digit for one in digits] == [5, 6]
    assert digits[0].box[0] < digits[1].box[0] < digits[0].box[2] + 60
    assert digits[1].box[2] > digits[0].box[2]
    for one in digits:
        assert one.image.shape == (28, 28)
        assert one.image.any()
        assert one.probabilities.sum() == pytest.approx(1, abs=1e-3)
        assert one.confidence == pytest.approx(one.probabilities.max())


def test_a_pair_is_brought_to_one_form_whatever_its_size_contrast_and_margins() -> None:
    ink = number("38", 1)
    image = prepare_pair(ink)
    assert image.shape == (24, 44)
    for changed in (np.pad(ink, 40), 0.4 * ink, np.kron(ink, np.ones((2, 2), np.float32))):
        assert np.abs(prepare_pair(changed).astype(int) - image).mean() < 3
    assert not prepare_pair(np.zeros((10, 20), np.float32)).any()


def test_what_may_be_something_else_may_be_any_digit() -> None:
    table = np.zeros((1, 101))
    table[0, [42, 45, 100]] = 0.5, 0.2, 0.3
    (pair,) = guess_pairs([Component(number("42", 0), 0, 0)], lambda images: np.repeat(table, len(images), axis=0))
    assert pair.confidence == 0.5
    assert pair.left[4] == pytest.approx(0.7 + 0.03)
    assert pair.right[[2, 5]] == pytest.approx([0.5 + 0.03, 0.2 + 0.03])
    assert pair.left.sum() == pytest.approx(1)
    assert guess_pairs([], lambda images: images) == []


@pytest.mark.parametrize(("width", "two"), [(5, False), (20, True), (60, True), (120, False)])
def test_only_what_is_as_wide_as_two_digits_may_be_two(width: int, two: bool) -> None:
    assert may_be_two(Component(np.ones((30, width), np.float32), 0, 0)) == two


def test_where_no_seam_parts_them_a_pair_is_cut_in_the_middle() -> None:
    block = Component(np.ones((40, 60), np.float32), 7, 9)
    nothing = np.full((1, 10), 0.1)
    table = np.zeros((1, 101))
    table[0, 42] = 1.0
    whole = guess([block], lambda images: np.repeat(nothing, len(images), axis=0))
    found = split(
        whole,
        lambda images: np.repeat(nothing, len(images), axis=0),
        classify_pairs=lambda images: np.repeat(table, len(images), axis=0),
    )
    assert [(one.digit, one.component.box) for one in found] == [(4, (7, 9, 37, 49)), (2, (37, 9, 67, 49))]


def test_pairs_are_read_only_beside_the_reader() -> None:
    assert pairs_of(MODEL) is not None
    assert pairs_of(load_model("fast")) is None
