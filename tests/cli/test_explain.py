"""`byhand explain` as a user meets it."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import byhand as package
from tests.cli.conftest import Byhand


def test_json_has_what_it_promises(byhand: Byhand) -> None:
    answer = json.loads(byhand("explain", "8", "--json", "--unit", "7").stdout)
    assert list(answer)[:2] == ["image", "label"]
    assert {"image", "label", "layers", "forward", "backward", "update"} <= set(answer)
    assert answer["label"] == 5 and answer["image"]["index"] == 8 and answer["layers"] == [784, 128, 10]
    for step in [*answer["forward"], *answer["backward"]]:
        assert {"name", "formula", "shape", "values"} <= set(step)
    assert all("finite_difference" in step for step in answer["backward"])
    assert np.array_equal(answer["image"]["pixels"], package.load_mnist().test_images[8])


def test_the_terminal_shows_the_tiny_network_whole(byhand: Byhand) -> None:
    done = byhand("explain", "--tiny")
    assert done.returncode == 0 and done.stderr == ""
    for text in ("0.620000", "Softmax", "Backward", "finite difference", "One step of learning", "b2[1]"):
        assert text in done.stdout
    assert "more" not in done.stdout


def test_a_picture_is_prepared_as_by_read(byhand: Byhand, tmp_path: Path) -> None:
    digit = Image.fromarray(255 - package.load_mnist().test_images[0]).resize((140, 140))
    digit.save(tmp_path / "seven.png")
    done = byhand("explain", "seven.png", "--json", "--label", "7")
    answer = json.loads(done.stdout)
    read = package.read(tmp_path / "seven.png", single=True, model=package.load_model())
    assert np.array_equal(answer["image"]["pixels"], read.digits[0].image)
    assert answer["label"] == answer["predicted"] == 7
    assert "taken for right" in byhand("explain", "seven.png").stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Say which image"),
        (("10000",), "no image 10,000"),
        (("missing.png",), "missing.png"),
        (("8", "--label", "x"), "does not know the label x"),
        (("8", "--html", "page.txt"), "must end in .html"),
        (("--tiny", "8"), "--tiny brings"),
        (("8", "--unit", "a"), "--unit"),
    ],
)
def test_mistakes_get_a_sentence(byhand: Byhand, arguments: tuple[str, ...], words: str) -> None:
    done = byhand("explain", *arguments)
    assert done.returncode == 1 and words in done.stderr and "Traceback" not in done.stderr
