"""What the server's pool does: read a picture, lay out a map, make the one-file page. Each runs in another process."""

import base64
from functools import lru_cache
from pathlib import Path
from typing import Any

from byhand.data import LabelledImages
from byhand.data.decoding import decode
from byhand.errors import ByhandError
from byhand.model import Model, load_model
from byhand.playground.content import map_content
from byhand.playground.one_file import page_of
from byhand.reading.reader import read_picture

# The place of a model that comes with byhand, or the bytes of another's file.
ModelSource = Path | bytes
NO_MEMORY = "There is not enough memory for this: try something smaller."


@lru_cache(maxsize=4)
def model_of(source: ModelSource) -> Model:
    """Load a model, or give the one that was loaded before."""
    return Model.from_bytes(source, "the network") if isinstance(source, bytes) else load_model(source)


def read_task(source: ModelSource, picture: bytes, options: dict[str, Any], images: bool) -> dict[str, Any]:
    """Read a picture.

    Args:
        source: the model.
        picture: a file's content.
        options: as for `byhand.read`.
        images: whether to give each digit as the network saw it, 784 bytes in base64, as "image".

    Returns:
        What `byhand read --json` prints, and the "size" of the upright picture in pixels.

    Raises:
        ByhandError: it cannot be read.
    """
    try:
        reading = read_picture(decode(picture), model_of(source), **options)
    except MemoryError as error:
        raise ByhandError(NO_MEMORY) from error
    content = reading.to_json() | {"size": list(reading.size)}
    if images:
        for digit, one in zip(content["digits"], reading.digits, strict=True):
            digit["image"] = base64.b64encode(one.image.tobytes()).decode()
    return content


def map_task(source: ModelSource, sample: LabelledImages) -> list[dict[str, Any]]:
    """Lay the sample out as the network's layers see it: see `map_content`."""
    try:
        return map_content(model_of(source), sample)
    except MemoryError as error:
        raise ByhandError(NO_MEMORY) from error


def page_task(source: ModelSource, sample: LabelledImages) -> str:
    """Make the one-file page of a network that was trained on the page."""
    try:
        return page_of(model_of(source), "trained on the page", sample)
    except MemoryError as error:
        raise ByhandError(NO_MEMORY) from error
