"""The results page, put together from what `scripts/measure.py` kept in `docs/results/`."""

import json
import statistics
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "docs" / "results"
RECIPES = ("original", "fast", "accurate", "record")
# What is drawn of each recipe's first model.
PICTURED = {
    "fast": ("calibration", "confusion", "mistakes"),
    "accurate": ("calibration", "confusion", "mistakes"),
    "record": ("calibration", "confusion", "mistakes", "robustness"),
}
PUBLISHED = (
    ("LeCun, Bottou, Bengio, Haffner 1998: 784-300-10, deslanted", "98.4"),
    ("Simard, Steinkraus, Platt 2003: 784-800-10, elastic deformations", "99.30"),
    ("Ciresan, Meier, Gambardella, Schmidhuber 2010: 784-2500-2000-1500-1000-500-10, deformations, on a GPU", "99.65"),
    ("Ciresan, Meier, Gambardella, Schmidhuber 2011: a committee of multi-layer perceptrons", "99.69"),
)


def kept(name: str) -> Any:
    """What was measured and kept under a name."""
    return json.loads((RESULTS / f"{name}.json").read_text("utf-8"))


def results_page() -> str:
    """The whole page."""
    parts = [
        "# Results",
        "Plain multi-layer perceptrons in NumPy: dense layers only, no convolution, nothing pre-trained. Settings were "
        "chosen on images held out of the training set; the test set was used to report, once for each model. "
        "This page is written by `python scripts/build_documents.py` from the files in [results/](results/), which "
        "`scripts/measure.py` makes; the commands are in its first lines.",
        _overview(),
        "## Beside what was published",
        _published(),
        *(_recipe(name) for name in RECIPES if name != "original"),
        "## Changed images",
        "Accuracy when test images are turned, moved, made noisy, thicker or thinner: the three recipes beside each "
        "other (`byhand show robustness --model RUN`).",
        "![Accuracy under four kinds of change](pictures/results/record-robustness.png)",
        "## How the time of a training step grows",
        _growth(),
        "## Other people's hands: reader",
        _reader(),
        _shifted_digits(),
        _generated_pages(),
        _reading_ablation(),
        _reading_time(),
    ]
    return "\n\n".join(parts) + "\n"


def _accuracies(name: str) -> list[float]:
    return [100 * run["test_accuracy"] for run in kept(name)["runs"]]


def _overview() -> str:
    lines = [
        "| recipe | network | parameters | epochs | learning | test accuracy | spread | seeds | calibration error |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name in RECIPES:
        runs, accuracies = kept(name)["runs"], _accuracies(name)
        seconds = statistics.median(run["train_seconds"] for run in runs)
        errors = [run["calibration_error"] for run in runs if "calibration_error" in run]
        calibration = f"{100 * statistics.mean(errors):.2f} % (largest {100 * max(errors):.2f} %)" if errors else ""
        lines.append(
            f"| `{name}` | {'-'.join(map(str, runs[0]['layers']))}, {runs[0]['activation']} | "
            f"{runs[0]['parameters']:,} | {runs[0]['epochs']} | {seconds:,.0f} s | "
            f"**{statistics.mean(accuracies):.2f} %** | ± {statistics.stdev(accuracies):.2f} "
            f"({', '.join(f'{accuracy:.2f}' for accuracy in accuracies)}) | "
            f"{', '.join(str(run['seed']) for run in runs)} | {calibration} |"
        )
    ensemble, machine = kept("ensemble-record"), kept("record")
    lines += [
        "",
        f"An ensemble of the {ensemble['members']} `record` networks reads "
        f"**{100 * ensemble['accuracy']:.2f} %** right. "
        f"Learning time is the median. Measured on an {machine['processor']} with {machine['cores']} cores.",
        "",
        _cost_of_deformations(),
    ]
    return "\n".join(lines)


def _cost_of_deformations() -> str:
    """What `python -m benchmarks --only deformed` measured."""
    cost = kept("benchmarks-deformed")["deformed"]
    reached = cost["98.50%"]
    return (
        f"With its deformations, an epoch of `accurate` takes {cost['accurate']['with / without']:.2f} times as long "
        f"as without, one of `record` {cost['record']['with / without']:.2f} times. `accurate` is beyond 98.5 % after "
        f"{reached['epochs']} epochs ({100 * reached['mean accuracy']:.2f} %, mean of five seeds), "
        f"{reached['byhand']['median']:.1f} s from raw bytes to the result of its test (`python -m benchmarks --only "
        "deformed`)."
    )


def _growth() -> str:
    """What `python -m benchmarks --only growth` measured, and what the fitted model says of more cores."""
    benchmarks = kept("benchmarks")
    growth, machine = benchmarks["growth"], benchmarks["machine"]
    measured: dict[tuple[int, int], dict[int, float]] = {}
    for point in growth["points"]:
        measured.setdefault((point["hidden"], point["batch"]), {})[point["members"]] = point["seconds a step"]
    batches = sorted({batch for _, batch in measured})
    lines = [
        "Milliseconds a step in one process, and in brackets how many times as fast two are that share the hidden "
        f"layer ({machine['processor']}, `python -m benchmarks --only growth`):",
        "",
        f"| hidden units | {' | '.join(f'batch {batch:,}' for batch in batches)} |",
        "| --- " * (len(batches) + 1) + "|",
    ]
    for hidden in sorted({hidden for hidden, _ in measured}):
        cells = [measured[hidden, batch] for batch in batches]
        lines.append(
            f"| {hidden:,} | " + " | ".join(f"{1000 * one[1]:.3g} ({one[1] / one[2]:.2f})" for one in cells) + " |"
        )
    prices = growth["prices"]
    lines += [
        "",
        "`benchmarks/growth.py` takes a step for a sum of six terms and fits their prices to "
        f"these points; the fit is {100 * growth['mean relative error']:.0f} % off on average, "
        f"{100 * growth['largest relative error']:.0f} % at most. A product's operation costs "
        f"{1e12 * prices['products']:.3g} ps, a parameter {1e12 * prices['parameters']:.3g} ps, a pixel of the batch "
        f"{1e12 * prices['batch']:.3g} ps, a number exchanged {1e9 * prices['exchange']:.3g} ns, a meeting with "
        f"another member {1e6 * prices['meeting']:.3g} µs, and the calls of a step "
        f"{1e6 * prices['calls']:.3g} µs. What it predicts for more cores, as long as each has as much "
        "cache and memory's speed as one of these two (not measured), and what then takes most of a step with 16:",
        "",
        "| hidden units | batch | 2 members | 4 | 8 | 16 | most of it |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for one in growth["predicted"]:
        times = " | ".join(f"{one['times as fast'][str(members)]:.2f}" for members in (2, 4, 8, 16))
        lines.append(f"| {one['hidden']:,} | {one['batch']:,} | {times} | {one['most of it']} |")
    return "\n".join(lines)


def _published() -> str:
    ours = [
        (f"byhand `{name}`, mean of {len(_accuracies(name))} seeds", f"{statistics.mean(_accuracies(name)):.2f}")
        for name in RECIPES[1:]
    ]
    ensemble = kept("ensemble-record")
    ours.append(
        (f"byhand, an ensemble of {ensemble['members']} `record` networks", f"{100 * ensemble['accuracy']:.2f}")
    )
    rows = sorted([*PUBLISHED, *ours], key=lambda row: float(row[1]))
    return "\n".join(["| | test accuracy |", "| --- | --- |", *(f"| {what} | {value} % |" for what, value in rows)])


def _recipe(name: str) -> str:
    parts = [f"## {name}"]
    if (RESULTS / f"ablation-{name}.json").exists():
        parts.append(_ablation(name))
    parts += [
        "Of the first seed's model: how sure it is and how often right, what it takes for what, and the surest of its "
        "mistakes.",
        *(
            f"![{figure.capitalize()} of {name}](pictures/results/{name}-{figure}.png)"
            for figure in PICTURED[name]
            if figure != "robustness"
        ),
    ]
    return "\n\n".join(parts)


def _ablation(name: str) -> str:
    ablation = kept(f"ablation-{name}")
    whole = statistics.mean(ablation["lines"][0]["validation_accuracy"])
    epochs = kept(name)["runs"][0]["epochs"]
    remark = (
        "these are the figures it was chosen by"
        if ablation["epochs"] == epochs
        else f"so short a training favours weaker deformations than the {epochs} epochs of the recipe do"
    )
    lines = [
        f"What each ingredient is worth, with {ablation['epochs']} epochs, on {ablation['held_out']:,} images held out "
        f"of the training set; {remark} (seeds: {ablation['seeds']}):",
        "",
        "| | held-out accuracy | difference |",
        "| --- | --- | --- |",
    ]
    for line in ablation["lines"]:
        mean = statistics.mean(line["validation_accuracy"])
        difference = "" if line is ablation["lines"][0] else f"{100 * (mean - whole):+.2f}"
        lines.append(f"| {line['what']} | {100 * mean:.2f} % | {difference} |")
    return "\n".join(lines)


def _reader() -> str:
    run, pairs = kept("reader"), kept("pairs")
    return (
        f"`reader` ({'-'.join(map(str, run['layers']))}, {run['parameters']:,} parameters) reads "
        f"**{100 * run['accuracy']:.2f} %** of MNIST's test images, with a calibration error of "
        f"{100 * run['calibration_error']:.2f} %; on the images held out of its training it read "
        f"{100 * run['validation_accuracy']:.2f} %. One training, of seed {run['seed']}."
        f"\n\n`pairs` ({'-'.join(map(str, pairs['layers']))}, {pairs['parameters']:,} parameters), which reads two "
        f"touching digits at once, names both in {100 * pairs['accuracy']:.2f} % of {pairs['images']:,} images of "
        "touching digits of the test set, some of which overlap by a tenth of their height. One training, of seed "
        f"{pairs['seed']}."
    )


def _shifted_digits() -> str:
    """What `python -m evaluation_sets.shifted_digits` measured."""
    lines = [
        "Single digits (`python -m evaluation_sets.shifted_digits 500 docs/results/shifted-digits.json`): imitations, "
        "made from MNIST's test "
        "images, of what others collected, and corruptions after Mu and Gilmer 2019, read through `--single`. Glass "
        "blur, fog and zigzag were held out of training altogether. Some choices of `--single` were made on "
        "pictures of this kind, so expect less elsewhere.",
        "",
        "| | read right | flagged sure | right among sure |",
        "| --- | --- | --- | --- |",
    ]
    for name, values in kept("shifted-digits").items():
        if "accuracy" in values:
            shares = [values.get(key) for key in ("accuracy", "sure", "right_of_sure")]
            cells = ["" if share is None else f"{100 * share:.1f} %" for share in shares]
            lines.append(f"| {name.replace('_', ' ')} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _generated_pages() -> str:
    """What `python -m evaluation_sets.generated_pages` measured."""
    pages = kept("generated-pages")
    lines = [
        f"Pages with desks, shadows, ruling and several pens, drawn by a program with MNIST's test digits (`python -m "
        f"evaluation_sets.generated_pages --pages {pages['all']['pages']} --seed {pages['seed']} --json`). "
        "An insertion, a deletion or a substitution is "
        "one error each. A number whose digits touch is half as frequent as the other layouts.",
        "",
        "| | pages | digits | read right | pages without error | right among sure | sure among right | doodles "
        "not taken for a sure digit |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, score in pages.items():
        if isinstance(score, dict):
            keys = ("digit_accuracy", "pages_without_error", "sure_right", "right_sure", "doodles_handled")
            cells = " | ".join("" if score[key] is None else f"{100 * score[key]:.1f} %" for key in keys)
            lines.append(f"| {name} | {score['pages']} | {score['digits']} | {cells} |")
    return "\n".join(lines)


def _reading_ablation() -> str:
    """What `python -m evaluation_sets.ablation` measured."""
    ablation = kept("ablation-reading")
    lines = [
        f"What each stage of reading is worth, on {ablation['pages']} such pages with {ablation['digits']} digits "
        f"(`python -m evaluation_sets.ablation --pages {ablation['pages']} --seed {ablation['seed']} "
        "docs/results/ablation-reading.json`); in brackets, where 95 % of pages drawn again from these lie "
        "(bootstrap, Efron 1979).",
        "",
        "| | read right | difference |",
        "| --- | --- | --- |",
    ]
    for line in ablation["lines"]:
        right = f"{100 * line['accuracy']:.1f} % ({100 * line['low']:.1f} to {100 * line['high']:.1f})"
        difference = (
            f"{100 * line['difference']:+.1f} "
            f"({100 * line['difference_low']:+.1f} to {100 * line['difference_high']:+.1f})"
        )
        lines.append(f"| {line['what']} | {right} | {'' if line is ablation['lines'][0] else difference} |")
    return "\n".join(lines)


def _reading_time() -> str:
    """What `python -m benchmarks.reading` measured."""
    times = kept("reading-time")
    lines = [
        f"How long `byhand read` takes on {times['cores']} cores, start-up included, and the most memory it needs "
        "(`python -m benchmarks.reading --save docs/results/reading-time.json`; medians):",
        "",
        "| | seconds | memory |",
        "| --- | --- | --- |",
    ]
    named = [(f"a photograph of {one['megapixels']} megapixels", one) for one in times["photographs"]]
    named += [
        (f"{one['pictures']:,} pictures of {one['side']} x {one['side']}, `--single`", one) for one in times["folders"]
    ]
    lines += [f"| {name} | {one['median_seconds']:.2f} | {one['peak_mb']} MB |" for name, one in named]
    return "\n".join(lines)
