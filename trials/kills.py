"""Trainings are killed at any moment, also within a write, before and after a rename; all are resumed.

Every third is shared by a team of two processes, either of which may be the one that is killed.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from byhand.model import MODEL_FILE, load_model
from byhand.training.checkpoint import CHECKPOINT_FILE
from byhand.training.recipe import Recipe
from byhand.training.run_folder import HISTORY_FILE, RECIPE_FILE, is_finished
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
    seconds, whole = {}, {}
    for workers in (1, 2):
        start, folder = time.perf_counter(), place / f"whole-{workers}"
        _run(["nowhere", "0", *_begin(folder, workers)])
        seconds[workers], whole[workers] = time.perf_counter() - start, (folder / MODEL_FILE).read_bytes()
    counts: Counter[str] = Counter()
    same, wrong = 0, []
    for number in range(rounds):
        folder, workers = place / f"killed-{number}", 2 if number % 3 == 0 else 1
        killed = 0
        while killed < 1 + number % 2:  # every second one twice
            arguments = _go_on(folder, workers)
            if arguments is None:
                break  # finished before it could be killed
            kind, died = _kill(arguments, folder, workers, seconds[workers], rng)
            killed += died
            counts[kind] += died
            wrong += [f"round {number}, killed {kind}: {what}" for what in _unreadable(folder)]
        while (arguments := _go_on(folder, workers)) is not None:
            status = _run(["nowhere", "0", *arguments])
            if status:
                wrong.append(f"round {number}: resuming ended with {status}")
                break
        _run(["nowhere", "0", "train", "--resume", str(folder)])  # clears away what a kill after the end left
        if names(folder) != FINISHED:
            wrong.append(f"round {number}: left {sorted(names(folder))}")
            continue
        same += (folder / MODEL_FILE).read_bytes() == whole[workers]
    return {"trainings": rounds, "kills": dict(counts), "same_bytes": same, "wrong": wrong}


def _kill(arguments: list[str], folder: Path, workers: int, seconds: float, rng: random.Random) -> tuple[str, bool]:
    """Start a training and kill it, or the other process of its team; say how, and whether it died of it."""
    if workers > 1 and rng.random() < 0.5:
        return "the other process of a team", _kill_member(arguments, folder, rng.uniform(0, 0.3) * seconds)
    if rng.random() < 0.5:
        return "at a random moment", _kill_after(arguments, rng.uniform(0.2, 1.0) * seconds)
    where = rng.choice(WHERE)
    return f"at a {where}", _run([where, str(rng.randrange(OPERATIONS)), *arguments]) == -signal.SIGKILL


def _begin(folder: Path, workers: int) -> list[str]:
    return [*TRAINING, "--workers", str(workers), "--out", str(folder)]


def _go_on(folder: Path, workers: int) -> list[str] | None:
    """How to go on in a folder: from the beginning, or by resuming; None if the training is finished."""
    if not (folder / RECIPE_FILE).exists():
        return _begin(folder, workers)
    if is_finished(folder):
        return None
    return ["train", "--resume", str(folder), "--no-figures", "--quiet"]


def _unreadable(folder: Path) -> list[str]:
    """What lies at a final name and cannot be read."""
    readers: dict[str, Callable[[Path], object]] = {
        MODEL_FILE: load_model,
        RECIPE_FILE: lambda path: Recipe.load(str(path)),
        HISTORY_FILE: lambda path: json.loads(path.read_text()),
        CHECKPOINT_FILE: _check_checkpoint,
    }
    wrong = []
    for name, read in readers.items():
        if (folder / name).exists():
            try:
                read(folder / name)
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
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run(_command(arguments), capture_output=True, env=environment).returncode


def _start(arguments: list[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        _command(["nowhere", "0", *arguments]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip


def _kill_after(arguments: list[str], seconds: float) -> bool:
    """Kill a training after so many seconds; tell whether it was still under way."""
    process = _start(arguments)
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
        return False
    team = psutil.Process(process.pid).children()
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(team, timeout=10)
    if alive:
        raise RuntimeError(f"a process outlived its training: {alive}")
    return True


def _kill_member(arguments: list[str], folder: Path, seconds: float) -> bool:
    """Kill the other process of a team so many seconds after its first checkpoint; tell whether that ended it all."""
    checkpoint, start = folder / CHECKPOINT_FILE, time.time()
    process = _start(arguments)
    while process.poll() is None:
        with suppress(FileNotFoundError):
            if checkpoint.stat().st_mtime > start:
                break
        time.sleep(0.01)
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
        return False
    for member in psutil.Process(process.pid).children():
        member.kill()
    return process.wait() == 1
