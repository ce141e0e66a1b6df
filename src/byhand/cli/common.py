"""What all commands share: their common options, where they print, and how they fail."""

import functools
import json
import sys
import traceback
import warnings
from collections.abc import Callable
from typing import Annotated, Any, NoReturn

import typer

from byhand.errors import ByhandError, ByhandWarning
from byhand.training.recipe import DATA_HELP, LABELS_HELP

LARGEST_SEED = 2**63 - 1
INTERRUPTED = 130  # 128 + SIGINT, what a shell expects after Ctrl-C

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value instead of text.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no remarks, only the result.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
ModelPath = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="PATH",
        help="A model file, a run folder, or 'fast', 'accurate' or 'reader', which come with byhand; if left out, "
        "'reader' to read pictures and for the page, else 'fast'.",
    ),
]
DataSource = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="SOURCE",
        help=f"{DATA_HELP.removesuffix('.')}; the model's own if left out.",
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="URL", help="An existing Dask cluster, as in tcp://host:8786 (pip install 'byhand[cluster]')."
    ),
]
Labels = Annotated[str | None, typer.Option("--labels", metavar="PATTERN", show_default=False, help=LABELS_HELP)]


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command its manners: one sentence and a status for an error, none of Python's own words.

    Status 1 is an error the sentence explains, 130 an interruption. `--debug` shows the traceback as well.
    """

    @functools.wraps(function)
    def polite(*args: Any, **options: Any) -> None:
        warnings.showwarning = _say_warning
        try:
            for name, value in options.items():
                if value == "" or (isinstance(value, list) and "" in value):
                    raise ByhandError(f"{name.upper()} is empty: give a value, or leave it out.")
            function(*args, **options)
        except typer.Exit:
            raise
        except KeyboardInterrupt:
            _fail("Stopped.", INTERRUPTED, options)
        except ByhandError as error:
            _fail(str(error), 1, options)
        except MemoryError:
            _fail("There is not enough memory for this: try a smaller network, batch or data set.", 1, options)
        except RecursionError:
            _fail("Something in the input is nested too deep: make it plain.", 1, options)
        except BrokenPipeError:
            # The reader of our output, such as `head`, has seen enough. Python would complain when it closes.
            sys.stdout = None
            raise typer.Exit(1) from None
        except OSError as error:
            where = f" {error.filename}" if error.filename else ""
            _fail(f"Cannot use{where or ' a file'}: {error.strerror or error}.", 1, options)
        except Exception as error:
            what = f"{type(error).__name__}: {error}"
            _fail(
                f"byhand failed in a way it should not ({what}). Please report it with the output of --debug.",
                1,
                options,
            )

    return polite


def _say_warning(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
    """Show byhand's own warnings as a remark; Python's own warnings are for developers."""
    if issubclass(category, ByhandWarning):
        say(str(message))


def _fail(message: str, status: int, options: dict[str, Any]) -> NoReturn:
    if options.get("debug"):
        traceback.print_exc()
    if options.get("as_json"):
        print_json({"error": message})
    say(message)
    raise typer.Exit(status) from None


def within(option: str, value: int, least: int, most: int) -> None:
    """Check a number. The parser could, but status 2 is for what it cannot read; this is a value that cannot work.

    Raises:
        ByhandError: it is out of range.
    """
    if not least <= value <= most:
        raise ByhandError(f"{option} cannot be {value}: give a number from {least} to {most:,}.")


def say(message: str) -> None:
    """Print a remark on stderr."""
    print(message, file=sys.stderr, flush=True)


def print_json(value: Any) -> None:
    """Print one JSON value on stdout; NaN and infinity, which JSON does not know, are refused."""
    print(json.dumps(value, indent=1, allow_nan=False))


def percent(part: float) -> str:
    """Write a fraction for people: 0.98125 as 98.13 %."""
    return f"{100 * part:.2f} %"
