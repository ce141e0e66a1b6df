"""Very many pictures, read wherever there is room: on all cores or on a cluster, each exactly once in the result."""

import os
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from byhand.data.decoding import DOCUMENT_SUFFIXES, SUFFIXES
from byhand.engines import DaskEngine, Engine, Lost
from byhand.errors import ByhandError
from byhand.model import Model
from byhand.processors import one_blas_thread
from byhand.reading.many import File, Options, Outcome, nothing_found, read_portion
from byhand.reading.reader import reading_model
from byhand.reading.readings import Readings

# Pictures in a task: pages take some 20 milliseconds each and single digits 2, and a scheduler needs about one
# millisecond for a task, so that it takes less than a fiftieth of the time.
PAGES_IN_TASK, SINGLES_IN_TASK = 8, 64
# So many tasks for each worker, where there are few pictures, so that all end at about the same time.
TASKS_PER_WORKER = 8


@dataclass(frozen=True)
class Listed:
    """A picture that was found: its name, and what changes when the file does (size and time)."""

    name: str
    version: str


def is_url(argument: str) -> bool:
    """Whether this is a place for fsspec, such as s3://bucket/folder, and not a path."""
    return "://" in argument


def list_pictures(arguments: Sequence[str]) -> list[Listed]:
    """Find pictures: files, folders with all that is in them, patterns such as 'scans/*.jpg', and URLs of these.

    Files that are named themselves are taken whatever they are; of folders and patterns, what has a picture's ending.

    Raises:
        ByhandError: there is none, or a place cannot be reached.
    """
    found: dict[str, Listed] = {}
    for argument in arguments:
        some = _in_url(argument) if is_url(argument) else _in_path(argument)
        if not some:
            raise ByhandError(f"There are no pictures at {argument}.")
        found |= {one.name: one for one in some}
    return list(found.values())


def read_spread(
    pictures: Sequence[Listed], options: Options, engine: Engine, readings: Readings
) -> Generator[int, None, None]:
    """Read those pictures that have no reading yet, and keep what comes.

    Args:
        pictures: as `list_pictures` finds them.
        options: how all are read.
        engine: where.
        readings: gets a row for each page; written in parts, the last at the end, however that comes.

    Yields:
        How many pictures have just been read.

    Raises:
        ByhandError: the workers or the cluster ended.
    """
    left = [File(one.name, one.name) for one in pictures if one.name not in readings.done]
    shared = options
    if isinstance(engine, DaskEngine):
        # A model of one's own travels to the workers, and so do pictures that only this machine has.
        shared = replace(options, loaded=reading_model(options.model) if options.model else None)
        paths = [file.name for file in left if not is_url(file.name)]
        sent = bool(paths) and not all(engine.everywhere(os.path.exists, paths[0]))
    else:
        sent = False
    most = SINGLES_IN_TASK if options.single else PAGES_IN_TASK
    size = max(1, min(most, len(left) // (TASKS_PER_WORKER * engine.workers)))
    portions = (tuple(left[start : start + size]) for start in range(0, len(left), size))
    tasks = (tuple(_with_content(file) for file in portion) for portion in portions) if sent else portions
    lost: list[File] = []
    try:
        for task, rows in engine.run(read_task, tasks, shared):
            if isinstance(rows, Lost):
                lost += task
                continue
            readings.add(rows)
            yield len(task)
        # One of them ended the processes: alone, it takes no other with it.
        for task, rows in engine.run(read_task, ((file,) for file in lost), shared):
            if isinstance(rows, Lost):
                rows = [{"file": file.name, "error": rows.reason} for file in task]
            readings.add(rows)
            yield 1
    finally:
        readings.flush()


def read_task(files: tuple[File, ...], options: Options) -> list[dict[str, Any]]:
    """What a worker does with a few pictures: a row for each page."""
    model: Model = options.loaded or reading_model(options.model)
    rows: list[dict[str, Any]] = []
    with one_blas_thread():
        fetched = [_fetched(file) for file in files]
        there = [file for file in fetched if isinstance(file, File)]
        outcomes = iter(read_portion(there, model, options))
        for file, content in zip(files, fetched, strict=True):
            for outcome in next(outcomes) if isinstance(content, File) else [content]:
                rows.append(_row(file.name, outcome))
    return rows


def labels_are_words(model: Model) -> bool:
    """Whether the model's labels are words and not whole numbers."""
    return not np.issubdtype(model.labels.dtype, np.integer)


def _row(name: str, outcome: Outcome) -> dict[str, Any]:
    reading, error = outcome.reading, outcome.error
    if reading and not reading.digits:
        error = nothing_found(name, reading)
    return (
        {"file": name}
        | ({"page": outcome.page} if outcome.page else {})
        | (reading.to_json() if reading and (not error or reading.other) else {})
        | ({"error": error} if error else {})
    )


def _with_content(file: File) -> File:
    """The file with its bytes, to be sent; what cannot be read here is left to fail where it is read."""
    try:
        return File(file.name, Path(file.name).read_bytes())
    except OSError:
        return file


def _fetched(file: File) -> File | Outcome:
    """A file that can be opened: of a URL, its bytes."""
    if not is_url(file.name) or isinstance(file.source, bytes):
        return file
    import fsspec

    try:
        with fsspec.open(file.name, "rb") as opened:
            return File(file.name, opened.read())
    except Exception as error:  # each kind of store has errors of its own
        return Outcome(error=f"Cannot read {file.name}: {' '.join(str(error).split()) or type(error).__name__}.")


def _in_path(argument: str) -> list[Listed]:
    path = Path(argument)
    inside: Iterable[Path] = [path]
    if path.is_dir():
        inside = (
            file
            for file in path.rglob("*")
            if not any(part.startswith(".") for part in file.relative_to(path).parts) and _is_picture(file.name)
        )
    elif not path.exists() and any(sign in argument for sign in "*?["):
        start = Path(path.anchor)
        inside = (file for file in start.glob(str(path.relative_to(start))) if _is_picture(file.name))
    files = sorted(file.resolve() for file in inside if not file.is_dir())
    return [Listed(str(file), _version(file)) for file in files]


def _version(file: Path) -> str:
    try:
        status = file.stat()
    except OSError:
        return ""
    return f"{status.st_size} {status.st_mtime_ns}"


def _in_url(argument: str) -> list[Listed]:
    try:
        import fsspec
    except ImportError as error:
        raise ByhandError("Places such as s3://... need fsspec: pip install 'byhand[cluster]'.") from error
    try:
        system, path = fsspec.core.url_to_fs(argument)
        if any(sign in path for sign in "*?["):
            found = {name: info for name, info in system.glob(path, detail=True).items() if _is_picture(name)}
        elif system.isdir(path):
            found = {name: info for name, info in system.find(path, detail=True).items() if _is_picture(name)}
        else:
            found = {path: system.info(path)}
    except ImportError as error:
        raise ByhandError(f"Places such as {argument} need another package: {error}.") from error
    except Exception as error:  # each kind of store has errors of its own
        raise ByhandError(f"Cannot list {argument}: {' '.join(str(error).split()) or type(error).__name__}.") from error
    return [
        Listed(
            system.unstrip_protocol(name),
            " ".join(str(info.get(key, "")) for key in ("size", "mtime", "ETag", "LastModified", "md5Hash")),
        )
        for name, info in sorted(found.items())
        if info.get("type", "file") == "file"
    ]


def _is_picture(name: str) -> bool:
    return Path(name).suffix.lower() in SUFFIXES | DOCUMENT_SUFFIXES
