"""The parsers that read what strangers give, each with real files to start from."""

import io
import json
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from byhand.data import one_hot
from byhand.data.decoding import decode_pages
from byhand.data.idx import decode_idx, encode_idx
from byhand.data.picture_folder import load_pictures
from byhand.data.sources import load_examples, load_unlabelled
from byhand.errors import ByhandWarning
from byhand.model import Model
from byhand.nn import Network
from byhand.preprocessing import MinMaxScaling, Preprocessing
from byhand.training.checkpoint import load_checkpoint, save_checkpoint
from byhand.training.loop import Training
from byhand.training.recipe import NAMES, Recipe


@dataclass(frozen=True)
class Parser:
    """Something that reads bytes.

    Attributes:
        read: does so, and uses what it gets.
        seeds: gives real files.
    """

    read: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]


def parsers() -> dict[str, Parser]:
    """All of them by name; pictures by their format, as `read` sees them and as data, `data-FORMAT`."""
    found = {
        "model": Parser(_read_model, _models),
        "checkpoint": Parser(_read_checkpoint, _checkpoints),
        "recipe": Parser(_read_recipe, _recipes),
        "idx": Parser(lambda content: decode_idx(content, "The file"), _idx_files),
        "csv": Parser(lambda content: _read_as_data(content, "a.csv"), _tables),
        "npz": Parser(lambda content: _read_as_data(content, "a.npz"), _npz_files),
        "npy": Parser(lambda content: _read_as_data(content, "a.npy", labelled=False), _npy_files),
        "parquet": Parser(lambda content: _read_as_data(content, "a.parquet"), _parquet_files),
        "pdf": Parser(decode_pages, _pdf_files),
    }
    for kind in PICTURES:
        seeds = cache(lambda kind=kind: _pictures(kind))
        found[kind] = Parser(decode_pages, seeds)
        found[f"data-{kind}"] = Parser(lambda content: load_pictures([("The picture", content)]), seeds)
    return found


PICTURES: dict[str, list[dict[str, Any]]] = {
    "jpeg": [{}, {"progressive": True}],
    "png": [{}, {"interlace": 1}],
    "gif": [{}],
    "bmp": [{}],
    "tiff": [{}, {"compression": "tiff_lzw"}, {"compression": "tiff_adobe_deflate"}, {"compression": "jpeg"}],
    "webp": [{}, {"lossless": True}],
    "avif": [{"speed": 10}],
    "heif": [{}],
    "jpeg2000": [{}, {"irreversible": True}],
    "ppm": [{}],
    "tga": [{}, {"compression": "tga_rle"}],
    "ico": [{}],
    "pcx": [{}],
    "qoi": [{}],
    "sgi": [{}],
    "dds": [{}],
    "xbm": [{}],
}
MODES = {"jpeg": "L RGB CMYK", "png": "1 L LA P RGB RGBA I;16", "gif": "L P", "bmp": "1 L P RGB",
         "tiff": "1 L RGB RGBA F", "webp": "RGB RGBA", "avif": "RGB RGBA", "heif": "RGB RGBA",
         "jpeg2000": "L RGB RGBA", "ppm": "1 L RGB F",
         "tga": "L P RGB RGBA", "ico": "RGBA", "pcx": "1 L P RGB", "qoi": "RGB RGBA", "sgi": "L RGB RGBA",
         "dds": "RGB RGBA", "xbm": "1"}  # fmt: skip


def _pictures(kind: str) -> list[bytes]:
    """A small drawing in every mode and compression of a format; some with orientation, one PPM in plain text."""
    from pillow_heif import register_heif_opener

    register_heif_opener()
    drawing = _drawing()
    exif = Image.Exif()
    exif[0x0112] = 6
    contents = [b"P2 4 3 15\n0 1 2 3 4 5 6 7 8 9 10 11\n"] if kind == "ppm" else []
    for mode in MODES[kind].split():
        image = (
            Image.fromarray(np.asarray(drawing).astype(np.uint16) * 257) if mode == "I;16" else drawing.convert(mode)
        )
        for options in PICTURES[kind]:
            if options.get("compression") == "jpeg" and mode not in {"L", "RGB"}:
                continue
            also: list[dict[str, Any]] = [{}, {"exif": exif}] if kind in {"jpeg", "png", "tiff", "webp"} else [{}]
            for more in also:
                file = io.BytesIO()
                try:
                    image.save(file, kind, **options, **more)
                except (OSError, ValueError, KeyError):  # not every mode can be compressed in every way
                    continue
                contents.append(file.getvalue())
    return contents


def _drawing() -> Image.Image:
    drawing = Image.new("L", (40, 30), 230)
    ImageDraw.Draw(drawing).line([(8, 5), (30, 8), (12, 26)], 20, 3)
    return drawing


def _model() -> Model:
    network = Network([16, 3, 2], "relu")
    network.initialise("he", np.random.default_rng(0))
    scaling = MinMaxScaling(np.zeros(16), np.full(16, 255.0))
    recipe = Recipe.load("fast", hidden=[3])
    history = [{"epoch": 1, "train_loss": 0.5, "validation_accuracy": None}]
    return Model(
        network, Preprocessing((4, 4), scaling), ("0", "1"), recipe.settings(), {"test_accuracy": 0.5}, history
    )


def _models() -> list[bytes]:
    return [_model().to_bytes()]


def _read_model(content: bytes) -> None:
    model = Model.from_bytes(content, "The model")
    repr(model), model._repr_html_(), model.to_bytes()
    height, width = model.image_shape
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ByhandWarning)
        if height * width < 10**6:
            model.predict(np.full((2, height, width), 7, np.uint8))


def _training() -> Training:
    inputs = np.linspace(0, 1, 24, dtype=np.float32).reshape(6, 4)
    network = Network([4, 3, 2], "tanh")
    network.initialise("glorot", np.random.default_rng(1))
    recipe = Recipe(epochs=3, batch_size=2, momentum=0.9)
    return Training(network, inputs, one_hot(np.arange(6) % 2, 2), recipe, np.random.default_rng(2))


def _checkpoints() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "checkpoint"
        save_checkpoint(_training(), path)
        return [path.read_bytes()]


def _read_checkpoint(content: bytes) -> None:
    path = scratch() / "checkpoint"
    path.write_bytes(content)
    training = _training()
    load_checkpoint(training, path)
    training.run()


def _recipes() -> list[bytes]:
    return [Recipe.load(name, fine_tune="fast").to_toml().encode() for name in NAMES] + [
        b"hidden = [128, 64]\nepochs = 3\n"
    ]


def _read_recipe(content: bytes) -> None:
    path = scratch() / "recipe.toml"
    path.write_bytes(content)
    Recipe.load(str(path)).to_toml()


def _digits() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    images = np.zeros((6, 5, 5), np.uint8)
    images[:, 1:4, 2] = 200
    return images, np.arange(6, dtype=np.uint8) % 2


def _idx_files() -> list[bytes]:
    import gzip

    images, labels = _digits()
    return [encode_idx(images), encode_idx(labels), gzip.compress(encode_idx(images), mtime=0), encode_idx(images / 2)]


def _tables() -> list[bytes]:
    import gzip

    images, labels = _digits()
    rows = ["label," + ",".join(f"pixel{i}" for i in range(25))]
    rows += [f"{label}," + ",".join(map(str, image.ravel())) for image, label in zip(images, labels, strict=True)]
    whole = "\n".join(rows).encode()
    return [whole, "\r\n".join(rows[1:]).encode(), whole.replace(b",", b";"), gzip.compress(whole, mtime=0)]


def _npz_files() -> list[bytes]:
    images, labels = _digits()
    files = []
    for save in (np.savez, np.savez_compressed):
        file = io.BytesIO()
        save(file, x_train=images, y_train=labels, x_test=images, y_test=labels)
        files.append(file.getvalue())
    return files


def _npy_files() -> list[bytes]:
    files = []
    for array in (_digits()[0], _digits()[0].astype(np.float64), np.asfortranarray(_digits()[0])):
        file = io.BytesIO()
        np.save(file, array)
        files.append(file.getvalue())
    return files


def _parquet_files() -> list[bytes]:
    """Encoded pictures with labels, in the two forms that are common, packed in two ways."""
    import pyarrow
    import pyarrow.parquet

    pictures = _pictures("png")[:6]
    files = []
    for image in (pictures, [{"bytes": picture, "path": None} for picture in pictures]):
        for packing in ("snappy", "gzip"):
            file = io.BytesIO()
            table = pyarrow.table({"image": image, "label": [0, 1] * 3})
            pyarrow.parquet.write_table(table, file, compression=packing)
            files.append(file.getvalue())
    return files


def _pdf_files() -> list[bytes]:
    """A drawing as a page, in grey, in black and white and in colour."""
    files = []
    for mode in ("L", "1", "RGB"):
        file = io.BytesIO()
        _drawing().convert(mode).save(file, "pdf")
        files.append(file.getvalue())
    return files


def _read_as_data(content: bytes, name: str, labelled: bool = True) -> None:
    place = scratch() / name
    place.write_bytes(content)
    load: Callable[..., object] = load_examples if labelled else load_unlabelled
    load(place, image_size=(28, 28))


@cache
def scratch() -> Path:
    """A folder of this process, in memory where the system has such a place."""
    memory = Path("/dev/shm")
    _SCRATCH.append(tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None, prefix="byhand-fuzz-"))
    return Path(_SCRATCH[0].name)


_SCRATCH: list["tempfile.TemporaryDirectory[str]"] = []


def header_and_rest(content: bytes) -> tuple[dict[str, object], bytes] | None:
    """The header and the tensors of a safetensors file; None where these are none."""
    length = int.from_bytes(content[:8], "little")
    try:
        header = json.loads(content[8 : 8 + length])
    except (ValueError, RecursionError):
        return None
    return (header, content[8 + length :]) if isinstance(header, dict) else None
