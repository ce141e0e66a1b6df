"""One process at a time works in a run folder; the system itself frees the folder of a process that died."""

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from byhand.errors import ByhandError
from byhand.files import TEMPORARY, remove_temporary_files, write_atomically

LOCK_FILE, HOLDER_FILE = ".lock", ".holder.json"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Have a folder for oneself, and clear away what a killed process left half written in it.

    Args:
        folder: is there, and can be written.

    Raises:
        ByhandError: another process, or another part of this one, has it.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / LOCK_FILE, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise ByhandError(f"{folder} is in use by {_holder(folder)}: wait until it ends, or choose another.") from error
    except OSError as error:
        raise ByhandError(f"Cannot lock {folder}: {error.strerror or error}. Choose another place.") from error
    try:
        remove_temporary_files(folder)
        holder = {"process": os.getpid(), "host": platform.node()}
        write_atomically(folder / HOLDER_FILE, json.dumps(holder).encode())
        yield
    finally:
        # Removed while still locked: whoever waits for the lock notices that its file has gone, and makes a new one.
        for name in (HOLDER_FILE, LOCK_FILE):
            with suppress(OSError):
                (folder / name).unlink()
        lock.release()


def holds_only_a_lock(folder: Path) -> bool:
    """Whether there is nothing in a folder but what `locked` puts there, or a killed process left half written."""
    return all(path.name in {LOCK_FILE, HOLDER_FILE} or TEMPORARY.fullmatch(path.name) for path in folder.iterdir())


def _holder(folder: Path) -> str:
    try:
        holder = json.loads((folder / HOLDER_FILE).read_bytes())
        return f"process {holder['process']} on {holder['host']}"
    except (OSError, ValueError, KeyError, TypeError):  # it has just begun, or just ended
        return "another process"
