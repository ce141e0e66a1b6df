"""`byhand train`: learn, test, keep, and show."""

import dataclasses
import functools
import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from byhand.cli.common import INTERRUPTED, AsJson, Debug, Quiet, command, percent, print_json, say
from byhand.errors import ByhandError
from byhand.training.recipe import DEFAULT, DEFAULT_FINE_TUNING, NAMES, Recipe

if TYPE_CHECKING:
    from byhand.data.dataset import Dataset
    from byhand.training.run import Run

TRAINING_FIGURES = ("history", "predictions", "mistakes", "confusion", "weights")


def _hidden(text: str) -> tuple[int, ...]:
    """Read "128,64" as (128, 64), and "none" as ()."""
    if text.strip() == "none":
        return ()
    try:
        return tuple(int(units) for units in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a list of whole numbers such as 128 or 128,64.") from None


def with_recipe_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add an option for every setting of a recipe; those given arrive in `function` as the dictionary `options`.

    An option of the function's own wins over a setting of the same name.
    """
    types = get_type_hints(Recipe)
    own = inspect.signature(function).parameters
    settings = [field for field in dataclasses.fields(Recipe) if "help" in field.metadata and field.name not in own]
    names = [field.name for field in settings]

    @functools.wraps(function)
    def wrapper(**arguments: Any) -> None:
        options = {name: arguments.pop(name) for name in names}
        function(options={name: value for name, value in options.items() if value is not None}, **arguments)

    def parameter(field: "dataclasses.Field[Any]") -> inspect.Parameter:
        expected: Any = types[field.name]
        # Typer would take a tuple for an option with several values, so a list of numbers is read from one word.
        several = field.name == "hidden"
        option = typer.Option(
            help=field.metadata["help"], show_default=False, parser=_hidden if several else None,
            metavar="UNITS" if several else None,
        )  # fmt: skip
        kind: Any = str if several else expected
        annotation = Annotated[kind | None, option]
        return inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)

    kept = [p for p in own.values() if p.name != "options"]
    parameters = [kept[0], *(parameter(field) for field in settings), *kept[1:]]
    parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
    wrapper.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {p.name: p.annotation for p in parameters}
    return wrapper


@with_recipe_options
@command
def train(
    recipe: Annotated[
        str | None,
        typer.Argument(
            help=f"{', '.join(NAMES)}, or a .toml file; {DEFAULT} if left out, {DEFAULT_FINE_TUNING} with --fine-tune."
        ),
    ] = None,
    options: dict[str, Any] = {},  # noqa: B006 (filled by with_recipe_options, never changed)
    out: Annotated[
        str | None, typer.Option(metavar="DIR", help="The run folder, new or empty; runs/RECIPE-N if left out.")
    ] = None,
    resume: Annotated[
        str | None, typer.Option(metavar="DIR", help="Go on with the interrupted training in this run folder.")
    ] = None,
    figures: Annotated[bool, typer.Option(help="Draw the figures of the run.")] = True,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Train a network, test it once at the end, and save model, recipe, history and figures in a run folder.

    Example: byhand train fast --epochs 5 --hidden 128,64 --seed 7

    The options below replace settings of the recipe.
    """
    if resume and (recipe or options or out):
        raise ByhandError("--resume goes on with the recipe it finds in the run folder: leave everything else out.")
    name = recipe or (DEFAULT_FINE_TUNING if options.get("fine_tune") else DEFAULT)
    if not resume:
        chosen = Recipe.load(name, **options)
    if resume:
        from byhand.training.run_folder import RECIPE_FILE, held_folder_to_resume

        with held_folder_to_resume(Path(resume)) as place:
            _train(_run(Recipe.load(str(place / RECIPE_FILE))), place, figures, as_json, quiet)
    else:
        run = _run(chosen)
        from byhand.training.run_folder import held_new_folder

        with held_new_folder(out, chosen) as place:
            _train(run, place, figures, as_json, quiet)


def _run(recipe: Recipe) -> "Run":
    """Prepare the training. Most modules are read only here: a wrong option is answered at once."""
    with ThreadPoolExecutor(1) as thread:
        # MNIST is unpacked meanwhile: 50 ms less to wait, of 1.3 s with one epoch.
        mnist = thread.submit(_mnist) if recipe.data == "mnist" else None
        from byhand.training.run import Run

        return Run(recipe, mnist.result if mnist else None)


def _mnist() -> "Dataset":
    from byhand.data.dataset import Dataset

    return Dataset.mnist()


def _train(run: "Run", place: Path, figures: bool, as_json: bool, quiet: bool) -> None:
    """Train in a run folder, from the beginning or from its checkpoint, and say what came of it."""
    from byhand.training.crew import LostMemberError
    from byhand.training.divergence import DivergedError
    from byhand.training.run_folder import save_recipe, save_run

    run.folder = place
    save_recipe(run.recipe, place)
    try:
        _show_progress(run, quiet)
    except DivergedError as error:
        save_run(run, place)
        error.args = (f"{error} They are in {place}.",)
        raise
    except LostMemberError as error:
        run.interrupted = True
        save_run(run, place)
        error.args = (f"{error} What was learned until then is in {place}.",)
        raise
    except KeyboardInterrupt:
        run.interrupted = True
    save_run(run, place)
    if run.evaluation and not as_json:
        if run.before:
            print(f"Test accuracy {percent(run.before.accuracy)} before, on the same images.")
        seconds = f"{run.train_seconds:.1f} s of learning"
        print(
            f"Test accuracy {percent(run.evaluation.accuracy)}, loss {run.evaluation.loss:.4f}, "
            f"on {len(run.setup.test):,} images, after {len(run.history)} epochs and {seconds}."
        )
        print(f"Saved in {place}: model.safetensors, recipe.toml, history.json", flush=True)
    stopped_drawing = False
    if figures and not run.interrupted:
        try:
            saved = _draw(run, place)
            if not as_json:
                print(f"Drew {', '.join(path.name for path in saved)}")
        except KeyboardInterrupt:
            stopped_drawing = True
    if as_json:
        print_json(_summary(run, place.resolve()))
    if run.interrupted:
        say(
            f"Stopped after {len(run.history)} finished epochs. The model as it was then is in {place}; "
            f"'byhand train --resume {place}' goes on."
        )
    elif stopped_drawing:
        say(
            f"Stopped while the figures were drawn. The training is finished, and its model is in {place}; "
            f"'byhand show FIGURE --model {place}' draws the others."
        )
    if run.interrupted or stopped_drawing:
        raise typer.Exit(INTERRUPTED)


def _show_progress(run: "Run", quiet: bool) -> None:
    """Train to the end, and show where it stands."""
    if quiet:
        run.complete()
        return
    from byhand.cli.progress import TrainingProgress  # 60 ms

    with TrainingProgress(run) as progress:
        for event in run.events():
            progress.show(event)


def _draw(run: "Run", folder: Path) -> list[Path]:
    """Save the run's figures and say where they are."""
    from byhand.figures import draw
    from byhand.figures.style import save

    saved = []
    for name in TRAINING_FIGURES:
        path = folder / f"{name}.png"
        save(draw(name, run.model, run.setup.test, seed=run.recipe.seed), path)
        saved.append(path)
    return saved


def _summary(run: "Run", folder: Path) -> dict[str, Any]:
    """The run as `--json` prints it."""
    from byhand.model import MODEL_FILE

    return {
        "recipe": run.recipe.name,
        "layers": run.model.network.sizes,
        "activation": run.recipe.activation,
        "parameters": run.model.network.parameters.size,
        "seed": run.recipe.seed,
        "epochs": len(run.history),
        "train_examples": run.setup.train_examples,
        "test_examples": len(run.setup.test),
        "test_accuracy": run.evaluation.accuracy if run.evaluation else None,
        "test_loss": run.evaluation.loss if run.evaluation else None,
        **({"test_accuracy_before": run.before.accuracy} if run.before else {}),
        "train_seconds": run.train_seconds,
        "total_seconds": run.seconds,
        "history": [dataclasses.asdict(epoch) for epoch in run.history],
        "model": str(folder / MODEL_FILE),
        "out": str(folder),
        "interrupted": run.interrupted,
    }
