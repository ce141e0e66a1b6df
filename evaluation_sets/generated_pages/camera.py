"""The photograph: the sheet seen at an angle, on a desk, in uneven light, blurred, noisy and compressed."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from evaluation_sets.generated_pages.sheets import Colours


@dataclass(frozen=True)
class Shot:
    """A photograph.

    Attributes:
        colours: uint8, shape (height, width, 3).
        matrix: from (x, y, 1) on the sheet to the photograph, up to a factor, shape (3, 3).
        scene: what was done, in words.
    """

    colours: NDArray[np.uint8]
    matrix: NDArray[np.float64]
    scene: tuple[str, ...]


def photograph(
    sheet: Colours, digit: float, rng: np.random.Generator, scene: tuple[str, ...] | None = None, *, still: bool = False
) -> Shot:
    """Take a picture of a sheet.

    Args:
        sheet: what is written.
        digit: height of the smallest digits, pixels: blur stays below what would make it unreadable.
        scene: which of "desk", "tilt", "gradient", "shadow", "dark", "negative" are to be seen; None for any.
        still: neither tilted nor on a desk: what stands at the sheet's edge would be cut in half.
    """
    if scene is None:
        chances = {"desk": 0.25, "tilt": 0.6, "gradient": 0.6, "shadow": 0.3, "dark": 0.12, "negative": 0.07}
        scene = tuple(name for name, chance in chances.items() if rng.random() < chance)
        scene = tuple(name for name in scene if not still or name not in ("desk", "tilt"))
    height, width = sheet.shape[:2]
    matrix = np.eye(3)
    if "negative" in scene:  # chalk on a board
        sheet = np.asarray(0.12 + 0.8 * (1 - sheet) * rng.uniform(0.85, 1, 3), np.float32)
    if "desk" in scene:
        sheet, matrix = _on_a_desk(sheet, rng)
    elif "tilt" in scene:
        sheet, matrix = _seen_at_an_angle(sheet, rng)
    height, width = sheet.shape[:2]
    y, x = np.mgrid[0:1:1j*height, 0:1:1j*width]  # fmt: skip
    light = np.ones((height, width))
    if "gradient" in scene:
        angle, least = rng.uniform(0, 2 * np.pi), rng.uniform(0.35, 0.85)
        along = np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5)
        light *= least + (1 - least) * (along - along.min()) / np.ptp(along)
    if "shadow" in scene:
        light *= _shadow(height, width, rng)
    exposure = rng.uniform(0.3, 0.5) if "dark" in scene else rng.uniform(0.75, 1.02)
    tint = rng.uniform(0.88, 1, 3)
    picture = sheet * (light * exposure)[..., np.newaxis] * tint
    sigma = rng.uniform(0.3, max(0.35, min(1.8, 0.025 * digit)))
    picture = ndimage.gaussian_filter(picture, (sigma, sigma, 0))
    picture = picture + rng.normal(0, rng.uniform(0.002, 0.02), picture.shape)
    return Shot(np.rint(255 * picture.clip(0, 1)).astype(np.uint8), matrix, scene)


def compressed(colours: NDArray[np.uint8], quality: int) -> bytes:
    """The photograph as a JPEG file."""
    file = io.BytesIO()
    Image.fromarray(colours).save(file, "JPEG", quality=quality)
    return file.getvalue()


def _shadow(height: int, width: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """A shadow with edges that are hard or soft: a band, a corner, or a blob."""
    mask = Image.new("L", (width, height))
    kind = rng.integers(3)
    if kind < 2:
        middle, angle = rng.uniform(0.2, 0.8, 2) * (width, height), rng.uniform(0, 2 * np.pi)
        across = np.array([np.cos(angle), np.sin(angle)])
        along = np.array([-across[1], across[0]])
        far, near = 3.0 * (width + height), (3.0 * (width + height) if kind else rng.uniform(0.1, 0.3) * width)
        corners = [middle + along * far, middle - along * far, middle - along * far + across * near,
                   middle + along * far + across * near]  # fmt: skip
        ImageDraw.Draw(mask).polygon([(float(x), float(y)) for x, y in corners], 255)
    else:
        x, y = rng.uniform(0, 1, 2) * (width, height)
        a, b = rng.uniform(0.2, 0.6, 2) * (width, height)
        ImageDraw.Draw(mask).ellipse([x - a, y - b, x + a, y + b], 255)
    soft = rng.choice([0.6, 2, 0.01 * width, 0.05 * width])
    depth = rng.uniform(0.25, 0.6)
    return np.asarray(1 - depth * ndimage.gaussian_filter(np.asarray(mask, float) / 255, soft))


def _seen_at_an_angle(sheet: Colours, rng: np.random.Generator) -> tuple[Colours, NDArray[np.float64]]:
    """Rotated a little and in perspective; the paper goes on beyond the frame."""
    height, width = sheet.shape[:2]
    angle = np.radians(rng.uniform(-7, 7))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    middle = np.array([width, height]) / 2
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    seen = (corners - middle) @ turn.T + middle + rng.uniform(-0.04, 0.04, (4, 2)) * (width, height)
    matrix = _homography(corners, seen)
    paper = (
        np.pad(sheet, ((height, height), (width, width), (0, 0)), mode="reflect") if min(sheet.shape[:2]) > 1 else sheet
    )
    # What lies beyond the sheet's edge is paper of the same kind, without what is written on it.
    edge = np.median(sheet, axis=(0, 1))
    paper[:height], paper[-height:], paper[:, :width], paper[:, -width:] = edge, edge, edge, edge
    shifted = matrix @ np.array([[1, 0, -width], [0, 1, -height], [0, 0, 1.0]])
    return _warped(paper, shifted, (width, height)), matrix


def _on_a_desk(sheet: Colours, rng: np.random.Generator) -> tuple[Colours, NDArray[np.float64]]:
    """The whole sheet, with desk around it."""
    height, width = sheet.shape[:2]
    share = rng.uniform(0.55, 0.85)
    size = np.array([width, height]) / share
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    angle = np.radians(rng.uniform(-12, 12))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = size / 2 + rng.uniform(-0.04, 0.04, 2) * size
    seen = (corners - np.array([width, height]) / 2) @ turn.T + middle
    seen += rng.uniform(-0.03, 0.03, (4, 2)) * (width, height)
    matrix = _homography(corners, seen)
    w, h = int(size[0]), int(size[1])
    desk = _desk(h, w, rng)
    covered = _warped(np.ones((height, width, 1), np.float32), matrix, (w, h))
    on_top = _warped(sheet, matrix, (w, h))
    shade = ndimage.gaussian_filter(np.roll(covered, (6, 6), (0, 1)), (4, 4, 0)) * 0.3
    return np.asarray(desk * (1 - shade) * (1 - covered) + on_top * covered, np.float32), matrix


def _desk(height: int, width: int, rng: np.random.Generator) -> Colours:
    """Wood, a plain dark or grey top, or cloth."""
    kind = rng.integers(4)
    colour = np.array([(0.5, 0.33, 0.2), (0.15, 0.15, 0.17), (0.45, 0.46, 0.48), (0.25, 0.35, 0.45)][kind], np.float32)
    desk = np.ones((height, width, 3), np.float32) * colour
    noise = rng.standard_normal((height, width))
    if kind == 0:
        grain = ndimage.gaussian_filter(noise, (1.2, 60)) * 12 + ndimage.gaussian_filter(noise, (4, 120)) * 20
        desk *= 1 + 0.18 * grain[..., np.newaxis].astype(np.float32)
    elif kind == 3:
        y, x = np.indices((height, width))
        weave = np.sin(x / 2.5) * np.sin(y / 2.5) * 0.1
        desk *= 1 + weave[..., np.newaxis].astype(np.float32)
    desk *= 1 + 0.03 * noise[..., np.newaxis].astype(np.float32)
    return desk.clip(0, 1)


def _warped(image: Colours, matrix: NDArray[np.float64], size: tuple[int, int]) -> Colours:
    """Move an image by a homography; beyond its edge is 0."""
    inverse = np.linalg.inv(matrix)
    inverse /= inverse[2, 2]
    layers = [
        Image.fromarray(np.ascontiguousarray(image[..., i])).transform(
            size, Image.Transform.PERSPECTIVE, tuple(inverse.ravel()[:8]), Image.Resampling.BILINEAR
        )
        for i in range(image.shape[2])
    ]
    return np.stack([np.asarray(layer) for layer in layers], axis=2)


def _homography(points: NDArray[np.float64], images: NDArray[np.float64]) -> NDArray[np.float64]:
    """The matrix that takes four points to four others."""
    rows = []
    for (x, y), (u, v) in zip(points, images, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
    solved = np.linalg.solve(np.array(rows), images.ravel())
    return np.append(solved, 1).reshape(3, 3)
