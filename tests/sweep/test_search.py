from pathlib import Path
from typing import Any

import pytest

from byhand.errors import ByhandError
from byhand.sweep import Sweep, parse_grid, trials_of
from byhand.sweep.results import LOST, Results
from byhand.training.recipe import Recipe

FAST = Recipe.load("fast")


def row(key: str, accuracy: float | None = 0.5, error: str = "") -> dict[str, Any]:
    return {"key": key, "validation_accuracy": accuracy, "validation_loss": accuracy, "error": error, "hidden": (8,)}


def test_a_grid_is_every_combination_in_order() -> None:
    trials = trials_of(FAST, parse_grid(["learning-rate=1,2", "hidden=64,32-16,none"]))
    assert [trial.chosen for trial in trials] == [
        {"learning_rate": rate, "hidden": hidden} for rate in (1.0, 2.0) for hidden in ((64,), (32, 16), ())
    ]
    assert trials[1].recipe == FAST.changed(learning_rate=1.0, hidden=(32, 16), workers=1)


def test_random_trials_are_different_and_the_same_again() -> None:
    grid = parse_grid(["learning_rate=0.01..10", "hidden=64,128", "epochs=1..3"])
    trials = trials_of(FAST, grid, random=40)
    rates = [trial.recipe.learning_rate for trial in trials]
    assert len({str(trial.chosen) for trial in trials}) == 40
    assert all(0.01 <= rate <= 10 for rate in rates)
    assert sum(rate < 0.3 for rate in rates) in range(10, 31)  # half of them, on a logarithmic scale
    assert {trial.recipe.epochs for trial in trials} == {1, 2, 3}
    assert trials == trials_of(FAST, grid, random=40)


def test_seeds_follow_the_recipes_own() -> None:
    trials = trials_of(Recipe.load("fast", seed=7), parse_grid(["epochs=1,2"]), seeds=2)
    assert [(trial.recipe.epochs, trial.recipe.seed) for trial in trials] == [(1, 7), (1, 8), (2, 7), (2, 8)]


@pytest.mark.parametrize(
    ("grid", "options", "said"),
    [
        ([], {}, "nothing to try"),
        (["lerning_rate=1"], {}, "did you mean 'learning_rate'"),
        (["learning_rate=1,1.0"], {}, "twice"),
        (["learning_rate=1", "learning-rate=2"], {}, "twice"),
        (["learning_rate=high"], {}, "give a number"),
        (["learning_rate="], {}, "give a number"),
        (["learning_rate"], {}, "no values"),
        (["learning_rate=-1"], {}, "--learning-rate cannot be -1"),
        (["activation=softplus"], {}, "--activation cannot be 'softplus'"),
        (["hidden=128,64x"], {}, "layers such as"),
        (["epochs=1.5"], {}, "a whole number"),
        (["deskew=maybe"], {}, "true or false"),
        (["validation=100,200"], {}, "must be the same"),
        (["workers=1,2"], {}, "must be the same"),
        (["patience=3"], {}, "--validation"),
        (["learning_rate=1..2"], {}, "--random"),
        (["learning_rate=2..1"], {"random": 3}, "the lower first"),
        (["activation=relu..tanh"], {"random": 3}, "two numbers"),
        (["learning_rate=1,2"], {"random": 0}, "at least one trial"),
        (["learning_rate=1,2"], {"random": 3}, "more than the 2"),
        (["epochs=1..2"], {"random": 3}, "do not hold 3"),
        (["seed=1,2"], {"seeds": 2}, "say the same"),
        (["seed=1,2"], {"seeds": 0}, "--seeds cannot be 0"),
    ],
)
def test_what_cannot_work_is_one_sentence(grid: list[str], options: dict[str, Any], said: str) -> None:
    with pytest.raises(ByhandError, match=said):
        trials_of(FAST, parse_grid(grid), **options)


def test_the_table_survives_a_line_that_was_not_finished(tmp_path: Path) -> None:
    first = Results(tmp_path, ["hidden"])
    first.add(row("a"))
    first.add(row("b", None, 'It "failed", badly'))
    first.add(row("c", None, LOST + "with its worker"))
    with first.path.open("a") as file:
        file.write("8,0,2,0.9")
    again = Results(tmp_path, ["hidden", "epochs"])
    assert list(again.rows) == ["a", "b"]  # what was lost is tried again
    assert again.rows["b"]["error"] == 'It "failed", badly'
    again.add(row("c") | {"epochs": 3})
    last = Results(tmp_path, [])
    assert [last.rows[key]["validation_accuracy"] for key in "abc"] == [0.5, None, 0.5]
    assert last.rows["c"]["epochs"] == "3"


def test_another_folder_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(ByhandError, match="in use already"):
        Sweep(FAST, {"epochs": [1]}, out=tmp_path)
    (tmp_path / "results.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ByhandError, match="no table of a sweep"):
        Sweep(FAST, {"epochs": [1]}, out=tmp_path)


def test_other_data_are_other_trials(tmp_path: Path) -> None:
    trial = trials_of(FAST, {"epochs": [1]})[0]
    assert trial.key("mnist") != trial.key("other")
    assert trial.key("mnist") != trials_of(FAST, {"epochs": [2]})[0].key("mnist")
