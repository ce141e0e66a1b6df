"""Write the README's tables and pictures, the results page and the experiments, from what `scripts/measure.py` kept.

    python scripts/build_documents.py            write them
    python scripts/build_documents.py pictures   draw the pictures anew as well, with the shipped and measured models
    python scripts/build_documents.py check      fail if they do not say what was kept

No number in them is typed by hand. `python -m benchmarks --json docs/results/benchmarks.json` measures the speed.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))
from benchmarks.figure import draw_speed  # noqa: E402  (not part of the package)
from byhand.figures.style import save  # noqa: E402
from evaluation_sets.generated_pages.pages import make_page  # noqa: E402
from scripts.ecosystem_page import ecosystem_page  # noqa: E402
from scripts.errors_page import errors_page  # noqa: E402
from scripts.experiments_page import experiments_page  # noqa: E402
from scripts.reliability_page import reliability_page  # noqa: E402
from scripts.results_page import PICTURED, RECIPES, kept, results_page  # noqa: E402
from scripts.scaling_page import scaling_page  # noqa: E402
from scripts.server_page import server_page  # noqa: E402

README = ROOT / "README.md"
RESULTS = ROOT / "docs" / "results"
PICTURES = ROOT / "docs" / "pictures"
BENCHMARKS = RESULTS / "benchmarks.json"
READING_PICTURE = ROOT / "docs" / "reading.png"
EXAMPLE_PAGE = 1  # with a hard shadow
SPEED_PICTURE = ROOT / "docs" / "speed.png"
DOCS = ROOT / "docs"
# Pages that are written from kept results alone.
PAGES = {
    DOCS / "results.md": results_page,
    DOCS / "experiments.md": experiments_page,
    DOCS / "server.md": server_page,
    DOCS / "ecosystem.md": ecosystem_page,
    DOCS / "reliability.md": reliability_page,
    DOCS / "errors.md": errors_page,
    DOCS / "scaling.md": scaling_page,
}
MEASURED = ROOT / "runs" / "measured"
FIGURES = (
    "samples", "deformations", "history", "predictions", "mistakes", "confusion", "robustness", "weights", "boundary",
)  # fmt: skip


def show(figure: str, path: Path, *arguments: str) -> None:
    """Draw a figure through the command line; its failure ends this script."""
    command = [sys.executable, "-m", "byhand", "show", figure, "--save", str(path), "--quiet", *arguments]
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit(f"byhand show {figure} failed.")


def draw_pictures() -> None:
    """Draw the README's pictures with the shipped model, the results page's with the first model of each recipe."""
    (PICTURES / "results").mkdir(parents=True, exist_ok=True)
    for figure in FIGURES:
        show(figure, PICTURES / f"{figure}.png")
    for recipe, figures in PICTURED.items():
        for figure in figures:
            show(figure, PICTURES / "results" / f"{recipe}-{figure}.png", "--model", str(MEASURED / f"{recipe}-0"))
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.jpg"
        page.write_bytes(make_page(EXAMPLE_PAGE).file)
        show("reading", READING_PICTURE, str(page))


def sections() -> dict[str, str]:
    """The generated parts of the README, by name."""
    return {
        "training": f"```\n{(RESULTS / 'train-output.txt').read_text('utf-8').rstrip()}\n```",
        "results": results_table(),
        "speed": speed_table(),
        "ahead": ahead(),
    }


def results_table() -> str:
    """One row for each recipe: mean and spread over the seeds, and the command."""
    lines = [
        "| recipe | network | epochs | test accuracy, mean of the seeds | lowest to highest | learning | command |",
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
            f"**{mean:.2f} %** ± {spread:.2f} | {min(accuracies):.2f} to {max(accuracies):.2f} % | "
            f"{learning_time(seconds)} | `byhand train {recipe} --seed 0`, … `{len(runs) - 1}` |"
        )
    ensemble = kept("ensemble-record")
    lines.append(
        f"| ensemble of {ensemble['members']} `record` | | | **{100 * ensemble['accuracy']:.2f} %** | | | "
        "`byhand evaluate --model RUN --model RUN …` |"
    )
    checks = kept("check-gradients")
    tested = {recipe: kept(recipe)["runs"][0]["test_examples"] for recipe in RECIPES}
    machine = kept("fast")
    lines += [
        "",
        f"`original` is tested on its own last {tested['original']:,} images, the others on the usual "
        f"{tested['fast']:,}. Learning time is the median, on an {machine['processor']} with {machine['cores']} cores "
        f"(`record` on one of them, beside other work). "
        f"`byhand check-gradients` compares {checks['parameters_checked']:,} derivatives "
        f"with finite differences; the largest relative error is {checks['max_relative_error']:.1e}.",
    ]
    return "\n".join(lines)


def ahead() -> str:
    """Where others are faster, in a sentence."""
    report = json.loads(BENCHMARKS.read_text("utf-8"))
    parts = {f"training in {name.replace('batch ', 'batches of ')}": part for name, part in report["epoch"].items()}
    parts |= {
        f"training to {wanted[:-1]} % on the test set": part
        for wanted, part in report["accuracy"].items()
        if isinstance(part, dict)
    }
    parts["reading 10,000 images"] = report["predict"]["10,000 images from bytes"]
    parts["reading one image"] = report["predict"]["one image, bytes, p50"]
    faster = [
        f"{rival} takes {100 * ratio:.0f} % of byhand's time for {what}"
        for what, part in parts.items()
        for rival, ratio in part["rival / byhand"].items()
        if ratio < 0.995 and "byhand" not in rival and "floor" not in rival
    ]
    return f"Where another is faster: {'; '.join(faster)}." if faster else "Nothing measured is faster."


def learning_time(seconds: float) -> str:
    """Seconds, or minutes where there are many."""
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def duration(seconds: float) -> str:
    """Three digits, in a unit that suits them."""
    if seconds >= 0.1:
        return f"{seconds:.3g} s"
    return f"{1e3 * seconds:.3g} ms" if seconds >= 1e-3 else f"{1e6 * seconds:.3g} µs"


def speed_table() -> str:
    """What `python -m benchmarks` measured: times of the rivals in times of byhand's."""
    report = json.loads(BENCHMARKS.read_text("utf-8"))
    known = (
        "plain numpy", "jax", "jax, compiling", "torch.compile", "pytorch", "scikit-learn", "onnxruntime",
        "original loop",
    )  # fmt: skip
    parts = (*report["epoch"].values(), *report["accuracy"].values(), report["command"], *report["predict"].values())
    measured = {name for part in parts if isinstance(part, dict) for name in part.get("rival / byhand", ())}
    rivals = [name for name in known if name in measured]
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
    fastest = []
    for batch, part in report["epoch"].items():
        least = {name: one["min"] for name, one in part["seconds"].items()}
        shown = [
            f"{name} {least[name] / least['byhand']:.2f}"
            for name in rivals
            if name in least and name != "original loop"
        ]
        fastest.append(f"{batch}: {', '.join(shown)}")
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
        f"By the fastest run of each instead, which a busy machine disturbs least: {'; '.join(fastest)}. "
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
    readme = README.read_text("utf-8")
    if task == "check":
        pages = {README: built(readme)} | {path: page() for path, page in PAGES.items()}
        same = all(path.read_text("utf-8") == text for path, text in pages.items())
        sys.exit(0 if same else "The documents differ from the kept results: run this script.")
    if task == "pictures":
        draw_pictures()
    README.write_text(built(readme), "utf-8")
    for path, page in PAGES.items():
        path.write_text(page(), "utf-8")
    save(draw_speed(json.loads(BENCHMARKS.read_text("utf-8"))), SPEED_PICTURE)


if __name__ == "__main__":
    main()
