"""`DigitReader`: the first step of a pipeline that begins with photographs."""

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from byhand.data.mnist_form import IMAGE_SHAPE
from byhand.errors import ByhandError, InputWarning, choose
from byhand.model import Model
from byhand.reading.reader import Reading, read

OUTPUTS = ("images", "text")
# So many positions are listed in a warning.
LISTED = 10


class DigitReader(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A transformer from pictures to images of 28 x 28 pixels, as MNIST has them, or to the text written in them.

    It has nothing to learn: `fit` only checks the parameters.

    Args:
        output: "images" where each picture holds one digit, for an `MLPClassifier` to follow; "text" for what is
            written.
        single: whether each picture holds exactly one digit, for "text"; always so for "images".
        signs: with "text", read a decimal point and a minus, too.
        model: what finds and reads digits: a `byhand.Model` of 28 x 28 images or its place; None for `reader`.
    """

    def __init__(
        self,
        output: Literal["images", "text"] = "images",
        *,
        single: bool = False,
        signs: bool = False,
        model: Model | str | Path | None = None,
    ) -> None:
        self.output = output
        self.single = single
        self.signs = signs
        self.model = model

    def fit(self, X: Any = None, y: Any = None) -> Self:  # noqa: N803
        """Check the parameters; pictures and labels are not looked at.

        Raises:
            ByhandError: `output` is neither "images" nor "text", or signs are to be read in pictures of one digit.
        """
        if self.output not in OUTPUTS:
            raise ByhandError(f"output cannot be {self.output!r}: {choose(self.output, OUTPUTS)}")
        if self.signs and (self.single or self.output == "images"):
            raise ByhandError("signs=True goes with output='text' and pictures that hold more than one digit each.")
        return self

    def transform(self, X: Iterable[Any]) -> NDArray[Any]:  # noqa: N803
        """Read pictures.

        Args:
            X: pictures: paths, content as bytes, open files, Pillow's images, or arrays (h, w) and (h, w, 3 or 4); as a
                list, an iterator, a column of a data frame, or one array (n, h, w) or (n, h, w, 3 or 4).

        Returns:
            "images": grey levels, bright on dark, uint8, shape (n, 784); a picture without a digit gives a dark row,
            and an `InputWarning` says so. "text": shape (n, 1), rows of writing divided by line breaks.

        Raises:
            ByhandError: not pictures, or one that cannot be read.
        """
        self.fit()
        pictures = _pictures_in(X)
        single = self.single or self.output == "images"
        readings = list(read(pictures, model=self.model, single=single, signs=self.signs))
        if self.output == "text":
            return np.array([[reading.text] for reading in readings], object).reshape(-1, 1)
        return self._images(readings)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Name the columns of what `transform` gives: pixel0 to pixel783, or text."""
        if self.output == "text":
            return np.array(["text"], object)
        height, width = IMAGE_SHAPE
        return np.array([f"pixel{number}" for number in range(height * width)], object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.two_d_array, tags.input_tags.three_d_array, tags.input_tags.string = False, True, True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _images(self, readings: list[Reading]) -> NDArray[np.uint8]:
        """The digit of each reading as a row of grey levels."""
        images = np.zeros((len(readings), *IMAGE_SHAPE), np.uint8)
        empty = [number for number, reading in enumerate(readings) if not reading.digits]
        for number, reading in enumerate(readings):
            if reading.digits:
                images[number] = reading.digits[0].image
        if empty:
            listed = ", ".join(map(str, empty[:LISTED])) + (", ..." if len(empty) > LISTED else "")
            warnings.warn(
                f"No digit was found in {len(empty)} of {len(readings)} pictures, and their rows are dark: {listed} "
                "(counted from 0).",
                InputWarning,
                stacklevel=3,
            )
        return images.reshape(len(images), -1)


def _pictures_in(X: Any) -> list[Any]:  # noqa: N803
    """Pictures as a list, from whatever holds them."""
    if isinstance(X, str | Path | bytes | bytearray) or not isinstance(X, Iterable):
        raise ByhandError("DigitReader takes many pictures: put the one picture into a list.")
    pictures: Any = X
    if hasattr(X, "columns"):
        if len(X.columns) != 1:
            raise ByhandError(f"This data frame has {len(X.columns)} columns: give the one with the pictures.")
        pictures = pictures[X.columns[0]]
    if isinstance(pictures, np.ndarray):
        if pictures.dtype.kind in "OUS" and pictures.ndim == 2 and pictures.shape[1] == 1:
            pictures = pictures[:, 0]  # what a ColumnTransformer hands on
        elif pictures.dtype.kind not in "OUS" and pictures.ndim not in (3, 4):
            raise ByhandError(f"Pictures in an array have shape (n, h, w) or (n, h, w, 3 or 4), not {pictures.shape}.")
    return [str(one) if isinstance(one, np.str_) else one for one in pictures]
