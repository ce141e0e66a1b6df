"""A folder of pictures with one sub-folder per label, as data.

The pictures become grey, of one size, and bright on dark like MNIST; what that took is reported in notes.
"""

from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from byhand.data.dataset import Dataset, LabelledImages
from byhand.data.decoding import decode
from byhand.data.mnist import MNIST
from byhand.data.mnist_form import IMAGE_SHAPE
from byhand.data.splits import stratified_split
from byhand.errors import ByhandError

SUFFIXES = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".pgm"}
# Pictures that share a size up to this keep it; others are brought to MNIST's.
LARGEST_KEPT_SIDE_PX = 64
# Where at least this fraction of a folder's pictures have the same polarity, the whole folder is taken to have it.
CLEAR_MAJORITY = 0.9
TEST_PART = 0.2


def is_divided(folder: Path) -> bool:
    """Tell whether the folder has its own division into `train/` and `test/`."""
    return (folder / "train").is_dir() and (folder / "test").is_dir()


def load_picture_folder(folder: Path, *, seed: int, image_size: tuple[int, int] | None = None) -> Dataset:
    """Load a folder with sub-folders of pictures, or with `train/` and `test/` above these.

    Args:
        folder: where the sub-folders are; their names are the labels.
        seed: decides, where the folder is not divided, which fifth of each label is kept for testing.
        image_size: (height, width) to bring the pictures to; None keeps their own if they share a small one.

    Raises:
        ByhandError: no sub-folder with pictures, a picture that cannot be read, too few of them.
    """
    if is_divided(folder):
        train, test = _list(folder / "train"), _list(folder / "test")
    else:
        everything = _list(folder)
        _, numbers = np.unique([label for _, label in everything], return_inverse=True)
        kept, held_out = stratified_split(
            numbers, max(1, round(len(everything) * TEST_PART)), np.random.default_rng(seed)
        )
        train, test = [everything[i] for i in kept], [everything[i] for i in held_out]
    images, notes = _load([path for path, _ in train + test], image_size)
    labels = np.array([label for _, label in train + test])
    split = len(train)
    arrays = MNIST(images[:split], labels[:split], images[split:], labels[split:])
    return Dataset.from_arrays("folder", arrays, str(folder), notes)


def load_all_pictures(folder: Path, *, image_size: tuple[int, int]) -> tuple[LabelledImages, tuple[str, ...]]:
    """Load every picture of an undivided folder; give the notes, too."""
    everything = _list(folder)
    images, notes = _load([path for path, _ in everything], image_size)
    names, numbers = np.unique([label for _, label in everything], return_inverse=True)
    return LabelledImages(images, numbers, tuple(str(name) for name in names)), notes


def _list(folder: Path) -> list[tuple[Path, str]]:
    """Every picture below the folder's sub-folders with its label, in the order of the names."""
    try:
        found = [
            (path, label.name)
            for label in sorted(folder.iterdir())
            if label.is_dir() and not label.name.startswith(".")
            for path in sorted(label.iterdir())
            if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
        ]
    except OSError as error:
        raise ByhandError(f"Cannot look into {folder}: {error.strerror or error}.") from error
    if not found:
        raise ByhandError(
            f"{folder} holds neither IDX files (train-images-idx3-ubyte, ...) nor "
            "sub-folders, one per label, with pictures in them."
        )
    return found


def _load(paths: list[Path], image_size: tuple[int, int] | None) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Read pictures as grey images of one size, bright on dark; say what was done to them."""
    pictures = [_open(path) for path in paths]
    notes = []
    sizes = Counter((picture.height, picture.width) for picture in pictures)
    if image_size is None:
        first = next(iter(sizes))
        image_size = first if len(sizes) == 1 and max(first) <= LARGEST_KEPT_SIDE_PX else IMAGE_SHAPE
    height, width = image_size
    dark_ink = np.array([_is_dark_on_light(picture) for picture in pictures])
    if dark_ink.mean() >= CLEAR_MAJORITY:
        dark_ink[:] = True
    elif dark_ink.mean() <= 1 - CLEAR_MAJORITY:
        dark_ink[:] = False
    if dark_ink.any():
        notes.append(f"{dark_ink.sum():,} of {len(paths):,} pictures were dark on light and were inverted.")
    images = np.empty((len(pictures), height, width), np.uint8)
    resized = 0
    for i, picture in enumerate(pictures):
        bright = ImageOps.invert(picture) if dark_ink[i] else picture
        if bright.size != (width, height):
            resized += 1
            paper = int(np.median(_border(bright)))
            bright = ImageOps.pad(bright, (width, height), Image.Resampling.LANCZOS, color=paper)
        images[i] = np.asarray(bright)
    if resized:
        notes.append(f"{resized:,} of {len(paths):,} pictures were brought to {width} x {height} pixels.")
    return images, tuple(notes)


def _open(path: Path) -> Image.Image:
    """Read one picture as grey levels."""
    return Image.fromarray(decode(path).colours).convert("L")


def _border(picture: Image.Image) -> NDArray[np.uint8]:
    """The grey levels around the edge."""
    pixels = np.asarray(picture)
    return np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])


def _is_dark_on_light(picture: Image.Image) -> bool:
    """Tell whether the edge, which is mostly paper, is brighter than the middle grey of the picture."""
    pixels = np.asarray(picture)
    return float(np.median(_border(picture))) > (float(pixels.min()) + float(pixels.max())) / 2
