"""Folders of photographs of single digits: evaluated and predicted as `byhand read --single` reads them."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

import byhand as library

from .conftest import Byhand

MNIST = library.load_mnist()


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 digits on uneven paper, off the centre, 150 to 260 pixels wide."""
    folder, rng = tmp_path_factory.mktemp("photographs"), np.random.default_rng(0)
    for i in range(40):
        side = int(rng.integers(60, 120))
        digit = np.asarray(Image.fromarray(MNIST.test_images[i]).resize((side, side), Image.Resampling.BICUBIC)) / 255
        height, width = rng.integers(150, 260, 2)
        paper = np.linspace(235, 190, width) + rng.normal(0, 3, (height, width))
        top, left = rng.integers(10, height - side - 10), rng.integers(10, width - side - 10)
        paper[top : top + side, left : left + side] *= 1 - 0.7 * digit
        place = folder / str(MNIST.test_labels[i])
        place.mkdir(exist_ok=True)
        picture = Image.fromarray(paper.clip(0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.7))
        picture.save(place / f"{i}.jpg", quality=85)
    return folder


def read_right(byhand: Byhand, folder: Path, *options: str) -> list[bool]:
    read = json.loads(byhand("read", "--single", "--json", *options, *sorted(map(str, folder.glob("*/*")))).stdout)
    return [str(one["digits"][0]["digit"]) == Path(one["file"]).parent.name for one in read]


@pytest.mark.parametrize("options", [(), ("--model", "fast")], ids=["reader", "fast"])
def test_evaluate_equals_read_exactly(byhand: Byhand, photographs: Path, options: tuple[str, ...]) -> None:
    right = read_right(byhand, photographs, *options)
    done = byhand("evaluate", "--data", str(photographs), "--json", *options)
    measured = json.loads(done.stdout)
    assert measured["examples"] == 40
    assert measured["accuracy"] == np.mean(right) >= (0.8 if options else 0.95)
    assert "40 photographs of digits were prepared as 'byhand read --single' does." in done.stderr


def test_predictions_are_those_of_read(byhand: Byhand, photographs: Path, tmp_path: Path) -> None:
    byhand("predict", str(photographs), "--out", "p.csv")
    with (tmp_path / "p.csv").open() as file:
        rows = list(csv.DictReader(file))
    right = read_right(byhand, photographs)
    assert [row["label"] == row["file"].split("/")[0] for row in rows] == right


def test_photographs_can_be_learned_from(byhand: Byhand, photographs: Path) -> None:
    done = byhand("train", "--data", str(photographs), "--hidden", "16", "--epochs", "2", "--no-figures", "--json")
    run = json.loads(done.stdout)
    assert run["layers"][:2] == [784, 16]
    assert run["train_examples"] + run["test_examples"] == 40
