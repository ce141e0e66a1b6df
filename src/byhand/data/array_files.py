"""Files that hold one array each, found by content and paired by name: IDX, .npy, and .npz with a single array.

MNIST comes as four IDX files under many names, Fashion-MNIST and Kuzushiji-MNIST as pairs of .npz files, QMNIST with
eight columns of labels, EMNIST transposed. What a file holds is told by its header; names only tell what goes together.
"""

import gzip
import math
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from byhand.data import mapped_images
from byhand.data.arrays import Numbers, parts_of_mapping, parts_of_numbers
from byhand.data.decoding import SUFFIXES
from byhand.data.emnist import characters, emnist_split, upright
from byhand.data.idx import GZIP_MAGIC, map_idx, read_header, read_idx
from byhand.data.naming import data_set_of, own_start, part_of_file
from byhand.data.parts import Parts
from byhand.data.unpacking import check_unpacked
from byhand.errors import ByhandError, reason_of

QMNIST_COLUMNS = 8  # class, series, writer, ...: https://github.com/facebookresearch/qmnist


@dataclass(frozen=True)
class ArrayFile:
    """A file with one array, of which only the header has been read."""

    path: Path
    shape: tuple[int, ...]

    @property
    def is_images(self) -> bool:
        """Whether the array is images and not labels, by its dimensions."""
        return len(self.shape) > 2 or (len(self.shape) == 2 and self.shape[1] > QMNIST_COLUMNS)

    def read(self) -> NDArray[Any]:
        """Read the array; of QMNIST's labels, the class."""
        array = read_array(self.path)
        return array[:, 0] if array.ndim == 2 and not self.is_images else array


def look_at(path: Path) -> ArrayFile | None:
    """Read the header of a file; None if it holds anything but one array.

    Args:
        path: a file of any kind.
    """
    try:
        with path.open("rb") as file:
            start = file.read(8)
            file.seek(0)
            if start.startswith(GZIP_MAGIC):
                with gzip.open(file) as unpacked:
                    return ArrayFile(path, read_header(cast(BinaryIO, unpacked), path.name)[1])
            if start.startswith(npy.MAGIC_PREFIX):
                return ArrayFile(path, _npy_header(file)[0])
            if start.startswith(b"PK") and path.suffix.lower() == ".npz":
                with zipfile.ZipFile(file) as archive:
                    names = archive.namelist()
                    with archive.open(names[0]) as member:
                        return ArrayFile(path, _npy_header(cast(BinaryIO, member))[0]) if len(names) == 1 else None
            return ArrayFile(path, read_header(file, path.name)[1])
    except Exception:  # whatever cannot be read is no array
        return None


def read_array(path: Path) -> NDArray[Any]:
    """Read the one array of a file.

    Raises:
        ByhandError: the file is damaged, or holds Python objects.
    """
    if path.stat().st_size >= mapped_images.MAPPED_FROM_BYTES and (mapped := _map(path)) is not None:
        return mapped
    if path.suffix.lower() in {".npz", ".npy"}:
        loaded = load_numpy(path)
        return loaded if isinstance(loaded, np.ndarray) else next(iter(loaded.values()))
    return read_idx(path)


def _map(path: Path) -> NDArray[np.uint8] | None:
    """Map a large file of bytes, .npy or raw IDX; None where it has to be read."""
    if path.suffix.lower() == ".npz":
        return None
    try:
        mapped = np.load(path, mmap_mode="r") if path.suffix.lower() == ".npy" else map_idx(path)
    except (OSError, ValueError):
        return None  # what reads it says what is wrong
    return mapped if mapped is not None and mapped.dtype == np.uint8 and mapped.flags.c_contiguous else None


def load_numpy(path: Path) -> NDArray[Any] | dict[str, NDArray[Any]]:
    """Read a .npy file as an array, a .npz file as a dictionary of arrays.

    Raises:
        ByhandError: the file is damaged, or holds Python objects, which could run any program.
    """
    try:
        _check_size(path)
        with _no_remarks():
            loaded = np.load(path, allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                return loaded
            with loaded:
                return {name: loaded[name] for name in loaded.files}
    except (ByhandError, MemoryError):
        raise
    except Exception as error:  # zip files and headers can be damaged in many ways
        raise ByhandError(f"Cannot read {path}: {reason_of(error)}.") from error


def _check_size(path: Path) -> None:
    """Compare what a .npy or .npz file promises with its size.

    Raises:
        ByhandError: it promises more than can be in it, or than a data set has.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(6) == npy.MAGIC_PREFIX:
            file.seek(0)
            _check_promise(*_npy_header(file), size, str(path))
            return
    with zipfile.ZipFile(path) as archive:
        check_unpacked(sum(member.file_size for member in archive.infolist()), size, str(path))
        for member in archive.infolist():
            with archive.open(member) as stream:
                if stream.read(6) == npy.MAGIC_PREFIX:
                    stream.seek(0)
                    _check_promise(*_npy_header(cast(BinaryIO, stream)), member.file_size, str(path))


def _check_promise(shape: tuple[int, ...], dtype: np.dtype[Any], size: int, name: str) -> None:
    promised = math.prod(shape) * dtype.itemsize
    if promised > size and not dtype.hasobject:
        raise ByhandError(
            f"{name} is truncated: it promises {promised:,} bytes of numbers, and {size:,} are there. Get a fresh copy."
        )


def find_arrays(folder: Path) -> list[ArrayFile]:
    """The files of a folder that hold one array, by name; of a file and its gzipped twin, only the first."""
    found: dict[str, ArrayFile] = {}
    for path in sorted(folder.iterdir()):
        if (
            path.is_file()
            and path.name[0] != "."
            and path.suffix.lower() not in SUFFIXES
            and path.name.removesuffix(".gz") not in found
        ):
            held = look_at(path)
            if held:
                found[path.name.removesuffix(".gz")] = held
    return list(found.values())


def parts_of_array_files(files: list[ArrayFile], title: str) -> Parts:
    """Pair images and labels and bring them into form.

    Args:
        files: as `find_arrays` gives them.
        title: as in `Parts`.

    Raises:
        ByhandError: several data sets, labels without images or images without labels, or what
            `parts_of_numbers` raises.
    """
    sets: dict[str, dict[str, list[ArrayFile]]] = defaultdict(lambda: defaultdict(list))
    for file in files:
        kind = "images" if file.is_images or _named_images(file) else "labels"
        sets[data_set_of(file.path.name)][f"{part_of_file(file.path.name) or 'train'} {kind}"].append(file)
    if len(sets) > 1:
        first = sorted(file.path.name for file in files if file.is_images)
        listed = ", ".join(sorted(name or "one without a name" for name in sets))
        raise ByhandError(
            f"{title} holds several data sets ({listed}): choose one by how its files' names begin, as in "
            f"{files[0].path.parent / own_start(first[0])}."
        )
    [found] = sets.values()
    notes = _validation_as_test(found)
    _check_complete(found, title)
    split = emnist_split(files[0].path.name)
    if split is not None:
        notes.append(
            f"EMNIST{f' ({split})' if split else ''}: its images are stored transposed and were turned upright."
        )

    def part(which: str) -> Numbers | None:
        if f"{which} images" not in found:
            return None
        [images], labels = found[f"{which} images"], found.get(f"{which} labels")
        grey, shown = images.read(), labels[0].read() if labels else None
        if split is not None and grey.ndim == 3:
            grey, shown = upright(grey), None if shown is None else characters(shown, split)
        return Numbers(grey, shown, None, images.path.name, labels[0].path.name if labels else "", spare=True)

    train, test = part("train"), part("test")
    for given, what in ((train, "training"), (test, "test")):
        _check_shapes(given, what, title)
    return parts_of_numbers("folder", title, train, test, notes)


def parts_of_npz(path: Path) -> Parts:
    """Take a .npz file with several arrays by their names.

    Raises:
        ByhandError: as `parts_of_mapping`.
    """
    loaded = load_numpy(path)
    return parts_of_mapping(loaded if isinstance(loaded, dict) else {"x": loaded}, "file", path.name)


def _npy_header(file: BinaryIO) -> tuple[tuple[int, ...], np.dtype[Any]]:
    with _no_remarks():
        version = npy.read_magic(file)
        header = npy.read_array_header_1_0(file) if version == (1, 0) else npy.read_array_header_2_0(file)
    return header[0], header[2]


@contextmanager
def _no_remarks() -> Iterator[None]:
    """Silence what NumPy, and the parser of Python that it uses, think of odd headers; what is wrong raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _named_images(file: ArrayFile) -> bool:
    name = file.path.name.lower()
    return ("images" in name or "imgs" in name) and "labels" not in name


def _validation_as_test(found: dict[str, list[ArrayFile]]) -> list[str]:
    """A validation set is tested on where there is no test set; else it is left out, with a note."""
    validation = [kind for kind in found if kind.startswith("validation")]
    tested = any(kind.startswith("test") for kind in found)
    taken = {kind: found.pop(kind) for kind in validation}
    if not tested:
        found.update({kind.replace("validation", "test"): files for kind, files in taken.items()})
    elif taken:
        names = ", ".join(file.path.name for files in taken.values() for file in files)
        return [f"Beside training and test set, {names} were left out."]
    return []


def _check_complete(found: dict[str, list[ArrayFile]], title: str) -> None:
    listed = ", ".join(file.path.name for files in found.values() for file in files)
    for kind, files in found.items():
        if len(files) > 1:
            names = " and ".join(file.path.name for file in files)
            raise ByhandError(
                f"{title} holds several files with {kind.replace('train', 'training')}, {names}: leave one of them out."
            )
    for kind, files in found.items():
        part, what = kind.split()
        other = f"{part} {'labels' if what == 'images' else 'images'}"
        if other not in found and (what == "labels" or len(found) > 1):
            name = files[0].path.name
            wanted = name
            for one, two in (("images", "labels"), ("imgs", "labels"), ("idx3", "idx1")):
                wanted = wanted.replace(one, two) if what == "images" else wanted.replace(two, one)
            wanted = (
                wanted.removesuffix(".gz") if wanted != name else f"a file with {other.replace('train', 'training')}"
            )
            raise ByhandError(f"{title} lacks {wanted}, to go with {name} (found: {listed}).")


def _check_shapes(part: Numbers | None, what: str, title: str) -> None:
    if part is None:
        return
    images, labels = np.shape(part.images), np.shape(part.labels) if part.labels is not None else None
    if len(images) < 2 or (labels is not None and len(labels) != 1):
        raise ByhandError(
            f"The {what} images in {title} have shape {images} and their labels {labels}: images need three dimensions "
            "(number, height, width) and labels one. Are files mixed up?"
        )
    if labels is not None and labels != images[:1]:
        raise ByhandError(
            f"{title} has {images[0]:,} {what} images and {labels[0]:,} labels for them: "
            "there must be one label per image."
        )
    if images[0] == 0:
        raise ByhandError(f"{title} has no {what} images.")
