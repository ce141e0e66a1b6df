"""Sweeps as a user runs them; `python -m benchmarks.scaling kills` does the same with more trials."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from benchmarks.scaling.kills import sweep_kills
from byhand.cli.app import app
from byhand.data import load_mnist
from byhand.engines import make_engine
from byhand.errors import ByhandError
from byhand.model import load_model

# Divergence is judged after 20 batches.
ENOUGH = ("--batch-size", "32")
SMALL = ["--epochs", "1", "--limit", "1500", "--workers", "1"]


def sweep(folder: Path, *options: str, status: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["sweep", "fast", *SMALL, *options, "--out", str(folder), "--json", "--quiet"])
    assert done.exit_code == status, done.output
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "results.csv").open() as file:
        return list(csv.DictReader(file))


def test_the_best_is_kept_as_a_run_and_nothing_is_done_twice(tmp_path: Path) -> None:
    folder = tmp_path / "sweep"
    result = sweep(folder, "--grid", "learning_rate=0.01,2,5000", *ENOUGH)
    assert (result["trials"], result["failed"], result["engine"], result["workers"]) == (3, 1, "local", 1)
    assert result["best"]["settings"] == {"learning_rate": 2.0}
    assert result["best"]["validation_accuracy"] == max(
        float(row["validation_accuracy"]) for row in rows(folder) if row["validation_accuracy"]
    )
    assert "diverged" in rows(folder)[2]["error"]
    model = load_model(folder / "best")
    assert model.recipe["learning_rate"] == 2
    assert model.recipe["validation"] == 0  # trained again on all images
    assert model.results["test_accuracy"] == result["test_accuracy"]
    before = (folder / "results.csv").read_bytes(), (folder / "best" / "model.safetensors").stat().st_mtime_ns
    assert sweep(folder, "--grid", "learning_rate=0.01,2,5000", *ENOUGH)["best"] == result["best"]
    assert ((folder / "results.csv").read_bytes(), (folder / "best" / "model.safetensors").stat().st_mtime_ns) == before
    # A larger grid goes on from there.
    more = sweep(folder, "--grid", "learning_rate=0.01,2,5000,4", *ENOUGH)
    assert more["trials"] == 4
    assert rows(folder)[:3] == list(csv.DictReader(before[0].decode().splitlines()))


def test_halving_seeds_and_the_figure(tmp_path: Path) -> None:
    folder = tmp_path / "sweep"
    result = sweep(folder, "--grid", "learning_rate=0.01,0.02,2", "--seeds", "2", "--halving", "--epochs", "3")
    assert [(row["learning_rate"], row["seed"], row["epochs"]) for row in rows(folder)] == [
        *((rate, seed, "1") for rate in ("0.01", "0.02", "2.0") for seed in "01"),
        ("2.0", "0", "3"),
        ("2.0", "1", "3"),
    ]
    assert result["trials"] == 8
    assert result["best"]["seeds"] == [0, 1]
    last = [float(row["validation_accuracy"]) for row in rows(folder)[-2:]]
    assert result["best"]["validation_accuracy"] == np.mean(last)
    assert [Path(model).parent.name for model in result["models"]] == ["best-0", "best-1"]
    drawn = CliRunner().invoke(app, ["show", "sweep", str(folder)])
    assert drawn.exit_code == 0, drawn.output
    assert (folder / "sweep.png").stat().st_size > 10_000


def test_when_all_fail_the_first_reason_is_given(tmp_path: Path) -> None:
    assert "diverged" in sweep(tmp_path / "sweep", "--grid", "learning_rate=5000,6000", *ENOUGH, status=1)["error"]


def test_nothing_is_started_for_a_bad_grid(tmp_path: Path) -> None:
    assert "twice" in sweep(tmp_path / "sweep", "--grid", "epochs=1,1", status=1)["error"]
    assert not (tmp_path / "sweep").exists()


@pytest.mark.parametrize(
    "command", [["sweep", "fast", "--grid", "learning_rate=1,2", "--limit", "500"], ["read", "one.png"]]
)
def test_a_scheduler_that_is_not_there_leaves_no_folder(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(load_mnist().test_images[0]).save("one.png")
    done = CliRunner().invoke(app, [*command, "--scheduler", "nonsense"])
    assert done.exit_code == 1
    assert "no Dask scheduler" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["one.png"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"name": "ray"}, "no engine 'ray'"),
        ({"workers": 0}, "--workers cannot be 0"),
        ({"scheduler": "tcp://127.0.0.1:9", "workers": 2}, "workers of its own"),
        ({"scheduler": "nonsense"}, "no Dask scheduler"),
    ],
)
def test_an_engine_that_cannot_work(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ByhandError, match=said):
        make_engine(**options)


def test_a_cluster_finds_the_same_and_loses_nothing_when_killed(tmp_path: Path) -> None:
    options = ["fast", "--grid", "learning_rate=1,2,4000", "--grid", "hidden=16,32", "--limit", "4000", "--epochs", "2"]
    found = sweep_kills(tmp_path / "sweep", options)
    assert found["trials"] == 6
    assert found["same best"]
    assert found["same scores of all trials"]
    assert found["worker killed"]["results at the end"] == 6
    assert found["client killed"]["kept unchanged"]
    assert found["client killed"]["results at the end"] == 6
