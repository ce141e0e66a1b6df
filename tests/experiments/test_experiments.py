"""Each experiment ends as its table says. A few run always, all of them with `pytest -m long`."""

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from byhand.experiments import EXPERIMENTS, Experiment, run
from byhand.playground.trainings import default_settings, recipe_from
from byhand.training.recipe import Recipe

KEPT = json.loads((Path(__file__).parents[2] / "docs" / "results" / "experiments.json").read_text("utf-8"))["measured"]
QUICK = ("one-unit", "memorising", "pruning", "never-seen", "forgetting")


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_these_end_as_they_say(name: str) -> None:
    results = run(EXPERIMENTS[name])
    assert EXPERIMENTS[name].holds(results), results


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in EXPERIMENTS if name not in QUICK])
def test_the_others_end_as_they_say(name: str) -> None:
    results = run(EXPERIMENTS[name])
    assert EXPERIMENTS[name].holds(results), results


def test_there_are_at_least_sixteen_and_all_were_measured() -> None:
    assert len(EXPERIMENTS) >= 16
    assert list(KEPT) == list(EXPERIMENTS)
    for name, experiment in EXPERIMENTS.items():
        assert experiment.holds(KEPT[name])
        assert experiment.question.endswith("?") and experiment.outcome(KEPT[name]).endswith(".")
        assert experiment.commands and experiment.links


@pytest.mark.parametrize("experiment", [one for one in EXPERIMENTS.values() if one.trials], ids=lambda one: one.name)
def test_commands_and_links_make_the_same_training(experiment: Experiment) -> None:
    for trial in experiment.trials:
        words = shlex.split(trial.command)[2:]
        options = dict(zip(words[::2], words[1::2], strict=True))
        assert {name.removeprefix("--").replace("-", "_") for name in options} == set(trial.options)
        if not experiment.exact:
            continue
        settings: dict[str, Any] = {}
        for name, text in parse_qsl(urlsplit(trial.link).fragment.partition("?")[2]):
            usual = default_settings()[name]
            settings[name] = (
                [int(units) for units in text.split(",") if units != "none"] if name == "hidden" else type(usual)(text)
            )
        on_the_page = recipe_from(default_settings() | settings, "mnist")
        wanted = Recipe.load("fast", **trial.options)
        for name in (
            "hidden",
            "activation",
            "learning_rate",
            "batch_size",
            "epochs",
            "schedule",
            "momentum",
            "optimizer",
        ):
            assert getattr(on_the_page, name) == getattr(wanted, name), (trial, name)
        assert settings.get("amount", 0) == wanted.limit


def test_an_experiment_is_a_command() -> None:
    command = [sys.executable, "-m", "byhand.experiments"]
    done = subprocess.run([*command, "pruning"], capture_output=True, text=True, check=True)
    assert EXPERIMENTS["pruning"].question in done.stdout and "98.1 %" in done.stdout
    assert len(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()) == len(
        EXPERIMENTS
    )
    unknown = subprocess.run([*command, "prunning"], capture_output=True, text=True, check=False)
    assert unknown.returncode == 1 and "did you mean 'pruning'" in unknown.stderr
