"""Predictions out: `byhand predict` and `byhand evaluate --predictions`."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import byhand as library
from byhand.data import load_mnist

from ..data.digits import IMAGES, LABELS, write_csv, write_pictures
from .conftest import Byhand


def rows(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file))


def test_predict_writes_what_kaggle_wants(byhand: Byhand, tmp_path: Path) -> None:
    write_csv(tmp_path / "train.csv")
    write_csv(tmp_path / "test.csv", IMAGES[:50], None)
    expected = library.load_model().predict(IMAGES[:50])
    for source in ("test.csv", "."):
        done = byhand("predict", tmp_path / source, "--out", "p.csv")
        assert done.returncode == 0, done.stderr
        assert done.stdout == "Saved 50 predictions in p.csv.\n"
        header, *found = rows(tmp_path / "p.csv")
        assert header == ["ImageId", "Label"]
        assert found == [[str(i), str(label)] for i, label in enumerate(expected, 1)]


def test_predict_calls_pictures_by_their_files(byhand: Byhand, tmp_path: Path) -> None:
    write_pictures(tmp_path / "pictures", "{writer}/img{i}.{ending}", dark_on_light=True, count=60)
    done = byhand("predict", "pictures", "--out", "p.jsonl", "--json", "--model", "reader")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["examples"], answer["out"]) == (60, "p.jsonl")
    assert answer["seconds"] > 0
    assert "60 of 60 pictures were dark on light" in done.stderr
    found = [json.loads(line) for line in (tmp_path / "p.jsonl").read_text().splitlines()]
    right = [row["label"] == LABELS[int(row["file"].split("img")[1].removesuffix(".png"))] for row in found]
    assert sum(right) >= 58
    assert all(0 < row["confidence"] <= 1 for row in found)


def test_predict_of_many_images_and_into_npz(byhand: Byhand, tmp_path: Path) -> None:
    done = byhand("predict", "mnist", "--out", "p.npz", "--quiet")
    assert done.returncode == 0, done.stderr
    with np.load(tmp_path / "p.npz") as saved:
        np.testing.assert_array_equal(saved["ImageId"], np.arange(1, 10_001))
        np.testing.assert_array_equal(saved["Label"], library.load_model().predict(load_mnist().test_images))
        assert saved["confidence"].shape == (10_000,)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("predict", "a.csv", "--out", "p.xls"), "Predictions are written as .csv, .jsonl, .npz, not as 'p.xls'."),
        (("predict", "a.csv", "--out", "no/p.csv"), "There is no folder no to write p.csv to."),
        (("predict", "nowhere"), "There is no data at nowhere: give 'mnist', a .csv,"),
        (("predict", ""), "DATA is empty"),
        (("predict", "small.csv"), "This model reads images of shape (n, 28, 28)"),
        (("evaluate", "--data", "a.csv", "--predictions", "p"), "Predictions are written as"),
        (("evaluate", "--data", "a.csv", "--labels", "{label}_*"), "A pattern of labels is for folders of pictures"),
        (("evaluate", "--data", ""), "DATA is empty"),
        (("train", "--data", ""), "There is no data named"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    byhand: Byhand, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    write_csv(tmp_path / "a.csv")
    write_csv(tmp_path / "small.csv", IMAGES[:, ::2, ::2])
    done = byhand(*arguments)
    assert done.returncode == 1
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_evaluate_writes_what_the_model_says_of_each_image(byhand: Byhand, tmp_path: Path) -> None:
    write_pictures(tmp_path / "a", "x{i}-{label}.{ending}", count=50)
    (tmp_path / "a" / "notes.txt").write_text("on paper")
    done = byhand("evaluate", "--data", "a", "--labels", "x*-{label}", "--predictions", "p.csv", "--json")
    assert done.returncode == 0, done.stderr
    assert "1 files that are no pictures were left out (1 .txt): notes.txt." in done.stderr
    header, *found = rows(tmp_path / "p.csv")
    assert header == ["file", "label", "prediction", "confidence"]
    assert len(found) == 50
    assert all(name.endswith(f"-{label}.png") for name, label, *_ in found)
    right = sum(label == prediction for _, label, prediction, _ in found)
    assert right / 50 == json.loads(done.stdout)["accuracy"]


def test_evaluate_numbers_images_without_a_name(byhand: Byhand, tmp_path: Path) -> None:
    done = byhand("evaluate", "--data", "mnist", "--predictions", "p.csv", "--quiet")
    assert done.returncode == 0, done.stderr
    header, *found = rows(tmp_path / "p.csv")
    assert header[0] == "image"
    assert [int(row[1]) for row in found] == load_mnist().test_labels.tolist()


def test_training_lists_the_classes_first_and_the_run_knows_its_labels(byhand: Byhand, tmp_path: Path) -> None:
    write_pictures(tmp_path / "a", "x{i}-{label}.{ending}")
    done = byhand("train", "--data", "a", "--labels", "x*-{label}", "--epochs", "5", "--no-figures", "--out", "run")
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert lines[0].startswith("10 classes: 0 (")
    assert "40 of 200 images are kept for testing" in lines[1]
    assert lines[2].startswith("fast: 784-")
    kept = library.load_model(tmp_path / "run").results["test_accuracy"]
    done = byhand("evaluate", "--model", "run", "--json")
    assert done.returncode == 0, done.stderr
    measured = json.loads(done.stdout)
    assert (measured["examples"], measured["accuracy"]) == (40, kept)
