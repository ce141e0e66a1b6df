"""A training that writes a checkpoint after each epoch, and perhaps dies at a given moment of its writing.

`python -m trials.victim WHERE NUMBER ARGUMENTS...`: WHERE is `nowhere`, or the kind of the operation, of which the
one with this number, from 0, is the last: `write` (torn in its middle), `rename` (just before it) or `renamed` (just
after it).
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import byhand.training.run
from byhand.cli import main

WHERE = sys.argv[1] if __name__ == "__main__" else ""
left = int(sys.argv[2]) if __name__ == "__main__" else 0


def die_at(where: str) -> None:
    """Die if this is the chosen operation."""
    global left
    if where == WHERE:
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1


class Torn:
    """A file of which only half is written when the moment comes."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def write(self, content: bytes) -> None:
        """Write the first half, then perhaps die, then the rest."""
        half = len(content) // 2
        self.file.write(content[:half])
        self.file.flush()
        die_at("write")
        self.file.write(content[half:])

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


path_open, path_replace = Path.open, Path.replace


@contextmanager
def torn_open(path: Path, mode: str) -> Iterator[Torn]:
    """As `Path.open`, for what is written."""
    with path_open(path, mode) as file:
        yield Torn(file)


def opened(path: Path, mode: str = "r", *arguments: Any, **options: Any) -> Any:
    """As `Path.open`."""
    return torn_open(path, mode) if mode == "xb" else path_open(path, mode, *arguments, **options)


def replaced(path: Path, target: Path) -> Path:
    """As `Path.replace`."""
    die_at("rename")
    result = path_replace(path, target)
    die_at("renamed")
    return result


if __name__ == "__main__":
    byhand.training.run.SECONDS_BETWEEN_CHECKPOINTS = -1.0
    Path.open, Path.replace = opened, replaced  # type: ignore[method-assign,assignment]
    sys.argv[1:] = sys.argv[3:]
    main()
