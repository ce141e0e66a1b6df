"""Affine and elastic deformations as data augmentation: no epoch shows the same image twice."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.preprocessing.resampling import IMAGES_AT_A_TIME, affine, resample

# A smooth field is a mix of few patterns: those that hold this share of its variance along either axis.
VARIANCE_KEPT = 0.999


@dataclass(frozen=True)
class Deformations:
    """How far images are deformed at most. With every strength 0, they stay what they are.

    Each pixel of the deformed image is looked up at a place of the original, its source:

        source = centre + rotation · shear · scale · (pixel - centre) + shift + bend(pixel)

    The affine part is drawn uniformly. `bend` is the elastic deformation of Simard, Steinkraus and Platt, "Best
    practices for convolutional neural networks applied to visual document analysis" (2003): white noise smoothed
    by a Gaussian, once for the rows and once for the columns. They draw the noise from [-1, 1] and call its factor
    alpha: their alpha = 34 and sigma = 4 pixels for MNIST are `elastic` = 1.38 and `smoothness` = 4 here.

    Attributes:
        rotation: up to this many degrees either way.
        scale: height and width each change by up to this fraction.
        shear: each row slides sideways by up to this fraction of its distance from the middle row.
        shift: up to this many pixels along either axis.
        elastic: standard deviation of the bending, in pixels, along either axis.
        smoothness: standard deviation of the Gaussian that smoothes it, in pixels, above 0.
        group: how many consecutive images share one deformation: more are faster.
    """

    rotation: float = 0
    scale: float = 0
    shear: float = 0
    shift: float = 0
    elastic: float = 0
    smoothness: float = 4
    group: int = 1

    def weaker(self, strength: float) -> "Deformations":
        """The same, with everything but the smoothness and the group at `strength`, 0 to 1, of what it is here."""
        return replace(
            self, rotation=strength * self.rotation, scale=strength * self.scale, shear=strength * self.shear,
            shift=strength * self.shift, elastic=strength * self.elastic,
        )  # fmt: skip

    def fields(
        self, count: int, height: int, width: int, rng: np.random.Generator, wanted: slice = slice(None)
    ) -> NDArray[np.float32]:
        """Draw the sources, (row, column) in pixels, of `count` deformations: shape (count, 2, height, width).

        All are drawn, and of these, only those that are wanted are computed.
        """
        angle, slant, *rest = rng.uniform(-1, 1, (6, count))
        stretch, shift = np.reshape(rest, (2, 2, count))
        matrix = affine(np.radians(self.rotation) * angle, 1 + self.scale * stretch, self.shear * slant)
        centre = np.array([height - 1, width - 1]) / 2
        weights = [matrix, (centre + self.shift * shift.T)[..., np.newaxis]]
        patterns = _plane(height, width)
        if self.elastic:
            bends = _bends(height, width, self.smoothness)
            weights.append(self.elastic * rng.standard_normal((count, 2, len(bends)), np.float32))
            patterns = np.concatenate([patterns, bends])
        # All of it is linear: one matrix product mixes every field from the patterns.
        mix = np.concatenate(weights, axis=2, dtype=np.float32)[wanted].reshape(-1, len(patterns))
        return (mix @ patterns).reshape(-1, 2, height, width)

    def deform(
        self,
        inputs: NDArray[Any],
        height: int,
        width: int,
        rng: np.random.Generator,
        out: NDArray[Any] | None = None,
        share: tuple[int, int] = (0, 1),
    ) -> NDArray[Any]:
        """Deform images.

        Args:
            inputs: images of floats in which 0 is the background, shape (n, height * width).
            height: of an image, in pixels.
            width: of an image, in pixels.
            rng: draws the deformations.
            out: takes the result; may be `inputs`.
            share: which of how many shares of the images to deform; the others are left to others.

        Returns:
            The deformed images, shape (n, height * width).
        """
        rank, members = share
        out = np.empty_like(inputs) if out is None else out
        step = self.group * -(-IMAGES_AT_A_TIME // self.group)
        for start in range(0, len(inputs), step):
            images = inputs[start : start + step]
            count = -(-len(images) // self.group)
            mine = slice(count * rank // members, count * (rank + 1) // members)
            sources = self.fields(count, height, width, rng, mine)
            if len(sources):
                own = slice(start + mine.start * self.group, start + min(mine.stop * self.group, len(images)))
                out[own] = resample(inputs[own], sources, self.group)
        return out


@lru_cache(maxsize=8)
def _plane(height: int, width: int) -> NDArray[np.float32]:
    """Row and column from the centre, and 1, of every pixel: shape (3, height * width)."""
    rows, columns = np.indices((height, width)).reshape(2, -1)
    return np.stack([rows - (height - 1) / 2, columns - (width - 1) / 2, np.ones(height * width)]).astype(np.float32)


@lru_cache(maxsize=8)
def _bends(height: int, width: int, smoothness: float) -> NDArray[np.float32]:
    """Patterns whose sum, each times a standard normal number, is smoothed noise: shape (count, height * width)."""
    rows, columns = _factor(height, smoothness), _factor(width, smoothness)
    products = np.einsum("ya,xb->abyx", rows, columns)
    return np.asarray(products.reshape(-1, height * width), np.float32)


def _factor(length: int, smoothness: float) -> NDArray[np.float64]:
    """A matrix that makes white noise smooth along an axis, with variance 1 everywhere: shape (length, few).

    White noise smoothed by a Gaussian of width sigma is correlated over a distance d by exp(-d² / 4 sigma²). This
    is a root of those correlations, made of their main eigenvectors.
    """
    place = np.arange(length)
    values, vectors = np.linalg.eigh(np.exp(-(((place[:, np.newaxis] - place) / (2 * smoothness)) ** 2)))
    values, vectors = values[::-1], vectors[:, ::-1]
    count = 1 + int(np.searchsorted(values.cumsum(), VARIANCE_KEPT * length))
    factor = vectors[:, :count] * np.sqrt(values[:count].clip(0))
    return np.asarray(factor / np.linalg.norm(factor, axis=1, keepdims=True))
