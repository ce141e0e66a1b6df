"""`byhand sweep`: many trainings, the best of which is kept."""

from typing import Annotated, Any

import typer

from byhand.cli.common import INTERRUPTED, AsJson, Debug, Quiet, Scheduler, command, percent, print_json, say
from byhand.cli.train import with_recipe_options
from byhand.training.recipe import DEFAULT, NAMES, Recipe


@with_recipe_options
@command
def sweep(
    recipe: Annotated[str, typer.Argument(help=f"{', '.join(NAMES)}, or a .toml file.")] = DEFAULT,
    options: dict[str, Any] = {},  # noqa: B006 (filled by with_recipe_options, never changed)
    grid: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=V1,V2", help="Values to try for a setting; layers as 128-64; with --random also LOW..HIGH."
        ),
    ] = None,
    random: Annotated[int | None, typer.Option(help="Draw this many combinations instead of trying all.")] = None,
    seeds: Annotated[
        int, typer.Option(help="Train each combination with this many seeds: the mean counts, the best is an ensemble.")
    ] = 1,
    halving: Annotated[
        bool, typer.Option("--halving", help="Successive halving: few epochs first, then more for the best third.")
    ] = False,
    engine: Annotated[str | None, typer.Option(help="'local' for the cores of this machine, or 'dask'.")] = None,
    scheduler: Scheduler = None,
    workers: Annotated[
        int | None, typer.Option(help="How many trials at a time on this machine; else one per core.")
    ] = None,
    out: Annotated[
        str | None, typer.Option(metavar="DIR", help="The sweep's folder; one with results goes on. Else in runs/.")
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Try many settings, judge them on held-out images, and train and test the best.

    Example: byhand sweep fast --grid learning_rate=1,2,4 --grid hidden=64,128-64 --epochs 3

    Results are kept as they come; the same command again goes on where an interrupted sweep ended.
    """
    chosen = Recipe.load(recipe, **options)
    from byhand.sweep.search import parse_grid, trials_of

    values = parse_grid(grid or [])
    trials_of(chosen, values, random, seeds)
    from byhand.cli.bars import trials_bar
    from byhand.engines import make_engine
    from byhand.errors import ByhandError
    from byhand.model import MODEL_FILE, load_model
    from byhand.sweep.sweep import Sweep

    if scheduler is not None and engine == "local":
        raise ByhandError("--scheduler needs a cluster and --engine local is none: leave one of them out.")
    # First the engine: a cluster that does not answer leaves no folder behind.
    with make_engine(engine or "local", scheduler, workers) as place:
        plan = Sweep(chosen, values, random=random, seeds=seeds, halving=halving, out=out)
        if not quiet:
            for note in plan.data.notes if plan.data else ():
                say(note)
            say(
                f"{plan.planned:,} trials, {place.workers} at a time, each judged on "
                f"{plan.recipe.validation:,} held-out images; results in {plan.folder}"
            )
        try:
            with trials_bar(plan.planned, quiet) as show:
                for done, (trial, row) in enumerate(plan.run(place), start=1):
                    show(plan.planned, done, _line(trial.chosen, trial.recipe, row))
        except KeyboardInterrupt:
            results = f"The results of {len(plan.results.rows):,} trials are in {plan.folder}"
            say(f"Stopped. {results}; the same command goes on.")
            raise typer.Exit(INTERRUPTED) from None
    best = plan.best()
    folders = plan.refit()
    if as_json:
        print_json(
            {
                "trials": len(plan.trials),
                "failed": plan.failed,
                "best": best,
                "engine": place.name,
                "workers": place.workers,
                "seconds": plan.seconds,
                "test_accuracy": load_model(folders[0]).results["test_accuracy"],
                "models": [str((folder / MODEL_FILE).resolve()) for folder in folders],
                "out": str(plan.folder.resolve()),
            }
        )
        return
    settings = ", ".join(f"{name} {_shown(value)}" for name, value in best["settings"].items())
    print(
        f"Best of {len(plan.trials):,} trials: {settings}, with {percent(best['validation_accuracy'])} of the held-out "
        f"images read right; {plan.failed} failed."
    )
    for folder in folders:
        print(f"Trained again in {folder}: test accuracy {percent(load_model(folder).results['test_accuracy'])}")
    if len(folders) > 1:
        print("As an ensemble: byhand evaluate " + " ".join(f"--model {folder}" for folder in folders))
    print(f"'byhand show sweep {plan.folder}' draws the results.")


def _line(chosen: dict[str, Any], recipe: Recipe, row: dict[str, Any]) -> str:
    settings = "  ".join(f"{name} {_shown(value)}" for name, value in chosen.items())
    result = row["error"] or f"{percent(row['validation_accuracy'])}, loss {row['validation_loss']:.4f}"
    return f"{settings}  seed {recipe.seed}  {recipe.epochs} epochs: {result}"


def _shown(value: Any) -> str:
    return ("-".join(map(str, value)) or "none") if isinstance(value, tuple | list) else str(value)
