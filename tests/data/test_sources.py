from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.error import URLError

import numpy as np
import pytest
from PIL import Image

from byhand.data.idx import write_idx
from byhand.data.mnist import FILE_NAMES
from byhand.data.sources import load_dataset, load_examples
from byhand.errors import ByhandError

RNG = np.random.default_rng(0)


def idx_folder(folder: Path, ending: str = "", **changes: Any) -> Path:
    """A folder of IDX files with 30 training and 12 test images of 6 x 5 pixels in three classes."""
    arrays = {
        "train_images": RNG.integers(0, 256, (30, 6, 5), np.uint8),
        "train_labels": np.arange(30, dtype=np.uint8) % 3,
        "test_images": RNG.integers(0, 256, (12, 6, 5), np.uint8),
        "test_labels": np.arange(12, dtype=np.uint8) % 3,
    } | changes
    for name, array in zip(FILE_NAMES, arrays.values(), strict=True):
        write_idx(folder / f"{name}{ending}", array)
    return folder


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_a_folder_of_idx_files_is_data(tmp_path: Path, ending: str) -> None:
    data = load_dataset(str(idx_folder(tmp_path, ending)))
    assert data.train.images.shape == (30, 6, 5)
    assert data.test.labels.tolist() == [0, 1, 2] * 4
    assert (data.name, data.label_names) == ("folder", ("0", "1", "2"))


def test_labels_may_be_any_numbers_and_many(tmp_path: Path) -> None:
    labels = np.arange(100, 130, dtype=np.int16)
    data = load_dataset(str(idx_folder(tmp_path, train_labels=labels, test_labels=labels[:12])))
    assert data.label_names[:2] == ("100", "101")
    assert data.train.labels.tolist() == list(range(30))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"train_labels": np.zeros(29, np.uint8)}, "30 training images and 29 labels"),
        ({"train_images": np.zeros(30, np.uint8)}, "mixed up"),
        ({"test_images": np.zeros((12, 5, 6), np.uint8)}, "must have one size"),
        ({"test_images": np.zeros((0, 6, 5), np.uint8), "test_labels": np.zeros(0, np.uint8)}, "no test images"),
        ({"train_labels": np.zeros(30, np.uint8), "test_labels": np.zeros(12, np.uint8)}, "nothing to tell apart"),
    ],
)
def test_idx_files_that_contradict_each_other_are_refused(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ByhandError, match=words):
        load_dataset(str(idx_folder(tmp_path, **changes)))


def test_a_missing_idx_file_is_named(tmp_path: Path) -> None:
    (idx_folder(tmp_path) / FILE_NAMES[3]).unlink()
    with pytest.raises(ByhandError, match=f"lacks {FILE_NAMES[3]}"):
        load_dataset(str(tmp_path))


def a_picture(dark_on_light: bool, size: tuple[int, int] = (20, 16)) -> Image.Image:
    pixels = np.zeros(size, np.uint8)
    pixels[5:15, 6:9] = 250
    return Image.fromarray(255 - pixels if dark_on_light else pixels)


def picture_folder(folder: Path, count: int = 10, dark_on_light: bool = False) -> Path:
    for label in ("cat", "dog"):
        (folder / label).mkdir(parents=True)
        for i in range(count):
            a_picture(dark_on_light).save(folder / label / f"{i}.png")
    return folder


@pytest.mark.parametrize("dark_on_light", [False, True])
def test_pictures_become_bright_on_dark_and_it_is_reported(tmp_path: Path, dark_on_light: bool) -> None:
    data = load_dataset(str(picture_folder(tmp_path, dark_on_light=dark_on_light)))
    assert data.label_names == ("cat", "dog")
    assert data.train.images[0].max() == 250
    assert data.train.images[0][0, 0] == 0
    assert any("20 of 20 pictures were dark on light" in note for note in data.notes) == dark_on_light


def test_a_mixed_folder_is_decided_picture_by_picture(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path)
    for i in range(6):
        a_picture(dark_on_light=True).save(folder / "cat" / f"{i}.png")
    data = load_dataset(str(folder))
    assert "6 of 20" in " ".join(data.notes)
    assert (np.concatenate([data.train.images, data.test.images])[:, 0, 0] == 0).all()


def test_an_undivided_folder_keeps_a_fifth_of_each_label_for_testing(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path)
    data = load_dataset(str(folder), seed=3)
    assert np.bincount(data.train.labels).tolist() == [8, 8]
    assert np.bincount(data.test.labels).tolist() == [2, 2]
    examples, _ = load_examples(str(folder), image_size=(28, 28))
    assert examples.images.shape == (20, 28, 28)
    assert np.bincount(examples.labels).tolist() == [10, 10]
    assert examples.label_names == ("cat", "dog")


def test_a_divided_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    picture_folder(tmp_path / "train", 7)
    picture_folder(tmp_path / "test", 2)
    data = load_dataset(str(tmp_path))
    assert (len(data.train.images), len(data.test.images)) == (14, 4)
    assert len(load_examples(str(tmp_path), image_size=(20, 16))[0]) == 4


def test_pictures_of_several_sizes_become_28_x_28(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path)
    a_picture(False, (40, 60)).save(folder / "cat" / "large.png")
    data = load_dataset(str(folder))
    assert data.train.images.shape[1:] == (28, 28)
    assert "were brought to 28 x 28" in " ".join(data.notes)


def test_colour_alpha_16_bits_and_rotation_are_understood(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path)
    picture = a_picture(False)
    grey = np.asarray(picture)
    picture.convert("RGB").save(folder / "cat" / "0.png")
    Image.fromarray(grey.astype(np.uint16) * 257).save(folder / "cat" / "1.png")
    clear = Image.fromarray(np.dstack([255 - grey] * 3 + [np.where(grey > 0, 255, 0).astype(np.uint8)]))
    for i in range(10):
        clear.save(folder / "dog" / f"{i}.png")  # dark ink on nothing: nothing counts as white paper
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees to see it upright
    picture.rotate(90, expand=True).save(folder / "cat" / "3.jpg", exif=exif, quality=100, subsampling=0)
    (folder / "cat" / "3.png").unlink()
    (folder / "cat" / "notes.txt").write_text("not a picture, and not counted")
    examples, notes = load_examples(str(folder), image_size=(20, 16))
    assert len(examples.labels) == 20
    assert not any("brought to" in note for note in notes)
    for image in examples.images:
        np.testing.assert_allclose(image, grey, atol=12)


def test_a_broken_picture_is_named(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path)
    (folder / "dog" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    with pytest.raises(ByhandError, match=r"broken\.png"):
        load_dataset(str(folder))


def test_a_folder_without_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ByhandError, match="neither IDX files"):
        load_dataset(str(tmp_path))
    with pytest.raises(ByhandError, match="There is no data at nowhere"):
        load_dataset("nowhere")


def test_openml_without_a_network_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*arguments: Any, **options: Any) -> None:
        raise URLError("Name or service not known")

    monkeypatch.setattr("sklearn.datasets.fetch_openml", offline)
    with pytest.raises(ByhandError, match="no network"):
        load_dataset("openml:mnist_784")


def test_openml_answers_become_data(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels, labels = RNG.integers(0, 256, (70, 16)).astype(float), np.array([str(i % 10) for i in range(70)])
    monkeypatch.setattr("sklearn.datasets.fetch_openml", lambda *a, **o: SimpleNamespace(data=pixels, target=labels))
    data = load_dataset("openml:tiny")
    assert data.train.images.shape == (60, 4, 4)
    assert data.test.images.shape == (10, 4, 4)
    assert data.name == "openml:tiny"
    np.testing.assert_array_equal(data.train.images[3].ravel(), pixels[3])
