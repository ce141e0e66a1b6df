"""`byhand read` as a user meets it."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import byhand as library
from evaluation_sets.generated_pages.pages import make_page
from evaluation_sets.generated_pages.pens import Pen
from tests.data.test_decoding import bomb

from .conftest import Byhand

PAGE = make_page(600, "row", scene=(), ruling="blank", pen=Pen((0.1, 0.1, 0.4), 0.08), doodles=0)


def a_digit(number: int = 0) -> Image.Image:
    return Image.fromarray(255 - library.load_mnist().test_images[number])


def test_json_holds_what_the_contract_says(byhand: Byhand, tmp_path: Path) -> None:
    (tmp_path / "page.jpg").write_bytes(PAGE.file)
    done = byhand("read", "page.jpg", "--json")
    assert done.returncode == 0, done.stderr
    (result,) = json.loads(done.stdout)
    assert list(result) == ["file", "text", "lines", "digits", "other"]
    assert result["file"] == str(tmp_path / "page.jpg")
    assert result["text"] == "\n".join(result["lines"])
    assert result["text"].replace(" ", "") == PAGE.text
    for one, mark in zip(result["digits"], PAGE.digits, strict=True):
        assert list(one) == ["digit", "confidence", "box", "sure"]
        assert str(one["digit"]) == mark.text
        assert 0 <= one["confidence"] <= 1
        left, top, right, bottom = one["box"]
        assert left < mark.x < right and top < mark.y < bottom


def test_text_for_people_and_annotation(byhand: Byhand, tmp_path: Path) -> None:
    (tmp_path / "page.jpg").write_bytes(PAGE.file)
    done = byhand("read", "page.jpg", "--annotate", "found.png")
    assert done.returncode == 0
    assert done.stdout.replace(" ", "").replace("?", "").strip() == PAGE.text
    with Image.open(tmp_path / "found.png") as annotated, Image.open(io.BytesIO(PAGE.file)) as page:
        assert annotated.size == page.size
        assert np.abs(np.asarray(annotated).astype(int) - np.asarray(page)).max() > 100


def test_standard_input(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "byhand", "read", "-", "--json"]
    done = subprocess.run(command, input=PAGE.file, capture_output=True, check=True, cwd=tmp_path)
    (result,) = json.loads(done.stdout)
    assert result["file"] == "-"
    assert result["text"].replace(" ", "") == PAGE.text


def test_a_folder_with_everything_that_can_go_wrong(byhand: Byhand, tmp_path: Path) -> None:
    place = tmp_path / "pictures"
    (place / "below").mkdir(parents=True)
    a_digit().save(place / "below" / "seven.png")
    (place / "page.jpg").write_bytes(PAGE.file)
    (place / "cut.jpg").write_bytes(PAGE.file[: len(PAGE.file) // 2])
    (place / "notes.txt").write_text("buy milk")
    (place / ".hidden").write_text("")
    (place / "bomb.png").write_bytes(bomb())
    for name, size, colour in (
        ("dot", (1, 1), 0),
        ("ribbon", (20_000, 10), 255),
        ("black", (90, 90), 0),
        ("white", (90, 90), 255),
    ):
        Image.new("L", size, colour).save(place / f"{name}.png")
    done = byhand("read", "pictures", "--json")
    assert done.returncode == 1
    results = {Path(result["file"]).name: result for result in json.loads(done.stdout)}
    bad = {"cut.jpg", "bomb.png", "dot.png", "ribbon.png", "black.png", "white.png"}
    assert set(results) == bad | {"seven.png", "page.jpg"}
    for name in bad:
        assert list(results[name]) == ["file", "error"]
        assert results[name]["error"] in done.stderr
        assert results[name]["error"].endswith(".")
    assert "Traceback" not in done.stderr
    assert "Skipped 1 file that is no picture: notes.txt." in done.stderr
    assert len(done.stderr.splitlines()) == 1 + len(bad)
    assert results["seven.png"]["text"] == "7"
    assert results["page.jpg"]["text"].replace(" ", "") == PAGE.text


def test_only_doodles_give_an_error_and_say_where_they_are(byhand: Byhand, tmp_path: Path) -> None:
    pixels = np.full((200, 400), 255, np.uint8)
    pixels[95:105, 50:350] = 0
    pixels[40:160, 190:210] = 0
    Image.fromarray(pixels).save(tmp_path / "cross.png")
    done = byhand("read", "cross.png", "--json")
    (result,) = json.loads(done.stdout)
    if done.returncode:
        assert "no digit" in result["error"]
        assert result["other"]
    else:
        assert not any(one["sure"] for one in result["digits"])


def test_crops_are_saved_by_digit_and_can_be_learned_from(byhand: Byhand, tmp_path: Path) -> None:
    (tmp_path / "page.jpg").write_bytes(PAGE.file)
    for _ in range(2):
        assert byhand("read", "page.jpg", "--save-crops", "crops").returncode == 0
    crops = sorted((tmp_path / "crops").rglob("*.png"))
    assert len(crops) == 2 * len(PAGE.text)
    assert {crop.parent.name for crop in crops} == set(PAGE.text)
    measured = byhand("evaluate", "--data", "crops", "--json")
    assert measured.returncode == 0, measured.stderr
    assert json.loads(measured.stdout)["examples"] == len(crops)


def test_single_always_guesses(byhand: Byhand, tmp_path: Path) -> None:
    for number in range(20):
        a_digit(number).save(tmp_path / f"{number:02}.png")
    done = byhand("read", *(f"{number:02}.png" for number in range(20)), "--single", "--json")
    assert done.returncode == 0
    read = [result["digits"][0]["digit"] for result in json.loads(done.stdout)]
    assert np.mean(np.array(read) == library.load_mnist().test_labels[:20]) >= 0.95


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing.png"], "There is no file nothing.png"),
        (["empty"], "no pictures in it"),
        (["one.png", "--annotate", "found.jpg"], ".png"),
        (["one.png", "one.png", "--annotate", "found.png"], "folder"),
        (["one.png", "--model", "nowhere"], "no model at nowhere"),
        (["one.png", "--save-crops", "one.png"], "one.png"),
    ],
)
def test_what_cannot_work_gets_one_sentence(byhand: Byhand, tmp_path: Path, arguments: list[str], words: str) -> None:
    a_digit().save(tmp_path / "one.png")
    (tmp_path / "empty").mkdir()
    done = byhand("read", *arguments)
    assert done.returncode == 1
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_the_figure_of_reading(byhand: Byhand, tmp_path: Path) -> None:
    (tmp_path / "page.jpg").write_bytes(PAGE.file)
    done = byhand("show", "reading", "page.jpg")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Saved reading.png\n"
    with Image.open(tmp_path / "reading.png") as drawn:
        assert min(drawn.size) > 400
    assert "needs a picture" in byhand("show", "reading").stderr
    assert "takes no picture" in byhand("show", "samples", "page.jpg").stderr
