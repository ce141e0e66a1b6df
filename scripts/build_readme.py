"""Measure what the README claims, and write it there: no number in the README is typed by hand.

    python scripts/build_readme.py measure    train every recipe with five seeds and keep what came out
    python -m benchmarks --json docs/results/benchmarks.json     (measures speed beside others)
    python scripts/build_readme.py            write the README's tables and pictures from what was kept
    python scripts/build_readme.py check      fail if the README does not say what was kept

`measure` takes some ten minutes on two cores. It keeps the runs in `docs/results/` and makes the `fast` run of
seed 0 the model that comes with the package.
"""

import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))
from benchmarks.figure import draw_speed  # noqa: E402  (not part of the package)
from byhand.figures import save  # noqa: E402

README = ROOT / "README.md"
RESULTS = ROOT / "docs" / "results"
PICTURES = ROOT / "docs" / "pictures"
BENCHMARKS = RESULTS / "benchmarks.json"
SPEED_PICTURE = ROOT / "docs" / "speed.png"
SHIPPED_MODEL = ROOT / "src" / "byhand" / "models" / "fast.safetensors"
SEEDS = range(5)
FIGURES = ("samples", "deformations", "history", "predictions", "mistakes", "confusion", "weights", "boundary")
RECIPES = ("original", "fast")


def byhand(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line in `folder`; its output is kept, its failure ends this script."""
    done = subprocess.run(
        [sys.executable, "-m", "byhand", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        sys.exit(f"byhand {' '.join(arguments)} failed:\n{done.stderr}")
    return done


def measure() -> None:
    """Train each recipe with each seed; keep results, one training's output, and the model that is shipped."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        first = byhand("train", "--no-figures", folder=folder)
        (RESULTS / "train-output.txt").write_text(first.stderr + first.stdout, "utf-8")
        shutil.copyfile(folder / "runs" / "fast-1" / "model.safetensors", SHIPPED_MODEL)
        for recipe in RECIPES:
            runs = []
            for seed in SEEDS:
                done = byhand("train", recipe, "--seed", str(seed), "--no-figures", "--json", "--quiet", folder=folder)
                run = json.loads(done.stdout)
                runs.append({name: value for name, value in run.items() if name not in ("model", "out", "interrupted")})
                print(f"{recipe} seed {seed}: {run['test_accuracy']:.4f} in {run['train_seconds']:.1f} s", flush=True)
            kept = {"recipe": recipe, "cores": os.cpu_count(), "processor": processor(), "runs": runs}
            (RESULTS / f"{recipe}.json").write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
        check = byhand("check-gradients", "--json", folder=folder)
        (RESULTS / "check-gradients.json").write_text(check.stdout, "utf-8")
    draw(PICTURES)


def processor() -> str:
    """What the processor calls itself, as far as the system tells."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", info.read_text()) if info.is_file() else None
    return found[1] if found else platform.processor() or platform.machine()


def draw(folder: Path) -> None:
    """Draw the README's pictures with the shipped model."""
    folder.mkdir(parents=True, exist_ok=True)
    for figure in FIGURES:
        byhand("show", figure, "--save", str(folder / f"{figure}.png"), "--quiet", folder=ROOT)


def kept(recipe: str) -> dict[str, Any]:
    """The runs of a recipe as `measure` left them."""
    value: dict[str, Any] = json.loads((RESULTS / f"{recipe}.json").read_text("utf-8"))
    return value


def sections() -> dict[str, str]:
    """The generated parts of the README, by name."""
    return {
        "training": f"```\n{(RESULTS / 'train-output.txt').read_text('utf-8').rstrip()}\n```",
        "results": results_table(),
        "speed": speed_table(),
    }


def results_table() -> str:
    """One row for each recipe: mean and spread over the seeds, and the command."""
    lines = [
        "| recipe | network | epochs | test accuracy, mean of 5 seeds | lowest to highest | learning | command |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for recipe in RECIPES:
        runs = kept(recipe)["runs"]
        accuracies = [100 * run["test_accuracy"] for run in runs]
        mean, spread = statistics.mean(accuracies), statistics.stdev(accuracies)
        seconds = statistics.median(run["train_seconds"] for run in runs)
        layers = "-".join(map(str, runs[0]["layers"]))
        lines.append(
            f"| `{recipe}` | {layers}, {runs[0]['activation']} | {runs[0]['epochs']} | "
            f"**{mean:.2f} %** ± {spread:.2f} | {min(accuracies):.2f} to {max(accuracies):.2f} % | {seconds:.1f} s | "
            f"`byhand train {recipe} --seed 0`, … `4` |"
        )
    checks = json.loads((RESULTS / "check-gradients.json").read_text("utf-8"))
    tested = {recipe: kept(recipe)["runs"][0]["test_examples"] for recipe in RECIPES}
    machine = kept("fast")
    lines += [
        "",
        f"`original` is tested on its own last {tested['original']:,} images, `fast` on the usual "
        f"{tested['fast']:,}. Seconds are those spent learning, the median of the five, on {machine['cores']} cores of "
        f"an {machine['processor']}. `byhand check-gradients` compares {checks['parameters_checked']:,} derivatives "
        f"with finite differences; the largest relative error is {checks['max_relative_error']:.1e}.",
    ]
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """Three digits, in a unit that suits them."""
    if seconds >= 0.1:
        return f"{seconds:.3g} s"
    return f"{1e3 * seconds:.3g} ms" if seconds >= 1e-3 else f"{1e6 * seconds:.3g} µs"


def speed_table() -> str:
    """What `python -m benchmarks` measured: times of the rivals in times of byhand's."""
    report = json.loads(BENCHMARKS.read_text("utf-8"))
    rivals = ("plain numpy", "jax", "torch.compile", "pytorch", "scikit-learn", "onnxruntime", "original loop")
    lines = [f"| | byhand | {' | '.join(rivals)} |", "| --- " * (len(rivals) + 2) + "|"]

    def row(what: str, part: dict[str, Any]) -> None:
        ratios = part["rival / byhand"]
        cells = [f"{ratios[rival]:.3g}" if rival in ratios else "" for rival in rivals]
        lines.append(f"| {what} | {duration(part['seconds']['byhand']['median'])} | {' | '.join(cells)} |")

    for batch, part in report["epoch"].items():
        row(f"an epoch, {batch}", part)
    for wanted in ("97.25%", "98.00%"):
        row(
            f"to {wanted[:-1]} % on the test set, {report['accuracy'][wanted]['epochs']} epochs",
            report["accuracy"][wanted],
        )
    row("the whole command, without figures", report["command"])
    row("reading 10,000 images", report["predict"]["10,000 images from bytes"])
    row("reading one image", report["predict"]["one image, bytes, p50"])
    machine, peaks = report["machine"], report["memory"]["MB"]
    floors = [part["fastest floor"] for part in report["epoch"].values()]
    shares = [
        part["seconds"][floor]["median"] / part["seconds"]["byhand"]["median"]
        for floor, part in zip(floors, report["epoch"].values(), strict=True)
    ]
    lines += [
        "",
        "Seconds for byhand, and how many times as long the others take: medians of interleaved runs, "
        f"{machine['threads']} threads, {machine['processor']}. Of byhand's epochs, "
        f"{', '.join(f'{100 * share:.0f} %' for share in shares)} are what the matrix products alone take. "
        "Most memory of a whole training: "
        f"{', '.join(f'{name} {peak:.0f} MB' for name, peak in peaks.items())}.",
    ]
    return "\n".join(lines)


def built(readme: str) -> str:
    """The README with its generated parts as they should be."""
    for name, text in sections().items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        if readme.count(begin) != 1 or readme.count(end) != 1:
            sys.exit(f"The README must have exactly one place for '{name}'.")
        before, rest = readme.split(begin)
        readme = f"{before}{begin}{text}\n{end}{rest.split(end)[1]}"
    return readme


def main() -> None:
    """Do what the command line asks."""
    task = sys.argv[1] if len(sys.argv) > 1 else "build"
    if task == "measure":
        measure()
    readme = README.read_text("utf-8")
    if task == "check":
        sys.exit(0 if built(readme) == readme else "The README differs from the kept results: run this script.")
    README.write_text(built(readme), "utf-8")
    save(draw_speed(json.loads(BENCHMARKS.read_text("utf-8"))), SPEED_PICTURE)


if __name__ == "__main__":
    main()
