"""What happens to a run folder when things go wrong: two at once, killed, damaged, a full disk."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from filecmp import cmp
from pathlib import Path

import pytest

from byhand.data import Dataset
from byhand.errors import ByhandError, ByhandWarning
from byhand.files import make_folder, remove_temporary_files, write_atomically
from byhand.model import MODEL_FILE, load_model
from byhand.training.checkpoint import CHECKPOINT_FILE
from byhand.training.folder_lock import locked
from byhand.training.loop import Event
from byhand.training.recipe import Recipe
from byhand.training.run import Run
from byhand.training.run_folder import (
    held_folder_to_resume,
    held_new_folder,
    new_run_folder,
    save_recipe,
    save_run,
)

QUICK = Recipe.load("fast", hidden=[16], epochs=4, learning_rate=1.0, batch_size=32)
MAKE_FOLDERS = """
import sys
from byhand.training.recipe import Recipe
from byhand.training.run_folder import new_run_folder
recipe = Recipe.load("fast")
print("ready", flush=True)
sys.stdin.readline()
for _ in range(25):
    print(new_run_folder(None, recipe).name)
"""
HOLD = """
import sys, time
from pathlib import Path
from byhand.training.folder_lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_folder_that_another_process_has_just_locked_and_cleared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch = Path.touch

    def touched_and_cleared(path: Path) -> None:
        touch(path)
        remove_temporary_files(path.parent)

    monkeypatch.setattr(Path, "touch", touched_and_cleared)
    assert make_folder(tmp_path) == tmp_path  # once in 120 rounds of two processes it was refused: "No such file"


def test_processes_at_once_all_get_folders_of_their_own(tmp_path: Path) -> None:
    command = [sys.executable, "-c", MAKE_FOLDERS]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    makers = [subprocess.Popen(command, cwd=tmp_path, **pipes) for _ in range(4)]  # type: ignore[call-overload]
    for maker in makers:
        assert maker.stdout.readline() == "ready\n"
    for maker in makers:
        maker.stdin.write("go\n")
        maker.stdin.flush()
    made = [name for maker in makers for name in maker.communicate()[0].split()]
    assert sorted(made) == sorted(f"fast-{number}" for number in range(1, 101))


def test_a_folder_in_use_is_refused_until_its_process_dies(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert holder.stdout and holder.stdout.readline() == b"held\n"
        (tmp_path / ".model.safetensors.0123abcd.tmp").write_bytes(b"half")
        with pytest.raises(ByhandError, match=f"in use by process {holder.pid} on "), locked(tmp_path):
            pass
        assert ".model.safetensors.0123abcd.tmp" in names(tmp_path)
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with locked(tmp_path):
        assert names(tmp_path) == {".lock", ".holder.json"}
        assert json.loads((tmp_path / ".holder.json").read_text())["process"] == os.getpid()
    assert names(tmp_path) == set()


def test_a_folder_that_filled_while_we_waited_is_refused(tmp_path: Path) -> None:
    with held_new_folder(str(tmp_path / "new"), QUICK) as folder:
        assert new_run_folder(str(folder), QUICK) == folder
        (folder / ".recipe.toml.0123abcd.tmp").write_bytes(b"half")
        assert new_run_folder(str(folder), QUICK) == folder
        with pytest.raises(ByhandError, match="in use by process"), held_new_folder(str(folder), QUICK):
            pass
        save_recipe(QUICK, folder)
    with pytest.raises(ByhandError, match="in use already"), held_new_folder(str(folder), QUICK):
        pass
    (folder / ".recipe.toml.0123abcd.tmp").unlink()
    assert names(folder) == {"recipe.toml"}


def checkpointed(data: Dataset, folder: Path) -> None:
    """Leave a training as a kill after its second epoch does."""
    run = Run(QUICK, data)
    run.folder = folder
    save_recipe(QUICK, folder)
    for event in run.events():
        if event is Event.EPOCH and len(run.history) == 3:
            break
    assert (folder / CHECKPOINT_FILE).is_file()


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("byhand.training.run.SECONDS_BETWEEN_CHECKPOINTS", -1.0)


@pytest.fixture
def whole(few_digits: Dataset) -> bytes:
    return Run(QUICK, few_digits).complete().model.to_bytes()


@pytest.mark.usefixtures("often")
def test_a_damaged_checkpoint_is_kept_aside_and_the_training_ends_the_same(
    few_digits: Dataset, tmp_path: Path, whole: bytes
) -> None:
    checkpointed(few_digits, tmp_path)
    damaged = (tmp_path / CHECKPOINT_FILE).read_bytes()[:-1]
    (tmp_path / CHECKPOINT_FILE).write_bytes(damaged)
    with held_folder_to_resume(tmp_path):
        run = Run(QUICK, few_digits)
        run.folder = tmp_path
        with pytest.warns(ByhandWarning, match=r"damaged.*renamed to checkpoint-damaged.safetensors.*begins anew"):
            run.complete()
        save_run(run, tmp_path)
    assert (tmp_path / MODEL_FILE).read_bytes() == whole
    assert (tmp_path / "checkpoint-damaged.safetensors").read_bytes() == damaged
    assert CHECKPOINT_FILE not in names(tmp_path)


@pytest.mark.usefixtures("often")
def test_a_damaged_model_does_not_block_a_good_checkpoint(few_digits: Dataset, tmp_path: Path, whole: bytes) -> None:
    checkpointed(few_digits, tmp_path)
    (tmp_path / MODEL_FILE).write_bytes(b"no model")
    with (
        pytest.warns(ByhandWarning, match=r"renamed to model-damaged\.safetensors"),
        held_folder_to_resume(tmp_path),
    ):
        run = Run(QUICK, few_digits)
        run.folder = tmp_path
        run.complete()
        save_run(run, tmp_path)
    assert (tmp_path / MODEL_FILE).read_bytes() == whole
    assert (tmp_path / "model-damaged.safetensors").read_bytes() == b"no model"
    with pytest.raises(ByhandError, match="is finished"), held_folder_to_resume(tmp_path):
        pass


@pytest.mark.usefixtures("often")
def test_a_full_disk_at_a_checkpoint_warns_and_training_goes_on(
    few_digits: Dataset, tmp_path: Path, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(QUICK, few_digits)
    run.folder = tmp_path

    def full(*arguments: object) -> None:
        raise ByhandError("Cannot write it: No space left on device.")

    with monkeypatch.context() as patch:
        patch.setattr("byhand.training.checkpoint.write_atomically", full)
        with pytest.warns(ByhandWarning, match="No checkpoint after epoch 1, and the training goes on.*No space left"):
            run.complete()
    save_run(run, tmp_path)
    assert (tmp_path / MODEL_FILE).read_bytes() == whole


@pytest.mark.usefixtures("often")
def test_the_checkpoint_stays_until_the_model_is_written(
    few_digits: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(QUICK, few_digits)
    run.folder = tmp_path
    run.complete()

    def torn(path: Path, content: bytes) -> None:
        if path.name == MODEL_FILE:
            raise ByhandError("Cannot write it: No space left on device.")
        write_atomically(path, content)

    monkeypatch.setattr("byhand.model.write_atomically", torn)
    with pytest.raises(ByhandError, match="No space left"):
        save_run(run, tmp_path)
    assert CHECKPOINT_FILE in names(tmp_path) and MODEL_FILE not in names(tmp_path)


def test_why_a_file_cannot_be_written_is_said_even_where_nothing_can_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(*arguments: object, **more: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "open", read_only)
    monkeypatch.setattr(Path, "unlink", read_only)
    with pytest.raises(ByhandError, match="Read-only file system"):
        write_atomically(tmp_path / "model", b"x")


def test_ctrl_c_while_figures_are_drawn_says_that_the_model_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from typer.testing import CliRunner

    from byhand.cli.app import app

    def stopped(*arguments: object) -> list[Path]:
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("byhand.cli.train._draw", stopped)
    result = CliRunner().invoke(app, ["train", "--limit", "300", "--epochs", "1", "--json"])
    assert result.exit_code == 130
    assert json.loads(result.stdout)["interrupted"] is False
    assert "The training is finished, and its model is in runs/fast-1" in result.stderr
    assert load_model(tmp_path / "runs" / "fast-1").results["test_accuracy"] > 0.1
    assert names(tmp_path / "runs" / "fast-1") == {MODEL_FILE, "recipe.toml", "history.json"}


def test_one_thread_or_two_give_the_same_file(tmp_path: Path) -> None:
    made = []
    for threads in ("1", "2"):
        command = [sys.executable, "-m", "byhand", "train", "--limit", "3000", "--validation", "1000", "--epochs", "2"]
        command += ["--batch-size", "64"]  # larger ones may be learned from on two cores
        command += ["--no-figures", "--quiet", "--out", threads]
        environment = os.environ | {"OPENBLAS_NUM_THREADS": threads}
        subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
        made.append(tmp_path / threads / MODEL_FILE)
    assert cmp(made[0], made[1], shallow=False)


def test_a_clock_that_jumps_changes_nothing(
    few_digits: Dataset, tmp_path: Path, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter([1e9, -1e9, 0.0, 1e12] * 1000)
    monkeypatch.setattr(time, "time", lambda: next(moments))
    monkeypatch.setattr("byhand.training.run.SECONDS_BETWEEN_CHECKPOINTS", -1.0)
    run = Run(replace(QUICK), few_digits)
    run.folder = tmp_path
    assert run.complete().model.to_bytes() == whole


def test_a_clock_that_jumps_by_a_day_or_a_year_changes_nothing(tmp_path: Path) -> None:
    jumping = "real = time.time; time.time = lambda: real() + random.choice((-86_400.0, 0.0, 31_536_000.0))"
    models: list[Path] = []
    for clock in ("", jumping):
        out = tmp_path / f"run-{len(models)}"
        program = f"import random, time\n{clock}\nfrom byhand.cli import main\nmain()"
        training = ["train", "--limit", "2000", "--epochs", "3", "--hidden", "16", "--workers", "1", "--no-figures"]
        command = [sys.executable, "-c", program, *training, "--json", "--quiet", "--out", str(out)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert 0 < json.loads(done.stdout)["train_seconds"] < 600
        models.append(out / MODEL_FILE)
    assert cmp(models[0], models[1], shallow=False)
