"""From what the user calls the data (`--data SOURCE`) to the data."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from byhand.data.array_files import find_arrays, look_at, parts_of_array_files, parts_of_npz
from byhand.data.arrays import Numbers, dataset_of, parts_of_numbers
from byhand.data.csv_files import is_image_table, read_csv
from byhand.data.dataset import Dataset, LabelledImages
from byhand.data.emnist import characters, emnist_note, emnist_split, upright
from byhand.data.grey_levels import to_images
from byhand.data.mnist import MNIST
from byhand.data.naming import data_set_of, own_start, part_of_file
from byhand.data.parquet_files import read_parquet
from byhand.data.parts import Part, Parts
from byhand.data.picture_folder import Photographs, parts_of_pictures
from byhand.errors import ByhandError, reason_of
from byhand.plugins import DATA_SOURCES, find_plugin

OPENML = "openml:"
ACCEPTED = (
    "give 'mnist', a .csv, .npz, .npy, .parquet or IDX file, a folder of such files or of pictures by label, or "
    "'openml:NAME'"
)
TABLES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz")
# How deep data files may lie in a folder: torchvision keeps MNIST's in MNIST/raw, Hugging Face's hub in mnist/data.
FOLDERS_DEEP = 2


def load_dataset(
    source: str | Path = "mnist",
    *,
    seed: int = 0,
    image_size: tuple[int, int] | None = None,
    labels: str = "",
    photographs: Photographs | None = None,
) -> Dataset:
    """Load the data that `source` names, divided into training and test set.

    Args:
        source: "mnist" (bundled), "openml:NAME", "NAME:WHAT" where another package adds the source NAME, or the path
            of a file or folder, as `open_source` knows them.
        seed: decides which fifth of each label is kept for testing where the source does not say.
        image_size: as for `open_source`.
        labels: as for `open_source`.
        photographs: as for `open_source`.

    Raises:
        ByhandError: there is no such source, or what is there cannot be used.
    """
    named = _load_by_name(source, seed)
    if named is not None:
        return named
    return open_source(Path(source), image_size=image_size, labels=labels, photographs=photographs).dataset(seed)


def load_examples(
    source: str | Path,
    *,
    image_size: tuple[int, int],
    labels: str = "",
    photographs: Photographs | None = None,
) -> tuple[LabelledImages, tuple[str, ...]]:
    """Load what a trained model is to be evaluated on: the test set, or everything where there is none.

    Returns:
        The images, and notes on what was done to them.

    Raises:
        ByhandError: as `load_dataset`.
    """
    named = _load_by_name(source)
    if named is not None:
        return named.test, named.notes
    return open_source(Path(source), image_size=image_size, labels=labels, photographs=photographs).examples()


def load_unlabelled(
    source: str | Path,
    *,
    image_size: tuple[int, int],
    photographs: Photographs | None = None,
    on_picture: Callable[[int], None] | None = None,
) -> tuple[Part, tuple[str, ...], str]:
    """Load images whose labels are wanted: the test set, or everything where there is none.

    Returns:
        The images, with ids if the source has some; notes; and what the source calls the ids.

    Raises:
        ByhandError: as `load_dataset`.
    """
    named = _load_by_name(source)
    if named is not None:
        return Part(named.test.images), named.notes, "ImageId"
    parts = open_source(Path(source), image_size=image_size, photographs=photographs, on_picture=on_picture)
    return parts.unlabelled(), parts.notes, parts.id_name


def open_source(
    path: Path,
    *,
    image_size: tuple[int, int] | None = None,
    labels: str = "",
    photographs: Photographs | None = None,
    on_picture: Callable[[int], None] | None = None,
) -> Parts:
    """Recognise what a file or a folder holds, and load it.

    Args:
        path: a file of numbers (CSV, .npz, .npy, IDX) or of pictures (Parquet); a folder with such files, or with
            pictures; or, where a folder holds files of several data sets, the folder and the beginning of the names
            of one.
        image_size: (height, width) that pictures are brought to; None keeps their own if they share a small one.
        labels: where pictures' names say what they show, a pattern such as "{label}_*".
        photographs: as for `parts_of_pictures`.
        on_picture: called after each picture with how many there are.

    Raises:
        ByhandError: there is nothing there, or what is there cannot be used.
    """
    if path == Path():  # what an empty name becomes, and too easily the wrong folder
        raise ByhandError(f"There is no data named: {ACCEPTED}; for this very folder, its whole path.")
    decoding: dict[str, Any] = {"image_size": image_size, "on_picture": on_picture}
    is_file, is_folder = _look(path)
    if is_file:
        parts = _open_file(path, decoding)
    elif is_folder:
        try:
            arrays = None if labels else _open_data_folder(path, decoding)
        except OSError as error:
            raise ByhandError(f"Cannot look into {path}: {error.strerror or error}.") from error
        return arrays or parts_of_pictures(path, labels=labels, photographs=photographs, **decoding)
    else:
        beside = _data_files(path.parent) if _look(path.parent)[1] else {}
        files = {kind: [file for file in found if file.name.startswith(path.name)] for kind, found in beside.items()}
        files = {kind: found for kind, found in files.items() if found}
        if not files:
            raise ByhandError(f"There is no data at {path}: {ACCEPTED}.")
        parts = _open_files(path.parent, files, str(path), decoding)
    if labels:
        raise ByhandError(f"A pattern of labels is for folders of pictures, and {path} is none.")
    return parts


def _look(path: Path) -> tuple[bool, bool]:
    """Whether there is a file and whether there is a folder; neither where no such name can be."""
    try:
        return path.is_file(), path.is_dir()
    except (OSError, ValueError):
        return False, False


def _open_file(path: Path, decoding: dict[str, Any]) -> Parts:
    """One file: a part of a data set, or several in a .npz; of files in pairs, the other half lies beside it."""
    held = look_at(path)
    if held:
        name = path.name
        beside = [
            file
            for file in find_arrays(path.parent)
            if (data_set_of(file.path.name), part_of_file(file.path.name)) == (data_set_of(name), part_of_file(name))
        ]
        return parts_of_array_files(beside, str(path))
    kind = _kind(path)
    if kind == "npz":
        return parts_of_npz(path)
    if kind == "table" or path.name.lower().endswith(TABLES):
        return _open_tables({"train": [path]}, path.name)
    if kind == "parquet":
        return _open_parquet({"train": [path]}, path.name, decoding)
    raise ByhandError(f"{path} is no data that byhand knows: {ACCEPTED}.")


def _open_data_folder(folder: Path, decoding: dict[str, Any]) -> Parts | None:
    """Files of numbers or Parquet in a folder or a little below it; None where there are none."""
    places = [folder]
    for _ in range(FOLDERS_DEEP + 1):
        holding = {place: files for place in places if (files := _data_files(place))}
        if len(holding) > 1:
            raise ByhandError(f"{folder} holds several data sets: choose {' or '.join(map(str, holding))}.")
        if holding:
            [(place, files)] = holding.items()
            return _open_files(place, files, str(folder), decoding)
        places = [
            child for place in places for child in sorted(place.iterdir()) if child.is_dir() and child.name[0] != "."
        ]
    return None


def _data_files(folder: Path) -> dict[str, list[Path]]:
    """The files of numbers or Parquet in a folder, by kind."""
    found: dict[str, list[Path]] = defaultdict(list)
    if any(file.is_images for file in find_arrays(folder)):
        found["arrays"] = [file.path for file in find_arrays(folder)]
    for path in sorted(folder.iterdir()):
        kind = _kind(path) if path.is_file() and path.name[0] != "." and path not in found["arrays"] else None
        if kind:
            found[kind].append(path)
    return {kind: files for kind, files in found.items() if files}


def _open_files(folder: Path, found: dict[str, list[Path]], title: str, decoding: dict[str, Any]) -> Parts:
    """One kind of files, the first found of arrays, .npz, tables and Parquet; the others are named in a note."""
    kind = next(kind for kind in ("arrays", "npz", "table", "parquet") if kind in found)
    others = [path.name for other, paths in found.items() if other != kind for path in paths]
    if kind == "arrays":
        parts = parts_of_array_files([held for held in find_arrays(folder) if held.path in found[kind]], title)
    elif kind == "npz":
        if len(found["npz"]) > 1:
            raise ByhandError(f"{title} holds several data sets: choose {' or '.join(map(str, found['npz']))}.")
        parts = parts_of_npz(found["npz"][0])
    else:
        by_part: dict[str, list[Path]] = defaultdict(list)
        for path in found[kind]:
            by_part[part_of_file(path.name) or "train"].append(path)
        if "validation" in by_part:
            validation = by_part.pop("validation")
            if "test" in by_part:
                others += [path.name for path in validation]
            else:
                by_part["test"] = validation
        parts = _open_tables(by_part, title) if kind == "table" else _open_parquet(by_part, title, decoding)
    left_out = (f"Left out of {folder.name}: {', '.join(others)}.",) if others else ()
    return replace(parts, notes=left_out + parts.notes)


def _open_tables(by_part: dict[str, list[Path]], title: str) -> Parts:
    parts: dict[str, Numbers] = {}
    notes: tuple[str, ...] = ()
    id_name = "ImageId"
    for part, paths in by_part.items():
        if len(paths) > 1:
            start = paths[0].parent / own_start(paths[0].name)
            raise ByhandError(
                f"{title} holds several tables of images ({', '.join(path.name for path in paths)}): choose one, or "
                f"several by how their names begin, as in {start}."
            )
        numbers, told, id_name = read_csv(paths[0])
        split = emnist_split(paths[0].name)
        if split is not None:
            images, labels = upright(to_images(numbers.images, paths[0].name)), numbers.labels
            numbers = numbers._replace(images=images, labels=None if labels is None else characters(labels, split))
            told += (emnist_note(split),)
        parts[part] = numbers
        notes += told
    return parts_of_numbers("file", title, parts.get("train"), parts.get("test"), notes, id_name=id_name)


def _open_parquet(by_part: dict[str, list[Path]], title: str, decoding: dict[str, Any]) -> Parts:
    parts: dict[str, Numbers] = {}
    notes: tuple[str, ...] = ()
    for part, paths in by_part.items():
        parts[part], told = read_parquet(paths, **decoding)
        notes += told
    return parts_of_numbers("file", title, parts.get("train"), parts.get("test"), notes)


def _kind(path: Path) -> str | None:
    """Tell a table of images, a .npz with several arrays, or a Parquet file; None for anything else."""
    name = path.name.lower()
    if name.endswith(TABLES):
        return "table" if is_image_table(path) else None
    if name.endswith(".parquet"):
        return "parquet"
    return "npz" if name.endswith(".npz") else None


def _load_by_name(source: str | Path, seed: int = 0) -> Dataset | None:
    """Load "mnist", "openml:NAME", or "NAME:WHAT" from another package; None for anything else, such as a path."""
    if source == "mnist":
        return Dataset.mnist()
    name, colon, what = str(source).partition(":")
    if colon and f"{name}:" == OPENML:
        return _load_openml(what)
    if not colon or not name.replace("-", "_").isidentifier() or any(_look(Path(source))):
        return None
    plugin = find_plugin(DATA_SOURCES, name, ("mnist", OPENML.rstrip(":")))
    if plugin is None:
        return None
    try:
        found = dataset_of(plugin.value(what), seed)
    except ByhandError as error:
        raise plugin.error(f"gives no data that can be used ({reason_of(error)})") from error
    except Exception as error:  # whatever a stranger's function does
        raise plugin.error(f"has failed ({type(error).__name__}: {reason_of(error)})") from error
    if isinstance(found, str):
        return open_source(Path(found)).dataset(seed)
    return replace(found, name=f"{name}:")


def _load_openml(name: str) -> Dataset:
    """Fetch a data set of square grey images from openml.org, the way the original exercise does.

    The first 60,000 of 70,000 images are the training set of MNIST and of its look-alikes there; of any other
    number of images, the first six sevenths.
    """
    from sklearn.datasets import fetch_openml

    try:
        answer = fetch_openml(name, as_frame=False, parser="liac-arff")
    except OSError as error:  # also URLError and HTTPError
        raise ByhandError(
            f"Cannot fetch {name} from openml.org ({error}): there seems to be no network. 'mnist' needs none."
        ) from error
    except Exception as error:
        raise ByhandError(f"openml.org has no usable data set {name}: {reason_of(error)}.") from error
    pixels, labels = np.asarray(answer.data), np.asarray(answer.target)
    side = int(np.sqrt(pixels.shape[1])) if pixels.ndim == 2 else 0
    if side == 0 or side * side != pixels.shape[1]:
        raise ByhandError(f"{name} on openml.org does not hold square images, but {pixels.shape} numbers.")
    images = pixels.astype(np.uint8).reshape(-1, side, side)
    split = len(images) * 6 // 7
    arrays = MNIST(images[:split], labels[:split], images[split:], labels[split:])
    return Dataset.from_arrays(f"{OPENML}{name}", arrays, f"{OPENML}{name}")
