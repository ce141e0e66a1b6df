"""The errors that no test of their own module causes: each sentence, and what leads to it."""

import csv
import errno
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from byhand.data import decoding, mnist
from byhand.data.csv_files import read_csv
from byhand.data.dataset import Dataset
from byhand.data.idx import decode_idx
from byhand.data.labels import to_labels
from byhand.data.mnist import MNIST
from byhand.data.parquet_files import read_parquet
from byhand.data.parts import Part, Parts
from byhand.data.picture_folder import load_pictures
from byhand.data.sources import load_dataset, load_examples, load_unlabelled
from byhand.errors import ByhandError
from byhand.model import Model, load_model
from byhand.training.recipe import Recipe

IMAGES = np.zeros((4, 5, 5), np.uint8)
IMAGES[:, 1:4, 2] = 200
LABELS = np.array([0, 1, 0, 1])

Attempt = Callable[[Path, pytest.MonkeyPatch], object]


def file(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def npz(folder: Path, name: str, **arrays: Any) -> Path:
    np.savez(folder / name, **arrays)
    return folder / name


def npy(array: Any) -> bytes:
    content = io.BytesIO()
    np.save(content, array)
    return content.getvalue()


def refusing(number: int) -> Callable[..., Any]:
    """What an operation of the system does that fails."""

    def refuse(*arguments: Any, **options: Any) -> Any:
        raise OSError(number, "Input/output error")

    return refuse


def dataset(train: Any = IMAGES, train_labels: Any = LABELS, test: Any = IMAGES, test_labels: Any = LABELS) -> Dataset:
    return Dataset.from_arrays("x", MNIST(train, train_labels, test, test_labels), "the arrays")


def picture(kind: str, size: tuple[int, int] = (40, 30), mode: str = "L", **options: Any) -> bytes:
    content = io.BytesIO()
    Image.new(mode, size, 255).save(content, kind, **options)
    return content.getvalue()


def pdf(pages: int, size: tuple[int, int] = (40, 30)) -> bytes:
    page = Image.new("L", size, 255)
    return picture("pdf", size, save_all=True, append_images=[page] * (pages - 1))


def pdf_without_pages(monkeypatch: pytest.MonkeyPatch) -> object:
    import pypdfium2

    # The present PDFium opens no such file, which is no promise.
    monkeypatch.setattr(pypdfium2.PdfDocument, "__len__", lambda document: 0)
    return decoding.decode_pages(pdf(1))


def parquet(folder: Path, **columns: Any) -> Path:
    import pyarrow
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.table(columns), folder / "a.parquet", compression="zstd")
    return folder / "a.parquet"


def same_picture_often(folder: Path) -> Path:
    """A file of a kilobyte with the same megabyte in every one of 20,000 rows."""
    import pyarrow

    content = pyarrow.array([picture("png") + bytes(1_000_000)])
    image = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 20_000, pyarrow.int32()), content)
    return parquet(folder, image=image, label=[0, 1] * 10_000)


def openml(monkeypatch: pytest.MonkeyPatch, answer: Callable[..., Any]) -> Dataset:
    monkeypatch.setattr("sklearn.datasets.fetch_openml", answer)
    return load_dataset("openml:x")


def fails(*arguments: Any, **options: Any) -> Any:
    raise ValueError("no\nsuch data")


def two_files_of_one_kind(folder: Path) -> Path:
    np.save(folder / "train-images.npy", IMAGES)
    np.save(folder / "train_images.npy", IMAGES)
    return folder


def two_npz(folder: Path) -> Path:
    for name in ("a.npz", "b.npz"):
        npz(folder, name, x_train=IMAGES, y_train=LABELS)
    return folder


def table_with_null(folder: Path) -> Path:
    file(folder, "a.png", picture("png"))
    file(folder, "labels.csv", b"file,label\na.png,\0\n")
    return folder


def mnist_without_files(monkeypatch: pytest.MonkeyPatch, folder: Path) -> MNIST:
    monkeypatch.setattr(mnist, "files", lambda package: folder)
    return mnist.load_mnist()


def without(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    """As if a package were not installed."""
    monkeypatch.setitem(sys.modules, package, None)


def unreadable_table(folder: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    path = file(folder, "a.csv", b"1,2\n")
    monkeypatch.setattr(Path, "open", refusing(errno.EIO))
    return read_csv(path)


def unreadable_picture(folder: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    path = file(folder, "a.png", picture("png"))
    monkeypatch.setattr(Path, "read_bytes", refusing(errno.EIO))
    return load_pictures([("a.png", path)])


def unreadable_folder(folder: Path, monkeypatch: pytest.MonkeyPatch, labels: str) -> object:
    monkeypatch.setattr(Path, "iterdir", refusing(errno.EIO))
    return load_examples(folder, image_size=(28, 28), labels=labels)


def examples(path: Path) -> object:
    return load_examples(path, image_size=(28, 28))


DATA: dict[str, tuple[Attempt, str]] = {
    "npy that promises more": (
        lambda folder, _: load_unlabelled(file(folder, "a.npy", npy(IMAGES).replace(b"(4, 5, 5)", b"(9, 9, 9)")), image_size=(28, 28)), "is truncated"
    ),
    "two files of one kind": (lambda folder, _: examples(two_files_of_one_kind(folder)), "leave one of them out"),
    "CSV on a bad disk": (unreadable_table, r"^Cannot read .*a\.csv: Input/output error\.$"),
    "CSV with a long row": (lambda folder, _: read_csv(file(folder, "a.csv", b"1," * 6_000_000)), "more than 10 MB"),
    "CSV with another column": (
        lambda folder, _: read_csv(file(folder, "a.csv", (",".join("abcdefghijklmnopqrstuvwxyz") + "\n").encode())),
        r"cannot tell which \(a, y, z\): call the labels 'label'",
    ),
    "damaged gzip": (lambda folder, _: read_csv(file(folder, "a.csv.gz", b"\x1f\x8bxx")), "is damaged .*fresh copy"),
    "images of two dimensions": (lambda *_: dataset(train=IMAGES[0]), r"shape \(5, 5\).*mixed up\?$"),
    "fewer labels": (lambda *_: dataset(test_labels=LABELS[:3]), "4 test images and 3 labels"),
    "no images": (lambda *_: dataset(test=IMAGES[:0], test_labels=LABELS[:0]), "has no test images"),
    "a long picture": (
        lambda *_: decoding.decode(picture("png", (70_000, 1), "1")), r"more than 65,535 pixels long: cut it"
    ),
    "a large file": (
        lambda _, patch: (patch.setattr(decoding, "MOST_FILE_BYTES", 9), decoding.decode(picture("png"))), "make it smal"
    ),
    "IDX of nothing": (
        lambda *_: decode_idx(b"\0\0\x08\x03" + b"\0\0\0\0" + b"\x7f\xff\xff\xff" * 2, "It"), "has no numbers in it"
    ),
    "IDX of many dimensions": (
        lambda *_: decode_idx(b"\0\0\x08\x09" + bytes(36), "It"), "9 dimensions.*at most 8"
    ),
    "ragged labels": (lambda *_: to_labels([[1], [1, 2]], "y"), "y must hold one label per image"),
    "complex labels": (lambda *_: to_labels(np.array([1j]), "y"), "whole numbers or words, not complex128"),
    "labels of tuples": (lambda *_: to_labels(np.array([None, (1, 2)], object)[1:], "y"), r"has \(1, 2\) in row 0"),
    "an installation without MNIST": (lambda folder, patch: mnist_without_files(patch, folder), "missing: install"),
    "Parquet without pictures": (
        lambda folder, _: read_parquet([parquet(folder, text=["a"])]), "no column 'image'.*it has text"
    ),
    "Parquet with words": (lambda folder, _: read_parquet([parquet(folder, image=["a"])]), "no encoded picture in row"),
    "Parquet that unpacks to gigabytes": (lambda folder, _: read_parquet([same_picture_often(folder)]), "would unpack"),
    "damaged Parquet": (lambda folder, _: read_parquet([file(folder, "a.parquet", b"PAR1")]), "^Cannot read .*a.parq"),
    "no Parquet": (lambda folder, patch: (without(patch, "pyarrow"), read_parquet([folder])), "need pyarrow"),
    "parts without images to evaluate on": (
        lambda *_: Parts("x", "It", None, Part(IMAGES[:0], LABELS[:0])).examples(), "It has no images"
    ),
    "parts without images": (lambda *_: Parts("x", "It", None, None).unlabelled(), "It has no images"),
    "no PDFium": (lambda folder, patch: (without(patch, "pypdfium2"), decoding.decode_pages(pdf(1))), "install pypdf"),
    "PDF of many pages": (lambda _, patch: (patch.setattr(decoding, "MOST_PAGES", 1), decoding.decode_pages(pdf(2))),
                          "more than 1 pages"),
    "PDF without pages": (lambda _, patch: pdf_without_pages(patch), "has no pages"),
    "PDF of a large page": (lambda *_: decoding.decode_pages(pdf(1, (9000, 9000))), "^Page 1 of .*million pixels at"),
    "a picture on a bad disk": (unreadable_picture, "^Cannot read .*Input/output error"),
    "a folder on a bad disk": (
        lambda folder, patch: unreadable_folder(folder, patch, ""), "^Cannot look into .*Input/output error"
    ),
    "a folder of pictures on a bad disk": (
        lambda folder, patch: unreadable_folder(folder, patch, "{label}_*"), "^Cannot look into .*Input/output error"
    ),
    "a listing with a null character": (lambda folder, _: examples(table_with_null(folder)), "null characters"),
    "two archives": (lambda folder, _: examples(two_npz(folder)), "several data sets: choose .*a.npz or .*b.npz"),
    "openml.org without it": (lambda _, patch: openml(patch, fails), r"no usable data set x: no such data\.$"),
    "openml.org with other data": (
        lambda _, patch: openml(patch, lambda *a, **o: SimpleNamespace(data=np.zeros((2, 5)), target=[0, 1])),
        "does not hold square images",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DATA)
def test_data(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(DATA[case], tmp_path, monkeypatch)


def check(case: tuple[Attempt, str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt, words = case
    with pytest.raises(ByhandError, match=words) as error, monkeypatch.context() as patch:
        attempt(folder, patch)
    sentence = str(error.value)
    assert "\n" not in sentence
    assert sentence[-1] in ".?"


def huge(folder: Path) -> object:
    model = load_model("fast")
    model.network.parameters[:] = np.float32(3e38)
    return Model.from_bytes(model.to_bytes(), "The model").predict(np.full((2, 28, 28), 200, np.uint8))


OTHERS: dict[str, tuple[Attempt, str]] = {
    "a model of huge weights": (lambda folder, _: huge(folder), "no finite numbers: train it anew"),
    "a recipe's word of two lines": (
        lambda *_: Recipe(optimizer="nest\nov"), r"cannot be 'nest\\nov': did you mean 'nesterov'"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", OTHERS)
def test_others(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(OTHERS[case], tmp_path, monkeypatch)
