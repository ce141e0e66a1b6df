"""The page of experiments, put together from their table and from what `scripts/measure.py experiments` kept."""

import json
from pathlib import Path

from byhand.experiments import EXPERIMENTS, Experiment, Results

KEPT = Path(__file__).parents[1] / "docs" / "results" / "experiments.json"


def experiments_page() -> str:
    """The whole page."""
    measured: dict[str, Results] = json.loads(KEPT.read_text("utf-8"))["measured"]
    parts = [
        "# Experiments",
        (
            "What happens if? Good ideas and bad ones. Answer the question first, then run the command, or follow the"
            " link while `byhand play` runs, and only then look at what was measured."
        ),
        (
            "`python -m byhand.experiments NAME` runs any of them, with the trainings it compares, and says what came"
            " of it. Accuracy is that on MNIST's 10,000 test images; two learning rates, 0.05 for"
            " unscaled input and 0.2 for forgetting, were picked by it, to show the effect. This page is written by"
            " `python scripts/build_documents.py` from `docs/results/experiments.json`, which"
            " `python scripts/measure.py experiments` measures; `pytest -m long` runs all again and asserts each"
            " outcome."
        ),
        *(_section(experiment, measured[name]) for name, experiment in EXPERIMENTS.items()),
    ]
    return "\n\n".join(parts) + "\n"


def _section(experiment: Experiment, results: Results) -> str:
    commands = "\n".join(experiment.commands)
    links = ", ".join(f"[{text}]({address})" for address, text in experiment.links)
    note = "" if experiment.exact else " (to compare with: the page does not choose how weights start)"
    return (
        f"## {experiment.title}\n\n**{experiment.question}**\n\n```console\n{commands}\n```\n\nIn the browser:"
        f" {links}{note}.\n\n<details><summary>What was measured, and"
        f" why</summary>\n\n{experiment.outcome(results)}\n\n{experiment.reason}\n\n</details>"
    )
