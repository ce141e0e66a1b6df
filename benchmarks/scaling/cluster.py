"""A Dask cluster of real processes that talk over TCP, to measure and to kill."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
START_SECONDS = 60


class Cluster:
    """A scheduler and workers as separate processes; they end with the `with` block.

    Attributes:
        url: the scheduler's address.
        scheduler: its process.
        workers: theirs, each with one thread and no nanny that would start it again.
    """

    def __init__(self, workers: int) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"tcp://127.0.0.1:{port}"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler = _start("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
        _wait_for(port)
        for _ in range(workers):
            self.add_worker()

    def add_worker(self) -> None:
        """Start one more."""
        self.workers.append(_start("worker", self.url, "--nthreads", "1", "--no-nanny", "--no-dashboard"))

    def kill_worker(self) -> None:
        """End the oldest, without asking."""
        worker = self.workers.pop(0)
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()


def byhand(*arguments: str, folder: Path) -> "subprocess.Popen[str]":
    """Start a command in a folder; its output is JSON."""
    command = [sys.executable, "-m", "byhand", *arguments, "--json", "--quiet"]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=_env())


def _start(what: str, *arguments: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, stdout=quiet, stderr=quiet, env=_env())


def _env() -> dict[str, str]:
    return {**os.environ, **ONE_THREAD}


def _wait_for(port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("The scheduler did not start.")
