"""A training on a disk that fills up: whatever fails says so, what was there stays, and with space it goes on."""

import errno
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from byhand.model import MODEL_FILE
from trials.folders import FINISHED, names
from trials.kills import TRAINING

# Refuses to write more than so many bytes in all, as a small disk does.
SMALL_DISK = f"""
import sys
from pathlib import Path
import byhand.training.run
from byhand.cli import main
from trials import victim
left = int(sys.argv[1])
class Small(victim.Torn):
    def write(self, content):
        global left
        self.file.write(content[:left])
        if len(content) > left:
            left = 0
            raise OSError({errno.ENOSPC}, "No space left on device")
        left -= len(content)
victim.Torn = Small
Path.open = victim.opened
byhand.training.run.SECONDS_BETWEEN_CHECKPOINTS = -1.0
sys.argv[1:] = sys.argv[2:]
main()
"""


def full_disk(rounds: int, place: Path, seed: int = 0) -> dict[str, Any]:
    """Train on disks that have room for some random number of bytes, then resume with enough."""
    rng = random.Random(seed)
    _, whole = _train(10**9, [*TRAINING, "--out", str(place / "whole")]), (place / "whole" / MODEL_FILE).read_bytes()
    sentences, warned, same, wrong = 0, 0, 0, []
    for number in range(rounds):
        folder = place / f"full-{number}"
        done = _train(rng.choice((rng.randrange(2000), rng.randrange(10**6), rng.randrange(5 * 10**6))),
                      [*TRAINING, "--out", str(folder)])  # fmt: skip
        said = done.stderr.strip().splitlines()
        warned += any("the training goes on" in line for line in said)
        if done.returncode == 1 and "No space left on device" in said[-1]:
            sentences += 1
        elif done.returncode != 0 or "Traceback" in done.stderr:
            wrong.append(f"round {number}: {done.returncode}, {done.stderr[-300:]}")
        if not (folder / MODEL_FILE).exists():
            begun = (folder / "recipe.toml").exists()
            again = ["train", "--resume", str(folder), "--no-figures", "--quiet"]
            done = _train(10**9, again if begun else [*TRAINING, "--out", str(folder)])
        if names(folder) != FINISHED:
            wrong.append(f"round {number} left {names(folder)}")
        same += (folder / MODEL_FILE).read_bytes() == whole
    return {"trainings": rounds, "refused": sentences, "went_on": warned, "same_bytes": same, "wrong": wrong}


def _train(room: int, arguments: list[str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", SMALL_DISK, str(room), *arguments]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run(command, capture_output=True, text=True, env=environment)
