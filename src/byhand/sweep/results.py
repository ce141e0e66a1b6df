"""The results of a sweep: a table that grows by a line with each trial, and survives whatever ends the sweep."""

import csv
import io
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from byhand.errors import ByhandError
from byhand.files import write_atomically

RESULTS_FILE = "results.csv"
# Before these in the table come the settings that the sweep chose.
MEASURED = ("seed", "epochs", "validation_accuracy", "validation_loss", "seconds", "worker", "error", "key")
LOST = "lost: "  # how the error of a trial begins that was not finished, and will be tried again


class Results:
    """The table `results.csv` of a sweep's folder.

    Attributes:
        path: the file.
        rows: by key of the trial; "validation_accuracy" and "validation_loss" are None where "error" says why.
    """

    def __init__(self, folder: Path, settings: Sequence[str]) -> None:
        """Read what is there, and make the table ready for more.

        Args:
            folder: of the sweep.
            settings: the names of those that the sweep chooses.

        Raises:
            ByhandError: the file cannot be read or written, or is no such table.
        """
        self.path = folder / RESULTS_FILE
        old, found = read_results(self.path) if self.path.exists() else ([], [])
        finished = [row for row in found if not row["error"].startswith(LOST)]
        self.columns = [*dict.fromkeys([*old, *settings]), *MEASURED]
        self.rows = {row["key"]: row for row in finished}
        write_atomically(
            self.path,
            "".join(map(self._line, [dict(zip(self.columns, self.columns, strict=True)), *finished])).encode(),
        )

    def add(self, row: dict[str, Any]) -> None:
        """Append a row, and see to it that it is on the disk."""
        self.rows[row["key"]] = row
        try:
            with self.path.open("ab") as file:
                file.write(self._line(row).encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise ByhandError(f"Cannot write {self.path}: {error.strerror or error}.") from error

    def _line(self, row: dict[str, Any]) -> str:
        text = io.StringIO()
        csv.DictWriter(text, self.columns, restval="", lineterminator="\n").writerow(
            {
                name: json.dumps(value) if isinstance(value, list | tuple | bool) else value
                for name, value in row.items()
            }
        )
        # An error's sentence has no line breaks, so that a line is a row.
        return text.getvalue()


def read_results(path: Path) -> tuple[list[str], list[dict[str, Any]]]:
    """Read a sweep's table: the names of the chosen settings, and a row per trial.

    A last line that a lost process has not finished is left out.

    Raises:
        ByhandError: it cannot be read, or is another table.
    """
    try:
        text = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise ByhandError(f"Cannot read {path}: {getattr(error, 'strerror', None) or error}.") from error
    whole = text[: text.rfind("\n") + 1]
    reader = csv.DictReader(io.StringIO(whole))
    columns = list(reader.fieldnames or [])
    if columns[-len(MEASURED) :] != list(MEASURED):
        raise ByhandError(f"{path} is no table of a sweep's results: choose another --out.")
    rows: list[dict[str, Any]] = []
    for row in reader:
        for name in ("validation_accuracy", "validation_loss", "seconds"):
            row[name] = float(row[name]) if row[name] else None
        rows.append(row)
    return columns[: -len(MEASURED)], rows
