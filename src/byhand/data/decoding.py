"""A file's bytes, in whatever format cameras and scanners write, as upright red, green and blue.

What a file may cost is decided by its header, before anything is unpacked: see `FORMATS` and the constants below it.
"""

import io
import logging
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

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
# The formats that are opened, and no others that Pillow knows: its EPS, for one, runs Ghostscript. With each, the
# memory that its decoder takes beside the picture itself, in bytes for each pixel; these and the following were
# measured with pictures of 16 megapixels.
FORMATS = {
    "JPEG": 0, "MPO": 0, "PNG": 0, "GIF": 5, "BMP": 0, "DIB": 0, "TIFF": 0, "WEBP": 9, "AVIF": 4, "HEIF": 1,
    "JPEG2000": 16, "PPM": 0, "TGA": 0, "ICO": 0, "PCX": 0, "QOI": 0, "SGI": 0, "DDS": 0, "PSD": 0, "XBM": 0,
}  # fmt: skip
# The picture itself, by Pillow's mode, with what it is converted to before it is reduced; all others take 9.
MODE_BYTES = {"1": 2, "L": 1, "P": 5, "RGB": 5, "I": 5, "F": 5, "I;16": 6, "I;16B": 6, "I;16L": 6}
COMMON_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "PPM")  # what Pillow always has loaded
# A progressive JPEG keeps the coefficients of all its pixels until the last scan.
PROGRESSIVE_BYTES_PER_PIXEL = 6
# So much memory may go into a picture; with the 150 MB of byhand itself, that stays below 500 MB.
MOST_MEMORY_BYTES = 330_000_000
# Whatever the format, more is no photograph: 100 megapixels.
MOST_PIXELS = 100_000_000
# What Pillow decodes in Python and not in C takes up to 1.4 s for a megapixel.
SLOW_FORMATS, SLOW_TILES = {"DDS", "QOI"}, {"ppm_plain"}
MOST_SLOW_PIXELS = 1_400_000
MOST_SIDE_PX = 65_535  # JPEG's own limit
MOST_FILE_BYTES = 250_000_000
MOST_PAGES = 1000
ORIENTATION_TAG = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
KEEPING_SIDES = {Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.ROTATE_180, Image.Transpose.FLIP_TOP_BOTTOM}
# The longer side at which pictures are looked at. A 12-megapixel photo is halved: strokes stay several pixels wide.
WORKING_SIDE = 2000

# Pillow says what it thinks of odd files in its log, too; without this, Python would print it.
logging.getLogger("PIL").addHandler(logging.NullHandler())
_STDERR_TAKEN = threading.Lock()


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
        content = source if isinstance(source, bytes) else _content(Path(source))
    except FileNotFoundError as error:
        raise ByhandError(f"There is no file {name}.") from error
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        raise ByhandError(f"Cannot read {name}: {getattr(error, 'strerror', None) or error}.") from error
    if len(content) > MOST_FILE_BYTES:
        raise ByhandError(f"{name} has more than {MOST_FILE_BYTES // 1_000_000} MB: make it smaller.")
    if not content:
        raise ByhandError(f"{name} is empty.")
    if is_pdf(content):
        for page, count in pdf_pages(content, name, MOST_MEMORY_BYTES // MODE_BYTES["RGB"], MOST_PAGES):
            yield replace(_upright(page, name), pages=count)
        return
    if content[4:8] == b"ftyp":
        _know_heic()
    try:
        # TIFF, and the family of HEIC and AVIF
        noisy = content[:2] in {b"II", b"MM"} or content[4:8] == b"ftyp"
        with no_remarks(), _decoders_silenced(noisy):
            image = open_picture(io.BytesIO(content))
            numbers = _pages_of(image, name)
        with image:
            for number in numbers:
                with no_remarks(), _decoders_silenced(noisy):
                    image.seek(number)
                    picture = _upright(image, name)
                yield replace(picture, pages=len(numbers))
    except UnidentifiedImageError as error:
        raise ByhandError(f"{name} is not a picture of a kind that byhand knows, or it is damaged.") from error
    except Image.DecompressionBombError as error:
        raise ByhandError(
            f"{name} has more than {MOST_PIXELS // 1_000_000} million pixels: make it smaller."
        ) from error
    except (ByhandError, MemoryError):
        raise
    except Exception as error:  # decoders raise whatever they like: RuntimeError, struct.error, OverflowError, ...
        reason = str(error).strip().rstrip(".") or type(error).__name__
        raise ByhandError(f"{name} is damaged or cut off ({reason}): get a whole copy of it.") from error


def open_picture(file: str | Path | io.BytesIO) -> Image.Image:
    """Open a picture of one of `FORMATS`, as Pillow's `Image.open`, which would try all that it knows.

    Raises:
        UnidentifiedImageError: it is none of these.
    """
    try:
        return Image.open(file, formats=COMMON_FORMATS)
    except UnidentifiedImageError:
        Image.init()  # loads Pillow's other plugins, which takes 0.05 s
        return Image.open(file, formats=[kind for kind in FORMATS if kind in Image.OPEN])


def _content(path: Path) -> bytes:
    """The bytes of a file, as far as they are looked at."""
    with path.open("rb") as file:
        return file.read(MOST_FILE_BYTES + 1)


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
    _check_cost(image, name)
    size, longer = image.size, max(image.size)
    if image.format in {"JPEG", "MPO"}:
        # Decoded at half the size or less at once, if that still is large enough.
        image.draft(None, (max(1, size[0] * WORKING_SIDE // longer), max(1, size[1] * WORKING_SIDE // longer)))
    image.load()
    turn = TURNS.get(image.getexif().get(ORIENTATION_TAG, 1))
    small = _reduced(image)
    if turn is not None:
        small = small.transpose(turn)
        if turn not in KEEPING_SIDES:
            size = size[::-1]
    if small.mode.startswith(("I", "F")):  # 16 or 32 bits
        small = Image.fromarray(_stretched(np.asarray(small)))
    return Picture(np.asarray(_opaque(small) if small.has_transparency_data else small.convert("RGB")), size)


def _check_cost(image: Image.Image, name: str) -> None:
    """Refuse a picture that would take too much memory or time, by its header.

    Raises:
        ByhandError: it would.
    """
    kind, pixels = image.format or "PNG", image.width * image.height
    if max(image.size) > MOST_SIDE_PX:
        raise ByhandError(f"{name} is more than {MOST_SIDE_PX:,} pixels long: cut it into parts.")
    cost = FORMATS.get(kind, 0) + MODE_BYTES.get(image.mode, 9)
    if kind == "JPEG":  # decoded at a fraction of its size
        cost = PROGRESSIVE_BYTES_PER_PIXEL if image.info.get("progressive") else 1
    most = min(MOST_PIXELS, MOST_MEMORY_BYTES // cost)
    if kind in SLOW_FORMATS or any(tile[0] in SLOW_TILES for tile in getattr(image, "tile", None) or []):
        most = MOST_SLOW_PIXELS
    if pixels > most:
        raise ByhandError(
            f"{name} has {pixels / 1e6:,.1f} million pixels, and byhand reads {kind} up to {most / 1e6:,.0f} million "
            "pixels: make it smaller, or save it as JPEG."
        )


def _reduced(image: Image.Image) -> Image.Image:
    """The picture with no side longer than is looked at, before anything needs more than a byte for a number."""
    longer = max(image.size)
    if longer <= WORKING_SIDE:
        return image
    size = (max(1, round(image.width * WORKING_SIDE / longer)), max(1, round(image.height * WORKING_SIDE / longer)))
    if image.mode.startswith("I;16"):
        image = image.convert("I")
    elif image.mode == "P" and image.has_transparency_data:
        image = image.convert("RGBA")
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode not in {"L", "LA", "RGB", "RGBA", "I", "F"}:
        image = image.convert("RGB")
    if image.mode in {"LA", "RGBA"} and longer >= 4 * WORKING_SIDE:
        image = image.reduce(longer // (2 * WORKING_SIDE))  # which `resize` would not do for these
    return image.resize(size, Image.Resampling.BOX, reducing_gap=2)


@contextmanager
def no_remarks() -> Iterator[None]:
    """Silence Pillow's remarks on odd files; what cannot be read raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _decoders_silenced(noisy: bool) -> Iterator[None]:
    """Keep libtiff, libde265 and dav1d from writing to the process's stderr what they think of a damaged file."""
    if not noisy:
        yield
        return
    with _STDERR_TAKEN:
        try:
            kept = os.dup(2)
        except OSError:  # there is no stderr
            yield
            return
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _pages_of(image: Image.Image, name: str) -> list[int]:
    """The frames that are pages: the first, and all others of a TIFF that are not another one in small."""
    if image.format != "TIFF":
        return [0]
    numbers = [0]
    for number in range(1, MOST_PAGES + 1):
        try:
            image.seek(number)
        except EOFError:
            return numbers
        # Bit 0 of its NewSubfileType (TIFF 6.0, section 8).
        if not image.tag_v2.get(254, 0) & 1:  # type: ignore[attr-defined]
            numbers.append(number)
    raise ByhandError(f"{name} has more than {MOST_PAGES:,} pages: cut it into parts.")


def _opaque(image: Image.Image) -> Image.Image:
    """Put something behind the transparent parts that shows what is not transparent.

    A drawing on a transparent ground gets the ground that contrasts most; a picture with transparent corners
    gets corners of its own colour.
    """
    image = image.convert("RGBA")
    pixels = np.asarray(image)
    alpha = pixels[..., 3]
    covered = float(alpha.mean(dtype=np.float64)) / 255
    if covered == 0:
        return Image.new("RGB", image.size, "white")
    visible = pixels[alpha > 127][:, :3]
    if not len(visible):
        visible = pixels[alpha > 0][:, :3]
    usual = np.median(visible, axis=0)
    behind = usual if covered > 0.5 else np.full(3, 0 if usual.mean() > 127 else 255)
    ground = Image.new("RGB", image.size, tuple(round(level) for level in behind.tolist()))
    ground.paste(image, mask=image.getchannel("A"))
    return ground


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
