"""Files that are either whole or untouched."""

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from byhand.errors import ByhandError

# What `write_atomically` and `make_folder` call a file that has not got its name yet.
TEMPORARY = re.compile(r"\.(.+\.)?[0-9a-f]{8}\.tmp")


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path`, or leave whatever was there as it was.

    The bytes go to a temporary file in the same folder, are flushed to the disk, and only then take the
    name: a full disk or a lost process leaves the old file whole.

    Raises:
        ByhandError: the folder cannot be written, or the disk is full.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _flush_folder(path.parent)
    except OSError as error:
        raise ByhandError(
            f"Cannot write {path}: {error.strerror or error}. Choose another place or free some space; "
            "a file that was there before is unchanged."
        ) from error
    finally:
        with suppress(OSError):  # on a disk that has become read-only this fails too, and would hide the reason
            temporary.unlink()


def _flush_folder(folder: Path) -> None:
    """Have the folder itself on the disk: a new name in it could be lost with the power, though the bytes are there."""
    if os.name != "nt":  # Windows opens no folders
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_temporary_files(folder: Path) -> None:
    """Remove what killed processes left half written in a folder that no other process writes to."""
    for path in folder.iterdir():
        if TEMPORARY.fullmatch(path.name):
            with suppress(OSError):
                path.unlink()


def keep_aside(path: Path) -> Path:
    """Give a damaged file another name, so that it is neither used again nor lost, and return that.

    Raises:
        ByhandError: the folder cannot be written.
    """
    aside = free_name(path.parent, f"{path.stem}-damaged", path.suffix)
    try:
        return path.rename(aside)
    except OSError as error:
        raise ByhandError(f"Cannot rename {path}: {error.strerror or error}.") from error


def free_name(folder: Path, stem: str, ending: str) -> Path:
    """Give a path that is not taken: STEM and the ending, else STEM-2, STEM-3, ..."""
    path, again = folder / f"{stem}{ending}", 1
    while path.exists():
        again += 1
        path = folder / f"{stem}-{again}{ending}"
    return path


def make_folder(path: Path) -> Path:
    """Create the folder `path`, with its parents, if it is not there yet, and check that it can be written.

    Raises:
        ByhandError: it cannot be created, is a file, or takes no new file.
    """
    probe = path / f".{secrets.token_hex(4)}.tmp"
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink(missing_ok=True)  # a process that has just locked the folder clears it, too
    except OSError as error:
        raise ByhandError(
            f"Cannot write to the folder {path}: {error.strerror or error}. Choose another place."
        ) from error
    return path
