"""Measure, and keep what was measured in `docs/results/`.

python -m benchmarks.scaling kills       a worker and a client killed in a sweep and while pictures are read
"""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import typer

from benchmarks.scaling.kills import read_kills, sweep_kills

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
        keep("scaling-kills", {"sweep": sweep_kills(Path(name), SWEEP), "read": read_kills(Path(name), pictures)})


def keep(name: str, value: dict[str, Any]) -> None:
    """Write a file of `docs/results/`, and say what is in it."""
    text = json.dumps(value, indent=1) + "\n"
    (RESULTS / f"{name}.json").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    app()
