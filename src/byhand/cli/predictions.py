"""A file of predictions: .csv, .jsonl or .npz, with the same columns."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.errors import ByhandError
from byhand.files import write_atomically

ENDINGS = (".csv", ".jsonl", ".npz")


def check_name(name: str) -> Path:
    """The path of a file of predictions, before anything is computed for it.

    Raises:
        ByhandError: its ending is none of `ENDINGS`, or its folder is not there.
    """
    path = Path(name)
    if path.suffix.lower() not in ENDINGS:
        raise ByhandError(f"Predictions are written as {', '.join(ENDINGS)}, not as '{name}'.")
    if not path.parent.is_dir():
        raise ByhandError(f"There is no folder {path.parent} to write {path.name} to.")
    return path


def write_predictions(path: Path, columns: dict[str, NDArray[Any]]) -> None:
    """Write columns of one length, each of shape (n,), under their names.

    Raises:
        ByhandError: the file cannot be written.
    """
    text = io.StringIO()
    if path.suffix.lower() == ".npz":
        content = io.BytesIO()
        np.savez(content, **columns)  # type: ignore[arg-type]
        write_atomically(path, content.getvalue())
        return
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    if path.suffix.lower() == ".csv":
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    else:
        text.writelines(json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False) + "\n" for row in rows)
    write_atomically(path, text.getvalue().encode())
