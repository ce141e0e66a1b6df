"""How many trials and pictures an hour, with how many processes; what a scheduler costs; what travels."""

import pickle
import statistics
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from benchmarks.scaling.cluster import Cluster
from benchmarks.scaling.kills import make_pictures
from byhand.engines import DaskEngine, LocalEngine
from byhand.files import make_folder
from byhand.reading.many import File, Options
from byhand.reading.readings import Readings
from byhand.reading.spread import PAGES_IN_TASK, list_pictures, read_spread, read_task
from byhand.sweep.results import Results
from byhand.sweep.search import trials_of
from byhand.sweep.trial import run_trial
from byhand.training.recipe import Recipe

HOUR = 3600
TRIALS, PICTURES = 16, 192
ROWS = 5000  # to keep, of trials and of pictures
RECIPE = {"epochs": 3, "limit": 20_000, "validation": 2000}


def nothing(task: int, shared: Any) -> int:
    """The smallest task there is."""
    return task


def trial(task: Recipe, shared: Any) -> dict[str, Any]:
    """One training."""
    return run_trial(task, None)


def rates(folder: Path, workers: Sequence[int], rounds: int) -> dict[str, Any]:
    """Trials and pictures an hour with so many processes, in turn, so that a busy machine is busy for all of them."""
    make_pictures(folder / "pictures", PICTURES)
    pictures = list_pictures([str(folder / "pictures")])
    recipe = Recipe.load("fast", **RECIPE)
    recipes = [trial.recipe for trial in trials_of(recipe, {"seed": list(range(TRIALS))})]
    found: dict[str, dict[int, list[Spent]]] = {what: {n: [] for n in workers} for what in ("trials", "pictures")}
    for turn in range(rounds):
        for count in workers:
            with LocalEngine(count) as engine:
                list(engine.run(trial, recipes[:count]))  # processes start and load what they need
                found["trials"][count].append(_spent(engine.run(trial, recipes), TRIALS))
                readings = Readings(folder / f"readings-{turn}-{count}", {})
                list(read_spread(pictures[:count], Options(), engine, readings))
                reading = read_spread(pictures[count:], Options(), engine, readings)
                found["pictures"][count].append(_spent(reading, PICTURES - count))
    return {
        what: {
            "an hour": {n: HOUR / statistics.median(spent.clock for spent in some) for n, some in by_count.items()},
            "times as many as one": {
                n: statistics.median(
                    one.clock / many.clock for one, many in zip(by_count[workers[0]], some, strict=True)
                )
                for n, some in by_count.items()
            },
            "processor_seconds_each": {
                n: statistics.median(spent.processor for spent in some) for n, some in by_count.items()
            },
        }
        for what, by_count in found.items()
    } | {"recipe": f"fast, {RECIPE['epochs']} epochs of {RECIPE['limit']:,} images", "rounds": rounds}


def overhead(counts: Sequence[int]) -> dict[int, dict[str, float]]:
    """What a scheduler takes for so many tasks that do nothing, over TCP."""
    with Cluster(2) as cluster, DaskEngine(cluster.url, None) as engine:
        list(engine.run(nothing, range(10)))
        scheduler = psutil.Process(cluster.scheduler.pid)
        found = {}
        for count in counts:
            before, own, start = _processor(scheduler), time.process_time(), time.perf_counter()
            list(engine.run(nothing, range(count)))
            found[count] = {
                "milliseconds_each": 1000 * (time.perf_counter() - start) / count,
                "scheduler_processor_milliseconds_each": 1000 * (_processor(scheduler) - before) / count,
                "client_processor_milliseconds_each": 1000 * (time.process_time() - own) / count,
            }
    return found


def moved(folder: Path) -> dict[str, Any]:
    """Bytes of a task and its result, as they are pickled."""
    make_pictures(folder / "moved", PAGES_IN_TASK)
    recipe = Recipe.load("fast", epochs=1, limit=2000, validation=500)
    files = tuple(File(one.name, one.name) for one in list_pictures([str(folder / "moved")]))
    rows = read_task(files, Options())
    content = sum(Path(file.name).stat().st_size for file in files)
    return {
        "trial": {"task": _size((trial, recipe)), "result": _size(trial(recipe, None))},
        "picture": {
            "task": _size((read_task, files)) / len(files),
            "result": _size(rows) / len(files),
            "file": content / len(files),
        },
    }


def client(folder: Path) -> dict[str, Any]:
    """What one trial and one picture take of the process that started it all, which keeps what comes."""
    folder = folder / "client"
    table = Results(make_folder(folder / "sweep"), ["learning_rate"])
    row = {"learning_rate": 1.0, "validation_accuracy": 0.97, "validation_loss": 0.1, "seconds": 1.0, "error": ""}
    start = time.perf_counter()
    for number in range(ROWS):
        table.add(row | {"key": f"{number:016}"})
    trial_seconds = (time.perf_counter() - start) / ROWS

    make_pictures(folder / "pictures", PICTURES)
    (read,) = read_task((File("0", str(folder / "pictures" / f"{0:06}.png")),), Options())
    readings = Readings(folder / "readings", {})
    rows = [read | {"file": f"/archive/scans/2026/{number:09}.png"} for number in range(ROWS)]
    start = time.process_time()
    readings.add(rows)
    readings.flush()
    picture_seconds = (time.process_time() - start) / ROWS
    tracemalloc.start()
    found = list_pictures([str(folder / "pictures")])
    names = {one.name: number for number, one in enumerate(found)}
    held = tracemalloc.get_traced_memory()[0] / len(names)
    tracemalloc.stop()
    return {
        "trial": {"seconds": trial_seconds},
        "picture": {"processor_seconds": picture_seconds, "memory_bytes": held},
    }


def _size(value: Any) -> int:
    return len(pickle.dumps(value))


class Spent(NamedTuple):
    """What one of many things took, in seconds by the clock, and of all processes' time."""

    clock: float
    processor: float


def _spent(work: Iterator[Any], count: int) -> Spent:
    this = psutil.Process()
    processes = [this, *this.children(recursive=True)]
    before, start = sum(map(_processor, processes)), time.perf_counter()
    list(work)
    return Spent((time.perf_counter() - start) / count, (sum(map(_processor, processes)) - before) / count)


def _processor(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
