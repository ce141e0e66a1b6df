"""A team of processes: the same training, shared; and what becomes of it when something goes wrong."""

import gc
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from byhand.data import Dataset
from byhand.errors import ByhandError
from byhand.model import Model
from byhand.preprocessing import MinMaxScaling
from byhand.training import crew as crews
from byhand.training import run as run_module
from byhand.training.crew import Crew, LostMemberError, can_share
from byhand.training.crew_size import FEWEST_TRIAL_STEPS, TRIAL_STEPS, seconds_per_step
from byhand.training.loop import Event, Training
from byhand.training.recipe import Recipe
from byhand.training.run import Run

pytestmark = pytest.mark.skipif(not can_share(), reason="A team needs an x86 processor.")


def trained(data: Dataset, **settings: Any) -> Run:
    chosen: dict[str, Any] = {"hidden": [24], "epochs": 2, "learning_rate": 1.0} | settings
    return Run(Recipe.load("fast", **chosen), data).complete()


VARIANTS: list[dict[str, Any]] = [
    {},
    {"hidden": [23, 17], "activation": "tanh", "l2": 0.001, "learning_rate": 0.3},
    {"hidden": [10, 9, 8], "activation": "relu", "optimizer": "nesterov", "momentum": 0.5, "learning_rate": 0.05},
    {"optimizer": "adam", "learning_rate": 0.01, "rotation": 10.0, "elastic": 1.0, "batch_size": 37},
]


@pytest.mark.parametrize("settings", VARIANTS)
def test_any_number_of_members_learns_the_same(few_digits: Dataset, settings: dict[str, Any]) -> None:
    alone = trained(few_digits, dtype="float64", workers=1, **settings)
    # The first batches agree to 1e-12; rounding errors grow with every step since.
    for workers in (2, 3):
        team = trained(few_digits, dtype="float64", workers=workers, **settings)
        assert team.recipe.workers == team.model.recipe["workers"] == workers
        difference = np.abs(alone.model.network.parameters - team.model.network.parameters).max()
        assert difference < 1e-12 * max(1, np.abs(alone.model.network.parameters).max()) * team.training.step
        assert team.evaluation is not None and alone.evaluation is not None
        assert team.evaluation.accuracy == alone.evaluation.accuracy


def test_the_same_bits_every_time(few_digits: Dataset) -> None:
    first, second = (trained(few_digits, workers=2, corruptions=0.5, rotation=5.0) for _ in range(2))
    assert first.model.to_bytes() == second.model.to_bytes()


def test_a_scaling_that_is_exchanged_before_the_start_counts_for_all_members(few_digits: Dataset) -> None:
    def with_half_the_range(workers: int) -> Run:
        recipe = Recipe.load("fast", hidden=[24], epochs=1, learning_rate=1.0, dtype="float64", workers=workers)
        run = Run(recipe, few_digits)
        run.training.scale = MinMaxScaling(np.zeros(784), np.full(784, 510.0)).transform
        return run.complete()

    alone, team = (with_half_the_range(workers).model.network.parameters for workers in (1, 2))
    assert np.abs(alone - team).max() < 1e-10


def test_early_stopping_and_validation_go_with_it(few_digits: Dataset) -> None:
    settings: dict[str, Any] = {
        "validation": 200,
        "patience": 1,
        "epochs": 30,
        "learning_rate": 2.0,
        "dtype": "float64",
    }
    alone, team = (trained(few_digits, workers=workers, **settings) for workers in (1, 2))
    assert len(alone.history) == len(team.history) < 30


def test_divergence_ends_it_with_the_last_good_weights(few_digits: Dataset) -> None:
    run = Run(Recipe.load("fast", hidden=[24], epochs=3, learning_rate=1e4, workers=2), few_digits)
    assert run.crew is not None
    with pytest.raises(ByhandError, match="diverged"):
        run.complete()
    assert np.isfinite(run.model.network.parameters).all()
    assert all(process.poll() is not None for process in run.crew.processes)


def test_a_lost_member_ends_it_within_a_second(few_digits: Dataset) -> None:
    run = Run(Recipe.load("fast", hidden=[24], epochs=1000, learning_rate=1.0, workers=3), few_digits)
    assert run.crew is not None
    with pytest.raises(LostMemberError, match="--resume"):
        for event in run.events():
            if event is Event.EPOCH and len(run.history) == 2:
                run.crew.processes[0].kill()
    assert all(process.poll() is not None for process in run.crew.processes)
    assert np.isfinite(run.model.network.parameters).all()


def test_a_checkpoint_goes_on_with_any_number(few_digits: Dataset, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(run_module, "SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    settings: dict[str, Any] = {"hidden": [24], "epochs": 4, "optimizer": "adam", "learning_rate": 0.01}
    settings |= {"dtype": "float64", "rotation": 5.0}

    def in_folder(workers: int, stop_after: int | None) -> Model:
        run = Run(Recipe.load("fast", workers=workers, **settings), few_digits)
        run.folder = tmp_path
        for event in run.events():
            if event is Event.STEP and len(run.history) == stop_after:
                break
        return run.model

    whole = trained(few_digits, workers=1, **settings).model
    in_folder(2, 1)
    in_folder(1, 2)
    in_folder(3, 3)
    resumed = in_folder(2, None)
    assert np.abs(whole.network.parameters - resumed.network.parameters).max() < 1e-9
    assert len(resumed.history) == 4


def test_a_trial_of_slow_steps_ends_early(few_digits: Dataset) -> None:
    steps: list[int] = []

    def slow(images: NDArray[Any], *_: Any) -> NDArray[Any]:
        time.sleep(0.1)
        steps.append(len(images))
        return images

    run = Run(Recipe.load("fast", hidden=[24], epochs=1, batch_size=10, workers=1), few_digits)
    run.training.augment = slow
    assert seconds_per_step(run.training, None, 1) >= 0.1
    assert FEWEST_TRIAL_STEPS <= len(steps) < TRIAL_STEPS


@pytest.mark.parametrize("batch_size", [32, 128])
@pytest.mark.parametrize("fastest", ["one", "two", "threads"])
def test_the_clock_chooses_a_number_that_the_recipe_keeps_and_nothing_else(
    few_digits: Dataset, monkeypatch: pytest.MonkeyPatch, batch_size: int, fastest: str
) -> None:
    def timed(training: Training, crew: Crew | None, members: int, steps: int = 9, one_thread: bool = True) -> float:
        how = "two" if members == 2 else "one" if one_thread else "threads"
        return 0.5 if how == fastest else 1.0

    monkeypatch.setattr("byhand.training.crew_size.seconds_per_step", timed)
    monkeypatch.setattr("byhand.training.crew_size.WORTH_A_CREW", 0)
    monkeypatch.setattr("byhand.training.crew_size.cores", lambda: 2)
    chosen = trained(few_digits, batch_size=batch_size)
    assert chosen.recipe.workers == (2 if fastest == "two" else 1)
    again = Run(chosen.recipe, few_digits)
    assert again.training.one_thread == chosen.training.one_thread or chosen.recipe.workers == 2
    assert again.complete().model.to_bytes() == chosen.model.to_bytes()


def test_too_many_workers_are_refused() -> None:
    with pytest.raises(ByhandError, match="--workers"):
        Recipe.load("fast", hidden=[4], workers=5)
    with pytest.raises(ByhandError, match="no hidden layer"):
        Recipe.load("fast", hidden=[], workers=2)


def test_without_processes_one_does_it_all_and_says_nothing(few_digits: Dataset, monkeypatch: Any, capfd: Any) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError("no more processes")

    crews.crew_of(2).end()  # nor does one wait from before
    monkeypatch.setattr(subprocess, "Popen", refuse)
    assert trained(few_digits, workers=2).recipe.workers == 1
    assert capfd.readouterr() == ("", "")


SCRIPT = """
import sys
print("imported", flush=True)
import byhand
model = byhand.train("fast", hidden=64, epochs=2, limit=5000, workers=2)
print(model.recipe["workers"], model.results["test_accuracy"] > 0.5)
"""


def test_a_script_without_a_main_guard_is_not_imported_again(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    for command, given in ((["script.py"], None), (["-"], SCRIPT), (["-c", SCRIPT], None)):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", *command],
            input=given,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.split() == ["imported", "2", "True"]
        assert done.stderr == ""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_no_process_outlives_the_first(tmp_path: Path, how: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "byhand", "train", "--epochs", "1000", "--workers", "3", "--quiet", "--out", "run"],
        cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    first = psutil.Process(process.pid)
    deadline = time.time() + 300  # three processes on two cores, beside other tests
    try:
        while len(first.children()) < 2 or not (tmp_path / "run" / "checkpoint.safetensors").exists():
            assert time.time() < deadline and process.poll() is None
            time.sleep(0.05)
        members = first.children()
        os.kill(process.pid, how)
        process.wait(60)
    finally:
        process.kill()
    gone, alive = psutil.wait_procs(members, timeout=30)
    assert len(gone) == 2 and not alive


def test_a_lost_member_leaves_a_training_that_can_be_resumed(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "byhand",
        "train",
        "--epochs",
        "40",
        "--workers",
        "2",
        "--out",
        "run",
        "--no-figures",
    ]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    first = psutil.Process(process.pid)
    while not (tmp_path / "run" / "checkpoint.safetensors").exists():
        assert process.poll() is None
        time.sleep(0.05)
    first.children()[0].kill()
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "has ended" in errors and "--resume" in errors and "Traceback" not in errors
    assert (tmp_path / "run" / "checkpoint.safetensors").exists()
    assert (tmp_path / "run" / "model.safetensors").exists()


def waiting() -> list[int]:
    """The numbers of the processes that wait for the next training."""
    return [process.pid for crew in crews._waiting for process in crew.processes]


def test_the_next_training_has_the_same_processes_and_gives_the_same_bytes(few_digits: Dataset) -> None:
    crews.crew_of(2).end()
    first = trained(few_digits, workers=2)
    processes = waiting()
    assert len(processes) == 1
    # Another network, and more memory; then the first once more.
    trained(few_digits, workers=2, hidden=[300], batch_size=256, dtype="float64")
    again = trained(few_digits, workers=2)
    assert waiting() == processes
    assert again.model.to_bytes() == first.model.to_bytes()
    trained(few_digits, workers=3)
    assert len(waiting()) == 2 and not set(processes) & set(waiting())


def test_a_process_that_died_while_it_waited_is_replaced(few_digits: Dataset) -> None:
    first = trained(few_digits, workers=2)
    (process,) = waiting()
    os.kill(process, signal.SIGKILL)
    while psutil.Process(process).status() != psutil.STATUS_ZOMBIE:  # killed, and not yet noticed
        time.sleep(0.01)
    again = trained(few_digits, workers=2)
    assert waiting() != [process] and again.model.to_bytes() == first.model.to_bytes()


def test_a_training_that_stops_early_ends_its_processes(few_digits: Dataset) -> None:
    trained(few_digits, workers=2)
    (process,) = waiting()
    run = Run(Recipe.load("fast", hidden=[64], epochs=3, workers=2), few_digits)
    for _ in run.events():
        break
    gc.collect()
    assert not waiting() and not psutil.pid_exists(process)
    stopped = trained(few_digits, workers=2, epochs=30, validation=100, patience=1, learning_rate=5.0)
    assert len(stopped.history) < 30 and not waiting()


def test_processes_that_nobody_wants_end(few_digits: Dataset, monkeypatch: Any) -> None:
    trained(few_digits, workers=2)
    (process,) = waiting()
    monkeypatch.setattr(crews, "SECONDS_KEPT", 0.2)
    trained(few_digits, workers=2)
    assert waiting() == [process]
    deadline = time.time() + 30
    while psutil.pid_exists(process):
        assert time.time() < deadline
        time.sleep(0.05)
    assert not waiting()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_leaves_them_alone() -> None:
    code = (
        "import os, byhand; from byhand.training import crew\n"
        "train = lambda: byhand.train('fast', hidden=8, epochs=1, limit=1000, workers=2)\n"
        "train(); (kept,) = [p for c in crew._waiting for p in c.processes]\n"
        "if child := os.fork(): os.waitpid(child, 0); train(); now = crew._waiting[0].processes[0]; "
        "print(now is kept, kept.poll())\n"
        "else: train(); raise SystemExit\n"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "None"], done.stderr


def test_a_crew_ends_with_its_object() -> None:
    crew = Crew(2)
    processes = crew.processes
    del crew
    assert all(process.poll() is not None for process in processes)
