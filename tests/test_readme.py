"""The README says what was measured, shows what byhand draws, and its commands are the ones that CI runs."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import byhand
from benchmarks.figure import draw_speed
from byhand.figures.style import save

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PICTURES = sorted(set(re.findall(r"\]\((docs/pictures/[^)]+)\)", README)))


def test_the_tables_are_those_of_the_kept_runs() -> None:
    script = ROOT / "scripts" / "build_documents.py"
    done = subprocess.run([sys.executable, script, "check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_tour_shows_every_figure() -> None:
    assert len(PICTURES) >= 7


@pytest.mark.parametrize("picture", PICTURES)
def test_the_pictures_are_those_that_byhand_draws(picture: str, tmp_path: Path) -> None:
    drawn = tmp_path / Path(picture).name
    command = [sys.executable, "-m", "byhand", "show", drawn.stem, "--save", str(drawn)]
    subprocess.run(command, check=True, capture_output=True)
    compare(drawn, picture)


def test_the_picture_of_speed_is_that_of_the_kept_measurements(tmp_path: Path) -> None:
    report = json.loads((ROOT / "docs" / "results" / "benchmarks.json").read_text("utf-8"))
    save(draw_speed(report), tmp_path / "speed.png")
    compare(tmp_path / "speed.png", "docs/speed.png")


def compare(drawn: Path, picture: str) -> None:
    with Image.open(drawn) as now, Image.open(ROOT / picture) as kept:
        assert now.size == kept.size
        difference = np.abs(np.asarray(now.convert("L"), float) - np.asarray(kept.convert("L"), float))
    # Another version of Matplotlib or NumPy may move an edge by a pixel, not more.
    assert difference.mean() < 3


def test_the_readme_has_two_commands_that_make_their_own_environments() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        assert block.count("\n") == 1
        assert block.startswith("python3 -m venv ")


def test_every_file_that_the_readme_links_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_python_of_the_readme_works() -> None:
    code = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0]
    values: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), values)
    model = values["model"]
    assert isinstance(model, byhand.Model)
    assert model.results["test_accuracy"] > 0.9
    assert byhand.load_model().predict(byhand.load_mnist().test_images[:5]).tolist() == [7, 2, 1, 0, 4]
