"""Which pictures a folder holds, what each shows, and which are to learn from: told by names alone.

Labels are the names of sub-folders, come from a `labels.csv`, or are part of the files' names.
"""

import csv
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from byhand.data.decoding import SUFFIXES
from byhand.data.naming import part_of_folder
from byhand.errors import ByhandError

LABELS_FILE = "labels.csv"
FILE_COLUMNS = {"file", "filename", "file_name", "image", "path", "name"}
LABEL_COLUMNS = {"label", "labels", "class", "digit", "target"}
# One digit, then something else: `7_0012.png`, `7-a.png`.
DIGIT_FIRST = re.compile(r"(?P<label>\d)[_-].+")
NAMES_IN_NOTES = 5


@dataclass(frozen=True)
class Found:
    """A picture file.

    Attributes:
        path: where it is.
        label: what it shows; "" where nobody says.
        writer: who wrote it; "" where nobody says.
    """

    path: Path
    label: str = ""
    writer: str = ""


@dataclass
class Listing:
    """The pictures of a folder: those to learn from and those to test on, and notes on what else there was."""

    train: list[Found] = field(default_factory=list)
    test: list[Found] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def list_pictures(folder: Path, labels: str = "") -> Listing:
    """List the pictures of a folder.

    Args:
        folder: divided into train/ and test/ or not; with a sub-folder per label, with a sub-folder per writer and one
            per label in it, or with labels in the files' names or in a labels.csv (columns file, label).
        labels: where in a file's name, or in its path below the folder, the label is: "{label}_*", "*/{label}/*".

    Raises:
        ByhandError: the folder cannot be read, or its names do not say what the labels are.
    """
    try:
        divided = _divisions(folder)
        if not divided:
            found, notes = _list_part(folder, labels)
            return Listing(found, [], notes)
        listing = Listing()
        for part, place in divided.items():
            found, notes = _list_part(place, labels)
            if part == "left out":
                listing.notes.append(
                    f"Beside training and test set, {place.name} with {len(found):,} pictures was left out."
                )
                continue
            (listing.train if part == "train" else listing.test).extend(found)
            listing.notes += notes
        rest = [child.name for child in _visible(folder) if child not in divided.values()]
        if rest:
            listing.notes.append(
                f"Beside the parts {', '.join(p.name for p in divided.values())}, left out: {_some(rest)}."
            )
        return listing
    except OSError as error:
        raise ByhandError(f"Cannot look into {folder}: {error.strerror or error}.") from error


def _divisions(folder: Path) -> dict[str, Path]:
    """The folders that hold the parts, if the folder is divided: train, test, and one that is left out."""
    parts: dict[str, Path] = {}
    for child in _visible(folder):
        part = part_of_folder(child.name) if child.is_dir() else None
        if part and part not in parts:
            parts[part] = child
    if "validation" in parts:
        parts["left out" if "test" in parts else "test"] = parts.pop("validation")
    return parts


def _list_part(folder: Path, labels: str) -> tuple[list[Found], list[str]]:
    everything = sorted(path for path in folder.rglob("*") if path.is_file() and not _hidden(path, folder))
    pictures = [path for path in everything if path.suffix.lower() in SUFFIXES]
    table = folder / LABELS_FILE
    others = [path.name for path in everything if path.suffix.lower() not in SUFFIXES and (labels or path != table)]
    notes = _left_out(others)
    below = {path: path.relative_to(folder).parts for path in pictures}
    while _is_wrapped(below):
        below = {path: parts[1:] for path, parts in below.items()}
    if labels:
        return _by_pattern(below, labels), notes
    if table.is_file():
        found, told = _by_table(pictures, table)
        return found, notes + told
    flat = [path for path, parts in below.items() if len(parts) == 1]
    if len(flat) == len(pictures):
        found, told = _by_first_digit(flat)
        return found, notes + told
    if flat:
        notes.append(
            f"{len(flat):,} pictures that lie in no sub-folder of a label were left out: {_some(p.name for p in flat)}."
        )
        below = {path: parts for path, parts in below.items() if len(parts) > 1}
    return _by_folder(below), notes


def _is_wrapped(below: dict[Path, tuple[str, ...]]) -> bool:
    """Whether all lies in one folder that is no label: above others, or a part in itself, as archives leave them."""
    tops = {parts[0] for parts in below.values()}
    if len(tops) != 1 or any(len(parts) == 1 for parts in below.values()):
        return False
    return all(len(parts) > 2 for parts in below.values()) or part_of_folder(tops.pop()) is not None


def _by_folder(below: dict[Path, tuple[str, ...]]) -> list[Found]:
    """Labels from sub-folders: LABEL/picture, or WRITER/LABEL/picture where labels are characters or come again."""
    first = {parts[0] for parts in below.values()}
    nested = defaultdict(set)
    for parts in below.values():
        if len(parts) > 2:
            nested[parts[0]].add(parts[1])
    second = set().union(*nested.values())
    if all(len(parts) > 2 for parts in below.values()):
        characters_first, characters_second = all(map(_is_character, first)), all(map(_is_character, second))
        if characters_first and characters_second:
            raise ByhandError(
                "Sub-folders and those in them are all named like labels: say which are by the pattern of labels, "
                "'{label}/*' or '*/{label}/*'."
            )
        repeated = len(first) > 1 and sum(len(names) for names in nested.values()) >= 2 * len(second)
        if characters_second or (repeated and not characters_first):
            return [Found(path, parts[1], parts[0]) for path, parts in below.items()]
    return [Found(path, parts[0]) for path, parts in below.items()]


def _by_pattern(below: dict[Path, tuple[str, ...]], labels: str) -> list[Found]:
    """Labels from a pattern for names, or, if it has a slash, for paths below the folder."""
    if labels.count("{label}") != 1:
        raise ByhandError(
            f"The pattern of labels '{labels}' must have {{label}} in it once, as in '{{label}}_*' for 7_0012.png."
        )
    pieces = re.split(r"(\{label\}|\*|\?)", labels)
    meaning = {"{label}": r"(?P<label>[^\W_]+)", "*": ".*?", "?": "."}
    pattern = re.compile("".join(meaning.get(piece) or re.escape(piece) for piece in pieces))
    found, unknown = [], []
    for path, parts in below.items():
        name = "/".join(parts) if "/" in labels else path.name
        match = pattern.fullmatch(name) or pattern.fullmatch(name.removesuffix(path.suffix))
        if match:
            found.append(Found(path, match["label"]))
        else:
            unknown.append(name)
    if unknown:
        raise ByhandError(
            f"{len(unknown):,} of {len(below):,} pictures do not fit the pattern of labels '{labels}': "
            f"{_some(unknown)}."
        )
    return found


def _by_first_digit(pictures: list[Path]) -> tuple[list[Found], list[str]]:
    """Labels from names like 7_0012.png, where all are so; else none."""
    matches = [DIGIT_FIRST.fullmatch(path.stem) for path in pictures]
    if not pictures or not all(matches) or len({match["label"] for match in matches if match}) < 2:
        return [Found(path) for path in pictures], []
    found = [Found(path, match["label"]) for path, match in zip(pictures, matches, strict=True) if match]
    return found, [f"Labels are from the files' names: {found[0].path.name} shows {found[0].label}."]


def _by_table(pictures: list[Path], table: Path) -> tuple[list[Found], list[str]]:
    """Labels from a table with the columns file and label, or without a header these two."""
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            rows = [row for row in csv.reader(file) if row]
        if any("\0" in field for row in rows for field in row):
            raise ValueError("it holds null characters")
    except (ValueError, csv.Error) as error:
        raise ByhandError(f"Cannot read {table}: {error}.") from error
    names = [name.strip().lower() for name in rows[0]] if rows else []
    file_at = next((i for i, name in enumerate(names) if name in FILE_COLUMNS), None)
    label_at = next((i for i, name in enumerate(names) if name in LABEL_COLUMNS), None)
    if file_at is not None and label_at is not None:
        rows = rows[1:]
    elif len(names) == 2:
        file_at, label_at = 0, 1
    else:
        raise ByhandError(f"{table} needs the columns file and label; it has {', '.join(names) or 'none'}.")
    short = next(
        (i for i, row in enumerate(rows) if len(row) <= max(file_at, label_at) or not row[label_at].strip()), None
    )
    if short is not None:
        raise ByhandError(f"{table} has no file or no label in row {short} (counted from 0, without a header).")
    # `realpath` goes through links as `resolve` does, and does not mind one that leads in a circle.
    wanted = {os.path.realpath(table.parent / row[file_at].strip()): row[label_at].strip() for row in rows}
    there = {os.path.realpath(path): path for path in pictures}
    missing = [Path(place).name for place in wanted if place not in there]
    if missing:
        raise ByhandError(f"{table} lists {len(missing):,} pictures that are not there: {_some(missing)}.")
    found = [Found(path, wanted[place]) for place, path in there.items() if place in wanted]
    left = [path.name for place, path in there.items() if place not in wanted]
    notes = [f"{len(left):,} pictures that {LABELS_FILE} does not list were left out: {_some(left)}."] if left else []
    return found, notes


def without_labels(listing: Listing) -> Listing:
    """The same pictures with their labels forgotten."""
    return Listing(
        [replace(f, label="") for f in listing.train], [replace(f, label="") for f in listing.test], listing.notes
    )


def _left_out(names: list[str]) -> list[str]:
    if not names:
        return []
    endings = Counter(Path(name).suffix.lower() or "no ending" for name in names)
    kinds = ", ".join(f"{count:,} {ending}" for ending, count in endings.most_common(NAMES_IN_NOTES))
    return [f"{len(names):,} files that are no pictures were left out ({kinds}): {_some(names)}."]


def _some(names: Iterable[str]) -> str:
    names = list(names)
    return ", ".join(names[:NAMES_IN_NOTES]) + (", ..." if len(names) > NAMES_IN_NOTES else "")


def _visible(folder: Path) -> list[Path]:
    return [child for child in sorted(folder.iterdir()) if not _hidden(child, folder)]


def _hidden(path: Path, folder: Path) -> bool:
    """Files that systems leave everywhere, and what lies in their folders."""
    return any(
        name.startswith((".", "__MACOSX")) or name in {"Thumbs.db", "desktop.ini"}
        for name in path.relative_to(folder).parts
    )


def _is_character(name: str) -> bool:
    return len(name) == 1
