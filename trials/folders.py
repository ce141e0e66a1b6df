"""Several processes are told to use the same folder, or start at the same time without being told any."""

import json
import multiprocessing
import os
from collections import Counter
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

SMALL = ["train", "--limit", "200", "--epochs", "1", "--hidden", "8", "--no-figures", "--quiet", "--json"]
FINISHED = {"model.safetensors", "recipe.toml", "history.json"}
CONTEXT = multiprocessing.get_context("spawn")


def same_folder(rounds: int, place: Path) -> dict[str, Any]:
    """Let two processes use the same new folder at the same moment, again and again."""
    answers = _together(2, rounds, place, True)
    worked = refused = 0
    wrong = []
    for number, (one, other) in enumerate(zip(*answers, strict=True)):
        good = [answer for answer in (one, other) if answer["status"] == 0]
        bad = [answer for answer in (one, other) if answer["status"] == 1 and "in use" in answer["error"]]
        worked, refused = worked + len(good), refused + len(bad)
        if len(good) != 1 or len(bad) != 1:
            wrong.append(f"round {number}: {one}, {other}")
        elif names(place / f"round-{number}") != FINISHED:
            wrong.append(f"round {number} left {names(place / f'round-{number}')}")
    return {"rounds": rounds, "worked": worked, "refused": refused, "wrong": wrong}


def own_folders(trainings: int, place: Path, processes: int = 4) -> dict[str, Any]:
    """Let processes start default trainings, each several, at the same moments."""
    answers = _together(processes, trainings // processes, place, False)
    folders = Counter(answer.get("out") for own in answers for answer in own)
    return {"trainings": sum(folders.values()), "folders": len(folders)}


def names(folder: Path) -> set[str]:
    """What is in a folder."""
    return {path.name for path in folder.iterdir()}


def _together(processes: int, rounds: int, place: Path, same: bool) -> list[list[dict[str, Any]]]:
    barrier, answers = CONTEXT.Barrier(processes), CONTEXT.Queue()
    workers = [
        CONTEXT.Process(target=_work, args=(number, rounds, place, same, barrier, answers))
        for number in range(processes)
    ]
    for worker in workers:
        worker.start()
    found = dict(answers.get() for _ in workers)
    for worker in workers:
        worker.join()
    return [found[number] for number in range(processes)]


def _work(number: int, rounds: int, place: Path, same: bool, barrier: Barrier, answers: Any) -> None:
    from typer.testing import CliRunner

    from byhand.cli.app import app

    os.chdir(place)
    own = []
    for one in range(rounds):
        barrier.wait()
        result = CliRunner().invoke(app, [*SMALL, *(["--out", f"round-{one}"] if same else [])])
        own.append(json.loads(result.stdout) | {"status": result.exit_code})
    answers.put((number, own))
