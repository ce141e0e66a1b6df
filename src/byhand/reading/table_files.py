"""Tables as CSV files: one text per cell, empty cells empty."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from byhand.errors import ByhandError
from byhand.files import free_name, make_folder, write_atomically
from byhand.reading.reader import Cell, Reading


class TableFiles:
    """Where tables go: a CSV file, or a folder of them if there are several pictures.

    Raises:
        ByhandError: the place does not fit the number of pictures, or cannot be written.
    """

    def __init__(self, place: Path, several: bool) -> None:
        self.place, self.several = place, several
        if several:
            if place.suffix:
                raise ByhandError(f"There are several pictures: give --table a folder instead of {place}.")
            make_folder(place)
        elif place.suffix.lower() != ".csv":
            raise ByhandError(f"Cannot write the table to {place}: its name must end in .csv.")

    def save(self, reading: Reading, file: str, page: int | None = None) -> Path:
        """Write the cells of one picture; the same name from two folders gets a number, a page its own file.

        Raises:
            ByhandError: the file cannot be written.
        """
        path = self.place
        ending = f"-page{page}" if page else ""
        if self.several:
            path = free_name(self.place, ("stdin" if file == "-" else Path(file).stem) + ending, ".csv")
        elif page:
            path = path.with_stem(path.stem + ending)
        write_atomically(path, as_csv(reading.cells or ()).encode())
        return path


def as_csv(cells: Sequence[Cell]) -> str:
    """The cells' texts with commas, one row of the table on each line."""
    rows = 1 + max((cell.row for cell in cells), default=-1)
    columns = 1 + max((cell.column for cell in cells), default=-1)
    texts = [[""] * columns for _ in range(rows)]
    for cell in cells:
        texts[cell.row][cell.column] = cell.text
    content = io.StringIO()
    csv.writer(content, lineterminator="\n").writerows(texts)
    return content.getvalue()
