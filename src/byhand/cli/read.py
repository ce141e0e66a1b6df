"""`byhand read`: the digits written in pictures."""

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from byhand.cli.common import AsJson, Debug, ModelPath, Quiet, Scheduler, command, print_json, say
from byhand.cli.read_many import read_many

if TYPE_CHECKING:
    from byhand.reading import Reading

STANDARD_INPUT = "-"


@command
def read(
    pictures: Annotated[
        list[str],
        typer.Argument(
            metavar="IMAGE|FOLDER...", help="Pictures, PDF files (pip install 'byhand[pdf]'), folders, or - for stdin."
        ),
    ],
    single: Annotated[
        bool, typer.Option("--single", help="Each picture holds exactly one digit: always give the best guess.")
    ] = False,
    region: Annotated[
        str | None,
        typer.Option(
            metavar="LEFT,TOP,RIGHT,BOTTOM", help="Read only this part: pixels, or per cent as in 0,50%,100%,80%."
        ),
    ] = None,
    signs: Annotated[
        bool, typer.Option("--signs", help="Read the decimal point and the minus of numbers, too: 3.75, -12.")
    ] = False,
    table: Annotated[
        str | None,
        typer.Option(
            metavar="FILE.csv",
            help="Write the text of each cell of a ruled table; a folder if there are several pictures. With --json, "
            "cells are numbered from row 0 and column 0.",
        ),
    ] = None,
    annotate: Annotated[
        str | None,
        typer.Option(metavar="FILE.png", help="Draw what was found; a folder if there are several pictures."),
    ] = None,
    save_crops: Annotated[
        str | None,
        typer.Option(metavar="FOLDER", help="Save each digit as the network saw it, in sub-folders by digit."),
    ] = None,
    model: ModelPath = None,
    scheduler: Scheduler = None,
    out: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Keep readings in Parquet files; what is there is not read again."),
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Read the digits in pictures, in reading order. A digit to be checked is followed by a question mark.

    Example: byhand read photo.jpg --annotate found.png

    Of a TIFF or PDF, all pages are read, PDF at 200 dots per inch. Boxes are in pixels of the whole upright picture.

    With --scheduler or --out, pictures are also patterns such as 'scans/*.jpg' and places such as s3://bucket/scans,
    and readings go into a folder of Parquet files; the same command goes on after an interruption.
    """
    from byhand.cli.bars import pictures_bar
    from byhand.errors import ByhandError
    from byhand.reading import Annotation, Crops, File, Options, TableFiles, check_options, nothing_found, read_files

    check_options(single=single, region=region, signs=signs, table=table is not None)
    if scheduler is not None or out is not None:
        for given, option in ((table, "--table"), (annotate, "--annotate"), (save_crops, "--save-crops")):
            if given:
                raise ByhandError(
                    f"{option} does not go with --scheduler or --out: read the few pictures it is for alone."
                )
        read_many(pictures, Options(model, single, region, signs), scheduler, out, as_json, quiet)
        return
    names, strays = _files(pictures)
    several = len(names) > 1
    drawing = Annotation(Path(annotate), several) if annotate else None
    crops = Crops(Path(save_crops)) if save_crops else None
    tables = TableFiles(Path(table), several) if table else None
    files = [File(_shown(name), sys.stdin.buffer.read() if name == STANDARD_INPUT else name) for name in names]
    options = Options(model, single, region, signs, table is not None, keep_pictures=drawing is not None)
    if strays and not quiet:
        say(_skipped(strays))
    results: list[dict[str, Any]] = []
    failed = unsure = others = 0
    with pictures_bar(len(files), quiet) as advance, closing(read_files(files, options)) as outcomes:
        for name, pages in zip(names, outcomes, strict=True):
            for one in pages:
                result: dict[str, Any] = {"file": name if name == STANDARD_INPUT else os.path.realpath(name)}
                if one.page:
                    result["page"] = one.page
                error, reading = one.error, one.reading
                try:
                    if reading and drawing and one.picture:
                        drawing.save(one.picture, reading, name, one.page)
                    if reading and crops:
                        crops.save(reading, name)
                    if reading and tables:
                        tables.save(reading, name, one.page)
                except ByhandError as failure:
                    error, reading = str(failure), None
                if reading and not reading.digits and not reading.cells:
                    error = nothing_found(_shown(name), reading)
                if reading and (not error or reading.other):
                    result |= reading.to_json()
                if error:
                    result["error"] = error
                    failed += 1
                    say(error)
                elif reading:
                    if not as_json:
                        page = f", page {one.page}" if one.page else ""
                        for line in _lines(reading):
                            print(f"{name}{page}: {line}" if several or page else line)
                    unsure += sum(not digit.sure for digit in reading.digits)
                    others += sum(other.kind == "unknown" for other in reading.other)
                results.append(result)
            advance()
    if as_json:
        print_json(results)
    elif not quiet:
        if unsure:
            say(f"{unsure:,} {'digits are' if unsure > 1 else 'digit is'} not sure, marked with ?.")
        if others:
            say(f"{others:,} {'shapes look' if others > 1 else 'shape looks'} like no digit.")
    if crops and not quiet:
        say(f"Saved {crops.count:,} crops in {save_crops}: move those that are in the wrong sub-folder.")
    if failed:
        raise typer.Exit(1)


def _files(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Every file to read, and those in folders that are no pictures.

    Folders give all pictures that are in them, hidden files apart, in the order of their names.
    """
    from byhand.data.decoding import DOCUMENT_SUFFIXES, SUFFIXES
    from byhand.errors import ByhandError

    files, strays = [], []
    for argument in arguments:
        path = Path(argument)
        try:
            is_folder = argument != STANDARD_INPUT and path.is_dir()
        except (OSError, ValueError):  # a name that cannot be: what opens it says why
            is_folder = False
        if not is_folder:
            files.append(argument)
            continue
        inside = sorted(
            file
            for file in path.rglob("*")
            if _is_file(file) and not any(part.startswith(".") for part in file.relative_to(path).parts)
        )
        known = SUFFIXES | DOCUMENT_SUFFIXES
        pictures = [file for file in inside if file.suffix.lower() in known]
        if not pictures:
            others = f", only {len(inside):,} other {'file' if len(inside) == 1 else 'files'}" if inside else ""
            raise ByhandError(f"The folder {argument} has no pictures in it{others}.")
        files += map(str, pictures)
        strays += [file.name for file in inside if file.suffix.lower() not in known]
    return files, strays


def _is_file(path: Path) -> bool:
    """Whether there is a file; not where a link leads in a circle."""
    try:
        return path.is_file()
    except OSError:
        return False


def _skipped(strays: list[str]) -> str:
    named = ", ".join(strays[:3]) + (", ..." if len(strays) > 3 else "")
    files = "1 file that is no picture" if len(strays) == 1 else f"{len(strays):,} files that are no pictures"
    return f"Skipped {files}: {named}."


def _shown(file: str) -> str:
    return "Standard input" if file == STANDARD_INPUT else file


def _lines(reading: "Reading") -> list[str]:
    """The rows for people: a question mark after each digit that is not sure."""
    digits = iter(reading.digits)

    def written(letter: str) -> str:
        return letter if letter in " .-" else next(digits).marked

    return ["".join(map(written, line)) for line in reading.lines]
