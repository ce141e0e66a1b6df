"""`byhand exercises write|check FOLDER`: back-propagation to write yourself, and a judge for it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from byhand.cli.common import AsJson, Debug, Quiet, command, percent, print_json, say

exercises = typer.Typer(
    help="Write back-propagation yourself, and have it checked. Start with: byhand exercises write my-exercises",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Folder = Annotated[str, typer.Argument(metavar="FOLDER", help="Where the exercises are.")]


@exercises.command(short_help="Write the exercises into a new folder.")
@command
def write(
    folder: Folder,
    notebook: Annotated[
        bool, typer.Option("--notebook", help="A Jupyter notebook instead, whose cells write the same files.")
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write six short Python files whose bodies are open: sigmoid, softmax, loss, dense layer, update and loop.

    Example: byhand exercises write my-exercises
    """
    from byhand.exercises.writing import ORDER, write_files, write_notebook

    paths = (write_notebook if notebook else write_files)(folder)
    if as_json:
        print_json({"folder": str(Path(folder).resolve()), "files": [path.name for path in paths]})
    elif not quiet:
        print(f"Saved {', '.join(path.name for path in paths)} in {folder}.\n{ORDER}")
        print(f"Then: {'jupyter lab' if notebook else 'byhand exercises check'} {folder}")


@exercises.command(short_help="Check what you have written; name the mistakes.")
@command
def check(
    folder: Folder,
    hint: Annotated[bool, typer.Option("--hint", help="A second hint for what is not right yet.")] = False,
    solution: Annotated[
        bool, typer.Option("--solution", help="The solution of the first function that is not right yet.")
    ] = False,
    train: Annotated[bool, typer.Option(help="When all is right, let your code learn MNIST: a minute or less.")] = True,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Compare each function with the library and with finite differences, and name the mistake.

    Example: byhand exercises check my-exercises --hint

    When all are right, your code learns to read MNIST's digits. The status is 1 as long as something is not right.
    """
    from byhand.errors import ByhandError
    from byhand.exercises.checking import check_folder, train_with

    if not as_json and not quiet:
        say("Checking: a few seconds ...")
    verdicts = []
    for verdict in check_folder(folder):
        verdicts.append(verdict)
        if as_json:
            continue
        print(
            f"{'right' if verdict.passed else 'open ' if verdict.is_open else 'wrong'} "
            f" {verdict.function}{_colon(verdict.message)}",
            flush=True,
        )
        if hint and not verdict.passed:
            print(f"       Hint: {verdict.hint}")
    wrong = [verdict for verdict in verdicts if not verdict.passed]
    if solution and wrong and not as_json:
        print(f"\nOne way to write {wrong[0].function}:\n\n{wrong[0].solution}")
    learned: dict[str, Any] | None = None
    problem: ByhandError | None = None
    if not wrong and train:
        try:
            for answer in train_with(folder):
                if "test_accuracy" in answer:
                    learned = answer
                elif not quiet:
                    say(
                        f"Your code learns MNIST: epoch {answer['epoch']}/{answer['epochs']}, {answer['seconds']:.1f} s"
                    )
        except ByhandError as error:
            problem = error
    if as_json:
        shown = [one.to_json() | ({"hint": one.hint} if hint and not one.passed else {}) for one in verdicts]
        if solution and wrong:
            shown[verdicts.index(wrong[0])]["solution"] = wrong[0].solution
        print_json({"passed": not wrong, "functions": shown, "training": learned})
    elif wrong:
        print(f"{len(verdicts) - len(wrong)} of {len(verdicts)} functions are right.")
    elif learned:
        print(
            f"All {len(verdicts)} functions are right. A network that learned with your code, {learned['epochs']} times"
            f" through 60,000 digits, reads {percent(learned['test_accuracy'])} of 10,000 others."
        )
    else:
        print(f"All {len(verdicts)} functions are right.")
    if problem:
        say(str(problem))
    if wrong or problem:
        raise typer.Exit(1)


def _colon(message: str | None) -> str:
    return f": {message}" if message else ""
