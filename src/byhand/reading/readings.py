"""Readings of very many pictures: a folder of Parquet files that grows part by part, and is never half written."""

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from byhand.errors import ByhandError
from byhand.files import make_folder, write_atomically

# A part is written when it has so many rows (a few megabytes) or is so old, which is what a lost process may cost:
# little at first, and each part twice as long as the one before, so that a day's work has not too many parts.
PART_ROWS, FIRST_PART_SECONDS, LONGEST_PART_SECONDS = 5000, 1.0, 60.0
OPTIONS_FILE = "_options.json"  # with such a name, readers of Parquet folders leave it out
DIGITS = ("digit", "confidence", "box", "sure")


class Readings:
    """A folder of files part-N.parquet. One row is one page of a picture; all pages of a file are in one part.

    Columns: file; page, from 1, where a file has several; text; lines; digits, other, signs and cells as in
    `byhand read --json`; error, a sentence where there is one.

    Attributes:
        folder: where they are.
        done: the files that have been read.
    """

    def __init__(self, folder: Path, options: dict[str, Any], words: bool = False) -> None:
        """Open a folder, new or to go on with.

        Args:
            folder: for the parts.
            options: what decides how pictures are read; a folder has one kind of readings.
            words: whether the model's labels are words and not whole numbers.

        Raises:
            ByhandError: pyarrow is missing, the folder is in use by something else, or was made with other options.
        """
        try:
            import pyarrow
        except ImportError as error:
            raise ByhandError(
                "Readings are kept as Parquet, which needs pyarrow: pip install 'byhand[cluster]'."
            ) from error
        self.folder, self.done = folder, set[str]()
        self._options, self._schema = folder / OPTIONS_FILE, _schema(words)
        self._rows: list[dict[str, Any]] = []
        self._since, self._wait = time.monotonic(), FIRST_PART_SECONDS
        given = json.dumps(options, sort_keys=True)
        if folder.is_file() or (folder.is_dir() and any(folder.iterdir()) and not self._options.is_file()):
            raise ByhandError(f"{folder} is in use already: choose an --out that is new, empty, or has readings.")
        make_folder(folder)
        if self._options.is_file():
            if self._options.read_text("utf-8") != given:
                raise ByhandError(f"The readings in {folder} were made with other options: choose another --out.")
        else:
            write_atomically(self._options, given.encode())
        for path in self.parts():
            try:
                self.done |= set(pyarrow.parquet.read_table(path, columns=["file"]).column("file").to_pylist())
            except (OSError, pyarrow.ArrowException) as error:
                raise ByhandError(
                    f"Cannot read {path}: {error}. Remove it, and its pictures are read again."
                ) from error

    def parts(self) -> list[Path]:
        """The files, oldest first."""
        return sorted(self.folder.glob("part-*.parquet"))

    def add(self, rows: Sequence[dict[str, Any]]) -> None:
        """Take the rows of whole files, and write a part when it is time."""
        self._rows += rows
        if len(self._rows) >= PART_ROWS or time.monotonic() - self._since >= self._wait:
            self._wait = min(2 * self._wait, LONGEST_PART_SECONDS)
            self.flush()

    def flush(self) -> None:
        """Write what has come since the last part."""
        self._since = time.monotonic()
        if not self._rows:
            return
        import pyarrow
        import pyarrow.parquet

        parts = self.parts()
        number = int(parts[-1].stem.removeprefix("part-")) + 1 if parts else 1
        buffer = pyarrow.BufferOutputStream()
        pyarrow.parquet.write_table(
            pyarrow.Table.from_pylist(self._rows, schema=self._schema), buffer, compression="zstd"
        )
        write_atomically(self.folder / f"part-{number:06}.parquet", buffer.getvalue().to_pybytes())
        self.done |= {row["file"] for row in self._rows}
        self._rows = []

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """All rows as `byhand read --json` writes them, in the order in which they came."""
        import pyarrow.parquet

        for path in self.parts():
            for row in pyarrow.parquet.read_table(path).to_pylist():
                yield {name: value for name, value in row.items() if value is not None}


def _schema(words: bool) -> Any:
    import pyarrow as pa
    import pyarrow.parquet

    box = pa.list_(pa.int32())
    digit = pa.struct(
        [
            ("digit", pa.string() if words else pa.int64()),
            ("confidence", pa.float64()),
            ("box", box),
            ("sure", pa.bool_()),
        ]
    )
    sign = pa.struct([("sign", pa.string()), ("box", box)])
    return pa.schema(
        [
            ("file", pa.string()), ("page", pa.int32()), ("text", pa.string()), ("lines", pa.list_(pa.string())),
            ("digits", pa.list_(digit)), ("other", pa.list_(pa.struct([("box", box), ("kind", pa.string())]))),
            ("signs", pa.list_(sign)), ("error", pa.string()),
        ]
    )  # fmt: skip
