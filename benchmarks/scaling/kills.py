"""Workers and clients killed in the middle: nothing may be lost, nothing done twice, nothing differ."""

import csv
import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import byhand as package
from benchmarks.scaling.cluster import Cluster, byhand

PATIENCE_SECONDS = 1200
DIGITS_IN_PICTURE, MARGIN_PX = 3, 20


def sweep_kills(folder: Path, options: list[str]) -> dict[str, Any]:
    """The same sweep locally, on a cluster, on one that loses a worker, and by a client that is killed and comes again.

    Args:
        folder: for the results.
        options: of `byhand sweep`.
    """
    folder.mkdir()
    alone = _finished(byhand("sweep", *options, "--out", "alone", folder=folder))
    trials = alone["trials"]
    with Cluster(2) as cluster:
        on = ["--scheduler", cluster.url]
        whole = _finished(byhand("sweep", *options, *on, "--out", "whole", folder=folder))

        running = byhand("sweep", *options, *on, "--out", "worker", folder=folder)
        _wait_until(lambda: _rows(folder / "worker") >= trials // 4, running)
        before_worker = _rows(folder / "worker")
        cluster.kill_worker()
        fewer = _finished(running)
        cluster.add_worker()

        running = byhand("sweep", *options, *on, "--out", "client", folder=folder)
        _wait_until(lambda: _rows(folder / "client") >= trials // 4, running)
        running.send_signal(signal.SIGKILL)
        running.wait()
        kept = _lines(folder / "client")
        again = _finished(byhand("sweep", *options, *on, "--out", "client", folder=folder))
    scores = [_scores(folder / name) for name in ("alone", "whole", "worker", "client")]
    return {
        "trials": trials,
        "same best": all(one["best"] == alone["best"] for one in (whole, fewer, again)),
        "same scores of all trials": all(one == scores[0] for one in scores),
        "worker killed": {"results before": before_worker, "results at the end": _rows(folder / "worker")},
        "client killed": {
            "results before": len(kept) - 1,
            "kept unchanged": _lines(folder / "client")[: len(kept)] == kept,
            "results at the end": _rows(folder / "client"),
            "trained again": _rows(folder / "client") - trials,
        },
    }


def read_kills(folder: Path, pictures: int, kept_before: int = 1) -> dict[str, Any]:
    """So many pictures read on one machine, by a cluster that loses a worker, and by a client that is killed.

    Args:
        folder: for the pictures and the results.
        pictures: how many.
        kept_before: kill when the readings of so many pictures are kept.
    """
    make_pictures(folder / "pictures", pictures)
    alone = _read(byhand("read", "pictures", "--out", "alone", folder=folder))
    with Cluster(2) as cluster:
        on = ["--scheduler", cluster.url]
        running = byhand("read", "pictures", *on, "--out", "worker", folder=folder)
        _wait_until(lambda: _pictures(folder / "worker") >= kept_before, running)
        before = _pictures(folder / "worker")
        cluster.kill_worker()
        alive = running.poll() is None
        fewer = _read(running)
        cluster.add_worker()

        running = byhand("read", "pictures", *on, "--out", "client", folder=folder)
        _wait_until(lambda: _pictures(folder / "client") >= kept_before, running)
        running.send_signal(signal.SIGKILL)
        running.wait()
        kept = _pictures(folder / "client")
        again = _read(byhand("read", "pictures", *on, "--out", "client", folder=folder))
    return {
        "pictures": pictures,
        "worker killed": {"pictures before": before, "in the middle": alive, **_compared(fewer, alone)},
        "client killed": {"pictures before": kept, **_compared(again, alone)},
    }


def make_pictures(folder: Path, count: int) -> None:
    """Pictures of three test digits each, dark on light."""
    folder.mkdir(parents=True)
    images = package.load_mnist().test_images
    for number in range(count):
        first = number * DIGITS_IN_PICTURE % (len(images) - DIGITS_IN_PICTURE)
        digits = np.hstack(list(images[first : first + DIGITS_IN_PICTURE]))
        Image.fromarray(255 - np.pad(digits, MARGIN_PX)).save(folder / f"{number:06}.png")


def _compared(readings: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> dict[str, Any]:
    files = [one["file"] for one in readings]
    return {
        "rows": len(files),
        "pictures in them": len(set(files)),
        "all there once": sorted(files) == sorted(one["file"] for one in wanted),
        "same readings": readings == wanted,
    }


def _finished(process: "subprocess.Popen[str]") -> dict[str, Any]:
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    if process.returncode != 0:
        raise RuntimeError(f"It ended with {process.returncode}: {err}{out}")
    result: dict[str, Any] = json.loads(out)
    return result


def _read(process: "subprocess.Popen[str]") -> list[dict[str, Any]]:
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    if process.returncode not in (0, 1):  # 1: there are pictures without a digit
        raise RuntimeError(f"It ended with {process.returncode}: {err}")
    rows: list[dict[str, Any]] | dict[str, Any] = json.loads(out)
    if isinstance(rows, dict):
        raise RuntimeError(rows["error"])
    return rows


def _wait_until(reached: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not reached():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError("It ended before it could be killed.")
        time.sleep(0.02)


def _lines(folder: Path) -> list[str]:
    path = folder / "results.csv"
    return path.read_text("utf-8").splitlines() if path.exists() else []


def _rows(folder: Path) -> int:
    return max(0, len(_lines(folder)) - 1)


def _scores(folder: Path) -> dict[str, tuple[str, str, str]]:
    rows = csv.DictReader(_lines(folder))
    return {row["key"]: (row["validation_accuracy"], row["validation_loss"], row["error"]) for row in rows}


def _pictures(folder: Path) -> int:
    import pyarrow.parquet

    return sum(pyarrow.parquet.read_metadata(part).num_rows for part in folder.glob("part-*.parquet"))
