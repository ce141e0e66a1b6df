"""A file's bytes, in whatever format cameras and scanners write, as upright red, green and blue."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from byhand.data.pdf import is_pdf, pdf_pages
from byhand.errors import ByhandError

# Endings of files that are looked at as pictures; what they are is told by their content.
SUFFIXES = frozenset(
    {
        *(".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".gif", ".bmp", ".dib", ".tif", ".tiff", ".webp"),
        *(".avif", ".heic", ".heif", ".hif", ".jp2", ".j2k", ".j2c", ".jpf", ".jpx", ".pgm", ".ppm", ".pbm", ".pnm"),
        *(".pfm", ".tga", ".ico", ".pcx", ".qoi", ".sgi", ".dds", ".psd", ".xbm"),
    }
)
# The same for documents, which hold pages to read but no data to learn from.
DOCUMENT_SUFFIXES = frozenset({".pdf"})
# Beyond this, a file is more likely made to fill the memory than a photograph: 100 megapixels.
MOST_PIXELS = 100_000_000
# The longer side at which pictures are looked at. A 12-megapixel photo is halved: strokes stay several pixels wide.
WORKING_SIDE = 2000


@dataclass(frozen=True)
class Picture:
    """An upright picture, perhaps reduced.

    Attributes:
        colours: red, green and blue, uint8, shape (height, width, 3).
        size: (width, height) of the upright picture before it was reduced, pixels.
        pages: how many pages its file has.
    """

    colours: NDArray[np.uint8]
    size: tuple[int, int]
    pages: int = 1

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels of the upright picture for each of `colours`, across and down."""
        height, width = self.colours.shape[:2]
        return self.size[0] / width, self.size[1] / height


def decode(source: str | Path | bytes, name: str | None = None) -> Picture:
    """Read a picture from a file or from its bytes; of several frames or pages, the first.

    Args:
        source: a path, or the content of a file.
        name: what error messages call it; its path if left out.

    Raises:
        ByhandError: not a picture, damaged, of a kind that is not known, or too large.
    """
    return next(each_page(source, name))


def decode_pages(source: str | Path | bytes, name: str | None = None) -> list[Picture]:
    """Read all pages of a TIFF or PDF; of any other picture, what `decode` gives, which also says what may be wrong."""
    return list(each_page(source, name))


def each_page(source: str | Path | bytes, name: str | None = None) -> Iterator[Picture]:
    """As `decode_pages`, one page after the other as they are asked for: a long document would fill the memory."""
    name = name or ("The picture" if isinstance(source, bytes) else str(source))
    try:
        content = source if isinstance(source, bytes) else Path(source).read_bytes()
    except FileNotFoundError as error:
        raise ByhandError(f"There is no file {name}.") from error
    except OSError as error:
        raise ByhandError(f"Cannot read {name}: {error.strerror or error}.") from error
    if not content:
        raise ByhandError(f"{name} is empty.")
    if is_pdf(content):
        for page, count in pdf_pages(content, name, MOST_PIXELS):
            yield replace(_upright(page, name), pages=count)
        return
    if content[4:8] == b"ftyp":
        _know_heic()
    try:
        with _no_remarks():
            image = Image.open(io.BytesIO(content))
            numbers = _pages_of(image)
        with image:
            for number in numbers:
                with _no_remarks():
                    image.seek(number)
                    picture = _upright(image, name)
                yield replace(picture, pages=len(numbers))
    except UnidentifiedImageError as error:
        raise ByhandError(f"{name} is not a picture of a kind that byhand knows, or it is damaged.") from error
    except Image.DecompressionBombError as error:
        raise ByhandError(_too_large(name)) from error
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, NotImplementedError) as error:
        if isinstance(error, ByhandError):
            raise
        raise ByhandError(f"{name} is damaged or cut off ({error}): get a whole copy of it.") from error


def from_array(array: NDArray[Any]) -> Picture:
    """Take a picture that is an array already: grey (h, w), or red, green, blue and perhaps alpha (h, w, 3 or 4).

    Bytes are taken as they are, truth values as 0 and 255, other numbers are stretched to 0 to 255.

    Raises:
        ByhandError: another shape, no pixels, or numbers that are not finite.
    """
    array = np.asarray(array)
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)) or 0 in array.shape:
        raise ByhandError(f"A picture has the shape (h, w), (h, w, 3) or (h, w, 4), not {array.shape}.")
    if array.dtype.kind not in "biuf" or not np.isfinite(array).all():
        raise ByhandError("The pixels of a picture must be finite numbers.")
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    return _upright(Image.fromarray(array if array.dtype == np.uint8 else _stretched(array)), "The picture")


def _upright(image: Image.Image, name: str) -> Picture:
    if image.width * image.height > MOST_PIXELS:
        raise ByhandError(_too_large(name))
    size, longer = image.size, max(image.size)
    if image.format == "JPEG":
        # Decoded at half the size or less at once, if that still is large enough.
        image.draft(None, (max(1, size[0] * WORKING_SIDE // longer), max(1, size[1] * WORKING_SIDE // longer)))
    image.load()
    turned = ImageOps.exif_transpose(image)
    if turned.size != image.size:
        size = size[::-1]
    if turned.mode.startswith(("I", "F")):  # 16 or 32 bits
        turned = Image.fromarray(_stretched(np.asarray(turned)))
    turned = _opaque(turned) if turned.has_transparency_data else turned.convert("RGB")
    if max(turned.size) > WORKING_SIDE:
        turned.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX, reducing_gap=2)
    return Picture(np.asarray(turned), size)


@contextmanager
def _no_remarks() -> Iterator[None]:
    """Silence Pillow's remarks on odd files; what cannot be read raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _pages_of(image: Image.Image) -> list[int]:
    """The frames that are pages: the first, and all others of a TIFF that are not another one in small."""
    frames = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
    numbers = [0]
    for number in range(1, frames):
        image.seek(number)
        # Bit 0 of its NewSubfileType (TIFF 6.0, section 8).
        if not image.tag_v2.get(254, 0) & 1:  # type: ignore[attr-defined]
            numbers.append(number)
    return numbers


def _opaque(image: Image.Image) -> Image.Image:
    """Put something behind the transparent parts that shows what is not transparent.

    A drawing on a transparent ground gets the ground that contrasts most; a picture with transparent corners
    gets corners of its own colour.
    """
    pixels = np.asarray(image.convert("RGBA"))
    alpha = pixels[..., 3:] / np.float32(255)
    covered = float(alpha.mean())
    if covered == 0:
        return Image.new("RGB", image.size, "white")
    visible = pixels[pixels[..., 3] > 127][:, :3]
    if not len(visible):
        visible = pixels[pixels[..., 3] > 0][:, :3]
    usual = np.median(visible, axis=0)
    behind = usual if covered > 0.5 else np.full(3, 0 if usual.mean() > 127 else 255)
    return Image.fromarray((pixels[..., :3] * alpha + behind * (1 - alpha)).astype(np.uint8))


def _stretched(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Bring numbers of any range to 0 to 255."""
    values = values.astype(np.float32)
    values = np.where(np.isfinite(values), values, 0)
    low, high = float(values.min()), float(values.max())
    if high == low:
        return np.full(values.shape, 255 if high > 0 else 0, np.uint8)
    return ((values - low) * (255 / (high - low))).astype(np.uint8)


def _know_heic() -> None:
    """Teach Pillow HEIC, which phones write; only when such a file comes, since it takes time to load."""
    from pillow_heif import register_heif_opener

    register_heif_opener()


def _too_large(name: str) -> str:
    return f"{name} has more than {MOST_PIXELS // 1_000_000} million pixels: make it smaller."
