"""Many files: read one after the other, or on all cores by several processes; results come in the files' order."""

import multiprocessing
import signal
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from byhand.data.decoding import Picture, each_page
from byhand.errors import ByhandError
from byhand.model import Model
from byhand.processors import cores, one_blas_thread
from byhand.reading.reader import PORTION, PORTION_BYTES, Reading, read_pictures, reading_model

# Seconds to read a file, on an AMD EPYC: 112 x 112 pixels as a page or as a single digit, and more for each million
# bytes. A process takes about a second to start, so that less work than this is not worth any.
PAGE_SECONDS, SINGLE_SECONDS, MEGABYTE_SECONDS = 0.024, 0.002, 0.3
WORTH_PROCESSES_SECONDS = 2.0
# Pages that a process gets at once; few, so that all processes end at about the same time.
PAGES_AT_ONCE = 4


@dataclass(frozen=True)
class File:
    """A file to read: what messages call it, and its path or content."""

    name: str
    source: str | bytes


@dataclass(frozen=True)
class Options:
    """How all files are read: see `read`.

    Attributes:
        model: the place of the model; None for the one that comes along.
        keep_pictures: whether the pictures are wanted beside what was read.
        loaded: the model itself, where other machines read with it.
    """

    model: str | None = None
    single: bool = False
    region: str | None = None
    signs: bool = False
    table: bool = False
    keep_pictures: bool = False
    loaded: Model | None = None

    @property
    def reading(self) -> dict[str, Any]:
        """Those that `read_pictures` takes."""
        return {"single": self.single, "region": self.region, "signs": self.signs, "table": self.table}


@dataclass(frozen=True)
class Outcome:
    """What came of one page of a file.

    Attributes:
        page: its number, from 1; None where the file has one page.
        reading: what was read; None after an error.
        error: a sentence.
        picture: as decoded, if it was to be kept.
    """

    page: int | None = None
    reading: Reading | None = None
    error: str | None = None
    picture: Picture | None = None


def read_files(
    files: Sequence[File], options: Options, processes: int | None = None
) -> Generator[list[Outcome], None, None]:
    """Read many files.

    Args:
        files: in the order in which results come.
        options: for all of them.
        processes: how many; None for one per core if there is work enough.

    Yields:
        For each file, what came of its pages, in order.
    """
    if processes is None:
        processes = cores() if estimated_seconds(files, options) >= WORTH_PROCESSES_SECONDS else 1
    portions = list(_portions(files, options, processes))
    processes = min(processes, len(portions))
    if processes > 1:
        try:
            workers = _Workers(processes, options)
        except OSError:  # no more processes can be had
            workers = None
        if workers:
            with workers:
                yield from workers.read(portions)
            return
    model = reading_model(options.model)
    with one_blas_thread():  # the products are small: more threads only wait for each other
        for portion in portions:
            yield from read_portion(portion, model, options)


def nothing_found(name: str, reading: Reading) -> str:
    """The sentence for a picture without digits."""
    if reading.other:
        return f"{name} has no digit in it, only marks that look like none."
    return f"{name} has no digit in it: nothing stands out from the background."


def estimated_seconds(files: Sequence[File], options: Options) -> float:
    """About how long one process reads; files that are not there take no time."""
    size = 0
    for file in files:
        with suppress(OSError):
            size += len(file.source) if isinstance(file.source, bytes) else Path(file.source).stat().st_size
    return len(files) * (SINGLE_SECONDS if options.single else PAGE_SECONDS) + size / 1e6 * MEGABYTE_SECONDS


def _portions(files: Sequence[File], options: Options, processes: int) -> Iterator[list[File]]:
    """What a process gets at once; one process alone, as much as is judged together."""
    most = PORTION if options.single else PAGES_AT_ONCE
    size = max(1, min(most, len(files) // (4 * processes))) if processes > 1 else most
    for start in range(0, len(files), size):
        yield list(files[start : start + size])


def read_portion(files: Sequence[File], model: Model, options: Options) -> Iterator[list[Outcome]]:
    """Read files; single digits together, as far as the memory for their pictures is small."""
    if not options.single:
        for file in files:
            yield [_outcome(page, model, options) for page in _pages(file)]
        return
    waiting: list[list[Outcome | tuple[int | None, Picture]]] = []
    size = 0
    for file in files:
        waiting.append(list(_pages(file)))
        size += sum(page[1].colours.size for page in waiting[-1] if not isinstance(page, Outcome))
        if size > PORTION_BYTES:
            yield from _together(waiting, model, options)
            waiting, size = [], 0
    yield from _together(waiting, model, options)


def _pages(file: File) -> Iterator[Outcome | tuple[int | None, Picture]]:
    """The pages of a file with their numbers; what cannot be opened is an outcome already."""
    number = None
    try:
        for page, picture in enumerate(each_page(file.source, file.name), start=1):
            number = page if picture.pages > 1 else None
            yield number, picture
    except Exception as error:
        yield Outcome(number and number + 1, error=_failure(file.name, error))


def _failure(name: str, error: Exception) -> str:
    """Why one file of many was not read: whatever it was, the others are."""
    if isinstance(error, ByhandError):
        return str(error)
    if isinstance(error, MemoryError):
        return f"{name} takes more memory than there is: make it smaller."
    what = f"{type(error).__name__}: {error}"
    return f"{name}: byhand failed in a way it should not ({what}). Please report it with the file."


def _outcome(page: Outcome | tuple[int | None, Picture], model: Model, options: Options) -> Outcome:
    if isinstance(page, Outcome):
        return page
    number, picture = page
    try:
        (reading,) = read_pictures([picture], model, **options.reading)
    except Exception as error:
        return Outcome(number, error=_failure("The picture", error))
    return Outcome(number, reading, picture=picture if options.keep_pictures else None)


def _together(
    files: Sequence[Sequence[Outcome | tuple[int | None, Picture]]], model: Model, options: Options
) -> Iterator[list[Outcome]]:
    """Read the pages of several files at once; one by one if one of them cannot be read."""
    pages = [page for pages in files for page in pages if not isinstance(page, Outcome)]
    try:
        readings = iter(read_pictures([picture for _, picture in pages], model, **options.reading))
    except Exception:
        yield from ([_outcome(page, model, options) for page in pages] for pages in files)
        return
    for own in files:
        yield [
            page
            if isinstance(page, Outcome)
            else Outcome(page[0], next(readings), picture=page[1] if options.keep_pictures else None)
            for page in own
        ]


def _work(connection: Connection, options: Options) -> None:
    """What each process does: read portions until the other side closes; Ctrl-C is the other side's affair."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with threadpool_limits(1), suppress(EOFError, OSError):
        model = reading_model(options.model)
        while True:
            connection.send(list(read_portion(connection.recv(), model, options)))


class _Workers:
    """Processes that read portions of files. They end with the `with` block, however it is left.

    Args:
        count: how many.
        options: for all files.

    Raises:
        OSError: no more processes can be had.
    """

    def __init__(self, count: int, options: Options) -> None:
        self.options = options
        self.processes: dict[Connection, Any] = {}
        try:
            for _ in range(count):
                self._start()
        except OSError:
            self.__exit__()
            raise

    def __enter__(self) -> "_Workers":
        return self

    def __exit__(self, *_: object) -> None:
        for connection, process in self.processes.items():
            process.terminate()
            connection.close()
        for process in self.processes.values():
            process.join()

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, self.options), daemon=True)
        with _ignored_by_children():
            process.start()
        theirs.close()
        self.processes[ours] = process
        return ours

    def read(self, portions: Sequence[list[File]]) -> Iterator[list[Outcome]]:
        """Give each process a portion, and the next when it has done; none is far ahead of what is yielded."""
        ahead = 4 * len(self.processes)
        left = iter(enumerate(portions))
        idle = list(self.processes)
        busy: dict[Connection, int] = {}
        done: dict[int, list[list[Outcome]]] = {}
        for number in range(len(portions)):
            while number not in done:
                while idle and len(busy) + len(done) < ahead and (item := next(left, None)) is not None:
                    connection = idle.pop()
                    busy[connection] = item[0]
                    with suppress(OSError):  # it has ended: noticed below
                        connection.send(item[1])
                for ready in wait(list(busy)):
                    assert isinstance(ready, Connection)
                    place = busy.pop(ready)
                    try:
                        done[place] = ready.recv()
                        idle.append(ready)
                    except (EOFError, OSError):
                        done[place] = [[_ended(file)] for file in portions[place]]
                        self.processes.pop(ready).join()
                        idle.append(self._start())
            yield from done.pop(number)


def _ended(file: File) -> Outcome:
    return Outcome(error=f"The process that read {file.name} ended, perhaps for lack of memory: read it alone.")


@contextmanager
def _ignored_by_children() -> Iterator[None]:
    """Ctrl-C, which a terminal sends to all processes, does not reach those started here, even before they can ask."""
    if threading.current_thread() is not threading.main_thread():  # only that one may
        yield
        return
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
