"""Trainings are killed at any moment, also within a write, before and after a rename; all are resumed."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from byhand.model import MODEL_FILE, load_model
from byhand.training.checkpoint import CHECKPOINT_FILE
from byhand.training.recipe import Recipe
from byhand.training.run_folder import HISTORY_FILE, RECIPE_FILE
from trials.folders import FINISHED, names

# Learns for about as long as it takes to start: half of the kills fall into it.
TRAINING = [
    "train",
    "--limit",
    "6000",
    "--epochs",
    "12",
    "--hidden",
    "32",
    "--validation",
    "500",
    "--no-figures",
    "--quiet",
]
WHERE = ("write", "rename", "renamed")
OPERATIONS = 17  # recipe, lock's holder, a checkpoint after each of 12 epochs, and at the end recipe, history and model


def kills(rounds: int, place: Path, seed: int = 0) -> dict[str, Any]:
    """Kill and resume `rounds` trainings in `place`.

    Returns:
        How often they were killed and how, and what was wrong afterwards.
    """
    rng = random.Random(seed)
    start = time.perf_counter()
    _run(["nowhere", "0", *TRAINING, "--out", str(place / "whole")])
    seconds = time.perf_counter() - start
    whole = (place / "whole" / MODEL_FILE).read_bytes()
    counts = {"at a random moment": 0, **{f"at a {where}": 0 for where in WHERE}}
    same, wrong = 0, []
    for number in range(rounds):
        folder = place / f"killed-{number}"
        killed = 0
        while killed < 1 + number % 2:  # every second one twice
            arguments = _go_on(folder)
            if arguments is None:
                break  # finished before it could be killed
            if rng.random() < 0.5:
                kind = "at a random moment"
                died = _kill_after(["nowhere", "0", *arguments], rng.uniform(0.2, 1.0) * seconds)
            else:
                where = rng.choice(WHERE)
                kind = f"at a {where}"
                died = _run([where, str(rng.randrange(OPERATIONS)), *arguments]) == -signal.SIGKILL
            killed += died
            counts[kind] += died
            wrong += [f"round {number}, killed {kind}: {what}" for what in _unreadable(folder)]
        while (arguments := _go_on(folder)) is not None:
            status = _run(["nowhere", "0", *arguments])
            if status:
                wrong.append(f"round {number}: resuming ended with {status}")
                break
        _run(["nowhere", "0", "train", "--resume", str(folder)])  # clears away what a kill after the end left
        if names(folder) != FINISHED:
            wrong.append(f"round {number}: left {sorted(names(folder))}")
            continue
        same += (folder / MODEL_FILE).read_bytes() == whole
    return {"trainings": rounds, "kills": counts, "same_bytes": same, "wrong": wrong}


def _go_on(folder: Path) -> list[str] | None:
    """How to go on in a folder: from the beginning, or by resuming; None if the training is finished."""
    if not (folder / RECIPE_FILE).exists():
        return [*TRAINING, "--out", str(folder)]
    if (folder / MODEL_FILE).exists():
        return None
    return ["train", "--resume", str(folder), "--no-figures", "--quiet"]


def _unreadable(folder: Path) -> list[str]:
    """What lies at a final name and cannot be read."""
    wrong = []
    for name, read in (
        (MODEL_FILE, load_model),
        (RECIPE_FILE, lambda path: Recipe.load(str(path))),
        (HISTORY_FILE, lambda path: json.loads(path.read_text())),
        (CHECKPOINT_FILE, _check_checkpoint),
    ):
        if (folder / name).exists():
            try:
                read(folder / name)  # type: ignore[operator]
            except Exception as error:
                wrong.append(f"{name}: {error}")
    return wrong


def _check_checkpoint(path: Path) -> None:
    from safetensors.numpy import load

    from byhand.training.checkpoint import _checksum

    content = path.read_bytes()
    metadata = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])["__metadata__"]
    if _checksum(load(content), metadata["byhand"]) != metadata["checksum"]:
        raise ValueError("its checksum is another")


def _command(arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", "trials.victim", *arguments]


def _run(arguments: list[str]) -> int:
    return subprocess.run(
        _command(arguments), capture_output=True, env=os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    ).returncode


def _kill_after(arguments: list[str], seconds: float) -> bool:
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(
        _command(arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False
