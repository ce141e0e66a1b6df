from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from byhand.data import Dataset, mapped_images
from byhand.data.arrays import dataset_of
from byhand.data.batches import batches
from byhand.data.idx import write_idx
from byhand.data.mapped_images import MappedImages
from byhand.data.one_hot import OneHot
from byhand.data.sources import load_dataset
from byhand.errors import ByhandError
from byhand.evaluation import evaluate
from byhand.training.recipe import Recipe
from byhand.training.run import Run
from byhand.training.train import train

COUNT = 4000
Images = NDArray[Any]


@pytest.fixture
def always_mapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapped_images, "MAPPED_FROM_BYTES", 1)
    monkeypatch.setattr(mapped_images, "FEW_BYTES", 500_000)  # 637 images


def digits(count: int = COUNT) -> tuple[Images, Images]:
    mnist = Dataset.mnist().train
    return mnist.images[:count], mnist.labels[:count].astype(np.uint8)


def folder_of(tmp_path: Path, images: Images, labels: Images, test: int = 500) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    for name, array in (
        ("train-images-idx3-ubyte", images[test:]),
        ("train-labels-idx1-ubyte", labels[test:]),
        ("t10k-images-idx3-ubyte", images[:test]),
        ("t10k-labels-idx1-ubyte", labels[:test]),
    ):
        write_idx(folder / name, array)
    return folder


def test_an_epoch_shows_every_image_once_with_its_label(tmp_path: Path) -> None:
    # Each image is its own number, so that nothing can be exchanged unnoticed.
    count = 70_001
    base = np.memmap(tmp_path / "images", np.uint8, "w+", shape=(count, 2, 2))
    base.reshape(count, 4)[:] = np.arange(count, dtype=np.uint32).view(np.uint8).reshape(count, 4)
    labels = np.arange(count) % 10
    rows = np.flatnonzero(np.arange(count) % 7)
    images = MappedImages(base, rows)
    for size in (100, 128):
        rng = np.random.default_rng(0)
        seen: list[Images] = []
        for pixels, targets in batches(images, OneHot(labels[rows], 10, np.dtype("f4")), size, rng):
            numbers = pixels.copy().view(np.uint32).ravel()
            assert (targets.argmax(axis=1) == numbers % 10).all()
            assert len(numbers) == size or not seen or sum(len(one) for one in seen) + len(numbers) == len(rows)
            seen.append(numbers)
        order = np.concatenate(seen)
        np.testing.assert_array_equal(np.sort(order), rows)
        # Well shuffled: neighbours of the file do not follow each other, and a window comes from all over it.
        assert (np.abs(np.diff(order.astype(int))) == 1).mean() < 0.01
        assert order[:5000].std() > 0.9 * rows.std()


def test_without_a_generator_the_order_is_that_of_the_file(tmp_path: Path) -> None:
    base = np.memmap(tmp_path / "images", np.uint8, "w+", shape=(1000, 1, 1))
    base[:] = (np.arange(1000) % 251).astype(np.uint8)[:, None, None]
    shown = [x.copy() for x, _ in batches(MappedImages(base), OneHot(np.zeros(1000, int), 2, np.dtype("f4")), 64, None)]
    np.testing.assert_array_equal(np.concatenate(shown), base.reshape(1000, 1))


def in_memory(images: Images, labels: Images, test: int = 500) -> Dataset:
    data = dataset_of((images[test:], labels[test:], images[:test], labels[:test]), 0)
    assert isinstance(data, Dataset)
    return data


@pytest.mark.parametrize("change", ["as it is", "inverted", "transposed", "deskewed"])
def test_a_map_trains_as_arrays_do(tmp_path: Path, always_mapped: None, change: str) -> None:
    images, labels = digits()
    if change == "inverted":
        images = 255 - images
    elif change == "transposed":
        images = np.ascontiguousarray(images.swapaxes(1, 2))
    data = load_dataset(folder_of(tmp_path, images, labels))
    assert isinstance(data.train.images, MappedImages)
    recipe = Recipe.load("fast", epochs=4, hidden=[64], validation=500, deskew=change == "deskewed")
    mapped = Run(recipe, data).complete()
    held = Run(recipe, in_memory(images, labels)).complete()
    assert mapped.evaluation and held.evaluation
    assert mapped.evaluation.accuracy > 0.9
    assert mapped.evaluation.accuracy == pytest.approx(held.evaluation.accuracy, abs=0.02)
    scaling = mapped.model.preprocessing.scaling
    np.testing.assert_array_equal(scaling.maximum, held.model.preprocessing.scaling.maximum)
    assert mapped.model.preprocessing.brightness == held.model.preprocessing.brightness


def test_without_a_test_set_a_fifth_is_kept_and_measured_in_blocks(tmp_path: Path, always_mapped: None) -> None:
    images, labels = digits()
    np.save(tmp_path / "images.npy", images)
    np.save(tmp_path / "labels.npy", labels)
    data = load_dataset(tmp_path)
    assert isinstance(data.test.images, MappedImages)
    assert (len(data.train), len(data.test)) == (COUNT * 4 // 5, COUNT // 5)
    run = Run(Recipe.load("fast", epochs=2), data).complete()
    held = evaluate(run.model, type(data.test)(data.test.images[:], data.test.labels, data.label_names))
    assert run.evaluation
    assert run.evaluation.accuracy == held.accuracy
    assert run.evaluation.loss == pytest.approx(held.loss, rel=1e-6)
    assert run.evaluation.calibration_error == pytest.approx(held.calibration_error, abs=1e-6)


def test_a_memory_map_of_ones_own_and_few_levels(tmp_path: Path, always_mapped: None) -> None:
    images, labels = digits()
    np.save(tmp_path / "X.npy", (images // 128).reshape(COUNT, -1))
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    with pytest.warns(UserWarning, match="brought to grey levels"):
        model = train("fast", data=(mapped, labels), epochs=3, validation=300)
    assert model.results["test_accuracy"] > 0.85
    assert set(np.unique(MappedImages(images).with_table(np.arange(256, dtype=np.uint8)[::-1])[:1])) <= set(range(256))


@pytest.mark.parametrize("options", [{"split": "original"}, {"outliers": 10}, {"drawn_digits": 5}])
def test_what_needs_all_images_in_memory_says_so(tmp_path: Path, always_mapped: None, options: dict[str, Any]) -> None:
    data = load_dataset(folder_of(tmp_path, *digits(1000)))
    with pytest.raises(ByhandError, match="held in memory"):
        Run(Recipe.load("fast", **options), data)


def test_a_file_of_a_wrong_length_is_refused_as_ever(tmp_path: Path, always_mapped: None) -> None:
    folder = folder_of(tmp_path, *digits(1000))
    with (folder / "train-images-idx3-ubyte").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ByhandError, match="goes on after"):
        load_dataset(folder)
