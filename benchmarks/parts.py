"""What is measured. Each part gives a dictionary of plain numbers, the single measurements included."""

import importlib.util
import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import byhand
from benchmarks.growth import cost_model
from benchmarks.original_loop import time_loop
from benchmarks.processes import Rivals, peak_memory, time_commands

TRAINERS = [
    "byhand", "byhand, one process", "plain numpy", "scikit-learn", "pytorch", "torch.compile", "jax", "original loop",
]  # fmt: skip
FLOORS = ["floor, all threads", "floor, 1 thread", "floor, 2 halves"]
READERS = ["byhand", "scikit-learn", "pytorch", "onnxruntime"]
# Test accuracy to reach, and the epochs of `fast` whose mean over the seeds reaches it: the fewest, found by trying.
EPOCHS_TO = {0.9725: 3, 0.98: 6}
SEEDS = range(5)
# Wide networks are shown only so many examples, and their times scaled to all 60,000.
WIDE_EXAMPLES, ALL_EXAMPLES = 12_800, 60_000
TOLERANCE = 1e-9
# Epochs of `accurate` whose mean over the seeds reaches 98.5 %: the fewest, found by trying.
ACCURATE_EPOCHS = 4
# Recipes with deformations, and on how many examples their epochs are compared.
DEFORMED = {"accurate": 60_000, "record": 10_240}


@dataclass(frozen=True)
class Settings:
    """How thoroughly to measure."""

    runs: int
    threads: int
    quick: bool


def spread(values: list[float]) -> dict[str, Any]:
    """Median, extremes and all values."""
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "all": values}


def compare(values: dict[str, list[float]]) -> dict[str, Any]:
    """The spread of each rival, and its median in times of byhand's; one that was left out has none."""
    spreads = {name: spread(numbers) for name, numbers in values.items() if numbers}
    ours = spreads["byhand"]["median"]
    return {"seconds": spreads, "rival / byhand": {name: one["median"] / ours for name, one in spreads.items()}}


def _with_floor(compared: dict[str, Any]) -> dict[str, Any]:
    medians = {name: compared["seconds"][name]["median"] for name in FLOORS if name in compared["seconds"]}
    fastest = min(medians, key=lambda name: medians[name])
    ours = compared["seconds"]["byhand"]["median"]
    return compared | {"fastest floor": fastest, "byhand / floor": ours / medians[fastest]}


def same(settings: Settings) -> dict[str, Any]:
    """Do all compute the same? Mean loss of 6,000 examples in float64: same weights, same batches; not timed."""
    with Rivals(["byhand", "plain numpy", "scikit-learn", "pytorch", "jax"], settings.threads) as rivals:
        answers = rivals.rounds(1, "losses", warm_up=False)
        blas = {name: rivals.ask(name, "blas") for name in rivals.workers}
    losses = {name: values[0] for name, values in answers.items() if values}
    differences = {name: abs(value - losses["byhand"]) for name, value in losses.items()}
    return {
        "loss": losses,
        "difference": differences,
        "same": max(differences.values()) < TOLERANCE,
        "BLAS": {
            name: ", ".join(libraries or ["none of its own that threadpoolctl knows"])
            for name, libraries in blas.items()
        },
    }


def epoch(settings: Settings) -> dict[str, Any]:
    """Seconds per epoch, and the floor: the matrix products alone."""
    result = {}
    with Rivals(TRAINERS + FLOORS, settings.threads) as rivals:
        for batch in (128,) if settings.quick else (32, 128, 512):
            result[f"batch {batch}"] = _with_floor(compare(rivals.rounds(settings.runs, "epoch", batch)))
    return result


def width(settings: Settings) -> dict[str, Any]:
    """Wider networks in batches of 128 against their floor; 12,800 examples, scaled to 60,000."""
    result: dict[str, Any] = {"examples": WIDE_EXAMPLES, "times scaled to": ALL_EXAMPLES}
    factor = ALL_EXAMPLES / WIDE_EXAMPLES
    with Rivals(["byhand", *FLOORS], settings.threads) as rivals:
        for hidden in (128, 512) if settings.quick else (128, 512, 1024, 2048, 4096):
            seconds = rivals.rounds(settings.runs, "wide", hidden, WIDE_EXAMPLES, 128)
            scaled = {name: [value * factor for value in values] for name, values in seconds.items()}
            result[f"width {hidden}"] = _with_floor(compare(scaled))
    return result


def growth(settings: Settings) -> dict[str, Any]:
    """How the time of a step grows with width, batch and processes, and what a fitted model says of more cores."""
    widths, batches = ((128, 512), (32, 128)) if settings.quick else ((128, 512, 1024, 4096), (16, 64, 256, 1024, 4096))
    points = []
    with Rivals(["byhand"], settings.threads) as rivals:
        for hidden in widths:
            for batch in batches:
                # Enough for a dozen steps, and for some tenths of a second.
                examples = min(ALL_EXAMPLES, max(12 * batch, 1_500_000 // hidden))
                seconds: dict[int, list[float]] = {1: [], 2: []}
                for _ in range(settings.runs):
                    for members, values in seconds.items():
                        values.append(rivals.ask("byhand", "wide", hidden, examples, batch, members))
                steps = -(-examples // batch)
                for members, values in seconds.items():
                    point = {"hidden": hidden, "batch": batch, "members": members}
                    points.append(point | {"seconds a step": statistics.median(values) / steps})
    return {"points": points} | cost_model(points)


def company(settings: Settings) -> dict[str, Any]:
    """An epoch in batches of 64: how steady it is, and what becomes of it beside a program that uses a whole core."""
    runs = 2 if settings.quick else 20
    with Rivals(["byhand"], settings.threads) as rivals:

        def times(members: int, busy: bool) -> dict[str, Any]:
            program = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if busy else None
            try:
                asked = [rivals.ask("byhand", "wide", 128, ALL_EXAMPLES, 64, members) for _ in range(runs)]
            finally:
                if program:
                    program.kill()
                    program.wait()
            return spread(asked)

        times(1, False)
        alone, undisturbed = times(1, False), times(0, False)
        # The processes are chosen while the other program runs; then, as if it came later, two whatever it does.
        beside, surprised = times(0, True), times(2, True)
    return {
        "one process": alone,
        "as chosen": undisturbed,
        "as chosen, beside a busy program": beside,
        "two processes, beside a busy program": surprised,
        "largest / median, as chosen": undisturbed["max"] / undisturbed["median"],
        "beside / one process undisturbed": beside["median"] / alone["median"],
        "two beside / one process undisturbed": surprised["median"] / alone["median"],
    }


def accuracy(settings: Settings) -> dict[str, Any]:
    """Wall time from raw bytes to trained weights of a mean test accuracy, over the seeds."""
    seeds = SEEDS[:2] if settings.quick else SEEDS
    original = time_loop(5600)["seconds_for_ten_epochs"]
    result: dict[str, Any] = {"original loop, ten epochs, scaled from 5,600 images, seconds": original}
    with Rivals(["byhand", "byhand, starting", "pytorch", "jax", "jax, compiling"], settings.threads) as rivals:
        rivals.rounds(1, "to_accuracy", 1, 0, warm_up=False)
        for wanted, epochs in EPOCHS_TO.items():
            answers: dict[str, list[Any]] = {name: [] for name in rivals.workers}
            for seed in seeds:
                for name, values in rivals.rounds(1, "to_accuracy", epochs, seed, warm_up=False).items():
                    answers[name] += values
            seconds = {name: [one[0] for one in values] for name, values in answers.items()}
            means = {name: statistics.mean(one[1] for one in values) for name, values in answers.items() if values}
            result[f"{wanted:.2%}"] = {
                "epochs": epochs,
                "seeds": len(seeds),
                **compare(seconds | {"original loop": [original]}),
                "mean accuracy": means,
                "accuracies": {name: {"all": [one[1] for one in values]} for name, values in answers.items()},
                "reached": {name: mean >= wanted for name, mean in means.items()},
            }
            if means["byhand"] < wanted:
                print(f"byhand misses {wanted:.2%} with {epochs} epochs: {means['byhand']:.3%}.", file=sys.stderr)
    return result


def deformed(settings: Settings) -> dict[str, Any]:
    """What deformations cost: an epoch with them beside one without; and the time `accurate` takes to 98.5 %."""
    result: dict[str, Any] = {}
    with Rivals(["byhand"], settings.threads) as rivals:
        for recipe, examples in DEFORMED.items():
            seconds: dict[str, list[float]] = {"with": [], "without": []}
            for _ in range(settings.runs):
                for name, values in seconds.items():
                    values.append(rivals.ask("byhand", "recipe_epoch", recipe, name == "with", examples))
            spreads = {name: spread(values) for name, values in seconds.items()}
            ratio = spreads["with"]["median"] / spreads["without"]["median"]
            result[recipe] = {"examples": examples, **spreads, "with / without": ratio}
        seeds = SEEDS[:2] if settings.quick else SEEDS
        reached = [rivals.ask("byhand", "reach", "accurate", ACCURATE_EPOCHS, seed) for seed in seeds]
    result["98.50%"] = {
        "epochs": ACCURATE_EPOCHS,
        "byhand": spread([one[0] for one in reached]),
        "mean accuracy": statistics.mean(one[1] for one in reached),
    }
    return result


def _script() -> list[str]:
    """scikit-learn's script and what it is told."""
    return ["benchmarks.sklearn_script", str(Path(byhand.__file__).parent / "data" / "mnist"), "OUT/model.pickle"]


def command(settings: Settings) -> dict[str, Any]:
    """Whole commands in fresh processes."""
    train = [*_byhand(), "train", "fast", "--json", "--quiet", "--out", "OUT/run"]
    commands = {
        "byhand": [*train, "--no-figures"],
        "byhand with figures": train,
        "scikit-learn": [sys.executable, "-m", *_script()],
    }
    timed = time_commands(commands, settings.runs, settings.threads)
    accuracies = {name: [_accuracy(run["output"]) for run in runs] for name, runs in timed.items()}
    return _seconds(timed) | {
        "test accuracy": {name: statistics.mean(values) for name, values in accuracies.items()},
        "accuracies": {name: {"all": values} for name, values in accuracies.items()},
    }


def startup(settings: Settings) -> dict[str, Any]:
    """How long it takes before anything happens."""
    commands = {
        "byhand": [*_byhand(), "--help"],
        "import byhand": [sys.executable, "-c", "import byhand"],
        "import numpy": [sys.executable, "-c", "import numpy"],
    }
    time_commands(commands, 1, settings.threads)
    return _seconds(time_commands(commands, settings.runs, settings.threads))


def memory(settings: Settings) -> dict[str, Any]:
    """The most memory each whole training needs, in MB."""
    train = ["train", "fast", "--no-figures", "--quiet", "--out", "OUT"]
    peaks = {"byhand": peak_memory("byhand", train, settings.threads)}
    peaks["scikit-learn"] = peak_memory(_script()[0], [*_script()[1:-1], "OUT"], settings.threads)
    for name, package in (("pytorch", "torch"), ("jax", "jax")):
        if importlib.util.find_spec(package) is None:
            print(f"{name} is left out: {package} is not installed.", file=sys.stderr)
        else:
            peaks[f"{name}, one epoch"] = peak_memory("benchmarks.one_epoch", [name], settings.threads)
    return {"MB": {name: peak for name, peak in peaks.items() if peak is not None}}


def predict(settings: Settings) -> dict[str, Any]:
    """10,000 images at once and one at a time: from raw bytes, and from rows scaled beforehand."""
    calls = 200 if settings.quick else 2000
    with Rivals(READERS, settings.threads) as rivals:
        many = rivals.rounds(settings.runs, "predict all")
        single = rivals.rounds(settings.runs, "predict one", calls)
    bytes_of_ours = {"byhand": [one["bytes"] for one in many["byhand"]]}
    labels = {name: values[0].pop("labels") for name, values in many.items() if values}
    result: dict[str, Any] = {
        "10,000 images from bytes": compare(_form(many, "bytes")),
        "10,000 images scaled beforehand (byhand: from bytes)": compare(bytes_of_ours | _form(many, "scaled")),
        "labels that differ from byhand's": {
            name: sum(ours != theirs for ours, theirs in zip(labels["byhand"], word, strict=True))
            for name, word in labels.items()
        },
        "calls with one image": calls,
    }
    for form in ("bytes", "scaled"):
        ours = {} if form == "bytes" else {"byhand": [one["bytes"] for one in single["byhand"]]}
        values = ours | _form(single, form)
        for which in ("p50", "p99"):
            result[f"one image, {form}, {which}"] = compare(
                {name: [one[which] for one in runs] for name, runs in values.items()}
            )
    return result


def _form(answers: dict[str, list[Any]], form: str) -> dict[str, list[Any]]:
    return {name: [run[form] for run in runs] for name, runs in answers.items() if runs and form in runs[0]}


def _byhand() -> list[str]:
    """The installed command, or the module where there is none beside this Python."""
    folder = Path(sys.executable).parent
    found = [file for file in (folder / "byhand", folder / "byhand.exe") if file.exists()]
    return [str(found[0])] if found else [sys.executable, "-m", "byhand"]


def _seconds(timed: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    return compare({name: [run["seconds"] for run in runs] for name, runs in timed.items()})


def _accuracy(line: str) -> float:
    result = json.loads(line)
    return float(result["test_accuracy"] if isinstance(result, dict) else result)


PARTS: dict[str, Callable[[Settings], dict[str, Any]]] = {
    part.__name__: part
    for part in (same, epoch, accuracy, deformed, command, startup, predict, memory, width, growth, company)
}
