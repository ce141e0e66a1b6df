"""CSV files as data: an image a row, a pixel a column, as Kaggle's `label,pixel0,...,pixel783`.

Header, delimiter, and where the label is are recognised; a column of ids is kept for predictions. Rows are read a few
hundred at a time, so that little more than the pixels, a byte each, is ever in memory.
"""

import gzip
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from math import isqrt
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from byhand.data.arrays import Numbers
from byhand.data.idx import GZIP_MAGIC
from byhand.data.unpacking import check_unpacked, most_unpacked
from byhand.errors import ByhandError

LABEL_COLUMNS = {"label", "labels", "class", "target", "digit", "y", "character"}
ID_COLUMNS = {"id", "imageid", "image_id", "index", "idx", "", "unnamed: 0"}
DELIMITERS = (",", ";", "\t", "|", " ")
SMALLEST_SIDE = 4  # pixels; a table with fewer columns than such an image has holds no images
BYTES_AT_A_TIME = 1 << 20  # of text: half a million numbers, 4 MB while they are read
MOST_LINE_BYTES = 10_000_000  # an image of 1,000 x 1,000 pixels with ten characters each
ROWS_TO_LOOK_AT = 20


@dataclass(frozen=True)
class Layout:
    """How the rows of a file are made.

    Attributes:
        delimiter: between two columns.
        header: whether the first row names the columns.
        side: of the square images, pixels.
        before, after: the names of the columns before and after the pixels, with "label" and "id" for those known.
        id_name: what the file calls the column of ids.
    """

    delimiter: str
    header: bool
    side: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    id_name: str = "ImageId"


def read_csv(path: Path) -> tuple[Numbers, tuple[str, ...], str]:
    """Read the images of a CSV file, and their labels and ids if it has any.

    Args:
        path: the file, raw or gzipped.

    Returns:
        The images as numbers, shape (n, side * side), bytes where all are from 0 to 255, with labels and ids as text;
        notes; and the name of the column of ids.

    Raises:
        ByhandError: the file cannot be read, its columns are not those of images, or a field is no number.
    """
    layout, notes = _look_at(path)
    wanted = {name: [] for name in ("label", "id") if name in layout.before + layout.after}  # type: dict[str, list[str]]
    pixels = np.empty((0, layout.side**2), np.uint8)
    rows = 0
    for start, lines in _chunks(path, layout.header):
        middles = _split_off(lines, layout, wanted, path, start)
        numbers = _numbers(middles, layout, path, start)
        if numbers.dtype != np.uint8 and pixels.dtype == np.uint8:
            pixels = pixels.astype(np.float32)
        if rows + len(numbers) > len(pixels):
            # The rows still to come, from the size of those that came; what is not written to takes no memory.
            grown = np.empty(
                (max(_expected_rows(path, lines), int(1.3 * len(pixels))) + len(lines), pixels.shape[1]), pixels.dtype
            )
            grown[:rows] = pixels[:rows]
            pixels = grown
        pixels[rows : rows + len(numbers)] = numbers
        rows += len(numbers)
    labels = np.array(wanted["label"]) if "label" in wanted else None
    if labels is not None and all(_is_number(text) for text in set(wanted["label"])):
        labels = labels.astype(np.float64)
    ids = np.array(wanted["id"]) if "id" in wanted else None
    name = path.name
    return Numbers(pixels[:rows], labels, ids, name, f"The label column of {name}", spare=True), notes, layout.id_name


def is_image_table(path: Path) -> bool:
    """Tell whether a CSV file has the columns of images: not, for example, Kaggle's sample_submission.csv."""
    try:
        _look_at(path)
    except ByhandError:
        return False
    return True


def _open(path: Path) -> BinaryIO:
    try:
        file = path.open("rb")
        if file.read(2) == GZIP_MAGIC:
            file.close()
            return cast(BinaryIO, gzip.open(path))
        file.seek(0)
        return file
    except OSError as error:
        raise ByhandError(f"Cannot read {path}: {error.strerror or error}.") from error


def _lines(file: BinaryIO, path: Path) -> Iterator[list[bytes]]:
    """Read a few hundred lines at a time; empty ones are left out, and so is a byte-order mark."""
    most, total = most_unpacked(path.stat().st_size), 0
    rest, first = b"", True
    try:
        while block := file.read(BYTES_AT_A_TIME):
            total += len(block)
            if total > most:
                check_unpacked(total, path.stat().st_size, str(path))
            if first:
                block, first = block.removeprefix(b"\xef\xbb\xbf"), False
            *lines, rest = (rest + block).split(b"\n")
            if len(rest) > MOST_LINE_BYTES:
                raise ByhandError(f"{path} has a row of more than {MOST_LINE_BYTES // 1_000_000} MB: no image has it.")
            yield [line for line in (line.rstrip(b"\r") for line in lines) if line.strip()]
        if rest.strip():
            yield [rest.rstrip(b"\r")]
    except (OSError, EOFError, zlib.error) as error:
        raise ByhandError(f"{path} is damaged ({error}): get a fresh copy.") from error


def _chunks(path: Path, header: bool) -> Iterator[tuple[int, list[bytes]]]:
    """The rows below the header, a few hundred at a time, with the number of the first, counted from 0."""
    start = 0
    with _open(path) as file:
        for lines in _lines(file, path):
            rows = lines[1:] if header and start == 0 else lines
            header = header and not lines
            if rows:
                yield start, rows
            start += len(rows)


def _look_at(path: Path) -> tuple[Layout, tuple[str, ...]]:
    """Recognise the layout by the first rows and, where only the values can tell, by all labels."""
    with _open(path) as file:
        first = list(islice(chain.from_iterable(_lines(file, path)), ROWS_TO_LOOK_AT))
    if not first:
        raise ByhandError(f"{path} is empty.")
    try:
        text = [line.decode() for line in first]
    except UnicodeDecodeError as error:
        raise ByhandError(f"{path} is no CSV file: it is not text.") from error
    delimiter = max(DELIMITERS, key=text[-1].count)
    names = [field.strip().strip('"').lower() for field in text[0].split(delimiter)]
    columns = len(names)
    header = _is_header(names)
    side = isqrt(columns)
    others = columns - side * side
    if side < SMALLEST_SIDE or others > 2 or (others == 2 and not header):
        raise ByhandError(
            f"{path} has {columns:,} columns: a row must hold a square image, as 784 pixels do, and at most a label "
            "and an id."
        )
    if others == 0:
        return Layout(delimiter, header, side, (), ()), ()
    if not header:
        place = _label_place(path, delimiter)
        before, after = (("label",), ()) if place == 0 else ((), ("label",))  # type: tuple[tuple[str, ...], tuple[str, ...]]
        where = "first" if place == 0 else "last"
        return Layout(delimiter, header, side, before, after), (
            f"{path.name} has no header; its {where} column has the labels.",
        )
    known = ["label" if name in LABEL_COLUMNS else "id" if name in ID_COLUMNS else "" for name in names]
    leading = next((i for i, name in enumerate(known) if not name), columns)
    if leading > others:
        leading = others
    before, after = tuple(known[:leading]), tuple(known[columns - (others - leading) :])
    found = before + after
    if "" in found or len(set(found)) < len(found):
        odd = [name for name, kind in zip(names, known, strict=True) if kind or name in (names[0], names[-1])]
        raise ByhandError(
            f"{path} has {columns:,} columns, {others} more than the pixels of an image, and byhand cannot tell which "
            f"({', '.join(name[:40] for name in odd[:4])}): call the labels 'label' and put them first or last."
        )
    original = text[0].split(delimiter)
    id_name = next((original[i].strip().strip('"') for i, kind in enumerate(known) if kind == "id"), "") or "ImageId"
    return Layout(delimiter, header, side, before, after, id_name), ()


def _is_header(names: list[str]) -> bool:
    """Tell column names from a first row of data: not numbers, or numbers that count, as pandas numbers columns."""
    if sum(not _is_number(name) for name in names) > len(names) // 2:
        return True
    tail = names[2:-1]
    return len(tail) > 2 and all(name.isdigit() for name in tail) and (np.diff(np.array(tail, float)) == 1).all().item()


def _label_place(path: Path, delimiter: str) -> int:
    """Decide which column has the labels, the first (0) or the last (-1), by what all rows have there."""
    mark = delimiter.encode()
    ends: tuple[list[bytes], list[bytes]] = ([], [])
    for _, lines in _chunks(path, False):
        for line in lines:
            ends[0].append(line.split(mark, 1)[0])
            ends[1].append(line.rsplit(mark, 1)[-1])

    def doubt(values: list[bytes]) -> tuple[bool, bool, bool, int]:
        """What is least like labels: always the same, numbers that do not count up, mostly one of them, many."""
        kinds, counts = np.unique(np.array(values), return_counts=True)
        words = [kind.decode(errors="replace").strip().strip('"') for kind in kinds.tolist()]
        numeric = all(_is_number(word) for word in words)
        numbers = sorted(float(word) for word in words) if numeric else []
        counting = not numeric or numbers in ([*range(len(numbers))], [*range(1, len(numbers) + 1)])
        return len(kinds) < 2, not counting, bool(counts.max() > counts.sum() / 2), len(kinds)

    return 0 if doubt(ends[0]) <= doubt(ends[1]) else -1


def _split_off(lines: list[bytes], layout: Layout, wanted: dict[str, list[str]], path: Path, start: int) -> list[bytes]:
    """Take labels and ids off the rows and keep the text of the pixels."""
    mark, lead, trail = layout.delimiter.encode(), len(layout.before), len(layout.after)
    middles = []
    for row, line in enumerate(lines, start):
        fields = line.split(mark, lead)
        rest = fields[lead].rsplit(mark, trail) if len(fields) > lead else []
        if len(rest) <= trail:
            raise ByhandError(f"{path} has too few columns in row {row} (counted from 0, without a header).")
        middles.append(rest[0])
        for name, field in zip(layout.before + layout.after, fields[:lead] + rest[1:], strict=True):
            wanted[name].append(field.decode(errors="replace").strip().strip('"'))
    return middles


@np.errstate(over="ignore")  # what is too large becomes infinite, and is refused with all that is not finite
def _numbers(rows: list[bytes], layout: Layout, path: Path, start: int) -> NDArray[Any]:
    """Turn the text of pixels into numbers: bytes if all are whole and from 0 to 255."""
    mark, count = layout.delimiter.encode(), layout.side**2
    text = mark.join(rows).replace(b'"', b"")
    if all(row.count(mark) == count - 1 for row in rows):
        # Whole numbers first: six times as fast as fractions. Both stop at whatever is none.
        for kind in (np.int64, np.float64) if b"." not in text else (np.float64,):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error", DeprecationWarning)  # what NumPy before 2.3 gives for a ValueError
                    values = np.fromstring(text, kind, sep=layout.delimiter)
            except (ValueError, DeprecationWarning):
                continue
            if len(values) == len(rows) * count:
                byte = kind is np.int64 and values.min() >= 0 and values.max() <= 255
                return values.astype(np.uint8 if byte else np.float32).reshape(len(rows), count)
    numbers = np.empty((len(rows), count), np.float32)
    for i, row in enumerate(rows):
        fields = row.replace(b'"', b"").split(mark)
        if len(fields) != count:
            raise ByhandError(
                f"{path} has {len(fields):,} pixels in row {start + i} (counted from 0, without a header) and "
                f"{count:,} in others."
            )
        try:
            numbers[i] = [float(field) for field in fields]
        except ValueError:
            wrong = next(field for field in fields if not _is_number(field.decode(errors="replace")))
            raise ByhandError(
                f"{path} has {wrong.decode(errors='replace')[:40]!r} among the pixels of row {start + i} (counted from "
                "0, without a header): they must be numbers."
            ) from None
    return numbers


def _expected_rows(path: Path, lines: list[bytes]) -> int:
    return 1 + path.stat().st_size * len(lines) // (sum(map(len, lines)) + len(lines))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
