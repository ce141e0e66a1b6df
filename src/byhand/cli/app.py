"""The commands, put together."""

import typer

from byhand.cli.check_gradients import check_gradients
from byhand.cli.evaluate import evaluate
from byhand.cli.exercises import exercises
from byhand.cli.explain import explain
from byhand.cli.export import export
from byhand.cli.play import play
from byhand.cli.predict import predict
from byhand.cli.read import read
from byhand.cli.show import show
from byhand.cli.sweep import sweep
from byhand.cli.train import train

app = typer.Typer(
    name="byhand",
    help="Handwritten digits, read by a neural network written by hand. Start with: byhand train",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)
SHORT_HELP = {
    "train": "Learn, test, and save a model with its figures.",
    "sweep": "Try many settings and keep the best, on all cores or a cluster.",
    "evaluate": "Measure a model on any labelled images.",
    "predict": "Label images that have no labels, and write that to a file.",
    "read": "Read the digits in pictures.",
    "explain": "Follow one image through the network and back, number by number.",
    "show": "Draw a figure of data, training or network.",
    "play": "Open the page to draw on, look into a network and watch one learn.",
    "export": "Write a model as one HTML page, as ONNX, or as a model file.",
    "check_gradients": "Hold back-propagation against finite differences.",
}
for function in (train, sweep, evaluate, predict, read, explain, show, play, export, check_gradients):
    app.command(short_help=SHORT_HELP[function.__name__])(function)
app.add_typer(exercises, name="exercises", short_help="Write back-propagation yourself, and have it checked.")


def _version(wanted: bool) -> None:
    if wanted:
        from byhand import __version__

        print(f"byhand {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    pass


def main() -> None:
    """Run the command line."""
    app()
