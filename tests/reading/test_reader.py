"""Whole pictures: generated pages, single digits in every disguise, and what happens to odd ones."""

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

import byhand
from byhand.model import Model
from byhand.reading import Reading, read, reading_model
from evaluation_sets.generated_pages.pages import Page, make_page
from evaluation_sets.generated_pages.pens import Pen
from evaluation_sets.generated_pages.scoring import Score, compare, edit_distance

BALLPOINT = Pen((0.12, 0.18, 0.55), 0.07, 0.1)


@pytest.fixture(scope="module")
def model() -> Model:
    return reading_model()


@pytest.fixture(scope="module")
def singles() -> list[tuple[int, bytes]]:
    """Photographs of one digit each, with their labels."""
    pages = [make_page(seed, "single", scene=("gradient",), ruling="blank", pen=BALLPOINT) for seed in range(500, 510)]
    return [(int(page.text), page.file) for page in pages]


def digits(readings: list[Reading]) -> list[object]:
    return [reading.digits[0].digit if len(reading.digits) == 1 else None for reading in readings]


@pytest.mark.parametrize(
    ("kind", "scene", "ruling", "least"),
    [
        ("row", (), "blank", 0.9),
        ("grid", ("tilt", "gradient"), "ruled", 0.9),
        ("column", ("desk",), "blank", 0.75),
        ("numbers", ("shadow",), "blank", 0.85),
        ("rows", ("gradient", "negative"), "blank", 0.85),
        ("scattered", ("tilt",), "squared", 0.75),
    ],
)
def test_generated_pages(kind: str, scene: tuple[str, ...], ruling: str, least: float, model: Model) -> None:
    total = Score()
    for seed in range(600, 603):
        page = make_page(seed, kind, scene=scene, ruling=ruling, doodles=0)
        total += compare(page, read(page.file, model=model))
    assert (total.digits - total.errors) / total.digits >= least
    assert total.sure_right >= 0.9 * total.sure


@pytest.mark.parametrize(("seed", "most"), [(11036, 0), (11273, 5)])
def test_the_outline_of_a_sheet_on_a_desk_is_no_digit(seed: int, most: int, model: Model) -> None:
    """Digits too tiny to be seen in the reduced picture, or hard to read: the sheet is a sheet all the same."""
    page = make_page(seed)
    assert compare(page, read(page.file, model=model)).errors <= most


def test_doodles_are_no_digits_for_sure(model: Model) -> None:
    total = Score()
    for seed in range(620, 624):
        page = make_page(seed, "row", scene=("gradient",), ruling="blank", doodles=3)
        total += compare(page, read(page.file, model=model))
    assert total.doodles > 7
    assert total.handled >= 0.5 * total.doodles


def test_single_digits_are_read(singles: list[tuple[int, bytes]], model: Model) -> None:
    for single in (False, True):
        found = digits([read(file, model=model, single=single) for _, file in singles])
        assert np.mean([a == b for a, (b, _) in zip(found, singles, strict=True)]) >= 0.9


@pytest.mark.parametrize("single", [False, True])
def test_the_negative_reads_the_same(singles: list[tuple[int, bytes]], single: bool, model: Model) -> None:
    images = [np.asarray(Image.open(io.BytesIO(file))) for _, file in singles]
    as_it_is = digits([read(image, model=model, single=single) for image in images])
    assert as_it_is == digits([read(255 - image, model=model, single=single) for image in images])


def disguised(page: Page, how: str) -> bytes:
    """The same picture with a border, compressed, turned, or so large that its digit has a height of so many pixels."""
    image = Image.open(io.BytesIO(page.file))
    file = io.BytesIO()
    if how == "border":
        ImageOps.expand(image, 60, tuple(int(c) for c in np.median(np.asarray(image), axis=(0, 1)))).save(file, "PNG")
    elif how == "quality 30":
        image.save(file, "JPEG", quality=30)
    elif how == "orientation":
        exif = Image.Exif()
        exif[0x0112] = 6
        image.transpose(Image.Transpose.ROTATE_90).save(file, "JPEG", exif=exif)
    else:
        scale = int(how) / page.digits[0].height
        size = round(image.width * scale), round(image.height * scale)
        image.resize(size, Image.Resampling.BOX if scale < 1 else None).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("how", ["border", "quality 30", "orientation", "12", "40", "2000"])
def test_disguises_change_no_answer(how: str, model: Model) -> None:
    pages = [make_page(seed, "single", scene=(), ruling="blank") for seed in range(510, 520)]
    before = digits([read(page.file, model=model, single=True) for page in pages])
    after = digits([read(disguised(page, how), model=model, single=True) for page in pages])
    assert sum(a == b for a, b in zip(before, after, strict=True)) >= len(pages) - 1


def test_mnist_itself_is_read_as_pictures(model: Model) -> None:
    mnist = byhand.load_mnist()
    found = digits([read(image, model=model, single=True) for image in mnist.test_images[:50]])
    assert np.mean([a == b for a, b in zip(found, mnist.test_labels, strict=False)]) >= 0.97


def test_boxes_are_where_the_digits_are(model: Model) -> None:
    image = np.full((300, 500), 250, np.uint8)
    digit = np.kron(byhand.load_mnist().test_images[0], np.ones((4, 4), np.uint8))
    image[100:212, 200:312] -= (digit * 0.9).astype(np.uint8)
    (one,) = read(image, model=model).digits
    rows, columns = np.nonzero(image < 125)
    expected = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    assert np.abs(np.array(one.box) - expected).max() <= 3
    assert one.digit == 7


@pytest.mark.parametrize("shape", [(1, 1), (10, 20_000), (20_000, 10), (3, 3), (400, 300)])
@pytest.mark.parametrize("level", [0, 128, 255])
@pytest.mark.parametrize("single", [False, True])
def test_pictures_without_foreground(shape: tuple[int, int], level: int, single: bool, model: Model) -> None:
    assert read(np.full(shape, level, np.uint8), model=model, single=single).digits == ()


def test_noise_is_not_sure(model: Model) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (300, 300), dtype=np.uint8)
    assert not any(one.sure for one in read(noise, model=model).digits)


def test_a_model_for_other_images_is_refused() -> None:
    from byhand.nn import Network
    from byhand.preprocessing import MinMaxScaling, Preprocessing

    preprocessing = Preprocessing((2, 3), MinMaxScaling(np.zeros(6), np.ones(6)))
    odd = Model(Network([6, 2]), preprocessing, ("0", "1"))
    with pytest.raises(byhand.ByhandError, match="28"):
        read(np.zeros((5, 5), np.uint8), model=odd)


def test_edit_distance() -> None:
    assert edit_distance("1234", "1234") == 0
    assert edit_distance("1234", "124") == edit_distance("124", "1234") == 1
    assert edit_distance("12", "21") == 2


def test_noise_of_any_size_is_hardly_ever_sure(model: Model) -> None:
    sides = [(40, 40), (60, 100), (200, 200), (300, 200)]
    pictures = [np.random.default_rng(i).integers(0, 256, sides[i % 4]).astype(np.uint8) for i in range(16)]
    assert sum(any(one.sure for one in read(picture, model=model).digits) for picture in pictures) <= 4
