"""IDX, the file format of MNIST: a header of a few bytes, then the numbers.

The header is four bytes (zero, zero, the type of the numbers, the number of dimensions) and then the size of
each dimension as a big-endian 32-bit integer. The numbers follow, big-endian, the last dimension fastest.
Source: http://yann.lecun.com/exdb/mnist/, "The IDX file format".
"""

import gzip
import io
import math
import zlib
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from byhand.data.unpacking import check_unpacked
from byhand.errors import ByhandError
from byhand.files import write_atomically

TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_OF_NOTHING = 2**40  # an array without numbers may have sides whose product is beyond what NumPy counts
MOST_DIMENSIONS = 8  # NumPy has at most 64, and nobody's images more than 4
GZIP_MAGIC = b"\x1f\x8b"
# Deflate cannot pack more than 1032 bytes into one (zlib's technical notes), so a longer promise is a lie.
LARGEST_COMPRESSION = 1032
PIECE_BYTES = 2**14


def read_idx(path: Path) -> NDArray[Any]:
    """Read an IDX file, raw or gzipped (told by its first bytes, not by its name).

    Everything the header says is checked against the length of the file before memory is taken for it.

    Returns:
        An array of the shape and number type in the header, in this machine's byte order.

    Raises:
        ByhandError: the file cannot be opened, is no IDX file, is truncated, or has bytes left over.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ByhandError(f"Cannot read {path}: {error.strerror or error}.") from error
    return decode_idx(content, str(path))


def map_idx(path: Path) -> NDArray[np.uint8] | None:
    """Map a raw IDX file of bytes into memory without reading it; None for any other file, or one of a wrong length."""
    with path.open("rb") as file:
        if file.read(2) == GZIP_MAGIC:
            return None
        file.seek(0)
        dtype, shape = read_header(file, str(path))
        start = file.tell()
    if dtype != np.uint8 or start + math.prod(shape) != path.stat().st_size:
        return None
    return np.memmap(path, np.uint8, "r", start, shape)


def decode_idx(content: bytes, name: str) -> NDArray[Any]:
    """Turn the bytes of an IDX file into an array; `name` is what error messages call it."""
    compressed = content.startswith(GZIP_MAGIC)
    stream = cast(BinaryIO, gzip.GzipFile(fileobj=io.BytesIO(content)) if compressed else io.BytesIO(content))
    longest = len(content) * (LARGEST_COMPRESSION if compressed else 1)
    try:
        dtype, shape = read_header(stream, name)
        size = math.prod(shape) * dtype.itemsize
        if size > longest:
            raise ByhandError(
                f"{name} is truncated or its header lies: it promises {size:,} bytes of numbers {shape}, "
                f"and the file has only {len(content):,}. Get a fresh copy."
            )
        if compressed:
            check_unpacked(size, len(content), name)
        if size == 0 and math.prod(side for side in shape if side) > MOST_OF_NOTHING:
            raise ByhandError(f"{name} has no numbers in it, and says that it has the shape {shape}.")
        array = np.empty(shape, dtype)
        filled = _fill(array.reshape(-1).view(np.uint8).data, stream) if size else 0
        leftover = stream.read(1)
    except (EOFError, OSError, zlib.error) as error:
        raise ByhandError(f"{name} is a damaged gzip file ({error}). Get a fresh copy.") from error
    if filled < size:
        raise ByhandError(
            f"{name} is truncated: its header promises {size:,} bytes of numbers {shape}, and only "
            f"{filled:,} are there. Get a fresh copy."
        )
    if leftover:
        raise ByhandError(
            f"{name} goes on after the {size:,} bytes of numbers {shape} that its header promises. "
            "Its sizes are wrong or it is another kind of file."
        )
    return array.astype(dtype.newbyteorder("="), copy=False)


def _fill(memory: memoryview, stream: BinaryIO) -> int:
    """Fill memory from a stream, and say how many bytes there were for it."""
    filled = 0
    # In pieces, what is unpacked stays in the cache until it is copied: 175 ms instead of 205 for MNIST.
    while count := stream.readinto(memory[filled : filled + PIECE_BYTES]):  # type: ignore[attr-defined]
        filled += count
    return filled


def read_header(stream: BinaryIO, name: str) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """Read number type and shape from the start of `stream`."""
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in TYPES or magic[3] == 0:
        raise ByhandError(
            f"{name} is not an IDX file: it starts with the bytes {magic.hex(' ') or '(none)'} instead of "
            "00 00, a number type and a number of dimensions."
        )
    if magic[3] > MOST_DIMENSIONS:
        raise ByhandError(f"{name} has {magic[3]} dimensions, and byhand reads IDX files of at most {MOST_DIMENSIONS}.")
    sizes = stream.read(4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        raise ByhandError(f"{name} is truncated: it ends within its header. Get a fresh copy.")
    return np.dtype(TYPES[magic[2]]), tuple(int(size) for size in np.frombuffer(sizes, ">u4"))


def encode_idx(array: NDArray[Any]) -> bytes:
    """Turn an array of one or more dimensions into the bytes of an IDX file.

    Raises:
        ByhandError: IDX has no code for the array's number type, or the array has no dimension.
    """
    codes = {np.dtype(name).newbyteorder("="): code for code, name in TYPES.items()}
    code = codes.get(array.dtype.newbyteorder("="))
    if code is None or not 1 <= array.ndim <= 255:
        raise ByhandError(
            f"IDX cannot hold an array of {array.dtype} with {array.ndim} dimensions: it knows uint8, int8, "
            "int16, int32, float32 and float64, with at least one dimension."
        )
    header = bytes([0, 0, code, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return header + array.astype(TYPES[code]).tobytes()


def write_idx(path: Path, array: NDArray[Any]) -> None:
    """Write `array` as an IDX file, gzipped if the name ends in `.gz`; an existing file is replaced whole."""
    content = encode_idx(array)
    # A time of 0 in the gzip header: the same array always gives the same bytes.
    write_atomically(path, gzip.compress(content, 9, mtime=0) if path.suffix == ".gz" else content)
