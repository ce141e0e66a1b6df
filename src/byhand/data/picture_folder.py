"""Pictures as data: decoded one after another, made grey, of one size, and bright on dark like MNIST.

What that took is reported in notes. Only the small grey images stay in memory.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from byhand.data.decoding import Picture, decode_pages, no_remarks, open_picture
from byhand.data.grey_levels import CLEAR_MAJORITY, dark_on_light
from byhand.data.mnist_form import IMAGE_SHAPE
from byhand.data.parts import Part, Parts
from byhand.data.picture_listing import Found, list_pictures
from byhand.errors import ByhandError

# Pictures that share a size up to this keep it; others are brought to MNIST's.
LARGEST_KEPT_SIDE_PX = 64
CLASSES_IN_NOTES = 70  # all of EMNIST's 62

PICTURES_LOOKED_AT = 50  # to tell whether they are photographs

# Turns a decoded picture into an image of the wanted (height, width), uint8, bright on dark.
Prepare = Callable[[Picture], NDArray[np.uint8]]
# Gives one, where it is needed: for photographs of digits, of which plain resizing would leave little.
Photographs = Callable[[], Prepare]


@dataclass(frozen=True)
class Pictures:
    """Pictures as images.

    Attributes:
        images: grey levels, bright on dark, shape (n, height, width).
        origin: of which picture each image is, shape (n,): a TIFF may hold several.
        digests: a hash of each picture's bytes.
        notes: what was done to them.
    """

    images: NDArray[np.uint8]
    origin: NDArray[np.intp]
    digests: list[bytes]
    notes: tuple[str, ...]


def parts_of_pictures(
    folder: Path,
    *,
    image_size: tuple[int, int] | None = None,
    labels: str = "",
    photographs: Photographs | None = None,
    on_picture: Callable[[int], None] | None = None,
) -> Parts:
    """Load the pictures of a folder with their labels, if it has any.

    Args:
        folder: as for `list_pictures`.
        image_size: as for `load_pictures`.
        labels: a pattern, as for `list_pictures`.
        photographs: called where the pictures are larger than an image of a data set and show digits; what it gives
            prepares them.
        on_picture: as for `load_pictures`.

    Raises:
        ByhandError: no pictures, one that cannot be read, or names that do not say what is what.
    """
    listing = list_pictures(folder, labels)
    found = listing.train + listing.test
    if not found:
        more = f"; {listing.notes[0]}" if listing.notes else "."
        raise ByhandError(
            f"{folder} holds neither IDX files (train-images-idx3-ubyte, ...), nor .csv, .npz or .parquet files of "
            f"images, nor sub-folders, one per label, with pictures in them{more}"
        )
    prepare = photographs() if photographs and _are_photographs(found) else None
    loaded = load_pictures([(str(f.path), f.path) for f in found], image_size, prepare, on_picture)
    dropped, notes = _repeats(found, loaded.digests)
    names = np.array([f.path.relative_to(folder).as_posix() for f in found])
    labelled = all(f.label for f in found)

    def part(first: int, last: int) -> Part | None:
        if first == last:
            return None
        wanted = np.array([first <= i < last and found[i].label not in dropped for i in loaded.origin], bool)
        chosen = loaded.origin[wanted]
        writers = np.array([found[i].writer for i in chosen])
        shown = np.array([found[i].label for i in chosen])
        has_labels = all(f.label for f in found[first:last])
        return Part(
            loaded.images[wanted], shown if has_labels else None, names[chosen], writers if writers.any() else None
        )

    split = len(listing.train)
    parts = [part(0, split), part(split, len(found))]
    notes = [*listing.notes, *notes, *loaded.notes]
    if prepare:
        notes.append(f"{len(found):,} photographs of digits were prepared as 'byhand read --single' does.")
    if labelled:
        notes.insert(0, _classes([f.label for f in found if f.label not in dropped]))
    return Parts("folder", str(folder), parts[0], parts[1], tuple(notes), "file")


def load_pictures(
    pictures: Sequence[tuple[str, Path | bytes]],
    image_size: tuple[int, int] | None = None,
    prepare: Prepare | None = None,
    on_picture: Callable[[int], None] | None = None,
) -> Pictures:
    """Decode pictures, all pages of them, to grey images of one size, bright on dark.

    Args:
        pictures: what error messages call each, and its path or its bytes.
        image_size: (height, width); None keeps the pictures' own if they share a small one, else it is MNIST's.
        prepare: makes the image of a picture instead of plain resizing.
        on_picture: called after each picture with how many there are.

    Raises:
        ByhandError: one that cannot be read.
    """
    small: list[NDArray[np.uint8]] = []
    origin: list[int] = []
    digests: list[bytes] = []
    dark: list[bool] = []
    sizes: list[tuple[int, int]] = []
    for i, (name, source) in enumerate(pictures):
        content = source if isinstance(source, bytes) else _content(source)
        digests.append(hashlib.sha256(content).digest())
        for picture in decode_pages(content, name):
            origin.append(i)
            if prepare:
                small.append(prepare(picture))
                continue
            grey = Image.fromarray(picture.colours).convert("L")
            sizes.append((grey.height, grey.width))
            dark.append(bool(dark_on_light(np.asarray(grey)[np.newaxis])[0]))
            kept = image_size is None and max(grey.size) <= LARGEST_KEPT_SIDE_PX
            small.append(np.asarray(grey if kept else _fit(grey, image_size or IMAGE_SHAPE)))
        if on_picture:
            on_picture(len(pictures))
    if not small:
        return Pictures(np.empty((0, *(image_size or IMAGE_SHAPE)), np.uint8), np.empty(0, np.intp), [], ())
    notes = []
    if len({image.shape for image in small}) > 1:
        small = [np.asarray(_fit(Image.fromarray(image), IMAGE_SHAPE)) for image in small]
    images = np.stack(small)
    pages = len(images) - len(pictures)
    if pages:
        notes.append(f"{len(pictures):,} files hold {len(images):,} pages; each is an image.")
    if not prepare:
        inverted = np.array(dark)
        if inverted.mean() >= CLEAR_MAJORITY:
            inverted[:] = True
        elif inverted.mean() <= 1 - CLEAR_MAJORITY:
            inverted[:] = False
        if inverted.any():
            images[inverted] = 255 - images[inverted]
            notes.append(f"{inverted.sum():,} of {len(images):,} pictures were dark on light and were inverted.")
        height, width = images.shape[1:]
        resized = sum(size != (height, width) for size in sizes)
        if resized:
            notes.append(f"{resized:,} of {len(images):,} pictures were brought to {width} x {height} pixels.")
    return Pictures(images, np.array(origin), digests, tuple(notes))


def _are_photographs(found: list[Found]) -> bool:
    """Tell whether these are pictures of digits, or of who knows what, and larger than images of a data set."""
    if {f.label for f in found} - set("0123456789") - {""}:
        return False
    for picture in found[:PICTURES_LOOKED_AT]:
        try:
            with no_remarks(), open_picture(picture.path) as image:
                large = max(image.size) > LARGEST_KEPT_SIDE_PX
        except Exception:
            continue  # HEIC, which Pillow does not know yet, or damaged, which is said when it is decoded
        if large:
            return True
    return False


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ByhandError(f"Cannot read {path}: {error.strerror or error}.") from error


def _fit(grey: Image.Image, image_size: tuple[int, int]) -> Image.Image:
    """Bring a picture to (height, width) with its proportions, on more of what is at its edge."""
    pixels = np.asarray(grey)
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    return ImageOps.pad(grey, image_size[::-1], Image.Resampling.LANCZOS, color=int(np.median(edge)))


def _repeats(found: list[Found], digests: list[bytes]) -> tuple[set[str], list[str]]:
    """Find labels whose pictures only repeat those of several others, as a folder `all` does, or are a copy by name.

    Returns:
        These labels, and notes on them and on pictures that have several labels.
    """
    by_label: dict[str, set[bytes]] = defaultdict(set)
    holders: dict[bytes, set[str]] = defaultdict(set)
    for picture, digest in zip(found, digests, strict=True):
        if picture.label:
            by_label[picture.label].add(digest)
            holders[digest].add(picture.label)
    dropped: set[str] = set()
    notes = []
    # The largest first: `all` repeats 0 to 9, and then nothing is left that 0 repeats. Of two alike, the longer name.
    for label in sorted(by_label, key=lambda name: (-len(by_label[name]), -len(name), name)):
        elsewhere = [holders[digest] - dropped - {label} for digest in by_label[label]]
        others, by_all = set().union(*elsewhere), set.intersection(*elsewhere)
        copied = [other for other in by_all if label.startswith(other)]
        if all(elsewhere) and (copied or not by_all):
            dropped.add(label)
            notes.append(
                f"Left out {label}: its {len(by_label[label]):,} pictures only repeat those of "
                f"{', '.join(copied or sorted(others))}."
            )
    twice = sum(len(labels - dropped) > 1 for labels in holders.values())
    if twice:
        notes.append(f"{twice:,} pictures have several labels: the same file lies in several places.")
    return dropped, notes


def _classes(labels: list[str]) -> str:
    """Say which classes there are, and how often."""
    counts = Counter(labels)
    listed = ", ".join(f"{label} ({counts[label]:,})" for label in sorted(counts)[:CLASSES_IN_NOTES])
    return f"{len(counts):,} classes: {listed}{', ...' if len(counts) > CLASSES_IN_NOTES else ''}."
