import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import byhand as library
from byhand.cli.show import READING, SWEEP
from byhand.figures import FIGURES

from .conftest import Byhand

FASHION = Path("/usr/share/datasets/fashion-mnist")


def test_evaluate_measures_the_model_that_comes_along(byhand: Byhand) -> None:
    done = byhand("evaluate", "--json")
    assert done.returncode == 0, done.stderr
    measured = json.loads(done.stdout)
    assert measured["data"] == "mnist"
    assert measured["examples"] == 10_000
    assert measured["accuracy"] == library.load_model().results["test_accuracy"] > 0.98
    assert np.trace(np.array(measured["confusion"])) == round(measured["accuracy"] * 10_000)
    assert [row["digit"] for row in measured["per_digit"]] == list(range(10))
    assert {"precision", "recall", "f1", "support"} <= set(measured["per_digit"][0])
    assert 0 < measured["calibration_error"] < 0.02
    assert 0 < measured["loss"] < 0.1


def test_evaluate_prints_a_table_for_people(byhand: Byhand) -> None:
    done = byhand("evaluate")
    assert done.returncode == 0
    assert "Accuracy" in done.stdout
    assert done.stderr == ""


def test_show_and_the_figures_agree_on_the_names(byhand: Byhand) -> None:
    listed = byhand("show", "--help").stdout
    assert all(f" {name} " in listed for name in FIGURES)


@pytest.mark.parametrize("figure", [name for name in FIGURES if name not in (READING, SWEEP)])
def test_every_figure_is_drawn_for_the_model_that_comes_along(byhand: Byhand, tmp_path: Path, figure: str) -> None:
    done = byhand("show", figure)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"Saved {figure}.png\n"
    with Image.open(tmp_path / f"{figure}.png") as picture:
        assert min(picture.size) > 300
        assert np.asarray(picture.convert("L")).std() > 10


def test_show_goes_into_the_run_folder_of_the_model(byhand: Byhand, run_folder: Path) -> None:
    done = byhand("show", "samples", "--model", run_folder, "--json")
    assert json.loads(done.stdout) == {"figure": "samples", "file": str(run_folder / "samples.png")}
    (run_folder / "samples.png").unlink()


@pytest.mark.parametrize("ending", ["svg", "pdf"])
def test_show_saves_other_formats(byhand: Byhand, tmp_path: Path, ending: str) -> None:
    assert byhand("show", "confusion", "--save", f"figure.{ending}").returncode == 0
    assert (tmp_path / f"figure.{ending}").stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "nonsense"], "no figure 'nonsense'"),
        (["show", "samples", "--save", "figure.docx"], ".png"),
        (["show", "predictions", "--count", "0"], "count"),
        (["evaluate", "--model", "missing"], "no model at missing"),
        (["evaluate", "--model", "broken.safetensors"], "not a safetensors file"),
        (["evaluate", "--data", "missing"], "no data at missing"),
        (["show", "samples", "--seed", "-1"], "--seed cannot be -1"),
        (["check-gradients", "--seed", "-1"], "--seed cannot be -1"),
        (["play", "--no-browser", "--port", "99999"], "--port cannot be 99999"),
    ],
)
def test_what_cannot_work_gets_one_sentence_and_status_1(
    byhand: Byhand, tmp_path: Path, arguments: list[str], words: str
) -> None:
    (tmp_path / "broken.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{}")
    done = byhand(*arguments)
    assert done.returncode == 1
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_check_gradients_finds_every_derivative_right(byhand: Byhand) -> None:
    done = byhand("check-gradients", "--json")
    assert done.returncode == 0
    report = json.loads(done.stdout)
    assert report["max_relative_error"] <= 1e-6
    assert report["parameters_checked"] == sum(layer["parameters"] for layer in report["layers"]) > 1000


def test_check_gradients_fails_on_a_wrong_derivative(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = (
        "from byhand.nn.activations import Sigmoid; from byhand.cli import main\n"
        "Sigmoid.backward = lambda self, gradient: gradient\n"
        "import sys; sys.argv = ['byhand', 'check-gradients', '--json']; main()"
    )
    done = subprocess.run([sys.executable, "-c", wrong], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout)["max_relative_error"] > 1e-3


def test_a_folder_of_pictures_trains_and_evaluates(byhand: Byhand, tmp_path: Path) -> None:
    mnist = library.load_mnist()
    for i in range(300):
        place = tmp_path / "pictures" / str(mnist.test_labels[i])
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(255 - mnist.test_images[i]).save(place / f"{i}.png")
    measured = byhand("evaluate", "--data", "pictures", "--json")
    assert "300 of 300 pictures were dark on light" in measured.stderr
    assert json.loads(measured.stdout)["examples"] == 300
    assert json.loads(measured.stdout)["accuracy"] > 0.95
    trained = byhand("train", "--data", "pictures", "--epochs", "30", "--learning-rate", "1", "--json", "--out", "run")
    assert trained.returncode == 0, trained.stderr
    run = json.loads(trained.stdout)
    assert (run["train_examples"], run["test_examples"]) == (240, 60)
    assert run["test_accuracy"] > 0.5
    assert str(tmp_path).encode() not in (tmp_path / "run" / "model.safetensors").read_bytes()
    assert byhand("evaluate", "--model", "run", "--json").returncode == 0


@pytest.mark.skipif(not FASHION.is_dir(), reason="Debian's package dataset-fashion-mnist is not installed")
def test_fashion_mnist_trains_and_evaluates_as_it_is(byhand: Byhand) -> None:
    trained = byhand("train", "--data", FASHION, "--epochs", "2", "--out", "fashion", "--json")
    assert trained.returncode == 0, trained.stderr
    assert json.loads(trained.stdout)["test_accuracy"] > 0.8
    measured = json.loads(byhand("evaluate", "--model", "fashion", "--json").stdout)
    assert measured["accuracy"] == json.loads(trained.stdout)["test_accuracy"]


def test_help_has_an_example_for_every_command(byhand: Byhand) -> None:
    for name in ("train", "evaluate", "show", "play", "export", "check-gradients"):
        done = byhand(name, "--help")
        assert done.returncode == 0
        assert f"Example: byhand {name}" in done.stdout
        assert "--json" in done.stdout
        assert "--quiet" in done.stdout


def test_unknown_commands_get_status_2(byhand: Byhand) -> None:
    assert byhand("trian").returncode == 2


def test_the_version_is_the_package_s(byhand: Byhand) -> None:
    assert byhand("--version").stdout == f"byhand {library.__version__}\n"


def test_help_and_import_load_no_heavy_library() -> None:
    look = (
        "import sys, byhand.cli.app; print([m for m in ('numpy', 'matplotlib', 'sklearn', 'PIL') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert done.stdout == "[]\n"
