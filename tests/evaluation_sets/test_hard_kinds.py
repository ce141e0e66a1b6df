"""The hard kinds are what they say, differ by seed only, and their labels say what is drawn where."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from byhand.reading import Digit, Reading
from evaluation_sets.generated_pages.drafts import Draft
from evaluation_sets.generated_pages.kinds import HARD_KINDS, make_hard_page
from evaluation_sets.generated_pages.pages import Mark, Page
from evaluation_sets.generated_pages.printing import FONTS, print_text
from evaluation_sets.generated_pages.scoring import compare

SEEDS = range(6)


def picture(page: Page) -> NDArray[np.float64]:
    return np.asarray(Image.open(io.BytesIO(page.file)).convert("L"), float)


def inside(mark: Mark, grey: NDArray[np.float64]) -> NDArray[np.float64]:
    half = mark.height / 2
    top, left = max(0, int(mark.y - half)), max(0, int(mark.x - half))
    return grey[top : int(mark.y + half) + 1, left : int(mark.x + half) + 1]


@pytest.mark.parametrize("kind", HARD_KINDS)
def test_a_seed_says_all(kind: str) -> None:
    pages = [make_hard_page(seed, kind) for seed in (1, 1, 2)]
    assert pages[0] == pages[1]
    assert pages[0].file != pages[2].file
    assert {page.kind for page in pages} == {kind}


@pytest.mark.parametrize("kind", HARD_KINDS)
def test_there_is_ink_where_the_labels_say(kind: str) -> None:
    for seed in SEEDS[:3]:
        page = make_hard_page(seed, kind)
        grey = picture(page)
        marks = (*page.digits, *page.doodles, *page.ignored)
        assert marks
        for mark in marks:
            assert 0 <= mark.x <= grey.shape[1]
            assert 0 <= mark.y <= grey.shape[0]
            assert np.ptp(inside(mark, grey)) > 15, (seed, mark)


def test_how_many_digits() -> None:
    def counts(kind: str) -> set[int]:
        return {len(make_hard_page(seed, kind).digits) for seed in SEEDS}

    assert counts("crop") == {1}
    assert counts("board") == {2}
    assert counts("cell") == {2, 3}
    assert counts("number") == {2, 3}
    assert counts("thick") <= {1, 2, 3}
    assert 0 in counts("printed")  # nothing but print
    assert max(counts("printed")) > 0
    assert all(count % 2 == 0 for count in counts("table"))


def test_crops_are_single_and_tight() -> None:
    for seed in SEEDS:
        page = make_hard_page(seed, "crop")
        assert page.single
        assert page.digits[0].height >= max(12, picture(page).shape[0] - 4)


def test_sizes_and_polarities() -> None:
    pages = [picture(make_hard_page(seed, "thick")) for seed in range(16)]
    assert all(200 <= side <= 500 for page in pages for side in page.shape)
    bright = [np.median(page) > 127 for page in pages]
    assert 2 < sum(bright) < 14


def test_printed_digits_count_neither_way() -> None:
    draft = Draft(60, 200, 30, np.random.default_rng(0))
    print_text(draft, "A 7", FONTS[0], 40, 10, 5, (0, 0, 0))
    page = draft.exported("printed")
    assert [mark.text for mark in page.doodles] == ["A"]
    assert [mark.text for mark in page.ignored] == ["7"]
    (mark,) = page.ignored
    box = tuple(round(side) for side in (mark.x - 9, mark.y - 15, mark.x + 9, mark.y + 15))
    read = Digit(7, 1, (box[0], box[1], box[2], box[3]), True, np.zeros((28, 28), np.uint8), np.eye(10)[7])
    for digits in ((), (read,)):
        score = compare(page, Reading(("",), digits, (), (200, 60)))
        assert score.perfect
        assert score.handled == score.doodles == 1
