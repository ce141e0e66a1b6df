"""The README's picture of speed, drawn from what the benchmark kept."""

from typing import Any

from matplotlib.figure import Figure

from byhand.figures.style import BLUE, FAINT, QUIET, VERMILLION, look, page, settle

SHOWN = ("byhand", "plain numpy", "jax", "torch.compile", "pytorch", "scikit-learn")


@look()
def draw_speed(report: dict[str, Any]) -> Figure:
    """Draw the median seconds per epoch of byhand and its rivals, and the floor, for each batch size."""
    machine, parts = report["machine"], report["epoch"]
    note = (
        f"Seconds for 60,000 images, 784-128-10, {machine['threads']} threads; median, with the smallest and "
        "largest. The line is the floor: the matrix products alone."
    )
    figure = page(13, 4.6, "How long an epoch takes", note)
    for axes, (batch, part) in zip(figure.subplots(1, len(parts), sharey=True), parts.items(), strict=True):
        names = [name for name in SHOWN if name in part["seconds"]][::-1]
        spreads = [part["seconds"][name] for name in names]
        medians = [one["median"] for one in spreads]
        errors = [[one["median"] - one["min"] for one in spreads], [one["max"] - one["median"] for one in spreads]]
        colours = [BLUE if name == "byhand" else FAINT for name in names]
        axes.barh(names, medians, color=colours, xerr=errors, error_kw={"ecolor": QUIET, "elinewidth": 1.5})
        for row, one in enumerate(spreads):
            axes.text(one["max"], row, f"  {one['median']:.2f}", va="center")
        axes.axvline(part["seconds"][part["fastest floor"]]["median"], color=VERMILLION, lw=2)
        axes.set_xlim(0, 1.22 * max(one["max"] for one in spreads))
        axes.set_title(batch)
        axes.set_xlabel("seconds")
        axes.tick_params(left=False)
    return settle(figure)
