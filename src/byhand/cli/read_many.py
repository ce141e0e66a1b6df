"""`byhand read --out` and `--scheduler`: very many pictures, into Parquet files."""

import hashlib
import json
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from byhand.cli.common import INTERRUPTED, print_json, say

if TYPE_CHECKING:
    from byhand.reading import Options


def read_many(
    arguments: list[str], options: "Options", scheduler: str | None, out: str | None, as_json: bool, quiet: bool
) -> None:
    """Read all that is there and has not been read into the folder yet.

    Raises:
        ByhandError: there are no pictures, the folder is in use, or the cluster ended.
    """
    from byhand.cli.bars import pictures_bar
    from byhand.engines import make_engine
    from byhand.reading.reader import reading_model
    from byhand.reading.readings import Readings
    from byhand.reading.spread import labels_are_words, list_pictures, read_spread

    model = reading_model(options.model)
    pictures = list_pictures(arguments)
    how = {name: value for name, value in asdict(options).items() if name not in ("keep_pictures", "loaded")}
    how["model"] = hashlib.sha256(model.to_bytes()).hexdigest()[:16]
    seen = json.dumps([how, [(one.name, one.version) for one in pictures]])
    folder = Path(out) if out else Path("runs") / f"read-{hashlib.sha256(seen.encode()).hexdigest()[:6]}"
    # First the engine: a cluster that does not answer leaves no folder behind.
    with make_engine("local", scheduler) as engine:
        readings = Readings(folder, how, labels_are_words(model))
        known = sum(one.name in readings.done for one in pictures)
        if known and not quiet:
            say(f"{known:,} of {len(pictures):,} pictures have been read before, into {folder}.")
        try:
            with (
                pictures_bar(len(pictures), quiet) as advance,
                closing(read_spread(pictures, options, engine, readings)) as counts,
            ):
                advance(count=known)
                for count in counts:
                    advance(count=count)
        except KeyboardInterrupt:
            say(f"Stopped. The readings of {len(readings.done):,} pictures are in {folder}; the same command goes on.")
            raise typer.Exit(INTERRUPTED) from None
    place = {one.name: number for number, one in enumerate(pictures)}
    failed = 0
    if as_json:
        rows = sorted((row for row in readings if row["file"] in place), key=lambda row: place[row["file"]])
        failed = sum("error" in row for row in rows)
        print_json(rows)
    else:
        for row in readings:
            if row["file"] in place and "error" in row:
                failed += 1
                if not quiet:
                    say(row["error"])
        print(f"Read {len(pictures):,} pictures, {failed:,} with an error, into {folder}")
    if failed:
        raise typer.Exit(1)
