"""Bars that count while one waits: the pictures that `byhand read` has read, the trials of `byhand sweep`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

FEWEST = 3  # pictures for which there is a bar


def _bar(what: str, quiet: bool) -> tuple["Console", "Progress"]:
    """A bar that counts something, and says how long it will take; only where someone watches a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, quiet=quiet, highlight=False)
    return console, Progress(
        TextColumn(f"{{task.completed:,.0f}}/{{task.total:,.0f}} {what}"),
        BarColumn(bar_width=30),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )


@contextmanager
def pictures_bar(count: int | None, quiet: bool) -> Iterator[Callable[..., None]]:
    """Show how many of many pictures are read, where someone watches a terminal.

    Args:
        count: how many there will be; None where that is known only later.
        quiet: show nothing.

    Yields:
        What to call after each picture: with no argument, or with how many there will be, or how many it were.
    """
    if quiet or (count is not None and count < FEWEST):
        yield lambda total=None, count=1: None
        return
    _, progress = _bar("pictures", quiet)
    with progress:
        task = progress.add_task("", total=count or 0, visible=count is not None)
        yield lambda total=None, count=1: progress.update(task, advance=count, total=total, visible=True)


@contextmanager
def trials_bar(count: int, quiet: bool) -> Iterator[Callable[[int, int, str], None]]:
    """Show how far a sweep is: a line for each trial, and a bar where someone watches a terminal.

    Args:
        count: how many trials there will be.
        quiet: show nothing.

    Yields:
        What to call after each trial: with how many there will be, how many are done, and its line.
    """
    console, progress = _bar("trials", quiet)
    with progress:
        task = progress.add_task("", total=count)

        def show(total: int, done: int, line: str) -> None:
            console.print(line, soft_wrap=True, markup=False)
            progress.update(task, completed=done, total=total)

        yield show
