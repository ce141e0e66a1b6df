"""A few hundred real digits, in every form in which people keep them."""

import gzip
import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from byhand.data import load_mnist

COUNT = 200
MNIST = load_mnist()
# Of the training images: what is asserted here must not lean on the test set.
IMAGES, LABELS = MNIST.train_images[-COUNT:], MNIST.train_labels[-COUNT:]


def write_csv(
    path: Path, images: NDArray[Any] = IMAGES, labels: NDArray[Any] | None = LABELS, *, header: bool = True,
    last: bool = False, delimiter: str = ",", ids: bool = False, end: str = "\n",
) -> Path:  # fmt: skip
    """An image a row, as Kaggle keeps MNIST."""
    flat = images.reshape(len(images), -1)
    rows = [[f"pixel{i}" for i in range(flat.shape[1])]] * header + [
        [str(value) for value in row] for row in flat.tolist()
    ]
    if labels is not None:
        for row, label in enumerate(["label"] * header + [str(label) for label in labels]):
            rows[row] = [*rows[row], label] if last else [label, *rows[row]]
    if ids:
        rows = [
            [name, *row] for name, row in zip(["id"] * header + [f"a{i}" for i in range(len(flat))], rows, strict=True)
        ]
    text = "".join(delimiter.join(row) + end for row in rows).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def in_mode(grey: NDArray[np.uint8], mode: str) -> Image.Image:
    """The same digit in another picture mode; where there is transparency, the digit alone is opaque."""
    image = Image.fromarray(grey)
    ink = grey if np.median(grey[0]) < 128 else 255 - grey
    if mode == "I;16":
        return Image.fromarray(grey.astype(np.uint16) * 257)
    if mode == "I;16 of 12 bits":
        return Image.fromarray(grey.astype(np.uint16) * 16)
    if mode in {"I", "F"}:
        return Image.fromarray(
            grey.astype(np.int32 if mode == "I" else np.float32) * (1000 if mode == "I" else 1 / 255)
        )
    if mode in {"LA on nothing", "RGBA on nothing"}:
        colour = 0 if np.median(grey[0]) > 127 else 255
        plain = Image.merge("LA", [Image.new("L", image.size, colour), Image.fromarray(ink)])
        return plain.convert("RGBA") if mode.startswith("RGBA") else plain
    if mode == "P with transparency":
        image = image.convert("RGB").convert("P", palette=Image.Palette.ADAPTIVE, colors=64)
        image.info["transparency"] = int(np.asarray(image)[0, 0])
        return image
    return image.convert(mode, dither=Image.Dither.NONE)


MODES = {
    "L": "png", "1": "png", "LA": "png", "P": "png", "RGB": "png", "RGBA": "png", "CMYK": "tif", "I;16": "png",
    "I;16 of 12 bits": "tif", "I": "tif", "F": "tif", "LA on nothing": "png", "RGBA on nothing": "png",
    "P with transparency": "png",
}  # fmt: skip


def encoded(image: Image.Image, ending: str) -> bytes:
    file = io.BytesIO()
    options = {"transparency": image.info["transparency"]} if "transparency" in image.info else {}
    image.save(file, {"tif": "TIFF", "jp2": "JPEG2000", "jfif": "JPEG"}.get(ending, ending.upper()), **options)
    return file.getvalue()


def write_pictures(
    folder: Path, name: str = "{label}/{i}.{ending}", *, mode: str = "L", ending: str = "png",
    dark_on_light: bool = False, count: int = COUNT,
) -> Path:  # fmt: skip
    for i, (image, label) in enumerate(zip(IMAGES[:count], LABELS, strict=False)):
        path = folder / name.format(label=label, i=i, ending=ending, writer=f"w{i % 5}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded(in_mode(255 - image if dark_on_light else image, mode), ending))
    return folder
