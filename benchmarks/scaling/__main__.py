"""Measure, and keep what was measured in `docs/results/`.

python -m benchmarks.scaling kills        a worker and a client killed in a sweep and while pictures are read
python -m benchmarks.scaling rates        trials and pictures an hour, what a scheduler costs, what travels
python -m benchmarks.scaling memory       training from a file and from memory
python -m benchmarks.scaling shuffling    what shuffling in windows does to accuracy
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psutil
import typer

from benchmarks.scaling.kills import read_kills, sweep_kills
from benchmarks.scaling.memory import shuffling as measure_shuffling
from benchmarks.scaling.memory import train_once, write_images
from benchmarks.scaling.rates import client, moved, overhead
from benchmarks.scaling.rates import rates as measure_rates
from byhand.processors import cores

RESULTS = Path(__file__).parents[2] / "docs" / "results"
# 24 trials of different lengths, some of which diverge.
SWEEP = [
    "fast", "--grid", "learning_rate=0.5,2,4,4000", "--grid", "hidden=16,64,32-32", "--grid", "batch_size=64,128",
    "--epochs", "2", "--limit", "20000",
]  # fmt: skip

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def _root() -> None:
    os.environ["OPENBLAS_NUM_THREADS"] = "1"


@app.command()
def kills(pictures: int = 2000) -> None:
    """Kill what can be killed, in the middle."""
    with tempfile.TemporaryDirectory() as name:
        sweep = sweep_kills(Path(name) / "sweep", SWEEP)
        read = read_kills(Path(name) / "read", pictures, pictures // 4)
        keep("scaling-kills", {"sweep": sweep, "read": read})


@app.command()
def rates(rounds: int = 2) -> None:
    """Trials and pictures an hour, and what a scheduler costs."""
    with tempfile.TemporaryDirectory() as name:
        keep("scaling-rates", {
            "cores": cores(), **measure_rates(Path(name), (1, 2, 4), rounds), "scheduler": overhead((10, 100, 1000)),
            "bytes": moved(Path(name)), "client": client(Path(name)),
        })  # fmt: skip


@app.command()
def memory(images: int = 8_100_000, rounds: int = 2) -> None:
    """An epoch of many images from the disk and from memory, in turn, each in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = write_images(Path(name) / "images", images)
        command = [sys.executable, "-m", "benchmarks.scaling", "once", str(folder)]
        found = [
            json.loads(subprocess.run([*command, how], check=True, capture_output=True, text=True).stdout)
            for _ in range(rounds)
            for how in ("--no-in-memory", "--in-memory")
        ]
    keep("scaling-memory", {"recipe": "fast", "epochs": 1, "runs": found})


@app.command()
def once(folder: Path, in_memory: bool = False) -> None:
    """One of the trainings of `memory`."""
    print(json.dumps(train_once(folder, in_memory)))


@app.command()
def shuffling(seeds: int = 3) -> None:
    """Accuracy with images shuffled in windows."""
    keep("scaling-shuffling", measure_shuffling(seeds))


def keep(name: str, value: dict[str, Any]) -> None:
    """Write a file of `docs/results/`, and say what is in it."""
    # How many processes wanted a core in the last five minutes: more than the measurement's own were in its way.
    value["load"] = psutil.getloadavg()[1]
    text = json.dumps(value, indent=1) + "\n"
    (RESULTS / f"{name}.json").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    app()
