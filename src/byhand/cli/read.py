"""`byhand read`: the digits written in pictures."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from byhand.cli.common import AsJson, Debug, ModelPath, Quiet, command, print_json, say

if TYPE_CHECKING:
    from byhand.reading import Reading

STANDARD_INPUT = "-"


@command
def read(
    pictures: Annotated[
        list[str], typer.Argument(metavar="IMAGE|FOLDER...", help="Pictures, folders of pictures, or - for stdin.")
    ],
    single: Annotated[
        bool, typer.Option("--single", help="Each picture holds exactly one digit: always give the best guess.")
    ] = False,
    annotate: Annotated[
        str | None,
        typer.Option(metavar="FILE.png", help="Draw what was found; a folder if there are several pictures."),
    ] = None,
    save_crops: Annotated[
        str | None,
        typer.Option(metavar="FOLDER", help="Save each digit as the network saw it, in sub-folders by digit."),
    ] = None,
    model: ModelPath = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Read the digits in pictures, in reading order. A digit to be checked is followed by a question mark.

    Example: byhand read photo.jpg --annotate found.png
    """
    from byhand.cli.progress import pictures_bar
    from byhand.errors import ByhandError
    from byhand.reading import Annotation, Crops, decode, read_picture, reading_model

    files = list(_files(pictures))
    several = len(files) > 1
    drawing = Annotation(Path(annotate), several) if annotate else None
    crops = Crops(Path(save_crops)) if save_crops else None
    network = reading_model(model)
    results: list[dict[str, Any]] = []
    failed = unsure = others = 0
    with pictures_bar(len(files), quiet) as advance:
        for file in files:
            name = file if file == STANDARD_INPUT else str(Path(file).resolve())
            try:
                picture = decode(sys.stdin.buffer.read() if file == STANDARD_INPUT else file, _shown(file))
                reading = read_picture(picture, network, single=single)
                result = {"file": name} | reading.to_json()
                if drawing:
                    drawing.save(picture, reading, file)
                if crops:
                    crops.save(reading, file)
                if not reading.digits:
                    result = (result if reading.other else {"file": name}) | {"error": _nothing(file, reading)}
            except ByhandError as error:
                result = {"file": name, "error": str(error)}
            results.append(result)
            if "error" in result:
                failed += 1
                say(result["error"])
            elif not as_json:
                for line in _lines(reading):
                    print(f"{file}: {line}" if several else line)
                unsure += sum(not digit.sure for digit in reading.digits)
                others += len(reading.other)
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


def _files(arguments: list[str]) -> Iterator[str]:
    """Every file to read: folders give all that is in them, hidden files apart, in the order of their names."""
    from byhand.errors import ByhandError

    for argument in arguments:
        path = Path(argument)
        if argument == STANDARD_INPUT or not path.is_dir():
            yield argument
            continue
        inside = sorted(
            file
            for file in path.rglob("*")
            if file.is_file() and not any(part.startswith(".") for part in file.relative_to(path).parts)
        )
        if not inside:
            raise ByhandError(f"The folder {argument} has no pictures in it.")
        yield from map(str, inside)


def _shown(file: str) -> str:
    return "Standard input" if file == STANDARD_INPUT else file


def _nothing(file: str, reading: "Reading") -> str:
    if reading.other:
        return f"{_shown(file)} has no digit in it, only marks that look like none."
    return f"{_shown(file)} has no digit in it: nothing stands out from the background."


def _lines(reading: "Reading") -> list[str]:
    """The rows for people: a question mark after each digit that is not sure."""
    digits = iter(reading.digits)

    def written(letter: str) -> str:
        return letter if letter == " " else next(digits).marked

    return ["".join(map(written, line)) for line in reading.lines]
