"""Train and measure what the documents report, and keep it in `docs/results/`.

    python scripts/measure.py recipes original fast accurate     five seeds each: some fifteen minutes
    python scripts/measure.py recipes record --seeds 3           two hours and a half on one core
    python scripts/measure.py ablation accurate record           what each ingredient is worth, on held-out images
    python scripts/measure.py ensemble record                    the trained models of a recipe, averaged
    python scripts/measure.py reader                             the reader that comes along
    python scripts/measure.py output                             what `byhand train` prints
    python scripts/measure.py gradients                          `byhand check-gradients`
    python scripts/measure.py experiments                        the experiments, and whether their outcomes hold
    python scripts/measure.py explanations                       each number of `byhand explain` against the library
    python scripts/build_documents.py                            writes README and results page from what was kept

Everything goes through the command line, as a user would do it. Trainings are kept in `runs/measured/`: one that is
there already is not repeated, one that was interrupted goes on. The first seed's `fast` and `accurate` become the
models that come with the package.
"""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "docs" / "results"
RUNS = ROOT / "runs" / "measured"
SHIPPED = ("fast", "accurate")
# Settings are chosen on so many images held out of the training set.
HELD_OUT = 10_000
# What is left out of a recipe, one at a time, to see what it is worth.
WITHOUT = {
    "fast": {
        "as it is": [],
        "a constant learning rate of 0.5": ["--schedule", "constant", "--learning-rate", "0.5"],
        "batches of 128, learning rate 8": ["--batch-size", "128", "--learning-rate", "8"],
        "learning rate 2": ["--learning-rate", "2"],
        "weights that begin as in the original": ["--initialiser", "normal"],
    },
    "accurate": {
        "as it is": [],
        "not deskewed": ["--no-deskew"],
        "not deformed": ["--rotation", "0", "--scale", "0", "--shear", "0", "--shift", "0"],
        "neither": ["--no-deskew", "--rotation", "0", "--scale", "0", "--shear", "0", "--shift", "0"],
        "elastic deformation as well": ["--elastic", "0.5"],
    },
    "record": {
        "as it is": [],
        "not deskewed": ["--no-deskew"],
        "no elastic deformation": ["--elastic", "0"],
        "half as many units": ["--hidden", "750,500"],
        "not fading": ["--fading", "0"],
        "Nesterov instead of Adam": ["--optimizer", "nesterov", "--momentum", "0.9", "--learning-rate", "0.1"],
    },
}  # fmt: skip
# The whole of `record` takes too long to be repeated for each ingredient.
EPOCHS = {"fast": 10, "accurate": 10, "record": 6}

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def byhand(*arguments: str) -> Any:
    """Run a command with `--json --quiet`; its failure ends this script."""
    command = [sys.executable, "-m", "byhand", *arguments, "--json", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"byhand {' '.join(arguments)} failed:\n{done.stderr}")
    return json.loads(done.stdout)


def trained(name: str, *arguments: str) -> dict[str, Any]:
    """Train into `runs/measured/NAME`, or go on with it, and give what `byhand train --json` said."""
    folder, summary = RUNS / name, RUNS / f"{name}.json"
    if not summary.exists():
        go_on = (folder / "recipe.toml").exists()
        run = byhand(
            "train", *(["--resume", str(folder)] if go_on else [*arguments, "--out", str(folder)]), "--no-figures"
        )
        summary.write_text(json.dumps(run), "utf-8")
    run = json.loads(summary.read_text("utf-8"))
    held_out, tested = run["history"][-1]["validation_accuracy"], run["test_accuracy"]
    result = f"{tested:.4f} on the test set" if held_out is None else f"{held_out:.4f} on held-out images"
    print(f"{name}: {result} in {run['train_seconds']:.1f} s", flush=True)
    return {key: value for key, value in run.items() if key not in ("model", "out", "interrupted")}


def keep(name: str, value: Any) -> None:
    """Write a file of `docs/results/`."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(value, indent=1) + "\n", "utf-8")


def machine() -> dict[str, Any]:
    """What it was measured on."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", info.read_text()) if info.is_file() else None
    processor = found[1] if found else platform.processor() or platform.machine()
    return {"cores": os.cpu_count(), "processor": processor}


@app.command()
def recipes(names: list[str], seeds: int = 5) -> None:
    """Train each recipe with the seeds 0, 1, ... and test each model."""
    for name in names:
        runs = []
        for seed in range(seeds):
            run = trained(f"{name}-{seed}", name, "--seed", str(seed))
            # `original` has a test set of its own, which `evaluate` does not know.
            tested = byhand("evaluate", "--model", str(RUNS / f"{name}-{seed}")) if name != "original" else {}
            runs.append(run | {key: tested[key] for key in ("calibration_error", "confusion") if key in tested})
        if name in SHIPPED:
            shipped = ROOT / "src" / "byhand" / "models" / f"{name}.safetensors"
            shutil.copyfile(RUNS / f"{name}-0" / "model.safetensors", shipped)
        keep(name, {"recipe": name, **machine(), "runs": runs})


@app.command()
def ablation(names: list[str], seeds: Annotated[int, typer.Option(help="Trainings for each line.")] = 2) -> None:
    """Leave out one ingredient at a time; measured on held-out training images, never on the test set."""
    for name in names:
        common = ["--epochs", str(EPOCHS[name]), "--validation", str(HELD_OUT)]
        lines = []
        for number, (what, arguments) in enumerate(WITHOUT[name].items()):
            runs = [
                trained(f"without-{name}-{number}-{seed}", name, *common, *arguments, "--seed", str(seed))
                for seed in range(seeds)
            ]
            accuracies = [run["history"][-1]["validation_accuracy"] for run in runs]
            lines.append({"what": what, "arguments": arguments, "validation_accuracy": accuracies})
        result = {"recipe": name, "epochs": EPOCHS[name], "held_out": HELD_OUT, "seeds": seeds, "lines": lines}
        keep(f"ablation-{name}", result)


@app.command()
def ensemble(name: str) -> None:
    """Average all trained models of a recipe."""
    members = sorted(folder for folder in RUNS.glob(f"{name}-*") if folder.is_dir())
    result = byhand("evaluate", *(word for member in members for word in ("--model", str(member))))
    keep(f"ensemble-{name}", {"recipe": name, "members": len(members), **result})


@app.command()
def reader() -> None:
    """Test the `reader` that comes with byhand; `scripts/build_reader.py` and `build_pairs.py` train its networks."""
    from byhand.model import load_model

    model, tested = load_model("reader"), byhand("evaluate", "--model", "reader")
    keep("reader", {
        "recipe": "reader", "layers": model.network.sizes, "parameters": model.network.parameters.size,
        "seed": model.recipe["seed"], "validation_accuracy": model.results["validation_accuracy"],
        "accuracy": tested["accuracy"], "calibration_error": tested["calibration_error"],
    })  # fmt: skip
    pairs = load_model("pairs")
    keep("pairs", {
        "layers": pairs.network.sizes, "parameters": pairs.network.parameters.size, "seed": pairs.recipe["seed"],
        "accuracy": pairs.results["test_accuracy"], "images": pairs.results["test_examples"],
    })  # fmt: skip


@app.command()
def output() -> None:
    """Keep what `byhand train` prints, as the README shows it."""
    command = [sys.executable, "-m", "byhand", "train", "--no-figures"]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
    (RESULTS / "train-output.txt").write_text(done.stderr + done.stdout, "utf-8")


@app.command()
def gradients() -> None:
    """Check every derivative."""
    keep("check-gradients", byhand("check-gradients"))


@app.command()
def experiments() -> None:
    """Run all experiments; one that does not end as it says ends this script."""
    from byhand.experiments import EXPERIMENTS, run

    measured = {}
    for name, experiment in EXPERIMENTS.items():
        measured[name] = run(experiment)
        print(f"{name}: {experiment.outcome(measured[name])}", flush=True)
        if not experiment.holds(measured[name]):
            sys.exit(f"The experiment {name} does not end as its table says: {measured[name]}")
    keep("experiments", {**machine(), "measured": measured})


@app.command()
def explanations(count: int = 100) -> None:
    """Explain `count` random test images with three architectures; keep how far their gradients are from others'.

    From finite differences, and from what `Network.backward` gives for all parameters.
    """
    import numpy as np

    from byhand import load_mnist, train
    from byhand.explanation import explain
    from byhand.nn import Network, SoftmaxNLL

    mnist, kept = load_mnist(), {}
    chosen = np.random.default_rng(0).choice(len(mnist.test_images), count, replace=False)
    for name, options in {
        "784-128-10, sigmoid": {},
        "784-64-32-10, relu": {"hidden": [64, 32], "activation": "relu"},
        "784-10": {"hidden": [], "learning_rate": 0.5},
    }.items():
        model = train("fast", epochs=1, **options)  # type: ignore[arg-type]
        network, criterion = Network(model.network.sizes, model.network.activation, np.float64), SoftmaxNLL()
        network.parameters[:] = model.network.parameters
        errors, distances, compared, corners = [], [], 0, 0
        for i in chosen:
            one = explain(model, mnist.test_images[i], str(mnist.test_labels[i]))
            errors.append(one.largest_error)
            inputs = model.preprocessing.inputs(mnist.test_images[i : i + 1], np.float64)
            criterion.forward(network.forward(inputs).copy(), np.eye(10)[mnist.test_labels[i : i + 1]])
            network.backward(criterion.backward())
            distances.append(float(np.abs(network.gradient - one.gradient).max()))
            compared += sum(step.values.size for step in one.backward)
            corners += sum(int(np.isnan(step.difference).sum()) for step in one.backward if step.difference is not None)
        kept[name] = {
            "images": count, "gradients": compared, "from_finite_differences": max(errors),
            "from_the_library": max(distances), "at_a_corner": corners,
        }  # fmt: skip
        print(name, kept[name], flush=True)
    keep("explanations", kept)


if __name__ == "__main__":
    app()
