"""From what the user calls the data (`--data SOURCE`) to the data."""

from pathlib import Path

import numpy as np

from byhand.data.dataset import Dataset, LabelledImages
from byhand.data.idx import read_idx
from byhand.data.mnist import FILE_NAMES, MNIST
from byhand.errors import ByhandError

OPENML = "openml:"


def load_dataset(source: str = "mnist", *, seed: int = 0, image_size: tuple[int, int] | None = None) -> Dataset:
    """Load the data that `source` names, divided into training and test set.

    Args:
        source: "mnist" (bundled), a folder of IDX files with the four usual names (raw or `.gz`), a folder of
            pictures with one sub-folder per label, or "openml:NAME".
        seed: decides which pictures are kept for testing where the source does not say.
        image_size: (height, width) that pictures are brought to; None keeps their own if they share a small one.

    Raises:
        ByhandError: there is no such source, or what is there cannot be used.
    """
    if source == "mnist":
        return Dataset.mnist()
    if source.startswith(OPENML):
        return _load_openml(source.removeprefix(OPENML))
    folder = Path(source)
    if not folder.is_dir():
        raise ByhandError(
            f"There is no data at {source}: give 'mnist', a folder of IDX files, a folder with one sub-folder "
            "of pictures per label, or 'openml:NAME'."
        )
    if any(_find(folder, name) for name in FILE_NAMES):
        return _load_idx_folder(folder)
    from byhand.data.picture_folder import load_picture_folder

    return load_picture_folder(folder, seed=seed, image_size=image_size)


def load_examples(source: str, *, image_size: tuple[int, int]) -> tuple[LabelledImages, tuple[str, ...]]:
    """Load what a trained model is to be evaluated on: the test set, or all of an undivided picture folder.

    Returns:
        The images, and notes on what was done to them.

    Raises:
        ByhandError: as `load_dataset`.
    """
    from byhand.data.picture_folder import is_divided, load_all_pictures

    folder = Path(source)
    pictures = source != "mnist" and folder.is_dir() and not any(_find(folder, name) for name in FILE_NAMES)
    if pictures and not is_divided(folder):
        return load_all_pictures(folder, image_size=image_size)
    data = load_dataset(source, image_size=image_size)
    return data.test, data.notes


def _find(folder: Path, name: str) -> Path | None:
    """The IDX file of that name in the folder, raw or gzipped."""
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def _load_idx_folder(folder: Path) -> Dataset:
    paths = [_find(folder, name) for name in FILE_NAMES]
    missing = [name for name, path in zip(FILE_NAMES, paths, strict=True) if path is None]
    if missing:
        raise ByhandError(f"{folder} lacks {', '.join(missing)} (raw, or with .gz behind the name).")
    return Dataset.from_arrays("folder", MNIST(*(read_idx(path) for path in paths if path)), str(folder))


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
            f"Cannot fetch {name} from openml.org ({error}): there seems to be no network. '--data mnist' needs none."
        ) from error
    except Exception as error:
        raise ByhandError(f"openml.org has no usable data set {name}: {error}") from error
    pixels, labels = np.asarray(answer.data), np.asarray(answer.target)
    side = int(np.sqrt(pixels.shape[1])) if pixels.ndim == 2 else 0
    if side == 0 or side * side != pixels.shape[1]:
        raise ByhandError(f"{name} on openml.org does not hold square images, but {pixels.shape} numbers.")
    images = pixels.astype(np.uint8).reshape(-1, side, side)
    split = len(images) * 6 // 7
    arrays = MNIST(images[:split], labels[:split], images[split:], labels[split:])
    return Dataset.from_arrays(f"{OPENML}{name}", arrays, f"{OPENML}{name}")
