"""The exercises as files: six of Python, or one notebook that writes them."""

import json
from pathlib import Path
from typing import Any

from byhand.errors import ByhandError
from byhand.exercises.tasks import EXERCISES
from byhand.files import make_folder, write_atomically

NOTEBOOK = "exercises.ipynb"
ORDER = (
    "Write the bodies in the order sigmoid, softmax, loss, dense, update, loop. Each file is judged by itself; the loop"
    " puts them together, and then your own code learns to read digits."
)


def write_files(folder: str | Path) -> list[Path]:
    """Write the six files and give their paths.

    Raises:
        ByhandError: the folder is in use, or cannot be written.
    """
    place = _new(folder)
    paths = []
    for exercise in EXERCISES.values():
        paths.append(place / f"{exercise.name}.py")
        write_atomically(paths[-1], exercise.open_file().encode())
    return paths


def write_notebook(folder: str | Path) -> list[Path]:
    """Write the notebook, whose cells write the files, and give its path; raises as `write_files`."""
    place = _new(folder)
    more = "`hint=True` gives `check` a second hint to print, `solution=True` one way to write it."
    cells = [_markdown(f"# Back-propagation, written by you\n\n{ORDER} {more}")]
    for exercise in EXERCISES.values():
        cells += [
            _markdown(
                f"## {exercise.title.rstrip('.')}\n\nRunning the cell writes `{exercise.name}.py`; the next one"
                " judges it."
            ),
            _code(f"%%writefile {exercise.name}.py\n{exercise.open_file()}"),
            _code(f'from byhand.exercises import check\n\ncheck("{exercise.name}")'),
        ]
    cells += [
        _markdown("## Your code learns to read digits"),
        _code('from byhand.exercises import train_with\n\nfor answer in train_with("."):\n    print(answer)'),
    ]
    notebook = {
        "cells": [cell | {"id": f"cell-{number}"} for number, cell in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    write_atomically(place / NOTEBOOK, (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode())
    return [place / NOTEBOOK]


def _new(folder: str | Path) -> Path:
    place = Path(folder)
    if place.is_file() or (place.is_dir() and any(place.iterdir())):
        raise ByhandError(f"{folder} is in use already, and nothing of yours is overwritten: choose a new folder.")
    return make_folder(place)


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.rstrip().splitlines(keepends=True)}


def _code(text: str) -> dict[str, Any]:
    source = text.rstrip().splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
