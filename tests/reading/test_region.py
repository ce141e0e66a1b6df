"""A region is read alone, and its boxes are those of the whole picture."""

import numpy as np
import pytest

import byhand
from byhand.data.decoding import Picture
from byhand.reading.reader import read
from byhand.reading.region import cut_out, region_box


def two_digits() -> np.ndarray:
    """A 7 on the left and a 2 on the right, 400 x 200 pixels."""
    image = np.full((200, 400), 250, np.uint8)
    for number, left in ((0, 40), (1, 240)):
        digit = np.kron(byhand.load_mnist().test_images[number], np.ones((4, 4), np.uint8))
        image[40:152, left : left + 112] -= (digit * 0.9).astype(np.uint8)
    return image


@pytest.mark.parametrize("region", [(200, 0, 400, 200), ("50%", "0%", "100%", "100%"), "200,0,100%,200"])
def test_only_the_region_is_read(region: tuple[float | str, ...] | str) -> None:
    whole = read(two_digits())
    assert whole.text.replace(" ", "") == "72"
    part = read(two_digits(), region=region)
    assert part.text == "2"
    assert part.size == (400, 200)
    assert np.abs(np.array(part.digits[0].box) - whole.digits[1].box).max() <= 2
    single = read(two_digits(), region=region, single=True)
    assert single.text == "2"
    assert np.abs(np.array(single.digits[0].box) - whole.digits[1].box).max() <= 8


def test_a_reduced_picture_is_cut_in_pixels_of_the_upright_one() -> None:
    picture = Picture(np.zeros((100, 200, 3), np.uint8), (1000, 500))
    part, start = cut_out(picture, region_box((103, 50, 198, 100), picture.size))
    assert start == (100, 50)
    assert part.colours.shape == (10, 20, 3)
    assert part.size == (100, 50)


@pytest.mark.parametrize(
    ("region", "words"),
    [
        ((0, 0, 10), "has 3 values"),
        ("1,2,3,4,5", "has 5 values"),
        ("1,2,x,4", "'x'"),
        ((-1, 0, 10, 10), "'-1'"),
        (("101%", 0, 10, 10), "'101%'"),
        (("nan", 0, 10, 10), "'nan'"),
        ((10, 0, 10, 10), "right must be beyond its left"),
        ((0, 60, 10, 50), "bottom must be beyond its top"),
        ((0, 0, 401, 200), "400 x 200 pixels"),
        (("90%", 0, 100, 200), "right must be beyond its left"),
    ],
)
def test_what_is_no_region_gets_one_sentence(region: tuple[float | str, ...] | str, words: str) -> None:
    with pytest.raises(byhand.ByhandError, match=r"^[^.]*(\d\.\d[^.]*)*\.$") as error:
        read(two_digits(), region=region)
    assert words in str(error.value)
