"""What a sweep found: each setting's values and how well they did, and the best trials one by one."""

from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullFormatter

from byhand.errors import ByhandError
from byhand.figures.style import BLUE, TEXT, VERMILLION, look, page, percent, settle, shorten
from byhand.sweep.results import RESULTS_FILE, read_results

BARS = 12  # of the best trials
MOST_SETTINGS = 6  # a panel for each
# A setting whose largest value is so many times its smallest is drawn on a logarithmic scale.
LOGARITHMIC_FROM = 10


@look()
def draw_sweep(folder: Path) -> Figure:
    """Draw validation accuracy by each setting, and the best trials.

    Args:
        folder: of the sweep.

    Raises:
        ByhandError: it holds no results, or none of a trial that succeeded.
    """
    path = folder / RESULTS_FILE
    if not path.is_file():
        raise ByhandError(f"There are no results of a sweep in {folder}: 'byhand sweep' says which folder has them.")
    names, rows = read_results(path)
    rows = [row for row in rows if row["validation_accuracy"] is not None]
    if not rows:
        raise ByhandError(f"None of the trials in {folder} succeeded: there is nothing to draw.")
    rows.sort(key=lambda row: -row["validation_accuracy"])
    best, shown = rows[0], names[:MOST_SETTINGS]
    title = f"The best of {len(rows)} trials: {percent(best['validation_accuracy'], 2)} of the held-out images"
    figure = page(3 * len(shown) + 7, 5.4, title, "Each point is a training; the best one is filled.")
    # An empty panel makes room for the names of the best trials.
    *settings, gap, last = figure.subplots(
        1, len(shown) + 2, gridspec_kw={"wspace": 0.12, "width_ratios": [*[1] * len(shown), 0.2, 1.2]}
    )
    gap.axis("off")
    lowest = min(row["validation_accuracy"] for row in rows)
    room = 0.05 * (best["validation_accuracy"] - lowest) + 0.001
    for panel, name in zip(settings, shown, strict=True):
        _by_setting(panel, name, rows)
        panel.set_ylim(lowest - room, best["validation_accuracy"] + room)
        panel.yaxis.set_major_formatter(lambda part, _: f"{100 * part:.3g} %")
        panel.grid(axis="y")
        panel.tick_params(labelleft=panel is settings[0])
    settings[0].set_ylabel("validation accuracy")
    _best_trials(last, rows[:BARS], names, lowest)
    return settle(figure)


def _by_setting(panel: Any, name: str, rows: list[dict[str, Any]]) -> None:
    """Accuracy against a number, or against values in the order of their best accuracy."""
    accuracies = [row["validation_accuracy"] for row in rows]
    numbers = [_number(row[name]) for row in rows]
    values = list(dict.fromkeys(row[name] for row in rows))
    if all(number is not None for number in numbers):
        places: list[Any] = numbers
        positive = [number for number in numbers if number is not None and number > 0]
        if len(positive) == len(numbers) and max(positive) >= LOGARITHMIC_FROM * min(positive):
            panel.set_xscale("log")
            panel.xaxis.set_major_formatter(lambda number, _: f"{number:g}")
            panel.xaxis.set_minor_formatter(NullFormatter())
    else:
        places = [values.index(row[name]) for row in rows]
        panel.set_xticks(range(len(values)), [shorten(_written(value)) for value in values], rotation=30)
        panel.set_xlim(-0.5, len(values) - 0.5)
    panel.scatter(places, accuracies, s=36, facecolor="none", edgecolor=BLUE, linewidth=1.5)
    panel.scatter(places[:1], accuracies[:1], s=60, color=VERMILLION, zorder=3)
    panel.set_xlabel(name.replace("_", " "))


def _best_trials(panel: Any, rows: list[dict[str, Any]], names: list[str], lowest: float) -> None:
    accuracies = [row["validation_accuracy"] for row in rows]
    panel.barh(range(len(rows)), accuracies, color=[VERMILLION, *[BLUE] * (len(rows) - 1)], height=0.6)
    labels = [", ".join(_written(row[name]) for name in names if row[name]) for row in rows]
    panel.set_yticks(range(len(rows)), [shorten(label, 24) for label in labels])
    start = max(0.0, lowest - 0.2 * (accuracies[0] - lowest) - 0.002)
    panel.set_xlim(start, accuracies[0] + 0.4 * (accuracies[0] - start))
    for place, accuracy in enumerate(accuracies):
        panel.text(accuracy, place, f" {percent(accuracy, 2)}", va="center", color=TEXT)
    panel.invert_yaxis()
    panel.xaxis.set_major_formatter(lambda part, _: f"{100 * part:.3g} %")
    panel.xaxis.set_major_locator(MaxNLocator(3))
    panel.set_title("the best trials", fontsize="medium")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _written(value: str) -> str:
    return value.replace("[", "").replace("]", "").replace(", ", "-") or "none"
