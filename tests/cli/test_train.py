import json
import signal
import subprocess
import sys
import time
from filecmp import cmp
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import byhand as library
from byhand.model import Model

from .conftest import Byhand

QUICK = ("--limit", "2000", "--epochs", "2", "--no-figures")


def test_a_run_leaves_model_recipe_history_and_five_figures(run_folder: Path) -> None:
    names = {path.name for path in run_folder.iterdir()}
    figures = {f"{name}.png" for name in ("history", "predictions", "mistakes", "confusion", "weights")}
    assert names == {"model.safetensors", "recipe.toml", "history.json"} | figures


def test_json_has_the_promised_keys_and_is_all_of_stdout(byhand: Byhand, tmp_path: Path) -> None:
    done = byhand("train", *QUICK, "--validation", "400", "--json", "--out", "here")
    assert done.returncode == 0
    run = json.loads(done.stdout)
    promised = (
        "recipe layers activation parameters seed epochs train_examples test_examples test_accuracy test_loss "
        "train_seconds total_seconds history model out"
    )
    assert set(promised.split()) <= set(run)
    assert run["layers"] == [784, 128, 10]
    assert run["parameters"] == 784 * 128 + 128 + 128 * 10 + 10
    assert run["train_examples"] == 1600  # the limit comes first, then 400 are held out
    assert run["test_examples"] == 10_000
    assert run["out"] == str(tmp_path / "here")
    assert Path(run["model"]).is_file()
    assert [line["epoch"] for line in run["history"]] == [1, 2]
    assert {"epoch", "train_loss", "validation_accuracy", "learning_rate", "seconds"} <= set(run["history"][0])
    assert 0 < run["train_seconds"] < run["total_seconds"]
    mnist = library.load_mnist()
    accuracy = (library.load_model(run["model"]).predict(mnist.test_images) == mnist.test_labels).mean()
    assert run["test_accuracy"] == accuracy


def test_progress_goes_to_stderr_and_quiet_silences_it(byhand: Byhand) -> None:
    loud, quiet = byhand("train", *QUICK), byhand("train", *QUICK, "--quiet")
    assert "epoch 1/2  loss" in loud.stderr
    assert "epoch" not in loud.stdout.replace("epochs", "")
    assert quiet.stderr == ""
    assert quiet.stdout.startswith("Test accuracy")


def test_without_validation_the_accuracy_is_null(byhand: Byhand) -> None:
    run = json.loads(byhand("train", *QUICK, "--json").stdout)
    assert [line["validation_accuracy"] for line in run["history"]] == [None, None]


def test_the_saved_recipe_gives_the_same_bytes_again(byhand: Byhand, tmp_path: Path) -> None:
    byhand("train", *QUICK, "--hidden", "16,8", "--activation", "tanh", "--learning-rate", "0.3", "--out", "one")
    again = byhand("train", "one/recipe.toml", "--no-figures", "--out", "two")
    assert again.returncode == 0, again.stderr
    assert cmp(tmp_path / "one/model.safetensors", tmp_path / "two/model.safetensors", shallow=False)


def test_every_setting_of_a_recipe_is_an_option(byhand: Byhand, tmp_path: Path) -> None:
    done = byhand(
        "train", "original", *QUICK, "--hidden", "none", "--activation", "relu", "--initialiser", "he",
        "--batch-size", "50", "--shuffle", "--optimizer", "adam", "--learning-rate", "0.001", "--momentum", "0.5",
        "--schedule", "one-cycle", "--l2", "0.0001", "--seed", "9", "--dtype", "float64", "--split", "standard",
        "--scaling", "whole-range", "--data", "mnist", "--validation", "100", "--out", "all",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    written = library.load_model(tmp_path / "all").recipe
    assert written["hidden"] == []
    assert (written["optimizer"], written["dtype"], written["seed"], written["l2"]) == ("adam", "float64", 9, 0.0001)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], "no recipe 'nonsense'"),
        (["missing.toml"], "missing.toml"),
        (["--hidden", "0"], "--hidden"),
        (["--learning-rate", "nan"], "--learning-rate"),
        (["--learning-rate", "-1"], "--learning-rate"),
        (["--activation", "step"], "sigmoid"),
        (["--epochs", "0"], "--epochs"),
        (["--validation", "60000"], "validation"),
        (["--data", "nowhere"], "nowhere"),
        (["--out", "/dev/null/run"], "/dev/null/run"),
    ],
)
def test_what_cannot_work_gets_one_sentence_and_status_1(byhand: Byhand, arguments: list[str], words: str) -> None:
    done = byhand("train", *arguments, "--no-figures")
    assert done.returncode == 1
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("arguments", [["--epochs", "many"], ["--hidden", "128,x"], ["--no-such-option"]])
def test_what_cannot_be_read_gets_status_2(byhand: Byhand, arguments: list[str]) -> None:
    assert byhand("train", *arguments).returncode == 2


def test_an_error_is_json_too_and_debug_shows_the_traceback(byhand: Byhand) -> None:
    done = byhand("train", "--hidden", "0", "--json", "--debug")
    assert done.returncode == 1
    assert "--hidden" in json.loads(done.stdout)["error"]
    assert "Traceback" in done.stderr


def test_a_folder_in_use_is_refused_and_left_alone(byhand: Byhand, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    done = byhand("train", *QUICK, "--out", "mine")
    assert done.returncode == 1
    assert "mine is in use" in done.stderr
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_divergence_names_the_cure_and_keeps_good_weights(byhand: Byhand, tmp_path: Path) -> None:
    done = byhand("train", "--limit", "5000", "--learning-rate", "1000", "--no-figures", "--out", "wild")
    assert done.returncode == 1
    assert "--learning-rate 4." in done.stderr
    assert np.isfinite(library.load_model(tmp_path / "wild").network.parameters).all()


def test_an_epoch_no_better_than_guessing_draws_a_warning(byhand: Byhand) -> None:
    done = byhand("train", *QUICK, "--learning-rate", "1e-9")
    assert done.returncode == 0
    assert done.stderr.count("Warning") == 1
    assert "learning rate of 1e-09 is too low" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to one process")
def test_ctrl_c_keeps_the_model_so_far(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "byhand", "train", "--epochs", "500", "--limit", "5000", "--out", "run", "--json"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("epoch   3/500"):
            break
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "The model as it was then is in run" in stderr
    run = json.loads(stdout)
    assert run["interrupted"] is True
    assert run["test_accuracy"] is None
    mnist = library.load_mnist()
    accuracy = (library.load_model(tmp_path / "run").predict(mnist.test_images) == mnist.test_labels).mean()
    assert accuracy > 0.6


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to one process")
def test_an_interrupted_training_is_resumed_and_ends_in_the_same_bytes(byhand: Byhand, tmp_path: Path) -> None:
    settings = ("--limit", "10000", "--epochs", "25", "--hidden", "256", "--rotation", "5", "--no-figures")
    process = subprocess.Popen(
        [sys.executable, "-m", "byhand", "train", *settings, "--out", "run"],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not (tmp_path / "run" / "checkpoint.safetensors").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, remarks = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "'byhand train --resume run' goes on" in remarks
    resumed = byhand("train", "--resume", "run", "--no-figures", "--json")
    assert resumed.returncode == 0, resumed.stderr
    assert "epoch  1/25" not in resumed.stderr
    assert len(json.loads(resumed.stdout)["history"]) == 25
    # By the recipe that was kept: how many processes train is measured at the start, and may be another each time.
    assert byhand("train", "run/recipe.toml", "--no-figures", "--out", "whole").returncode == 0
    # Not "==", for pytest took half an hour to say how 800 kB differ.
    assert cmp(tmp_path / "run/model.safetensors", tmp_path / "whole/model.safetensors", shallow=False)
    assert not (tmp_path / "run" / "checkpoint.safetensors").exists()
    again = byhand("train", "--resume", "run")
    assert (again.returncode, again.stderr) == (1, "The training in run is finished: there is nothing to resume.\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--resume", "nowhere"], "no training to resume in nowhere"),
        (["fast", "--resume", "nowhere"], "leave everything else out"),
        (["--resume", "nowhere", "--epochs", "3"], "leave everything else out"),
    ],
)
def test_what_cannot_be_resumed(byhand: Byhand, arguments: list[str], words: str) -> None:
    done = byhand("train", *arguments)
    assert done.returncode == 1
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_full_disk_leaves_the_old_model_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = library.load_model()
    path = tmp_path / "model.safetensors"
    model.save(path)
    before = path.read_bytes()

    def no_space(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    model.network.parameters[:] = 0
    with pytest.raises(library.ByhandError, match="No space left on device"):
        model.save(path)
    assert path.read_bytes() == before
    assert Model.from_bytes(before, "before").network.parameters.any()
    assert [file.name for file in tmp_path.iterdir()] == ["model.safetensors"]


def test_going_on_from_a_model_with_digits_of_ones_own(byhand: Byhand, run_folder: Path, tmp_path: Path) -> None:
    mnist = library.load_mnist()
    for i in range(50):
        folder = tmp_path / "own" / str(mnist.test_labels[i])
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.roll(mnist.test_images[i], 3, axis=1)).save(folder / f"{i}.png")
    own = ("train", "--fine-tune", run_folder, "--data", "own", "--epochs", "1", "--no-figures")
    run = json.loads(byhand(*own, "--json").stdout)
    assert (run["recipe"], run["train_examples"], run["test_examples"]) == ("fine-tune", 40, 10)
    assert 0 <= run["test_accuracy_before"] <= 1
    told = byhand(*own)
    assert told.returncode == 0, told.stderr
    assert " before, on the same images." in told.stdout
    wrong = byhand("train", "fine-tune", "--data", "own")
    assert wrong.returncode == 1
    assert "--fine-tune" in wrong.stderr
